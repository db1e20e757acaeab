"""The description of the whole API: what FastAPI gathers from the routes, and what holds for all of them."""

from collections.abc import Iterator, Mapping
from importlib import metadata
from typing import Any

from fastapi import APIRouter, FastAPI

from poseloom.api.job import EXAMPLE, JobDocument
from poseloom.api.operation import IDEMPOTENT

DESCRIPTION = """From a few poses to a living mascot: draw or upload poses, join them into a canvas, make one call, and
every edge gets a transparent transition video.

Every call under `/v1` needs the header `Authorization: Bearer masko_…`. Failures are
`{"error": {"code", "message", …}}`; codes are stable, messages are for people."""
TAGS: Mapping[str, str] = {
    "Mascots": "A collection is one mascot; projects group them.",
    "Poses": "Pictures of a mascot: uploaded once, shown by nodes.",
    "Canvases": "State machines of poses: nodes, edges between them, and inputs that decide.",
    "Generation": "One call, every clip: priced, charged and queued together or not at all.",
    "Status": "How far a canvas is: polled cheaply, waited for, or heard as it happens.",
    "Jobs": "The durable unit that makes one clip.",
    "Export": "What players read, a bundle that runs anywhere, and what is wrong with a canvas.",
    "Files": "Clips and pictures by their address: public, immutable, with byte ranges.",
    "Account": "Workspace, keys, credits and the ledger.",
}
SECURITY = "ApiKey"
WRITES = ("post", "put", "patch", "delete")
METHODS = ("get", *WRITES, "head", "options")
NEVER = "422"
"""FastAPI's own word for a bad request; here it is 400, described with every operation."""
EXAMPLES: Mapping[str, object] = {JobDocument.__name__: EXAMPLE}
"""Documents with nulls in them, which FastAPI would leave out."""
UNSAID = "Successful Response"
"""FastAPI's own words where nothing was said."""
RETRY_STATUSES = ("429", "503")


class Api(FastAPI):
    """FastAPI, with a description that is whole."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document, written once."""
        if self.openapi_schema is None:
            document = super().openapi()
            finish_openapi(document)
            self.openapi_schema = document
        return self.openapi_schema


def open_api(base_url: str | None, routers: list[APIRouter], **settings: Any) -> Api:  # noqa: ANN401 - FastAPI's own
    """Return an app with routes and their description, and nothing behind them yet."""
    api = Api(
        title="Poseloom",
        version=metadata.version("poseloom"),
        description=DESCRIPTION,
        openapi_tags=[{"name": name, "description": meaning} for name, meaning in TAGS.items()],
        servers=[{"url": base_url or "/"}],
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        **settings,
    )
    for router in routers:
        api.include_router(router)
    return api


def list_operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield path, method and description of every operation."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def finish_openapi(document: dict[str, Any]) -> None:
    """Add to a document what holds for all operations: the key, the idempotency key, when to come again."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for name, example in EXAMPLES.items():
        schemas[name]["example"] = example
    document["components"]["securitySchemes"] = {
        SECURITY: {"type": "http", "scheme": "bearer", "bearerFormat": "masko_ and 64 hex digits"}
    }
    for path, method, operation in list_operations(document):
        if "HTTPValidationError" in str(operation["responses"].get(NEVER)):
            del operation["responses"][NEVER]
        for response in operation["responses"].values():
            if response["description"] == UNSAID:
                response["description"] = "Done."
        for status in RETRY_STATUSES:
            _describe_retry(operation["responses"].get(status))
        if path.startswith("/v1/"):
            operation["security"] = [{SECURITY: []}]
            if method in WRITES:
                _describe_idempotency(operation)


def _describe_retry(response: dict[str, Any] | None) -> None:
    if response is not None:
        schema = {"type": "integer", "minimum": 1}
        response.setdefault("headers", {})["Retry-After"] = {"description": "Seconds.", "schema": schema}


def _describe_idempotency(operation: dict[str, Any]) -> None:
    parameters = operation.setdefault("parameters", [])
    if not any(parameter["name"] == IDEMPOTENT["name"] for parameter in parameters):
        parameters.append(dict(IDEMPOTENT))
    refusal = operation["responses"].setdefault("409", {"description": "", "content": {}})
    content = refusal["content"].setdefault(
        "application/json", {"schema": {"$ref": "#/components/schemas/ErrorDocument"}}
    )
    examples = content.setdefault("examples", {})
    code = "idempotency_key_reused"
    if code not in examples:
        examples[code] = {"value": {"error": {"code": code, "message": "what is wrong; the fix"}}}
        told = f"`{code}`: A key came again with another body."
        refusal["description"] = " · ".join(part for part in (refusal["description"], told) if part)
