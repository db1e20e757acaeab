"""Clips kept between runs, on disk, named by their recipe (content-addressed)."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from stat import S_ISREG

from poseloom.core.clip import ClipFormat, ClipRecord, SeamCertificate, SeamEnd
from poseloom.core.confidence import read_confidence
from poseloom.media.publication import PARTIAL_SUFFIX, guard_writing, publish
from poseloom.ports.clip import StoredClip

FRAMES_SUFFIX = ".frames.mkv"
POSTER_SUFFIX = ".poster.png"
NOTE_SUFFIX = ".json"
NUMBER_SUFFIX = ".number"
STALE_SECONDS = 24 * 3600
"""A temporary file older than this was left by a run that died."""


@dataclass(frozen=True, slots=True)
class DiskClipStore:
    """A `ClipStore` in a folder. Two runs may share it: files appear whole, and one name means one content."""

    folder: Path
    limit_bytes: int

    def open(self) -> None:
        """Make the folder.

        Raises:
            StorageFailed: It cannot be made or written.
        """
        with guard_writing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)

    def find(self, name: str, fmt: ClipFormat) -> StoredClip | None:
        """Return a clip, or None; being asked for keeps it from being pruned."""
        path = self.place(name, fmt)
        note = path.with_suffix(NOTE_SUFFIX)
        try:
            record = _read_record(note.read_text(encoding="utf-8"))
            os.utime(path)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        with suppress(OSError):
            os.utime(note)
        return StoredClip(path=path, record=record)

    def place(self, name: str, fmt: ClipFormat) -> Path:
        """Return where a clip's file belongs."""
        return self._folder_of(name) / f"{name}{fmt.suffix}"

    def place_frames(self, name: str) -> Path:
        """Return where a forward's kept frames belong."""
        return self._folder_of(name) / f"{name}{FRAMES_SUFFIX}"

    def place_poster(self, name: str) -> Path:
        """Return where the still of a clip's first frame belongs."""
        return self._folder_of(name) / f"{name}{POSTER_SUFFIX}"

    def commit(self, name: str, fmt: ClipFormat, record: ClipRecord) -> StoredClip:
        """Write the record, which makes the clip visible."""
        path = self.place(name, fmt)
        note = path.with_suffix(NOTE_SUFFIX)
        _write_whole(note, json.dumps(asdict(record)))
        return StoredClip(path=path, record=record)

    def recall(self, name: str) -> int | None:
        """Return a number that was remembered, or None."""
        try:
            return int((self._folder_of(name) / f"{name}{NUMBER_SUFFIX}").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def remember(self, name: str, number: int) -> None:
        """Remember a number for later runs."""
        _write_whole(self._folder_of(name) / f"{name}{NUMBER_SUFFIX}", str(number))

    def _folder_of(self, name: str) -> Path:
        folder = self.folder / name[:2]
        with guard_writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
        return folder

    def prune(self) -> None:
        """Remove what died runs left, then the longest unused files until the folder is within its limit."""
        files = list(self._walk())
        oldest_first = sorted(files, key=lambda item: item[1].st_mtime)
        total_bytes = sum(stat.st_size for _, stat in files)
        for path, stat in oldest_first:
            is_stale = path.suffix == PARTIAL_SUFFIX and time.time() - stat.st_mtime > STALE_SECONDS
            if is_stale or total_bytes > self.limit_bytes:
                with suppress(OSError):
                    path.unlink()
                    total_bytes -= stat.st_size

    def _walk(self) -> Iterator[tuple[Path, os.stat_result]]:
        """Yield every file; one that another run takes away meanwhile is none."""
        for path in self.folder.glob("*/*"):
            with suppress(OSError):
                found = path.stat()
                if S_ISREG(found.st_mode):
                    yield path, found


def _write_whole(path: Path, text: str) -> None:
    """Write a small file that is there whole or not at all."""
    with publish([path]) as (draft,), guard_writing(path):
        draft.write_text(text, encoding="utf-8")


def _read_record(text: str) -> ClipRecord:
    document = json.loads(text)
    seam = SeamCertificate(first=SeamEnd(**document["seam"]["first"]), last=SeamEnd(**document["seam"]["last"]))
    return ClipRecord(
        seam=seam,
        duration_seconds=float(document["duration_seconds"]),
        confidence=read_confidence(document["confidence"]),
    )
