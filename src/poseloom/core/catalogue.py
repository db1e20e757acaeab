"""What a server offers: its generators and how clips come out unless a call says otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from poseloom.core.clip import ClipFormat, Quality
from poseloom.core.error import InvalidOrder
from poseloom.core.field import plain_number
from poseloom.core.price import CREDITS_PER_SECOND

LOCAL = "local"
"""The generator that every server has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorFacts:
    """What is known of a generator.

    Attributes:
        is_remote: It is a service elsewhere; its jobs wait rather than work.
        rate: Credits for a second of video.
        durations_seconds: The lengths that it makes, ascending; None when it makes all that can be ordered.
        size_max: The most pixels of a side that it makes; None when there is no such limit.
        takes_target: It takes a last frame; without one it makes loops alone.
    """

    name: str
    is_remote: bool = False
    rate: Fraction = CREDITS_PER_SECOND
    durations_seconds: tuple[Fraction, ...] | None = None
    size_max: int | None = None
    takes_target: bool = True

    def check_clip(self, *, duration_seconds: Fraction, size: int, is_loop: bool) -> None:
        """Refuse a clip that this generator cannot make.

        Raises:
            InvalidOrder: `field` names what is to be changed.
        """
        if self.durations_seconds is not None and duration_seconds not in self.durations_seconds:
            seconds, known = (
                plain_number(duration_seconds),
                ", ".join(str(plain_number(n)) for n in self.durations_seconds),
            )
            raise InvalidOrder(
                f"duration: {self.name} makes no clips of {seconds} seconds; give one of {known}", field="duration"
            )
        if self.size_max is not None and size > self.size_max:
            raise InvalidOrder(
                f"size: {self.name} makes clips of {self.size_max} pixels at most, not {size}; give a smaller size",
                field="size",
            )
        if not (is_loop or self.takes_target):
            raise InvalidOrder(
                f"generator: {self.name} takes no last frame, so it makes loops alone; give another one",
                field="generator",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """What a server offers.

    Attributes:
        generators: By name; the first is the default.
        size: Width and height in pixels of clips whose canvas says nothing.
        fps: Frames per second of clips whose canvas says nothing.
        width: How many clips are rendered at once, for estimates.
        starting_credits: What a new workspace is granted.
    """

    generators: Mapping[str, GeneratorFacts]
    formats: tuple[ClipFormat, ...]
    quality: Quality
    size: int
    fps: Fraction
    width: int
    starting_credits: Fraction

    def choose_generator(self, *wishes: str | None) -> GeneratorFacts:
        """Return the generator of the first wish that is one, else the default.

        Raises:
            InvalidOrder: There is no such generator here; `field` is `generator`.
        """
        name = next((wish for wish in wishes if wish is not None), next(iter(self.generators)))
        facts = self.generators.get(name)
        if facts is None:
            known = ", ".join(self.generators)
            raise InvalidOrder(f"generator: there is no {name!r} here; give one of {known}", field="generator")
        return facts
