"""The bundle as a zip: unpacked on any static host, it is the folder that `store.bundle` writes."""

import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from poseloom.core.error import FaultError
from poseloom.media.publication import guard_writing
from poseloom.ports.blob import BlobStore, StoredBlob
from poseloom.store.site import list_addresses, write_documents

PART_BYTES = 256 * 2**10
"""Bytes per part that `stream` yields, at most."""
PARTS = ("clips", "posters")
"""The folders that a bundle's files may lie in."""
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The oldest date a zip can hold. All files have it, so that the same bundle is the same bytes."""
UNIX = 3
READABLE = 0o100644 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """A zip that is ready to be sent. Its file has no name: it is gone when it is closed, or with its process."""

    size_bytes: int
    handle: IO[bytes]

    def stream(self) -> Iterator[bytes]:
        """Yield the bytes, at most `PART_BYTES` at a time, then close. Leaving early closes too."""
        with self.handle:
            while part := self.handle.read(PART_BYTES):
                yield part

    def close(self) -> None:
        """Give the space back without sending; does nothing the second time."""
        self.handle.close()


def write_bundle(
    manifest: Mapping[str, object], contents: Mapping[str, StoredBlob], blobs: BlobStore, name: str
) -> Archive:
    """Pack a mascot. Reads clips part by part; takes the room of the bundle in the system's temporary folder.

    Args:
        manifest: With addresses relative to the page, as in `contents`.
        contents: Clips and stills by their paths in the bundle, `clips/…` and `posters/…`.
        blobs: Where their bytes are.
        name: The mascot's name.

    Raises:
        StorageFailed: Bytes cannot be read, or there is no room for the bundle.
        FaultError: The manifest names a file that is not among `contents`, or a file lies elsewhere.
    """
    _check_places(manifest, contents)
    room = Path(tempfile.gettempdir())
    with guard_writing(room):
        handle = tempfile.TemporaryFile(prefix="poseloom-", suffix=".zip")  # noqa: SIM115 - its reader closes it
    try:
        with guard_writing(room):
            with zipfile.ZipFile(handle, "w") as archive:
                for path, text in write_documents(name, manifest).items():
                    archive.writestr(_describe(path, zipfile.ZIP_DEFLATED), text.encode())
                for path, blob in sorted(contents.items()):
                    _pack(archive, path, blob, blobs)
            size_bytes = handle.seek(0, 2)
            handle.seek(0)
    except BaseException:
        # What is still unwritten cannot be written either; the first failure says why.
        with suppress(OSError):
            handle.close()
        raise
    return Archive(size_bytes=size_bytes, handle=handle)


def _pack(archive: zipfile.ZipFile, path: str, blob: StoredBlob, blobs: BlobStore) -> None:
    """Store a file as it is: videos and pictures are packed already."""
    entry = _describe(path, zipfile.ZIP_STORED)
    entry.file_size = blob.size_bytes
    with archive.open(entry, "w") as target:
        for part in blobs.stream(blob.sha256, 0, blob.size_bytes):
            target.write(part)


def _describe(path: str, compression: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(path, EPOCH)
    entry.compress_type = compression
    # On Windows the library would say otherwise, and the bytes would differ.
    entry.create_system, entry.external_attr = UNIX, READABLE
    return entry


def _check_places(manifest: Mapping[str, object], contents: Mapping[str, StoredBlob]) -> None:
    """See that the bundle will hold what its manifest names, and nothing that unpacks outside of its folders."""
    astray = [path for path in contents if not _is_inside(path)]
    if astray:
        raise FaultError(f"a bundle has no place for {astray[0]!r}; please report it")
    missing = [url for url in list_addresses(manifest) if url not in contents]
    if missing:
        raise FaultError(f"a bundle's manifest names {missing[0]!r}, which is not in it; please report it")


def _is_inside(path: str) -> bool:
    place = PurePosixPath(path)
    return str(place) == path and "\\" not in path and str(place.parent) in PARTS and place.name != ".."
