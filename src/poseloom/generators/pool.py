"""Processes that make clips, each with tasks that can be watched and stopped one by one.

A process serves one task at a time with single-threaded codecs, so bytes do not depend on the number of cores.
"""

import multiprocessing
import os
import secrets
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Concatenate, Generic, ParamSpec, Self, TypeVar

import cv2

REPORT_EVERY_FRAMES = 4
LOST_CODE = 70

Made = TypeVar("Made")
Order = ParamSpec("Order")


class Interrupted(Exception):
    """The task was stopped; what it was making is given up."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a process and whoever waits for its task meet: two small files, which outlive the death of either."""

    folder: Path
    name: str

    def note(self, frame_count: int) -> None:
        """Tell how far the task is; called in its process.

        Raises:
            Interrupted: The task was stopped.
        """
        if self._stop.exists():
            raise Interrupted
        if frame_count % REPORT_EVERY_FRAMES == 0:
            self._count.write_text(str(frame_count))

    def read_frames(self) -> int:
        """Return how many frames are done, as far as was told."""
        try:
            return int(self._count.read_text() or 0)
        except (OSError, ValueError):
            return 0

    def stop(self) -> None:
        """Let the task stop at its next frame."""
        with suppress(OSError):
            self._stop.touch()

    def clear(self) -> None:
        """Remove the files."""
        for path in (self._count, self._stop):
            with suppress(OSError):
                path.unlink(missing_ok=True)

    @property
    def _count(self) -> Path:
        return self.folder / f"{self.name}.frames"

    @property
    def _stop(self) -> Path:
        return self.folder / f"{self.name}.stop"


@dataclass(frozen=True, slots=True)
class Task(Generic[Made]):
    """Something that a process is making, or will."""

    desk: Desk
    future: "Future[Made]"

    def read_frames(self) -> int:
        """Return how many frames are done."""
        return self.desk.read_frames()

    def stop(self) -> None:
        """Give the task up: at once when it waits, else at its next frame."""
        self.future.cancel()
        self.desk.stop()


class RenderPool:
    """A pool of processes. Every method may be called from any thread."""

    def __init__(self, processes: int) -> None:
        """Prepare a pool.

        Args:
            processes: How many tasks are worked on at once, at most.
        """
        self._processes = processes
        self._turn = threading.Lock()
        self._executor: ProcessPoolExecutor | None = None
        self._folder = Path()

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="poseloom-pool-"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._turn:
            executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(wait=True, cancel_futures=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    def submit(
        self, make: Callable[Concatenate[Desk, Order], Made], *args: Order.args, **kwargs: Order.kwargs
    ) -> Task[Made]:
        """Let a process call `make(desk, …)` when one is free."""
        desk = Desk(self._folder, secrets.token_hex(8))
        with self._turn:
            try:
                future = self._open().submit(make, desk, *args, **kwargs)
            except BrokenProcessPool:
                # It broke while nobody waited for it; a new one knows nothing of that.
                self._drop()
                future = self._open().submit(make, desk, *args, **kwargs)
        future.add_done_callback(lambda _: desk.clear())
        return Task(desk, future)

    def renew(self) -> None:
        """Replace processes after one of them was killed; tasks that others of them had are lost with it."""
        with self._turn:
            self._drop()

    def _open(self) -> ProcessPoolExecutor:
        if self._executor is None:
            self._executor = ProcessPoolExecutor(
                self._processes, mp_context=multiprocessing.get_context("spawn"), initializer=_enter
            )
        return self._executor

    def _drop(self) -> None:
        executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(wait=False, cancel_futures=True)


def _enter() -> None:
    """Set a new process up: the parent alone hears Ctrl-C, libraries use one thread, and it dies with its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["OMP_NUM_THREADS"] = "1"
    cv2.setNumThreads(1)
    threading.Thread(target=_die_with_parent, name="poseloom-parent", daemon=True).start()


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(LOST_CODE)
