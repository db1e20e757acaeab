"""The local renderer of the command line: poses in memory, orders made in a pool that lives for one call."""

from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import dataclass

from poseloom.core.clip import ClipFormat, ClipRecord, Quality
from poseloom.core.confidence import Confidence
from poseloom.core.error import ForwardFailed, PoseloomError, SeamBroken, WorldError
from poseloom.frames.image import Rgba
from poseloom.generators.local import VERSION, iterate_frames
from poseloom.generators.pool import Desk, RenderPool, Task
from poseloom.media.certificate import certify_clip
from poseloom.media.encode import ENCODER_VERSION, encode_clip
from poseloom.media.inspection import measure_duration
from poseloom.media.master import read_master, write_master
from poseloom.media.strength import choose_strength
from poseloom.ports.render import ClipDone, ClipFailed, FramesDone, RenderEvent, RenderOrder

POLL_SECONDS = 0.1
Records = dict[ClipFormat, ClipRecord]


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalRenderer:
    """A `Renderer` on this machine.

    Attributes:
        poses: Aligned pose by node id.
        jobs: How many processes work at once.
    """

    poses: Mapping[str, Rgba]
    formats: Sequence[ClipFormat]
    quality: Quality
    jobs: int
    renderer_version: str = VERSION
    encoder_version: str = ENCODER_VERSION

    def choose_strength(self) -> int:
        """Return the lowest rung of the encoders' ladder at which every pose's seam holds."""
        return choose_strength(list(self.poses.values()), self.formats, self.quality)

    def render(self, orders: Sequence[RenderOrder], report: Callable[[RenderEvent], None]) -> None:
        """Make clips; a reverse starts when its forward is done and fails when it failed."""
        if not orders:
            return
        with RenderPool(min(self.jobs, len(orders))) as pool:
            _Shift(self.poses, pool, report).work(orders)


@dataclass(slots=True)
class _Running:
    """An order that a process has, and how far it told to be."""

    order: RenderOrder
    task: Task[Records]
    frame_count: int = 0


class _Shift:
    """One call of `render`: which orders wait, run and failed."""

    def __init__(self, poses: Mapping[str, Rgba], pool: RenderPool, report: Callable[[RenderEvent], None]) -> None:
        self._poses = poses
        self._pool = pool
        self._report = report
        self._running: dict[str, _Running] = {}
        self._waiting: dict[str, list[RenderOrder]] = {}

    def work(self, orders: Sequence[RenderOrder]) -> None:
        """Do all orders; forwards first, for their reverses wait for them."""
        ids = {order.edge_id for order in orders}
        try:
            for order in sorted(orders, key=lambda order: order.recipe.is_loop):
                if order.forward_id in ids:
                    self._waiting.setdefault(str(order.forward_id), []).append(order)
                else:
                    self._submit(order)
            while self._running:
                self._look()
        finally:
            # Interrupted or given up: whatever still runs stops within a frame.
            for running in self._running.values():
                running.task.leave()

    def _submit(self, order: RenderOrder) -> None:
        task = self._pool.submit(make_order, order, self._poses[order.source], self._poses[order.target])
        self._running[order.edge_id] = _Running(order, task)

    def _look(self) -> None:
        """Wait a moment; pass on how far everything is, and take in what is done."""
        wait([running.task.future for running in self._running.values()], POLL_SECONDS, FIRST_COMPLETED)
        for running in list(self._running.values()):
            frame_count = running.task.read_frames()
            if frame_count > running.frame_count:
                running.frame_count = frame_count
                self._report(FramesDone(edge_id=running.order.edge_id, frame_count=frame_count))
            if running.task.future.done():
                self._finish(self._running.pop(running.order.edge_id))

    def _finish(self, running: _Running) -> None:
        edge_id = running.order.edge_id
        followers = self._waiting.pop(edge_id, [])
        running.task.leave()
        try:
            records = running.task.future.result()
        except BrokenProcessPool as error:
            raise WorldError("a render process was killed, perhaps for want of memory; try --jobs 1") from error
        except WorldError:
            # A full disk stops every clip; one message is enough.
            raise
        except PoseloomError as error:
            self._report(ClipFailed(edge_id=edge_id, error=error))
            for order in followers:
                reason = ForwardFailed(f"{order.edge_id}: its forward {edge_id} failed", forward=edge_id)
                self._report(ClipFailed(edge_id=order.edge_id, error=reason))
            return
        self._report(ClipDone(edge_id=edge_id, records=records))
        for order in followers:
            self._submit(order)


def make_order(desk: Desk, order: RenderOrder, source: Rgba, target: Rgba) -> Records:
    """Make one clip in all its formats, and certify each; called in a process of the pool."""
    judged: list[Confidence] = []
    with closing(_open_frames(order, source, target, judged.append)) as frames:
        encode_clip(
            frames,
            order.files,
            fps=order.recipe.fps,
            frame_count=order.recipe.frame_count,
            quality=order.recipe.quality,
            strength=order.recipe.strength,
            on_frame=desk.note,
        )
    try:
        confidence = judged[0] if judged else None
        return {fmt: _certify(order, fmt, source, target, confidence) for fmt in order.files}
    except BaseException:
        for path in order.files.values():
            path.unlink(missing_ok=True)
        raise


def _open_frames(
    order: RenderOrder, source: Rgba, target: Rgba, on_judged: Callable[[Confidence], None]
) -> Generator[Rgba]:
    """Yield the frames: drawn for a loop, drawn and kept for a forward, the kept ones backwards for a reverse."""
    recipe = order.recipe
    if recipe.is_reversed:
        assert order.frames is not None
        yield from read_master(order.frames, reverse=True)
        return
    frames = iterate_frames(
        source,
        target,
        frame_count=recipe.frame_count,
        fps=recipe.fps,
        loop=recipe.is_loop,
        manner=recipe.manner,
        on_judged=on_judged,
    )
    yield from frames if order.frames is None else write_master(frames, order.frames, fps=recipe.fps)


def _certify(
    order: RenderOrder, fmt: ClipFormat, source: Rgba, target: Rgba, confidence: Confidence | None
) -> ClipRecord:
    path = order.files[fmt]
    seam = certify_clip(path, fmt, source, target)
    if not seam.holds:
        raise SeamBroken(f"{order.edge_id}: the ends of its {fmt} clip are not its poses: {seam}")
    return ClipRecord(seam=seam, duration_seconds=measure_duration(path), confidence=confidence)
