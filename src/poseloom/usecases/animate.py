"""Poses and a canvas in, a clip for every edge and a bundle out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from poseloom.core.canvas import Canvas
from poseloom.core.clip import ClipFormat, Quality
from poseloom.core.confidence import Confidence
from poseloom.core.error import PoseloomError
from poseloom.core.lint import lint_canvas
from poseloom.core.manifest import check_safety
from poseloom.core.plan import Action, Line, Order, Plan, make_plan
from poseloom.core.recipe import Recipe, RenderSettings, name_strength, write_recipes
from poseloom.ports.clip import ClipStore, Publisher, StoredClip
from poseloom.ports.render import ClipDone, ClipFailed, Renderer, RenderEvent, RenderOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class AnimateOptions:
    """What a caller may choose. `duration_seconds` overrides each edge's own."""

    size: int
    fps: Fraction
    formats: tuple[ClipFormat, ...]
    quality: Quality = Quality.STANDARD
    duration_seconds: Fraction | None = None
    force: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Animation:
    """What came of it.

    Attributes:
        clips: By edge id and format.
        failures: By edge id, in the order in which they failed.
        page: The bundle's page, or None when an edge failed and nothing was published.
    """

    plan: Plan
    clips: Mapping[str, Mapping[ClipFormat, StoredClip]]
    failures: Mapping[str, PoseloomError]
    page: Path | None

    def list_confidences(self) -> Mapping[str, Confidence]:
        """Return how far each transition that has a clip is to be trusted, by edge id."""
        judged = {
            (line.source, line.target): record.confidence
            for line in self.plan.lines
            for record in (clip.record for clip in self.clips.get(line.edge_id, {}).values())
            if record.confidence is not None
        }
        return self.plan.spread_confidences(judged)


class Watcher:
    """Hears what happens while clips are made; does nothing by itself."""

    def plan_made(self, plan: Plan, recipes: Mapping[str, Recipe]) -> None:
        """The plan is made; work starts."""

    def hear(self, event: RenderEvent) -> None:
        """A clip has come further, is done, or failed."""


@dataclass(slots=True, kw_only=True)
class _Workbench:
    """Clips and failures as they come in."""

    store: ClipStore
    recipes: Mapping[str, Recipe]
    watcher: Watcher
    clips: dict[str, dict[ClipFormat, StoredClip]] = field(default_factory=dict)
    failures: dict[str, PoseloomError] = field(default_factory=dict)

    def find_clips(self, formats: tuple[ClipFormat, ...]) -> None:
        """Take up every clip that an earlier run has made."""
        for edge_id, recipe in self.recipes.items():
            found = {fmt: clip for fmt in formats if (clip := self.store.find(recipe.name_clip(fmt), fmt)) is not None}
            if found:
                self.clips[edge_id] = found

    def hear(self, event: RenderEvent) -> None:
        """Commit a finished clip; note a failure."""
        match event:
            case ClipDone(edge_id=edge_id, records=records):
                recipe = self.recipes[edge_id]
                made = {fmt: self.store.commit(recipe.name_clip(fmt), fmt, record) for fmt, record in records.items()}
                self.clips[edge_id] = {**self.clips.get(edge_id, {}), **made}
            case ClipFailed(edge_id=edge_id, error=error):
                self.failures[edge_id] = error
            case _:
                pass
        self.watcher.hear(event)


def animate(
    canvas: Canvas,
    fingerprints: Mapping[str, str],
    options: AnimateOptions,
    *,
    renderer: Renderer,
    store: ClipStore,
    open_publisher: Callable[[Canvas], Publisher],
    watcher: Watcher,
) -> Animation:
    """Make every clip that is missing, then publish the bundle.

    Args:
        canvas: What to animate.
        fingerprints: Of each node's aligned pose.
        options: The caller's choices.
        renderer: Makes clips; it holds the poses.
        store: Keeps clips between runs.
        open_publisher: Writes the bundle of the canvas with its created reverses.
        watcher: Hears progress.

    Raises:
        CanvasUnsafe: A player could strand or ping-pong; nothing was made.
        MissingImages: A pose has no picture; nothing was made.
    """
    complete = make_plan(canvas, Order()).canvas
    check_safety(lint_canvas(complete))
    settings = RenderSettings(
        size=options.size,
        fps=options.fps,
        duration_seconds=options.duration_seconds,
        quality=options.quality,
        strength=_choose_strength(fingerprints, options, renderer, store),
        renderer=renderer.renderer_version,
        encoder=renderer.encoder_version,
    )
    recipes = write_recipes(complete, dict(fingerprints), settings)
    bench = _Workbench(store=store, recipes=recipes, watcher=watcher)
    bench.find_clips(options.formats)
    done = {edge_id for edge_id, found in bench.clips.items() if found.keys() >= set(options.formats)}
    order = Order(skip_completed=not options.force, duration_seconds=options.duration_seconds)
    plan = make_plan(complete, order, clips=done)
    watcher.plan_made(plan, recipes)
    renderer.render(_write_orders(plan, bench, options), bench.hear)
    page = None if bench.failures else open_publisher(plan.canvas).publish(bench.clips)
    return Animation(plan=plan, clips=bench.clips, failures=bench.failures, page=page)


def _choose_strength(
    fingerprints: Mapping[str, str], options: AnimateOptions, renderer: Renderer, store: ClipStore
) -> int:
    """Ask the renderer, once for the same poses and settings."""
    name = name_strength(fingerprints.values(), options.formats, options.quality, renderer.encoder_version)
    strength = store.recall(name)
    if strength is None:
        strength = renderer.choose_strength()
        store.remember(name, strength)
    return strength


def _write_orders(plan: Plan, bench: _Workbench, options: AnimateOptions) -> list[RenderOrder]:
    """Write an order for each clip to make, in the formats that are missing."""
    made = plan.list_made()
    orders = [_write_order(line, bench, options) for line in made]
    drawn = {line.edge_id for line in made}
    missed = {order.forward_id for order in orders if order.forward_id not in drawn and not _has_frames(order)}
    lost = [line for line in plan.lines if line.edge_id in missed]
    # A reverse whose forward is complete but whose kept frames are gone has them drawn again.
    return [*(_write_order(line, bench, options, formats=()) for line in lost), *orders]


def _has_frames(order: RenderOrder) -> bool:
    return order.frames is not None and order.frames.exists()


def _write_order(
    line: Line, bench: _Workbench, options: AnimateOptions, *, formats: tuple[ClipFormat, ...] | None = None
) -> RenderOrder:
    recipe = bench.recipes[line.edge_id]
    kept = {} if options.force else bench.clips.get(line.edge_id, {})
    wanted = [fmt for fmt in (options.formats if formats is None else formats) if fmt not in kept]
    return RenderOrder(
        edge_id=line.edge_id,
        source=line.source,
        target=line.target,
        recipe=recipe,
        files={fmt: bench.store.place(recipe.name_clip(fmt), fmt) for fmt in wanted},
        frames=None if recipe.is_loop else bench.store.place_frames(recipe.name_frames()),
        forward_id=line.forward_id if line.action is Action.REVERSE else None,
    )
