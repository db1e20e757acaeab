"""The status of canvases, ready to be sent: asked for most of all, so answered from memory while nothing was saved."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from weakref import WeakValueDictionary

from starlette.concurrency import run_in_threadpool

from poseloom.api.door import write_json
from poseloom.api.service import Service
from poseloom.api.watch import Watch
from poseloom.core.caller import Caller
from poseloom.usecases.find import find_canvas
from poseloom.usecases.status import read_status

KEPT_BYTES = 64 * 2**20
"""Of all documents together; the longest unused ones go first."""
ENTRY_BYTES = 1024
"""What is reckoned for keeping one beside its document."""

Key = tuple[str, str, str]
"""Ids of workspace, collection and canvas."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The status of a canvas at one moment.

    Attributes:
        body: The document.
        etag: Of the document.
        revision: The canvas' at which the document came to be what it is.
        is_settled: No job is under way.
        headers: As they are sent with the document.
        short_headers: As they are sent with 304.
    """

    body: bytes
    etag: str
    revision: int
    is_settled: bool
    headers: tuple[tuple[bytes, bytes], ...]
    short_headers: tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    """What is kept of a canvas.

    Attributes:
        stamp: The database's, read before it was looked at.
        look: Number of that look.
        counted: The canvas' revision and version then.
    """

    stamp: object
    look: int
    counted: tuple[int, int]
    reading: Reading


class StatusBoard:
    """Statuses by canvas. Lives on one event loop; reads the database in threads."""

    def __init__(self, service: Service, *, kept_bytes: int = KEPT_BYTES) -> None:
        self.watch = Watch(service.stamp)
        self._service = service
        self._kept_bytes = kept_bytes
        self._entries: OrderedDict[Key, _Entry] = OrderedDict()
        self._bytes = 0
        self._looks = 0
        self._locks: WeakValueDictionary[Key, asyncio.Lock] = WeakValueDictionary()

    async def read(self, caller: Caller, collection_id: str, canvas_id: str) -> Reading:
        """Return a canvas' status as it is now.

        Raises:
            NotFound: There is no such canvas for this caller.
            StorageFailed: The database cannot be reached.
        """
        key = (caller.workspace_id, collection_id, canvas_id)
        entry = self._entries.get(key)
        if entry is None or entry.stamp != self._service.stamp.read():
            entry = await self._refresh(key, caller)
        self._entries.move_to_end(key)
        return entry.reading

    async def wait(
        self, caller: Caller, address: tuple[str, str], is_wanted: Callable[[Reading], bool], seconds: float
    ) -> Reading:
        """Return a canvas' status once it is as wanted, or as it is when the time is over or the server stops.

        Raises:
            NotFound: There is no such canvas for this caller, or no more.
            StorageFailed: The database cannot be reached.
        """
        deadline = time.monotonic() + seconds
        while True:
            stamp = self._service.stamp.read()
            reading = await self.read(caller, *address)
            left_seconds = deadline - time.monotonic()
            if is_wanted(reading) or left_seconds <= 0 or self.watch.is_closed:
                return reading
            await self.watch.wait(stamp, left_seconds)

    def count(self) -> int:
        """Count the statuses that are kept."""
        return len(self._entries)

    def close(self) -> None:
        """End all waiting, for good; call it on the event loop when the server is told to stop."""
        self.watch.close()

    async def _refresh(self, key: Key, caller: Caller) -> _Entry:
        """Look at a canvas; those who ask for it meanwhile share the next look that begins after they asked."""
        asked = self._looks
        lock = self._locks.setdefault(key, asyncio.Lock())
        async with lock:
            entry = self._entries.get(key)
            if entry is not None and entry.look > asked:
                return entry
            self._looks += 1
            try:
                fresh = await run_in_threadpool(self._look, key, caller, entry, self._looks)
            except BaseException:
                self._forget(key)
                raise
            self._keep(key, fresh)
            return fresh

    def _look(self, key: Key, caller: Caller, known: _Entry | None, look: int) -> _Entry:
        """Ask the database: first whether anything changed at all, with one small question."""
        workspace_id, collection_id, canvas_id = key
        stamp = self._service.stamp.read()
        with self._service.database.read() as unit:
            if known is not None:
                revision, version = known.counted
                same = unit.canvases.count(
                    id=canvas_id, workspace_id=workspace_id, collection_id=collection_id,
                    revision=revision, version=version,
                )  # fmt: skip
                if same:
                    return _Entry(stamp, look, known.counted, known.reading)
            stored = find_canvas(unit, caller, collection_id, canvas_id)
            body = write_json(read_status(unit, stored, self._service.catalogue)).encode()
            is_settled = not unit.jobs.list_live(canvas_id)
        reading = write_reading(body, stored.revision, is_settled=is_settled)
        if known is not None and (known.reading.etag, known.reading.is_settled) == (reading.etag, is_settled):
            reading = known.reading
        return _Entry(stamp, look, (stored.revision, stored.version), reading)

    def _keep(self, key: Key, entry: _Entry) -> None:
        self._forget(key)
        self._entries[key] = entry
        self._bytes += len(entry.reading.body) + ENTRY_BYTES
        while self._bytes > self._kept_bytes and len(self._entries) > 1:
            self._forget(next(iter(self._entries)))

    def _forget(self, key: Key) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._bytes -= len(entry.reading.body) + ENTRY_BYTES


def write_reading(body: bytes, revision: int, *, is_settled: bool) -> Reading:
    """Return a document with the headers that go with it."""
    etag = f'"{sha256(body).hexdigest()[:32]}"'
    # Everyone must ask again, with the ETag; nobody but the client itself may keep it.
    short = ((b"etag", etag.encode()), (b"cache-control", b"private, no-cache"))
    length = (b"content-length", str(len(body)).encode())
    return Reading(
        body=body,
        etag=etag,
        revision=revision,
        is_settled=is_settled,
        headers=((b"content-type", b"application/json"), length, *short),
        short_headers=short,
    )
