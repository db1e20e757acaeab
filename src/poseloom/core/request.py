"""What a caller orders, read from a request's body (spec/service.md). Unknown keys are ignored."""

from collections.abc import Set
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from poseloom.core.canvas import DEFAULT_DURATION_SECONDS
from poseloom.core.document import EDGES_LIMIT, read_fps, read_size
from poseloom.core.duration import read_duration
from poseloom.core.error import InvalidOrder
from poseloom.core.field import PROSE_LIMIT, TEXT_LIMIT, Reader, describe
from poseloom.core.plan import Order

SEED_MAX = 2**32 - 1
"""What generators elsewhere take."""
CREDITS_MAX = 10**12
"""A larger limit is none."""


class Target(StrEnum):
    """What generate-all makes."""

    ANIMATIONS = "animations"


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerateAll:
    """The body of generate-all.

    Attributes:
        order: What is wanted; its rate is the default one, until a generator is chosen.
        max_credits: The most that it may cost.
        generator: Its name; None means the canvas' own.
        quote_id: Of an earlier dry run whose price is to hold.
    """

    order: Order = field(default_factory=Order)
    dry_run: bool = False
    max_credits: Fraction | None = None
    generator: str | None = None
    seed: int | None = None
    quote_id: str | None = None
    targets: Set[Target] = frozenset({Target.ANIMATIONS})


@dataclass(frozen=True, slots=True, kw_only=True)
class AnimationOrder:
    """The body of generate: one clip.

    Attributes:
        name: Of the pose that the clip is for; None means the source's.
        end_image_asset_id: Pose of the last frame; None for a loop.
        auto_reverse: The way back is made too, free; never for a loop.
        prompt: What happens in it.
        generator: Its name; None means the default one.
    """

    source_image_asset_id: str
    end_image_asset_id: str | None = None
    name: str | None = None
    duration_seconds: Fraction = DEFAULT_DURATION_SECONDS
    auto_reverse: bool = False
    prompt: str | None = None
    generator: str | None = None
    seed: int | None = None
    size: int | None = None
    fps: Fraction | None = None

    @property
    def is_loop(self) -> bool:
        """Whether it ends at the pose at which it begins."""
        return self.end_image_asset_id is None

    @property
    def target_image_asset_id(self) -> str:
        """Pose of the last frame."""
        return self.end_image_asset_id or self.source_image_asset_id


def read_generate_all(document: object) -> GenerateAll:
    """Read the body of generate-all; no body at all is the default order.

    Raises:
        InvalidOrder: An option has the wrong form; `field` names it.
    """
    body = Reader.of({} if document is None else document, "", InvalidOrder)
    default = Order()
    return GenerateAll(
        order=Order(
            skip_completed=_read_switch(body, "skip_completed", default=default.skip_completed),
            duration_seconds=_read_duration(body),
            auto_reverse=_read_switch(body, "auto_reverse", default=default.auto_reverse),
            edge_ids=_read_edge_ids(body),
        ),
        dry_run=_read_switch(body, "dry_run", default=False),
        max_credits=_read_credits(body, "max_credits"),
        generator=_read_name(body, "generator"),
        seed=_read_seed(body),
        quote_id=_read_name(body, "quote_id"),
        targets=_read_targets(body),
    )


def read_animation(document: object) -> AnimationOrder:
    """Read the body of generate. With an end image the clip is a way there, whatever `loop` says; without, a loop.

    Raises:
        InvalidOrder: A field is missing or has the wrong form, or something else than an animation is wanted.
    """
    body = Reader.of(document, "", InvalidOrder)
    kind = body.text("type")
    if kind != "animation":
        problem = "is missing" if kind is None else f"is {kind!r}, and this server makes no such thing"
        raise body.refuse("type", f"{problem}; give 'animation'")
    # It is looked at so that a wrong value is told, though the pictures alone decide.
    body.flag("loop")
    source = body.required_text("source_image_asset_id")
    end = _read_name(body, "end_image_asset_id")
    end = None if end == source else end
    return AnimationOrder(
        source_image_asset_id=source,
        end_image_asset_id=end,
        name=_read_name(body, "name"),
        duration_seconds=_read_duration(body) or DEFAULT_DURATION_SECONDS,
        auto_reverse=end is not None and _read_switch(body, "auto_reverse", default=False),
        prompt=body.text("animation_prompt", limit=PROSE_LIMIT) or None,
        generator=_read_name(body, "generator"),
        seed=_read_seed(body),
        size=read_size(body.get("size"), InvalidOrder),
        fps=read_fps(body.get("fps"), InvalidOrder),
    )


def _read_switch(body: Reader, name: str, *, default: bool) -> bool:
    value = body.flag(name)
    return default if value is None else value


def _read_name(body: Reader, name: str) -> str | None:
    """Read an optional text that names something; an empty one names nothing."""
    return body.text(name) or None


def _read_duration(body: Reader) -> Fraction | None:
    value = body.get("duration")
    return None if value is None else read_duration(value)


def _read_seed(body: Reader) -> int | None:
    seed = body.whole("seed")
    if seed is not None and not 0 <= seed <= SEED_MAX:
        raise body.refuse("seed", f"must be a whole number from 0 to {SEED_MAX}, not {seed}")
    return seed


def _read_credits(body: Reader, name: str) -> Fraction | None:
    credits_ = body.number(name)
    if credits_ is None:
        return None
    if not 0 <= credits_ <= CREDITS_MAX:
        raise body.refuse(name, f"must be a number of credits from 0 to {CREDITS_MAX}, not {credits_}")
    # As it was written: 0.1 is a tenth, not the float beside it.
    return Fraction(str(credits_))


def _read_edge_ids(body: Reader) -> frozenset[str] | None:
    value = body.get("edge_ids")
    if value is None:
        return None
    if not isinstance(value, list | tuple):
        raise body.refuse("edge_ids", f"must be a list of edge ids, not {describe(value)}")
    if len(value) > EDGES_LIMIT:
        raise body.refuse("edge_ids", f"has {len(value)} entries; {EDGES_LIMIT} are allowed")
    for index, edge_id in enumerate(value):
        if not isinstance(edge_id, str) or len(edge_id) > TEXT_LIMIT:
            raise body.refuse(f"edge_ids[{index}]", f"must be an edge's id, not {describe(edge_id)}")
    return frozenset(value)


def _read_targets(body: Reader) -> frozenset[Target]:
    value = body.get("targets")
    words = list(value) if isinstance(value, list | tuple) else [value]
    if value is not None and (not words or any(word != Target.ANIMATIONS for word in words)):
        strange = next((word for word in words if word != Target.ANIMATIONS), value)
        raise body.refuse("targets", f"must be 'animations', the only thing that is made here, not {describe(strange)}")
    return frozenset({Target.ANIMATIONS})
