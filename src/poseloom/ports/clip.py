"""Where finished clips are kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from poseloom.core.clip import ClipFormat, ClipRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredClip:
    """One clip in one format, complete and certified."""

    path: Path
    record: ClipRecord


class ClipStore(Protocol):
    """Clips by the name of their recipe. A clip is there from `commit` on, never half."""

    def find(self, name: str, fmt: ClipFormat) -> StoredClip | None:
        """Return a clip, or None when it is not there."""
        ...

    def place(self, name: str, fmt: ClipFormat) -> Path:
        """Return where a clip's file is to be written."""
        ...

    def place_frames(self, name: str) -> Path:
        """Return where the kept frames of a forward are, or are to be written."""
        ...

    def place_poster(self, name: str) -> Path:
        """Return where the still of a clip's first frame is, or is to be written."""
        ...

    def commit(self, name: str, fmt: ClipFormat, record: ClipRecord) -> StoredClip:
        """Make a clip whose file was written visible to `find`."""
        ...

    def recall(self, name: str) -> int | None:
        """Return a number that was remembered, or None."""
        ...

    def remember(self, name: str, number: int) -> None:
        """Remember a number for later runs."""
        ...


class Publisher(Protocol):
    """Puts a finished canvas where a player can open it."""

    def publish(self, clips: Mapping[str, Mapping[ClipFormat, StoredClip]]) -> Path:
        """Write the bundle and return the page to open.

        Args:
            clips: By edge id and format.
        """
        ...
