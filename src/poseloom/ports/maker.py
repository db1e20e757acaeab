"""What makes the clip of one job."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from poseloom.core.clip import ClipFormat, ClipRecord, Quality
from poseloom.core.confidence import Confidence
from poseloom.core.framing import Framing
from poseloom.core.manner import NEUTRAL, Manner


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipTask:
    """One clip to make.

    Attributes:
        poses: Picture file (PNG, straight alpha) by pose, for every pose of the order: they decide on one strength.
        source: Pose of the first frame; for a reverse, of its forward's first frame.
        target: Pose of the last frame; for a reverse, of its forward's last frame.
        framing: How the order's poses lie on the canvas.
        manner: How the clip is acted; for a reverse, its forward's.
        frames: Kept frames: a forward's, which its reverse plays backwards, or those that a service elsewhere drew.
    """

    job_id: str
    poses: Mapping[str, Path]
    source: str
    target: str
    framing: Framing
    is_loop: bool
    is_reversed: bool
    duration_seconds: Fraction
    size: int
    fps: Fraction
    formats: tuple[ClipFormat, ...]
    quality: Quality
    manner: Manner = NEUTRAL
    frames: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeClip:
    """A clip that is made and certified. Its files lie in a cache: keep their bytes before long.

    Attributes:
        poster: PNG of the first frame as decoders show it.
        frames: A forward's kept frames, for its reverse; None for loops and reverses.
    """

    files: Mapping[ClipFormat, Path]
    records: Mapping[ClipFormat, ClipRecord]
    poster: Path
    frames: Path | None

    @property
    def confidence(self) -> Confidence | None:
        """How far its in-between is to be trusted; None unless it is a forward that was drawn here."""
        return next(iter(self.records.values())).confidence


class ClipMaker(Protocol):
    """Makes clips, several at once; every method may be called from any thread."""

    def make(self, task: ClipTask, on_frames: Callable[[int], None]) -> MadeClip:
        """Make a clip and return when it is done.

        Args:
            task: What to make.
            on_frames: Hears, every few frames, how many of the clip's frames are done; called in this thread.

        Raises:
            JobCancelled: `cancel` was called for its job.
            PoseloomError: It cannot be made; `retryable` says whether trying again may help.
        """
        ...

    def cancel(self, job_id: str) -> None:
        """Stop making a job's clip within a frame; does nothing when it is not being made here."""
        ...
