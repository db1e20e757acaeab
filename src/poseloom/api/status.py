"""How far a canvas is: asked for again and again, held until it changes, or told as it happens."""

import time
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from pydantic import BaseModel, ConfigDict, Field

from poseloom.api.board import Reading, StatusBoard
from poseloom.api.door import find_door
from poseloom.api.operation import describe
from poseloom.api.parameter import (
    CANVAS_ID,
    COLLECTION_ID,
    IF_NONE_MATCH,
    WAIT,
    add_parameters,
    describe_header,
    describe_query,
    knows_etag,
    read_wait,
)
from poseloom.api.watch import hold
from poseloom.core.caller import Caller
from poseloom.core.credential import Scope
from poseloom.core.error import InvalidRequest, NotFound, PoseloomError

STREAM_HOLDS = 60
"""A stream ends after so many holds; its client comes back with `Last-Event-ID` and misses nothing."""
HEARTBEAT_SECONDS = 15
PATH = "/v1/collections/{collection_id}/canvases/{canvas_id}"


class JobErrorDocument(BaseModel):
    """Why a job has no clip."""

    code: str
    message: str
    retryable: bool


class ReasonDocument(BaseModel):
    """Why an in-between is not trusted further."""

    code: Literal["empty_pose", "differs", "stretches", "hidden", "torn", "cut", "parts"]
    message: str
    tip: str = Field(description="What to draw about it.")


class ConfidenceDocument(BaseModel):
    """How far the in-between of two poses is to be trusted."""

    value: float = Field(ge=0, le=1)
    rendering: Literal["flows", "limbs", "staged"] = Field(
        description="The drawing flows; limbs turn about their joints; or the poses are exchanged in a quick moment."
    )
    limbs: int = Field(description="How many limbs turn.")
    reasons: list[ReasonDocument] = Field(max_length=3, description="Why no further, the heaviest first.")


class EdgeStatusDocument(BaseModel):
    """Where one edge stands."""

    edge_id: str
    kind: Literal["loop", "forward", "reverse"]
    source: str
    target: str
    status: Literal["completed", "pending", "failed"]
    job_id: str | None
    error: JobErrorDocument | None
    frames_done: int | None
    frames_total: int | None
    confidence: ConfidenceDocument | None = Field(
        description="Of its clip; null without one, for a loop, and for what a service elsewhere drew."
    )


class CreditsSpentDocument(BaseModel):
    """What a canvas has cost."""

    charged: float
    refunded: float
    spent: float


class StatusDocument(BaseModel):
    """How far a canvas is; any-state edges do not count."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "canvas_id": "cnv_5d41402abc4b2a76b9719d911017c592",
                "total_edges": 14,
                "completed": 10,
                "pending": 3,
                "failed": 1,
                "ready": False,
                "progress": 0.71,
                "edges": [],
                "credits": {"charged": 140, "refunded": 20, "spent": 120},
                "eta_seconds": 12,
            }
        }
    )
    canvas_id: str
    total_edges: int
    completed: int
    pending: int
    failed: int
    ready: bool = Field(description="Every edge has its clip: the canvas can be exported.")
    progress: float = Field(ge=0, le=1, description="Rounded down to two places, so that 1.0 means ready.")
    edges: list[EdgeStatusDocument]
    credits: CreditsSpentDocument
    eta_seconds: int | None = Field(description="0 when nothing is under way, null when nobody knows yet.")


class DirectRoute(APIRoute):
    """A route whose function takes the request alone: FastAPI describes it and has nothing to prepare for it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the function itself."""
        endpoint: Callable[[Request], Coroutine[Any, Any, Response]] = self.endpoint
        return endpoint


class ReadyResponse(Response):
    """An answer whose headers were written before."""

    def __init__(self, status_code: int, body: bytes, headers: tuple[tuple[bytes, bytes], ...]) -> None:
        self.status_code = status_code
        self.body = body
        # Others add theirs to the list on its way out.
        self.raw_headers = list(headers)
        self.background = None


_EXAMPLE_EVENT = (
    'event: status\ndata: {"canvas_id": "cnv_5d41402abc4b2a76b9719d911017c592", "progress": 0.71}\nid: 7\n\n'
)
_EVENT = {
    "type": "object",
    "required": ["event", "id", "data"],
    "properties": {
        "event": {"const": "status"},
        "id": {"type": "string", "description": "A revision, for `Last-Event-ID`."},
        "data": {"type": "string", "contentMediaType": "application/json", "description": "A status document."},
    },
}
"""One event, as clients parse it."""
router = APIRouter(tags=["Status"], route_class=DirectRoute)
_ETAG_HEADERS = {
    "ETag": {"description": "Of this document, for `If-None-Match`.", "schema": {"type": "string"}},
}


@router.get(
    PATH + "/status",
    summary="Ask how far a canvas is",
    operation_id="read_status",
    **add_parameters(
        describe(
            answers={
                200: {"model": StatusDocument, "description": "How far it is.", "headers": _ETAG_HEADERS},
                304: {"description": "It is still what `If-None-Match` names."},
            },
            refuses=(NotFound,),
        ),
        COLLECTION_ID,
        CANVAS_ID,
        WAIT,
        IF_NONE_MATCH,
    ),
)
async def tell_status(request: Request) -> Response:
    """Tell how many of a canvas' edges have their clip.

    Cheap to poll: unchanged statuses come from memory, and `If-None-Match` makes them 304. With `wait` the answer is
    held until the status differs from what `If-None-Match` names, or from the one at arrival.
    """
    caller = await find_door(request).identify(request, Scope.READ)
    address = request.path_params["collection_id"], request.path_params["canvas_id"]
    board = find_board(request)
    reading = await board.read(caller, *address)
    known = request.headers.get("if-none-match")
    if request.scope["query_string"]:
        wait_seconds = read_wait(request)
        if wait_seconds and (known is None or knows_etag(known, reading.etag)):
            etag = reading.etag
            changed = board.wait(caller, address, lambda fresh: fresh.etag != etag, wait_seconds)
            reading = await hold(request, changed) or reading
    if known is not None and knows_etag(known, reading.etag):
        return ReadyResponse(304, b"", reading.short_headers)
    return ReadyResponse(200, reading.body, reading.headers)


@router.get(
    PATH + "/events",
    summary="Hear how far a canvas is, as it happens",
    operation_id="hear_status",
    **add_parameters(
        describe(
            answers={
                200: {
                    "description": "Server-sent events `status`: `id` is a revision, `data` a status document.",
                    "content": {"text/event-stream": {"schema": _EVENT, "example": _EXAMPLE_EVENT}},
                }
            },
            refuses=(NotFound,),
        ),
        COLLECTION_ID,
        CANVAS_ID,
        describe_query(
            "until",
            "`settled` ends the stream when no job is under way; else it stays open until the client leaves.",
            {"type": "string", "enum": ["settled"]},
        ),
        describe_header("Last-Event-ID", "Of the last event that came; it is not sent again.", "7"),
    ),
)
async def tell_events(request: Request) -> Response:
    """Tell a canvas' status now and after each change.

    A comment every 15 seconds keeps the connection open. A client that comes back sends `Last-Event-ID`.
    """
    caller = await find_door(request).identify(request, Scope.READ)
    until = request.query_params.get("until", "")
    if until not in {"", "settled"}:
        raise InvalidRequest(f"until: must be settled, not {until[:40]!r}; leave it out to listen on", field="until")
    address = request.path_params["collection_id"], request.path_params["canvas_id"]
    # What is refused is refused before the stream begins.
    reading = await find_board(request).read(caller, *address)
    events = write_events(request, caller, address, reading, to_settled=bool(until))
    return EventSourceResponse(events, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})


async def write_events(
    request: Request,
    caller: Caller,
    address: tuple[str, str],
    reading: Reading,
    *,
    to_settled: bool,
    heartbeat_seconds: float = HEARTBEAT_SECONDS,
) -> AsyncIterator[bytes]:
    """Yield a canvas' status and each that follows it, as events; a comment when there is none for a while.

    Args:
        request: The one that is answered; its key is looked at again from time to time.
        caller: Who asks.
        address: Ids of the collection and its canvas.
        reading: The status at the beginning.
        to_settled: It ends when no job is under way.
        heartbeat_seconds: How long a while is.
    """
    board, ring = find_board(request), find_door(request).ring
    sent = reading.etag if request.headers.get("last-event-id") == str(reading.revision) else None
    checked_at = started_at = time.monotonic()
    life_seconds = find_door(request).service.hold_seconds * STREAM_HOLDS
    while time.monotonic() - started_at < life_seconds or sent is None:
        if reading.etag != sent:
            sent = reading.etag
            yield format_sse_event(data_str=reading.body.decode(), event="status", id=str(reading.revision))
        if board.watch.is_closed or (to_settled and reading.is_settled):
            return
        try:
            is_news = _expect(sent, to_settled=to_settled)
            reading = await board.wait(caller, address, is_news, min(heartbeat_seconds, life_seconds))
            if time.monotonic() - checked_at >= heartbeat_seconds:
                # The key may have been revoked since.
                await ring.recognise(request)
                checked_at = time.monotonic()
        except PoseloomError:
            return
        if reading.etag == sent:
            yield KEEPALIVE_COMMENT


def _expect(etag: str | None, *, to_settled: bool) -> Callable[[Reading], bool]:
    """Return what tells whether there is something to send, or nothing more to wait for."""
    return lambda fresh: fresh.etag != etag or (to_settled and fresh.is_settled)


def find_board(request: Request) -> StatusBoard:
    """Return the status board of the app that a request came to."""
    board = request.app.state.board
    assert isinstance(board, StatusBoard)
    return board
