"""Makers of clips to test with: one that cannot, and one that never comes to an end."""

from collections import defaultdict
from collections.abc import Callable
from threading import Event
from typing import NoReturn

from poseloom.core.error import JobCancelled, JobLost, PoseloomError
from poseloom.ports.maker import ClipTask


class FailingMaker:
    """A `ClipMaker` whose every clip fails in the same way."""

    def __init__(self, error: PoseloomError) -> None:
        self.error = error

    def make(self, task: ClipTask, on_frames: Callable[[int], None]) -> NoReturn:
        """Fail."""
        del task, on_frames
        raise self.error

    def cancel(self, job_id: str) -> None:
        """Nothing is being made."""


class HoldingMaker:
    """A `ClipMaker` that makes a few frames of each clip, and then none until it is called off."""

    BEAT_SECONDS = 0.25
    LIMIT_BEATS = 240

    def __init__(self, frames: int) -> None:
        self.frames = frames
        self._ends: defaultdict[str, Event] = defaultdict(Event)

    def make(self, task: ClipTask, on_frames: Callable[[int], None]) -> NoReturn:
        """Tell of the first frames, and hold."""
        for _ in range(self.LIMIT_BEATS):
            on_frames(self.frames)
            if self._ends[task.job_id].wait(self.BEAT_SECONDS):
                raise JobCancelled("the job was cancelled")
        raise JobLost("nobody called the job off")

    def cancel(self, job_id: str) -> None:
        """Let go of a clip."""
        self._ends[job_id].set()
