"""Parameters that several operations share: how they are described, and how they are read."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request

from poseloom.api.door import find_door
from poseloom.core.error import InvalidRequest

WAIT_DEFAULT_SECONDS = 25
"""For `wait=true`: clients in use give up after 30 s."""
WAIT_LIMIT_SECONDS = 60
SWITCHES = {"true": True, "1": True, "false": False, "0": False}


def describe_path(name: str, meaning: str) -> dict[str, Any]:
    """Return the description of a part of the path."""
    return {"name": name, "in": "path", "required": True, "description": meaning, "schema": {"type": "string"}}


def describe_query(name: str, meaning: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the description of an optional part of the query."""
    return {"name": name, "in": "query", "required": False, "description": meaning, "schema": dict(schema)}


def describe_header(name: str, meaning: str, example: str) -> dict[str, Any]:
    """Return the description of an optional header."""
    schema = {"type": "string"}
    return {
        "name": name,
        "in": "header",
        "required": False,
        "description": meaning,
        "schema": schema,
        "example": example,
    }


COLLECTION_ID = describe_path("collection_id", "Id of the collection.")
CANVAS_ID = describe_path("canvas_id", "Id of the canvas.")
IF_NONE_MATCH = describe_header(
    "If-None-Match",
    "The `ETag` of what the client has: 304 while it is still that.",
    '"5d41402abc4b2a76b9719d911017c592"',
)
WAIT = describe_query(
    "wait",
    f"`true` holds the answer for up to {WAIT_DEFAULT_SECONDS} s, a number for so many seconds, at most "
    f"{WAIT_LIMIT_SECONDS}.",
    {"anyOf": [{"type": "boolean"}, {"type": "number", "minimum": 0}], "default": False},
)
PARTIAL = describe_query(
    "partial",
    "Export what there is: edges without a clip are in the document, without videos.",
    {"type": "boolean", "default": False},
)


def add_parameters(description: Mapping[str, Any], *parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return an operation's description, as `operation.describe` gives it, with parameters that it reads itself."""
    extra = description["openapi_extra"] or {}
    return {**description, "openapi_extra": {**extra, "parameters": [dict(parameter) for parameter in parameters]}}


def read_wait(request: Request) -> float:
    """Return for how many seconds an answer is held, 0 when it is not.

    Raises:
        InvalidRequest: `wait` is neither a switch nor a number of seconds.
    """
    text = request.query_params.get("wait", "false").strip().lower()
    limit_seconds = min(find_door(request).service.hold_seconds, WAIT_LIMIT_SECONDS)
    match text:
        case "true":
            return min(WAIT_DEFAULT_SECONDS, limit_seconds)
        case "false" | "":
            return 0
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not seconds >= 0:
        raise InvalidRequest(
            f"wait: must be true, false or seconds up to {WAIT_LIMIT_SECONDS}, not {text[:40]!r}", field="wait"
        )
    return min(seconds, limit_seconds)


def read_switch(request: Request, name: str) -> bool:
    """Return a switch of the query, off unless it is given.

    Raises:
        InvalidRequest: It is neither `true` nor `false`.
    """
    text = request.query_params.get(name, "false")
    value = SWITCHES.get(text.strip().lower())
    if value is None:
        raise InvalidRequest(f"{name}: must be true or false, not {text[:40]!r}", field=name)
    return value


def knows_etag(header: str, etag: str) -> bool:
    """Say whether `If-None-Match` names this ETag; weak names count, as the standard wants it here."""
    names = (name.strip().removeprefix("W/") for name in header.split(","))
    return any(name in {"*", etag} for name in names)
