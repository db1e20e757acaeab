"""`/studio/sign-in`: a link that was shown where the server runs becomes a key, once (spec/service.md)."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from poseloom.api.document import Body, Text, write_key
from poseloom.api.door import JSON_TYPE, OpenDoor, read_model, write_json
from poseloom.api.service import Service
from poseloom.core.error import NotFound
from poseloom.core.link import TOKEN_BYTES, Link, check_link, check_origin, check_pause, hash_token
from poseloom.usecases.key import make_link_key

KNOWN_LIMIT = 1000
"""Links that are remembered; the oldest are forgotten first."""
T = TypeVar("T")


class LinkBody(Body):
    """What stood behind `#link=`."""

    token: Text


class LinkDesk:
    """The links of this process, by the hash of their token. They are told apart even when they open nothing more."""

    def __init__(self, service: Service) -> None:
        self._tools = service.tools
        self._show = service.show_link
        self._links: dict[str, Link] = {}
        self._lock = threading.Lock()

    def open(self) -> str:
        """Return the token of a new link.

        Raises:
            RateLimited: The last one was made just now, and waits to be used.
        """
        with self._lock:
            now = self._tools.now()
            check_pause(max((link.made_at for link in self._links.values() if not link.is_used), default=None), now)
            if len(self._links) >= KNOWN_LIMIT:
                del self._links[next(iter(self._links))]
            token = self._tools.draw_bytes(TOKEN_BYTES).hex()
            self._links[hash_token(token)] = Link(made_at=now)
            return token

    def show(self) -> None:
        """Tell the token of a new link to whoever started the server.

        Raises:
            NotFound: Nobody is told here.
            RateLimited: The last one was made just now, and waits to be used.
        """
        if self._show is None:
            raise NotFound("this server shows no links; sign in with a key, `poseloom key create` makes one")
        self._show(self.open())

    def spend(self, token: str, work: Callable[[], T]) -> T:
        """Return what is done for a link; one that asks at the same time comes too late, unless this fails.

        Raises:
            LinkSpent: It opens nothing, or nothing any more.
        """
        name = hash_token(token)
        with self._lock:
            link = self._links.get(name)
            check_link(link, self._tools.now())
            assert link is not None
            done = work()
            self._links[name] = replace(link, is_used=True)
            return done


def _find_desk(request: Request) -> LinkDesk:
    """Return the desk of the app whose own page sent this.

    Raises:
        OriginRefused: Another page did, or none.
    """
    check_origin(request.headers.get("origin"), request.headers.get("host"))
    desk = request.app.state.links
    assert isinstance(desk, LinkDesk)
    return desk


OwnDesk = Annotated[LinkDesk, Depends(_find_desk)]
router = APIRouter(prefix="/studio", include_in_schema=False)


@router.post("/sign-in")
async def sign_in(request: Request, door: OpenDoor, desk: OwnDesk) -> Response:
    """Give a key for a link's token."""
    body = await read_model(request, LinkBody)
    service = door.service

    def work() -> dict[str, object]:
        with service.database.write() as unit:
            key, text = make_link_key(unit, service.tools)
        return {**write_key(key), "api_key": text}

    document = await run_in_threadpool(desk.spend, body.token, work)
    return Response(write_json(document), 201, {"Cache-Control": "no-store"}, media_type=JSON_TYPE)


@router.post("/link")
async def show_link(desk: OwnDesk) -> Response:
    """Show a new link where the first one was shown."""
    await run_in_threadpool(desk.show)
    return Response('{"shown":true}', 202, media_type=JSON_TYPE)
