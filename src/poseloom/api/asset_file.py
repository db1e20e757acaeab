"""Files by their address: public, immutable, fast; those that are still being made say when to ask again."""

import re
import time
from collections import OrderedDict
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from poseloom.api.door import find_door
from poseloom.api.error import answer_error
from poseloom.api.file import METHODS, OPEN_HEADERS, FileFacts, answer_preflight, serve_file
from poseloom.api.operation import ErrorDocument, describe
from poseloom.api.parameter import IF_NONE_MATCH, add_parameters, describe_header
from poseloom.api.service import Service
from poseloom.core.asset import find_job_id, name_file
from poseloom.core.error import FaultError, NotFound, PoseloomError, StorageFailed
from poseloom.ports.unit import Unit

RETRY_SECONDS = 2
KNOWN_LIMIT = 10_000
KNOWN_SECONDS = 60
"""How long a file is served without a look whether it was removed; what it is never changes."""
_NAME = re.compile(r"[a-zA-Z0-9._-]{1,200}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Known:
    facts: FileFacts
    until: float


class FileIndex:
    """Files by name. Threads share it: each step on the dictionary is one of its own."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._known: OrderedDict[str, _Known] = OrderedDict()

    def find(self, name: str) -> FileFacts:
        """Return what is known of a public file.

        Raises:
            NotFound: It is not there; `retry_after_seconds` says so when it is being made.
            StorageFailed: The database cannot be reached.
        """
        known = self._known.get(name)
        if known is not None and known.until > time.monotonic():
            return known.facts
        if _NAME.fullmatch(name) is None:
            raise _refuse(name)
        with self._service.database.read() as unit:
            facts = _look_up(unit, name)
        self._known[name] = _Known(facts, time.monotonic() + KNOWN_SECONDS)
        while len(self._known) > KNOWN_LIMIT:
            self._known.popitem(last=False)
        return facts


def _look_up(unit: Unit, name: str) -> FileFacts:
    asset = unit.assets.find_by_name(name)
    if asset is not None and asset.kind.is_public:
        return FileFacts(sha256=asset.sha256, size_bytes=asset.size_bytes, media_type=asset.media_type, name=name)
    job_id = find_job_id(name)
    job = None if job_id is None else unit.jobs.read(job_id)
    if job is not None and not job.state.is_final:
        names = {name_file(job.label, job.id, kind) for kind in job.assets if kind.is_public}
        if name in names:
            raise NotFound(f"{name}: is being made; ask again in {RETRY_SECONDS} s", retry_after_seconds=RETRY_SECONDS)
    raise _refuse(name)


def _refuse(name: str) -> NotFound:
    return NotFound(f"there is no file {name[:200]!r} here; check the address")


router = APIRouter(tags=["Files"])
_BYTES = {"schema": {"type": "string", "format": "binary"}}
_TYPES = ("video/webm", "video/quicktime", "video/mp4", "image/png", "image/jpeg", "image/webp")
_WHOLE = {"description": "The file.", "content": dict.fromkeys(_TYPES, _BYTES)}
_PART = {"description": "The part that `Range` names.", "content": dict.fromkeys(_TYPES, _BYTES)}


# The route nearer to the function takes every request; this one is there to be described.
@router.get(
    "/files/{name}",
    summary="Get a file",
    operation_id="read_file",
    **add_parameters(
        describe(
            answers={
                200: _WHOLE,
                206: _PART,
                304: {"description": "It is what `If-None-Match` names."},
                416: {"description": "`Range` begins behind the end of the file.", "model": ErrorDocument},
            },
            refuses=[NotFound],
            always=(FaultError, StorageFailed),
        ),
        describe_header("Range", "Part of the file that is wanted.", "bytes=0-1023"),
        IF_NONE_MATCH,
    ),
)
@router.api_route("/files/{name}", methods=list(METHODS), include_in_schema=False)
async def serve(request: Request, name: str) -> Response:
    """Serve a clip or a picture to whoever has its address, whole or in part, for any page and for ever.

    The address of a clip is given when its job is queued; until the clip is there it is 404 with `Retry-After`.
    """
    if request.method == "OPTIONS":
        return answer_preflight()
    index = request.app.state.files
    assert isinstance(index, FileIndex)
    service = find_door(request).service

    def work() -> Response:
        return serve_file(request, index.find(name), service.blobs)

    try:
        return await run_in_threadpool(work)
    except (NotFound, StorageFailed) as error:
        return _answer_openly(error)


def _answer_openly(error: PoseloomError) -> Response:
    """Return an error that a page of any origin can read, and that no cache keeps."""
    response = answer_error(error)
    response.headers.update({**OPEN_HEADERS, "Cache-Control": "no-store"})
    response.headers["Access-Control-Expose-Headers"] += ", Retry-After"
    return response
