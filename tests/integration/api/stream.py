"""A client of one request that reads the answer while it comes, and may leave in the middle."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.types import Message

PATIENCE_SECONDS = 20


@dataclass
class Stream:
    """An answer under way."""

    task: "asyncio.Task[None]"
    left: asyncio.Event
    messages: "asyncio.Queue[Message]" = field(default_factory=asyncio.Queue)

    async def read(self) -> Message:
        """Return the next message of the answer; fail when it does not come."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self.messages.get()

    async def read_status(self) -> int:
        message = await self.read()
        assert message["type"] == "http.response.start"
        return int(message["status"])

    async def read_event(self) -> dict[str, str]:
        """Return the fields of the next event; comments are skipped."""
        while True:
            text = (await self.read())["body"].decode()
            lines = [line.partition(": ") for line in text.splitlines() if line and not line.startswith(":")]
            if lines:
                return {name: value for name, _, value in lines}

    async def read_status_event(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads((await self.read_event())["data"])
        return document

    def leave(self) -> None:
        """Close the connection."""
        self.left.set()

    async def end(self) -> None:
        """Wait until the server has nothing to do any more for this request."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self.task


@asynccontextmanager
async def open_stream(app: FastAPI, path: str, headers: Mapping[str, str]) -> AsyncIterator[Stream]:
    """Send a GET request to an app."""
    parts = urlsplit(path)
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": parts.path,
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "server": ("testserver", 80),
        "client": ("127.0.0.1", 1),
    }
    left = asyncio.Event()
    asked = False

    async def receive() -> Message:
        nonlocal asked
        if not asked:
            asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await left.wait()
        return {"type": "http.disconnect"}

    messages: asyncio.Queue[Message] = asyncio.Queue()

    async def send(message: Message) -> None:
        messages.put_nowait(message)

    async def answer() -> None:
        await app(scope, receive, send)

    stream = Stream(task=asyncio.create_task(answer()), left=left, messages=messages)
    try:
        yield stream
    finally:
        stream.leave()
        await stream.end()
