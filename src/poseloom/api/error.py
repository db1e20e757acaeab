"""Errors on the wire: one table of statuses, one shape (docs/reference/errors.md)."""

import http
import json
from collections.abc import Iterator, Mapping, Sequence

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.routing import Match

from poseloom.core import error as tree
from poseloom.core.error import (
    FaultError,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    PoseloomError,
    StorageFailed,
)

STATUSES: Mapping[type[PoseloomError], int] = {
    tree.PoseloomError: 500,
    tree.InputError: 400,
    tree.TooLarge: 413,
    tree.UnsupportedMedia: 415,
    tree.InvalidTransition: 409,
    tree.AccessError: 403,
    tree.Unauthorized: 401,
    tree.Forbidden: 403,
    tree.NotFound: 404,
    tree.MethodNotAllowed: 405,
    tree.HostRefused: 421,
    tree.LinkSpent: 410,
    tree.RateLimited: 429,
    tree.StateError: 409,
    tree.InsufficientCredits: 402,
    tree.VersionMismatch: 412,
    tree.WorldError: 503,
    tree.GeneratorRefused: 422,
    tree.FaultError: 500,
}
"""A class without a line of its own has its parent's."""

_log = structlog.get_logger()


def find_status(error: type[PoseloomError]) -> int:
    """Return the HTTP status of an error's class."""
    return next(STATUSES[parent] for parent in error.__mro__ if parent in STATUSES)


def list_errors(root: type[PoseloomError] = PoseloomError) -> Iterator[type[PoseloomError]]:
    """Yield every class of the tree, parents first."""
    yield root
    for child in root.__subclasses__():
        yield from list_errors(child)


def answer_error(error: PoseloomError) -> Response:
    """Return an error as a response."""
    headers: dict[str, str] = {}
    wait = error.fields.get("retry_after_seconds")
    if wait is not None:
        headers["Retry-After"] = str(wait)
    if isinstance(error, tree.Unauthorized):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, tree.MethodNotAllowed):
        headers["Allow"] = str(error.fields.get("allow", ""))
    if isinstance(error, tree.WorldError):
        headers.setdefault("Retry-After", "2")
    content = json.dumps(error.document(), ensure_ascii=False, default=str)
    return Response(content, find_status(type(error)), headers, media_type="application/json")


def install_errors(app: FastAPI) -> None:
    """Let every failure leave in the one shape."""
    app.add_exception_handler(PoseloomError, _answer_known)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_exception_handler(Exception, _answer_defect)


def _answer_known(request: Request, error: Exception) -> Response:
    assert isinstance(error, PoseloomError)
    if find_status(type(error)) >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("request_failed", path=request.url.path, code=error.code, error=error.message)
    if isinstance(error, StorageFailed):
        # Where our disks are is for the log, not for a caller.
        return answer_error(StorageFailed("the server's storage did not answer; try again in a moment"))
    return answer_error(error)


def _answer_invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    problem = error.errors()[0]
    if problem["type"] == "json_invalid":
        reason = problem.get("ctx", {}).get("error", "it cannot be read")
        return answer_error(InvalidRequest(f"body: is not JSON: {reason}; mend it there", field="body"))
    field = name_field(problem["loc"])
    return answer_error(InvalidRequest(f"{field}: {problem['msg'][:1].lower()}{problem['msg'][1:]}", field=field))


def name_field(location: Sequence[str | int]) -> str:
    """Return a field's path as messages name it, `edges[2].source`, from where a validator found it."""
    parts = location[1:] if location and location[0] in {"body", "query", "path", "header"} else location
    text = ""
    for part in parts:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text or str(location[0] if location else "body")


def _answer_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    path = request.url.path
    match error.status_code:
        case http.HTTPStatus.NOT_FOUND:
            return answer_error(NotFound(f"there is nothing at {path[:200]}; see /docs"))
        case http.HTTPStatus.METHOD_NOT_ALLOWED:
            allow = ", ".join(_list_methods(request))
            problem = f"{request.method} is not known at {path[:200]}; use {allow}"
            return answer_error(MethodNotAllowed(problem, allow=allow))
        case http.HTTPStatus.BAD_REQUEST:
            return answer_error(InvalidRequest(f"body: {error.detail}", field="body"))
        case _:
            return answer_error(FaultError(f"{error.detail}"))


def _list_methods(request: Request) -> list[str]:
    """Return every method that some route knows at an address; a router by itself names those of one route alone."""
    known: set[str] = set()
    for route in iter_route_contexts(request.app.routes):
        if route.matches(dict(request.scope))[0] is not Match.NONE:
            known |= route.methods or set()
    return sorted(known)


def _answer_defect(request: Request, error: Exception) -> Response:
    _log.error("request_broken", path=request.url.path, exc_info=error)
    return answer_error(FaultError("this is a defect of ours; the server's log has it. Please report it"))
