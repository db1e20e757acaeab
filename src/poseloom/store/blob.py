"""Bytes by their hash, on a disk or in a bucket."""

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from obstore.exceptions import BaseError
from obstore.store import LocalStore, from_url

from poseloom.core.error import InvalidOrder, StorageFailed
from poseloom.media.publication import guard_reading, guard_writing, publish
from poseloom.ports.blob import StoredBlob

if TYPE_CHECKING:
    from obstore import ObjectMeta
    from obstore.store import ObjectStore, RetryConfig

PREFIX = "blobs"
READ_BYTES = 2**20
"""Bytes per request to the store. Each is short, so that a slow reader holds no connection open until it times out."""
PART_BYTES = 256 * 2**10
"""Bytes per part that `stream` yields, at most."""
FRESH = timedelta(hours=6)
"""A sweeper must leave alone what is younger than twice this."""
SCHEMES = ("file", "memory", "s3", "gs", "az")
RETRY: "RetryConfig" = {"max_retries": 4, "retry_timeout": timedelta(seconds=20)}
"""Requests and jobs come again by themselves; neither should hang for minutes here."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
_KEY = re.compile(rf"{PREFIX}/([0-9a-f]{{2}})/([0-9a-f]{{62}})")


def open_blobs(url: str) -> "ObjectBlobStore":
    """Return the store at `url`; a folder is made when it is not there.

    Args:
        url: `file:///folder`, `s3://bucket/prefix`, `gs://bucket/prefix`, `az://container/prefix`, or `memory://`.
            Buckets take their credentials from the environment, as their own tools do.

    Raises:
        InvalidOrder: The address is of no known kind.
        StorageFailed: The folder cannot be made, or the bucket lacks a setting.
    """
    scheme = urlsplit(url).scheme
    if scheme not in SCHEMES:
        kinds = ", ".join(f"{name}://" for name in SCHEMES)
        raise InvalidOrder(f"blobs: {url!r} is no address of a store; it starts with one of {kinds}", field="blobs")
    with _guard("open", url):
        match scheme:
            case "file":
                return ObjectBlobStore(store=from_url(url, mkdir=True))
            case "memory":
                return ObjectBlobStore(store=from_url(url))
            case _:
                return ObjectBlobStore(store=from_url(url, retry_config=RETRY))


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectBlobStore:
    """A `BlobStore` on any store of obstore. Several processes may share it: puts are atomic, names are contents."""

    store: "ObjectStore"

    def keep(self, content: bytes) -> StoredBlob:
        """Keep bytes.

        Raises:
            StorageFailed: They cannot be written.
        """
        blob = StoredBlob(sha256=hashlib.sha256(content).hexdigest(), size_bytes=len(content))
        self._put(blob, content)
        return blob

    def keep_file(self, path: Path) -> StoredBlob:
        """Keep a file's bytes, read in parts; it must not change meanwhile.

        Raises:
            StorageFailed: The file cannot be read, or its bytes cannot be written.
        """
        with guard_reading(path), path.open("rb") as handle:
            digest = hashlib.file_digest(handle, "sha256").hexdigest()
            blob = StoredBlob(sha256=digest, size_bytes=handle.tell())
        self._put(blob, path)
        return blob

    def has(self, sha256: str) -> bool:
        """Say whether bytes are there.

        Raises:
            StorageFailed: The store does not answer.
        """
        return self._look(sha256) is not None

    def read(self, sha256: str) -> bytes:
        """Return bytes, all at once.

        Raises:
            StorageFailed: They are not there, or cannot be read.
        """
        with _guard("read", sha256):
            return bytes(self.store.get(_name(sha256)).bytes())

    def stream(self, sha256: str, start: int, end: int) -> Iterator[bytes]:
        """Yield bytes `start` to before `end`, at most `PART_BYTES` at a time.

        Raises:
            StorageFailed: They are not there, or fewer than were asked for.
        """
        key = _name(sha256)
        for first in range(start, end, READ_BYTES):
            wanted = min(READ_BYTES, end - first)
            with _guard("read", sha256):
                window = memoryview(self.store.get_range(key, start=first, length=wanted))
            if len(window) < wanted:
                raise StorageFailed(f"cannot read {sha256}: it is cut short; restore it from a backup", path=sha256)
            for place in range(0, wanted, PART_BYTES):
                yield bytes(window[place : place + PART_BYTES])

    def fetch(self, sha256: str, folder: Path, suffix: str) -> Path:
        """Return a local file with these bytes, `<folder>/<sha256><suffix>`, fetched unless it is there already.

        Raises:
            StorageFailed: They are not there or not what their name says, or the folder cannot be written.
        """
        target = folder / f"{sha256}{suffix}"
        with guard_writing(target):
            if target.exists():
                return target
            folder.mkdir(parents=True, exist_ok=True)
        with publish([target]) as (draft,):
            digest = hashlib.sha256()
            with guard_writing(target), draft.open("wb") as handle:
                for part in self.stream(sha256, 0, self._measure(sha256)):
                    digest.update(part)
                    handle.write(part)
            if digest.hexdigest() != sha256:
                raise StorageFailed(f"cannot read {sha256}: it is damaged; restore it from a backup", path=sha256)
        return target

    def remove(self, sha256: str) -> None:
        """Forget bytes; does nothing when they are not there.

        Raises:
            StorageFailed: They cannot be removed.
        """
        with _guard("remove", sha256):
            try:
                self.store.delete(_name(sha256))
            except FileNotFoundError:
                return

    def walk(self) -> Iterator[tuple[str, datetime]]:
        """Yield every hash and when its bytes were kept, an aware UTC time; files that are none of ours are not named.

        Raises:
            StorageFailed: The store cannot be listed.
        """
        with _guard("list", PREFIX):
            for page in self.store.list(PREFIX, chunk_size=1000):
                for entry in page:
                    if match := _KEY.fullmatch(entry["path"]):
                        yield match[1] + match[2], entry["last_modified"]

    def _put(self, blob: StoredBlob, content: bytes | Path) -> None:
        if self._is_kept(blob):
            return
        key = _name(blob.sha256)
        with _guard("write", blob.sha256):
            self.store.put(key, content)
            if isinstance(self.store, LocalStore) and self.store.prefix is not None:
                _flush(self.store.prefix / key)

    def _is_kept(self, blob: StoredBlob) -> bool:
        """Say whether nothing needs to be written.

        Another size is what a crash of the machine left of a write. An old date is made new by writing again, so that
        a sweeper does not remove what is about to be wanted again.
        """
        there = self._look(blob.sha256)
        return (
            there is not None
            and there["size"] == blob.size_bytes
            and datetime.now(UTC) - there["last_modified"] < FRESH
        )

    def _look(self, sha256: str) -> "ObjectMeta | None":
        with _guard("read", sha256):
            try:
                return self.store.head(_name(sha256))
            except FileNotFoundError:
                return None

    def _measure(self, sha256: str) -> int:
        with _guard("read", sha256):
            return self.store.head(_name(sha256))["size"]


def _name(sha256: str) -> str:
    """Return the key, in one of 256 folders so that none grows too large."""
    assert _DIGEST.fullmatch(sha256), "a name that is no hash never comes this far"
    return f"{PREFIX}/{sha256[:2]}/{sha256[2:]}"


def _flush(path: Path) -> None:
    """Bring a file to the disk before a database says that it is there: puts rename, they do not flush."""
    with path.open("rb+") as handle:
        os.fsync(handle.fileno())


@contextmanager
def _guard(verb: str, what: object) -> Iterator[None]:
    """Turn what a store or a disk does wrong into `StorageFailed`."""
    try:
        yield
    except FileNotFoundError as error:
        message = f"cannot {verb} {what}: it is not there; restore it from a backup"
        raise StorageFailed(message, path=str(what)) from error
    except (BaseError, OSError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        message = f"cannot {verb} {what}: {reason}; check the store's address, credentials and free space"
        raise StorageFailed(message, path=str(what)) from error
