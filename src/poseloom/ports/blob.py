"""Where bytes are kept, by their hash."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBlob:
    """Bytes that are kept. `sha256` is 64 lower-case hex digits."""

    sha256: str
    size_bytes: int


class BlobStore(Protocol):
    """Immutable bytes by their SHA-256. Keeping the same bytes twice changes nothing.

    Every method raises `StorageFailed` when the disk or the service does.
    """

    def keep(self, content: bytes) -> StoredBlob:
        """Keep bytes."""
        ...

    def keep_file(self, path: Path) -> StoredBlob:
        """Keep a file's bytes."""
        ...

    def has(self, sha256: str) -> bool:
        """Say whether bytes are there."""
        ...

    def read(self, sha256: str) -> bytes:
        """Return bytes."""
        ...

    def stream(self, sha256: str, start: int, end: int) -> Iterator[bytes]:
        """Yield bytes `start` to before `end`, in parts."""
        ...

    def fetch(self, sha256: str, folder: Path, suffix: str) -> Path:
        """Return a local file with these bytes, `<folder>/<sha256><suffix>`, fetched unless it is there already."""
        ...

    def remove(self, sha256: str) -> None:
        """Forget bytes; does nothing when they are not there."""
        ...

    def walk(self) -> Iterator[tuple[str, datetime]]:
        """Yield every hash and when its bytes were kept."""
        ...
