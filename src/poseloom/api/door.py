"""The door: a request comes in, one transaction is opened, a document goes out."""

import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, TypeVar

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, ValidationError
from starlette.concurrency import run_in_threadpool

from poseloom.api.access import KeyRing
from poseloom.api.error import name_field
from poseloom.api.service import Service
from poseloom.core.caller import Caller
from poseloom.core.credential import Scope, check_scope
from poseloom.core.error import InvalidRequest, NotFound, TooLarge, UnsupportedMedia
from poseloom.core.idempotency import (
    HEADER,
    KEY_LIFETIME_SECONDS,
    check_replay,
    fingerprint_request,
    read_idempotency_key,
)
from poseloom.core.page import LIMIT_DEFAULT, LIMIT_MAX, Page, read_page
from poseloom.ports.unit import Unit

BODY_LIMIT_BYTES = 48 * 2**20
"""A picture of the largest size that is read, as base64."""
DECODING_LIMIT = 2
"""Pictures that are decoded at once."""
JSON_TYPE = "application/json"
REPLAYED = "Idempotent-Replayed"
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a verb answers over HTTP.

    Attributes:
        kept_document: What a replay answers, when the document shows something that must not be kept.
    """

    document: Mapping[str, object] | None
    status_code: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    kept_document: Mapping[str, object] | None = None

    def write(self) -> str:
        """Return the body."""
        return "" if self.document is None else write_json(self.document)

    def write_kept(self) -> str:
        """Return the body as it is kept for replays, without what is shown once."""
        return self.write() if self.kept_document is None else write_json(self.kept_document)


Verb = Callable[[Unit, Caller], Answer]


def write_json(document: object) -> str:
    """Return a document as text, as every answer is written."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


class Door:
    """Opens one transaction for each request, in a thread, so that the server goes on listening."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.ring = KeyRing(service)
        # A picture of the largest size takes some hundred megabytes while it is decoded.
        self.decoding = threading.BoundedSemaphore(DECODING_LIMIT)

    async def identify(self, request: Request, scope: Scope) -> Caller:
        """Return who calls, if the key has the scope.

        Raises:
            Unauthorized: There is no key, or none that is known.
            Forbidden: It lacks the scope.
        """
        caller = await self.ring.identify(request)
        check_scope(caller.scopes, scope)
        return caller

    async def read(self, request: Request, verb: Verb, scope: Scope = Scope.READ) -> Response:
        """Answer with what a verb reads."""
        caller = await self.identify(request, scope)

        def work() -> Response:
            with self.service.database.read() as unit:
                return _respond(verb(unit, caller))

        return await run_in_threadpool(work)

    async def write(
        self, request: Request, verb: Verb, scope: Scope = Scope.WRITE, *, content: bytes | None = None
    ) -> Response:
        """Do what a verb does, and answer; with an idempotency key only once.

        Args:
            request: Its method, path and body tell it from others under the same key.
            verb: Called inside the transaction.
            scope: What the key must be allowed.
            content: Stands for the body where that is a stream, such as an upload.
        """
        caller = await self.identify(request, scope)
        key = request.headers.get(HEADER)
        if key is None:
            return await run_in_threadpool(self._work, verb, caller)
        key = read_idempotency_key(key)
        path = f"{request.url.path}?{request.url.query}"
        body = await request.body() if content is None else content
        fingerprint = fingerprint_request(request.method, path, body)
        return await run_in_threadpool(self._work_once, verb, caller, key, fingerprint)

    def _work(self, verb: Verb, caller: Caller) -> Response:
        with self.service.database.write() as unit:
            answer = verb(unit, caller)
        return _respond(answer)

    def _work_once(self, verb: Verb, caller: Caller, key: str, fingerprint: str) -> Response:
        now = self.service.tools.now()
        lapse = now - timedelta(seconds=KEY_LIFETIME_SECONDS)
        with self.service.database.write() as unit:
            kept = unit.replies.claim(caller.workspace_id, key, fingerprint, now, lapse)
            if kept is not None:
                check_replay(kept.fingerprint, fingerprint)
                body = kept.body.encode()
                headers = {**kept.headers, REPLAYED: "true"}
                return Response(body, kept.status_code, headers, media_type=JSON_TYPE if body else None)
            answer = verb(unit, caller)
            unit.replies.keep(caller.workspace_id, key, answer.status_code, answer.headers, answer.write_kept())
        return _respond(answer)


def _respond(answer: Answer) -> Response:
    headers = dict(answer.headers)
    if answer.document is None:
        return Response(None, answer.status_code, headers)
    return Response(answer.write(), answer.status_code, headers, media_type=JSON_TYPE)


async def read_body(request: Request, *, limit_bytes: int = BODY_LIMIT_BYTES) -> object:
    """Return a request's JSON body, None when there is none.

    Raises:
        TooLarge: It has more bytes than are read.
        UnsupportedMedia: It is said to be something else than JSON.
        InvalidRequest: It is not JSON.
    """
    content = bytearray()
    if hasattr(request, "_body"):
        content += await request.body()
    else:
        async for part in request.stream():
            content += part
            if len(content) > limit_bytes:
                problem = f"body: has more than {limit_bytes // 2**20} MiB; send less"
                raise TooLarge(problem, limit_bytes=limit_bytes, field="body")
        request._body = bytes(content)  # noqa: SLF001 - so that `request.body()` works afterwards, as Starlette's own does
    if not content.strip():
        return None
    kind = request.headers.get("content-type", JSON_TYPE).partition(";")[0].strip().lower()
    if kind != JSON_TYPE and not kind.endswith("+json"):
        raise UnsupportedMedia(f"Content-Type: {kind[:80]!r} is not understood here; send {JSON_TYPE}")
    try:
        document: object = json.loads(bytes(content), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidRequest(f"body: is not JSON: {error}; mend it there", field="body") from error
    _check_text(bytes(content))
    return document


async def read_model(request: Request, model: type[Model]) -> Model:
    """Return a request's JSON body, checked.

    Raises:
        TooLarge: It has more bytes than are read.
        UnsupportedMedia: It is said to be something else than JSON.
        InvalidRequest: It is not JSON, or a field has the wrong form.
    """
    document = await read_body(request)
    is_absent = document is None and not (await request.body()).strip()
    try:
        return model.model_validate({} if is_absent else document)
    except ValidationError as error:
        problem = error.errors()[0]
        field = name_field(["body", *problem["loc"]])
        message = problem["msg"]
        raise InvalidRequest(f"{field}: {message[:1].lower()}{message[1:]}", field=field) from error


def _check_text(content: bytes) -> None:
    """Refuse halves of characters, which nobody can keep."""
    if b"\\ud" in content.lower():
        try:
            json.dumps(json.loads(content), ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            raise InvalidRequest(
                "body: has half a character (a lone surrogate); mend the text", field="body"
            ) from error


def _refuse_constant(word: str) -> object:
    raise ValueError(f"{word} is no JSON number")


def find_base_url(request: Request, service: Service) -> str:
    """Return how clients reach this server, without a slash at the end."""
    return service.base_url or str(request.base_url).rstrip("/")


def write_etag(*parts: object) -> str:
    """Return a strong entity tag of what these values say."""
    return f'"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


def read_version(request: Request) -> int | None:
    """Return the version that `If-Match` names; None when there is none or it is `*`.

    Raises:
        InvalidRequest: It is not an ETag of ours.
    """
    text = request.headers.get("if-match")
    if text is None or text.strip() == "*":
        return None
    digits = text.strip().removeprefix("W/").strip('"').removeprefix("v")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 9:
        # A tag that we never gave matches nothing.
        return -1
    return int(digits)


def write_version(version: int) -> str:
    """Return the ETag of a canvas' version."""
    return f'"v{version}"'


def find_door(request: Request) -> Door:
    """Return the door of the app that a request came to."""
    door = request.app.state.door
    assert isinstance(door, Door)
    return door


OpenDoor = Annotated[Door, Depends(find_door)]


async def ask_for_key(request: Request) -> None:
    """Refuse whoever has no key, before anything of the request is looked at: its body may be large.

    Raises:
        Unauthorized: There is no key, or none that is known.
        RateLimited: The key has called too often.
        NotFound: The address has a NUL character, which no id has and databases do not take.
        InvalidRequest: The query has one.
    """
    await find_door(request).ring.identify(request)
    if "\0" in request.url.path or "%00" in request.url.path:
        raise NotFound("there is nothing at an address with a NUL character; check the ids")
    for name, value in request.query_params.multi_items():
        if "\0" in value or "\0" in name:
            raise InvalidRequest(f"{name[:80]!r}: has a NUL character; leave it out", field=name[:80])


KEY_FIRST = [Depends(ask_for_key)]
"""Dependencies of every router behind a key."""


def find_page(
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX, description="How many a page holds.")] = LIMIT_DEFAULT,
    cursor: Annotated[
        str | None,
        Query(
            min_length=1, max_length=1000, pattern=r"^[A-Za-z0-9_-]+$", description="`next_cursor` of the page before."
        ),
    ] = None,
) -> Page:
    """Return the page of a list that a request asks for.

    Raises:
        InvalidRequest: The cursor is not one of ours.
    """
    return read_page(limit, cursor)


ListPage = Annotated[Page, Depends(find_page)]
