"""Waiting for something to be saved: no thread is held, and one look at the database's stamp serves all who wait."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from fastapi import Request

from poseloom.api.service import Stamp

LOOK_EVERY_SECONDS = 0.1
T = TypeVar("T")


class Watch:
    """Wakes those who wait when the stamp moves. Looks only while somebody waits; lives on one event loop.

    Attributes:
        waiting: How many wait.
        is_closed: Nobody waits any more: the server stops.
    """

    def __init__(self, stamp: Stamp) -> None:
        self._stamp = stamp
        self._moved = asyncio.Event()
        self.waiting = 0
        self._timer: asyncio.TimerHandle | None = None
        self._seen: object = None
        self.is_closed = False

    async def wait(self, since: object, seconds: float) -> None:
        """Wait until the stamp is another one than `since`, for some seconds at most; not at all when closed.

        Where something is saved all the time, it is the next look that wakes: nobody asks the database more often.
        """
        if self.is_closed:
            return
        self.waiting += 1
        if self._timer is None or self._stamp.read() != since:
            self._seen = since
        if self._timer is None:
            self._look_later()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._moved.wait()
        finally:
            self.waiting -= 1
            if not self.waiting and self._timer is not None:
                self._timer.cancel()
                self._timer = None

    def close(self) -> None:
        """Wake everyone, for good: the server stops."""
        self.is_closed = True
        self._moved.set()

    def _look_later(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(LOOK_EVERY_SECONDS, self._look)

    def _look(self) -> None:
        stamp = self._stamp.read()
        if stamp != self._seen:
            self._seen = stamp
            self._moved.set()
            if not self.is_closed:
                self._moved = asyncio.Event()
        self._look_later()


async def hold(request: Request, waiting: Coroutine[Any, Any, T]) -> T | None:
    """Return what is waited for, or None as soon as the client has left."""
    tasks = asyncio.ensure_future(waiting), asyncio.ensure_future(_see_off(request))
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return tasks[0].result() if tasks[0].done() else None
    finally:
        for task in tasks:
            task.cancel()
        # What a task fails with when nobody listens any more is of no interest.
        await asyncio.gather(*tasks, return_exceptions=True)


async def _see_off(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
