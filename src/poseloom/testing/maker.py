"""A maker of clips to test with: one that cannot."""

from collections.abc import Callable
from typing import NoReturn

from poseloom.core.error import PoseloomError
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
