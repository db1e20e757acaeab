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
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Concatenate, Generic, ParamSpec, Self, TypeVar

import cv2

from poseloom.core.error import GeneratorFailed

REPORT_EVERY_FRAMES = 4
LOST_CODE = 70
REMOVALS_LIMIT = 100

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
            # No news is not worth a clip: a full disk shows where it matters.
            with suppress(OSError):
                self._count.write_text(str(frame_count))

    def has_begun(self) -> bool:
        """Say whether the process has taken the task up."""
        return self._count.exists()

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
    """Something that a process is making, or will. Whoever submitted it leaves it in the end."""

    desk: Desk
    future: "Future[Made]"
    _stopped: threading.Event = field(default_factory=threading.Event)

    def read_frames(self) -> int:
        """Return how many frames are done."""
        return self.desk.read_frames()

    def stop(self) -> None:
        """Give the task up: at once when it waits, else at its next frame."""
        if self.future.done():
            return
        self._stopped.set()
        self.desk.stop()
        self.future.cancel()

    def leave(self) -> None:
        """Look at it no more: what still runs is given up, and what it told is forgotten when it has ended."""
        self.stop()
        self.future.add_done_callback(lambda _: self.desk.clear())

    def is_stopped(self) -> bool:
        """Say whether it was given up before it was done."""
        return self._stopped.is_set()

    def is_dropped(self) -> bool:
        """Say whether it was given up before a process took it up: nothing of it is made, then or later."""
        return self.is_stopped() and not self.desk.has_begun()


class RenderPool:
    """A pool of processes. Every method may be called from any thread.

    A process that is killed takes the others with it: every task that they had, or that waited, ends in
    `BrokenProcessPool`. The next task is given to new ones.
    """

    def __init__(self, processes: int) -> None:
        """Prepare a pool.

        Args:
            processes: How many tasks are worked on at once, at most.
        """
        self._processes = processes
        self._turn = threading.Lock()
        self._executor: ProcessPoolExecutor | None = None
        self._folder: Path | None = None

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="poseloom-pool-"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._turn:
            executor, self._executor = self._executor, None
            folder, self._folder = self._folder, None
        if executor is not None:
            executor.shutdown(wait=True, cancel_futures=True)
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)

    def submit(
        self, make: Callable[Concatenate[Desk, Order], Made], *args: Order.args, **kwargs: Order.kwargs
    ) -> Task[Made]:
        """Let a process call `make(desk, …)` when one is free.

        Raises:
            GeneratorFailed: The pool is closed.
        """
        with self._turn:
            if self._folder is None:
                raise GeneratorFailed("the render processes are stopping; order again when the server is back")
            desk = Desk(self._folder, secrets.token_hex(8))
            try:
                future = self._open(self._folder).submit(make, desk, *args, **kwargs)
            except BrokenProcessPool:
                # Whoever waited for it was told; a new one knows nothing of that.
                self._executor = None
                future = self._open(self._folder).submit(make, desk, *args, **kwargs)
        return Task(desk, future)

    def _open(self, folder: Path) -> ProcessPoolExecutor:
        if self._executor is None:
            self._executor = ProcessPoolExecutor(
                self._processes,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_enter,
                initargs=(folder,),
            )
        return self._executor


def _enter(folder: Path) -> None:
    """Set a new process up: the parent alone hears Ctrl-C, libraries use one thread, and it dies with its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["OMP_NUM_THREADS"] = "1"
    cv2.setNumThreads(1)
    threading.Thread(target=_die_with_parent, args=(folder,), name="poseloom-parent", daemon=True).start()


def _die_with_parent(folder: Path) -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        # A task may be telling how far it is just when its old file is gone and the folder is to go.
        for _ in range(REMOVALS_LIMIT):
            shutil.rmtree(folder, ignore_errors=True)
            if not folder.exists():
                break
        os._exit(LOST_CODE)
