"""The local renderer: poses in memory, clips made in a pool of processes, one clip per process.

A process serves one clip at a time with single-threaded codecs, so bytes do not depend on the number of cores.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Event as StopFlag

import cv2

from poseloom.core.clip import ClipFormat, ClipRecord, Quality
from poseloom.core.error import ForwardFailed, PoseloomError, SeamBroken, WorldError
from poseloom.frames.image import Rgba
from poseloom.generators.local import VERSION, iterate_frames
from poseloom.media.certificate import certify_clip
from poseloom.media.encode import ENCODER_VERSION, encode_clip
from poseloom.media.inspection import measure_duration
from poseloom.media.master import read_master, write_master
from poseloom.media.strength import choose_strength
from poseloom.ports.render import ClipDone, ClipFailed, FramesDone, RenderEvent, RenderOrder

REPORT_EVERY_FRAMES = 4
POLL_SECONDS = 0.1


class Interrupted(Exception):
    """The caller was interrupted; the clip is given up."""


@dataclass(frozen=True, slots=True)
class _Task:
    """What a process gets: an order and its two poses."""

    order: RenderOrder
    source: Rgba
    target: Rgba


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
        with _open_crew(min(self.jobs, len(orders))) as crew:
            _Shift(self, crew, report).work(orders)


@dataclass(frozen=True, slots=True)
class _Crew:
    """The processes and the two ways to talk with them."""

    executor: ProcessPoolExecutor
    progress: "SimpleQueue[FramesDone]"
    stop: StopFlag


@contextmanager
def _open_crew(size: int) -> Iterator[_Crew]:
    """Start processes; on an interrupt they give up within a frame and leave nothing half-written."""
    context = multiprocessing.get_context("spawn")
    progress: SimpleQueue[FramesDone] = context.SimpleQueue()
    stop = context.Event()
    executor = ProcessPoolExecutor(size, mp_context=context, initializer=_enter, initargs=(progress, stop))
    try:
        yield _Crew(executor, progress, stop)
    finally:
        stop.set()
        executor.shutdown(wait=True, cancel_futures=True)


class _Shift:
    """One call of `render`: which orders wait, run and failed."""

    def __init__(self, renderer: LocalRenderer, crew: _Crew, report: Callable[[RenderEvent], None]) -> None:
        self._renderer = renderer
        self._crew = crew
        self._report = report
        self._running: dict[Future[dict[ClipFormat, ClipRecord]], str] = {}
        self._waiting: dict[str, list[RenderOrder]] = {}

    def work(self, orders: Sequence[RenderOrder]) -> None:
        """Do all orders; forwards first, for their reverses wait for them."""
        ids = {order.edge_id for order in orders}
        for order in sorted(orders, key=lambda order: order.recipe.is_loop):
            if order.forward_id in ids:
                self._waiting.setdefault(str(order.forward_id), []).append(order)
            else:
                self._submit(order)
        while self._running:
            done, _ = wait(self._running, timeout=POLL_SECONDS, return_when=FIRST_COMPLETED)
            self._pass_progress()
            for future in done:
                self._finish(self._running.pop(future), future)

    def _submit(self, order: RenderOrder) -> None:
        poses = self._renderer.poses
        task = _Task(order, poses[order.source], poses[order.target])
        self._running[self._crew.executor.submit(_make, task)] = order.edge_id

    def _pass_progress(self) -> None:
        while not self._crew.progress.empty():
            self._report(self._crew.progress.get())

    def _finish(self, edge_id: str, future: Future[dict[ClipFormat, ClipRecord]]) -> None:
        followers = self._waiting.pop(edge_id, [])
        try:
            records = future.result()
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


@dataclass(slots=True)
class _Worker:
    """What a process knows for its whole life."""

    progress: "SimpleQueue[FramesDone] | None" = None
    stop: StopFlag | None = None

    def note(self, edge_id: str, frame_count: int) -> None:
        """Tell the caller how far a clip is; give up when it was interrupted."""
        if self.stop is not None and self.stop.is_set():
            raise Interrupted
        if self.progress is not None and frame_count % REPORT_EVERY_FRAMES == 0:
            self.progress.put(FramesDone(edge_id=edge_id, frame_count=frame_count))


_WORKER = _Worker()


def _enter(progress: "SimpleQueue[FramesDone]", stop: StopFlag) -> None:
    """Set a new process up: the parent alone hears Ctrl-C, and libraries keep to one thread."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["OMP_NUM_THREADS"] = "1"
    cv2.setNumThreads(1)
    _WORKER.progress, _WORKER.stop = progress, stop


def _make(task: _Task) -> dict[ClipFormat, ClipRecord]:
    """Make one clip in all its formats, and certify each."""
    order = task.order
    encode_clip(
        _open_frames(task),
        order.files,
        fps=order.recipe.fps,
        frame_count=order.recipe.frame_count,
        quality=order.recipe.quality,
        strength=order.recipe.strength,
        on_frame=lambda count: _WORKER.note(order.edge_id, count),
    )
    try:
        return {fmt: _certify(task, fmt) for fmt in order.files}
    except BaseException:
        for path in order.files.values():
            path.unlink(missing_ok=True)
        raise


def _open_frames(task: _Task) -> Iterator[Rgba]:
    """Return the frames: drawn for a loop, drawn and kept for a forward, the kept ones backwards for a reverse."""
    order, recipe = task.order, task.order.recipe
    if recipe.is_reversed:
        assert order.frames is not None
        return read_master(order.frames, reverse=True)
    frames = iterate_frames(
        task.source, task.target, frame_count=recipe.frame_count, fps=recipe.fps, loop=recipe.is_loop
    )
    return frames if order.frames is None else write_master(frames, order.frames, fps=recipe.fps)


def _certify(task: _Task, fmt: ClipFormat) -> ClipRecord:
    path = task.order.files[fmt]
    seam = certify_clip(path, fmt, task.source, task.target)
    if not seam.holds:
        raise SeamBroken(f"{task.order.edge_id}: the ends of its {fmt} clip are not its poses: {seam}")
    return ClipRecord(seam=seam, duration_seconds=measure_duration(path))
