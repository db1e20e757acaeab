"""How an operation is described: what it takes, what it answers, and every way in which it refuses."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from poseloom.api.error import find_status
from poseloom.core.error import (
    FaultError,
    Forbidden,
    InvalidRequest,
    PoseloomError,
    RateLimited,
    StorageFailed,
    Unauthorized,
)

ALWAYS = (InvalidRequest, Unauthorized, Forbidden, RateLimited, FaultError, StorageFailed)
"""What any operation behind a key may answer."""


class ErrorBody(BaseModel):
    """What went wrong. Some codes carry more fields beside these two."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"additionalProperties": True})
    code: str
    message: str


class ErrorDocument(BaseModel):
    """How every failure looks."""

    error: ErrorBody


def describe(
    *,
    answers: Mapping[int, object],
    refuses: Sequence[type[PoseloomError]] = (),
    body: Mapping[str, Any] | type[BaseModel] | None = None,
    body_required: bool = True,
    example: object = None,
    always: Sequence[type[PoseloomError]] = ALWAYS,
) -> dict[str, Any]:
    """Return the part of a route's decorator that describes it.

    Args:
        answers: By status, the model of a JSON answer; a dict is taken as OpenAPI's own description, None is no body.
        refuses: Errors of its own, beside those that any operation may answer.
        body: JSON schema, or the model, of a body that the route reads itself.
        body_required: Whether there must be one.
        example: Of that body.
        always: Errors that any operation may answer.
    """
    responses: dict[int, dict[str, Any]] = {}
    for status, answer in answers.items():
        match answer:
            case None:
                responses[status] = {"description": "Done; there is no body."}
            case dict():
                responses[status] = answer
            case _:
                responses[status] = {"model": answer}
    responses |= _describe_errors([*always, *refuses])
    extra: dict[str, Any] = {}
    if body is not None:
        schema = dict(body) if isinstance(body, Mapping) else body.model_json_schema()
        content: dict[str, Any] = {"schema": schema}
        if example is not None:
            content["example"] = example
        extra["requestBody"] = {"required": body_required, "content": {"application/json": content}}
    return {"responses": responses, "openapi_extra": extra or None, "response_model": None}


def _describe_errors(errors: Sequence[type[PoseloomError]]) -> dict[int, dict[str, Any]]:
    by_status: dict[int, list[type[PoseloomError]]] = {}
    for error in dict.fromkeys(errors):
        by_status.setdefault(find_status(error), []).append(error)
    return {
        status: {
            "model": ErrorDocument,
            "description": " · ".join(f"`{error.code}`: {(error.__doc__ or '').splitlines()[0]}" for error in known),
            "content": {
                "application/json": {
                    "examples": {
                        error.code: {"value": {"error": {"code": error.code, "message": "what is wrong; the fix"}}}
                        for error in known
                    }
                }
            },
        }
        for status, known in sorted(by_status.items())
    }


IDEMPOTENT: Mapping[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key within 24 hours gets the same answer, and nothing is done twice.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
}
"""Every operation that writes takes this header."""

IF_MATCH: Mapping[str, Any] = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The ETag that was read; when someone else has saved since, the answer is 412.",
    "schema": {"type": "string"},
}
