"""Routes of canvases, their nodes and edges, and templates."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from poseloom.api.document import (
    BODY_REFUSALS,
    NO_NUL,
    Body,
    CanvasDocument,
    CanvasSummaryDocument,
    Document,
    TemplateDocument,
    Text,
    answer_page,
    write_canvas_summary,
    write_ready_template,
    write_stored_canvas,
)
from poseloom.api.door import (
    KEY_FIRST,
    Answer,
    Door,
    ListPage,
    OpenDoor,
    read_body,
    read_model,
    read_version,
    write_version,
)
from poseloom.api.operation import IF_MATCH, describe
from poseloom.core.caller import Caller
from poseloom.core.canvas import Canvas
from poseloom.core.edit import (
    add_edge,
    add_node,
    change_edge,
    change_node,
    patch_canvas,
    remove_edge,
    remove_node,
    replace_graph,
)
from poseloom.core.error import (
    InvalidCanvas,
    InvalidOrder,
    NotFound,
    PoseloomError,
    StateError,
    VersionMismatch,
)
from poseloom.core.page import Cursor
from poseloom.core.template import find_template, list_templates
from poseloom.ports.unit import Unit
from poseloom.usecases.canvas import (
    CanvasView,
    Change,
    Editor,
    create_canvas,
    delete_canvas,
    edit_canvas,
    fill_canvas,
    list_canvases,
    read_canvas,
)
from poseloom.usecases.status import read_status

router = APIRouter(prefix="/v1", tags=["Canvases"], dependencies=KEY_FIRST)
Work = Callable[[Editor], CanvasView]
CANVAS = "/collections/{collection_id}/canvases/{canvas_id}"
REFUSALS = (NotFound, InvalidCanvas, InvalidOrder, VersionMismatch)


class CanvasPage(Document):
    """A page of canvases, newest first."""

    canvases: list[CanvasSummaryDocument]
    next_cursor: str | None


class TemplateList(Document):
    """All templates."""

    templates: list[TemplateDocument]
    canvas_templates: list[TemplateDocument]
    next_cursor: str | None


class TemplateBody(Body):
    """Which template is put into a canvas; `replace` lets it take the place of a graph that is there."""

    template_id: Text
    replace: bool = False


NODE: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "pattern": NO_NUL, "minLength": 1, "maxLength": 200},
        "itemName": {"type": ["string", "null"], "pattern": NO_NUL, "maxLength": 200},
        "assetId": {"type": ["string", "null"], "pattern": NO_NUL, "maxLength": 200},
        "imagePrompt": {"type": ["string", "null"], "pattern": NO_NUL, "maxLength": 4000},
        "position": {
            "type": ["object", "null"],
            "properties": {"x": {"type": ["number", "null"]}, "y": {"type": ["number", "null"]}},
        },
    },
}
CONDITION: Mapping[str, Any] = {
    "type": "object",
    "required": ["input"],
    "properties": {
        "input": {"type": "string", "pattern": NO_NUL, "minLength": 1, "maxLength": 200},
        "op": {"enum": ["==", "!=", ">", "<", ">=", "<=", "eq", "neq", "gt", "lt", "gte", "lte", None]},
        "value": {"type": ["boolean", "number", "null"]},
    },
}
EDGE: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "pattern": NO_NUL, "minLength": 1, "maxLength": 200},
        "source": {
            "type": "string",
            "pattern": NO_NUL,
            "minLength": 1,
            "maxLength": 200,
            "description": "A node's id, or `*`.",
        },
        "target": {"type": "string", "pattern": NO_NUL, "minLength": 1, "maxLength": 200},
        "conditions": {"type": ["array", "null"], "items": CONDITION, "maxItems": 64},
        "priority": {"type": ["integer", "null"]},
        "speed": {"type": ["number", "null"], "exclusiveMinimum": 0},
        "duration": {"type": ["number", "null"], "minimum": 1, "maximum": 10, "multipleOf": 0.5},
        "description": {
            "type": ["string", "null"],
            "pattern": NO_NUL,
            "maxLength": 4000,
            "description": "What happens, in plain words; they steer the clip (spec/manner.md).",
        },
        "reverse": {"type": ["boolean", "null"]},
        "exit": {"enum": ["now", "loop_end", None]},
    },
}
INPUT: Mapping[str, Any] = {
    "type": "object",
    "required": ["name", "type"],
    "properties": {
        "name": {"type": "string", "pattern": NO_NUL, "minLength": 1, "maxLength": 200},
        "type": {"enum": ["boolean", "number", "trigger"]},
        "default": {"type": ["boolean", "number", "null"]},
        "system": {"type": ["boolean", "null"]},
    },
}
GRAPH: Mapping[str, Any] = {
    "name": {"type": ["string", "null"], "pattern": NO_NUL, "maxLength": 200},
    "initialNode": {"type": ["string", "null"], "pattern": NO_NUL, "maxLength": 200},
    "nodes": {"type": ["array", "null"], "items": {**NODE, "required": []}},
    "edges": {"type": ["array", "null"], "items": {**EDGE, "required": ["source", "target"]}},
    "inputs": {"type": ["array", "null"], "items": INPUT},
    "size": {"type": ["integer", "null"], "minimum": 64, "maximum": 2048, "multipleOf": 2},
    "fps": {"type": ["number", "null"], "minimum": 1, "maximum": 60},
    "generator": {"type": ["string", "null"], "pattern": NO_NUL, "maxLength": 200},
}
NEW_CANVAS: Mapping[str, Any] = {
    "type": "object",
    "properties": {**GRAPH, "template_id": {"type": ["string", "null"], "pattern": NO_NUL, "maxLength": 200}},
}
WHOLE_CANVAS: Mapping[str, Any] = {
    "type": "object",
    "required": ["nodes"],
    "properties": {**GRAPH, "nodes": {"type": "array", "items": NODE}},
}
EXAMPLE: Mapping[str, Any] = {
    "name": "Main Canvas",
    "initialNode": "idle",
    "nodes": [
        {"id": "idle", "itemName": "Idle", "position": {"x": 0, "y": 0}},
        {"id": "waving", "itemName": "Waving", "position": {"x": 240, "y": 0}},
    ],
    "edges": [
        {"id": "idle-loop", "source": "idle", "target": "idle", "duration": 4},
        {
            "id": "idle-waving",
            "source": "idle",
            "target": "waving",
            "conditions": [{"input": "clicked", "op": "==", "value": True}],
        },
    ],
    "inputs": [],
}


def _answer(view: CanvasView, status_code: int = 200) -> Answer:
    return Answer(
        document=write_stored_canvas(view),
        status_code=status_code,
        headers={"ETag": write_version(view.stored.version)},
    )


def _describe(
    body: Mapping[str, Any] | type[Body] | None = None,
    example: object = None,
    status: int = 200,
    refuses: Sequence[type[PoseloomError]] = (),
) -> dict[str, Any]:
    unread = () if body is None else BODY_REFUSALS
    told = describe(
        answers={status: CanvasDocument}, refuses=[*REFUSALS, *unread, *refuses], body=body, example=example
    )
    extra = told["openapi_extra"] or {}
    return {**told, "openapi_extra": {**extra, "parameters": [IF_MATCH]}}


async def _edit(request: Request, door: Door, work: Work, status_code: int = 200) -> Response:
    """Do an edit in one transaction, and tell whoever works on cancelled jobs."""
    service = door.service
    address = request.path_params["collection_id"], request.path_params["canvas_id"]
    expected = read_version(request)

    def edit(unit: Unit, caller: Caller) -> Answer:
        editor = Editor(
            unit=unit,
            caller=caller,
            tools=service.tools,
            catalogue=service.catalogue,
            address=address,
            expected_version=expected,
        )
        view = work(editor)
        cancelled = [job.id for job in view.cancelled]
        unit.after_commit(lambda: service.stop_jobs(cancelled))
        return _answer(view, status_code)

    return await door.write(request, edit)


async def _change(
    request: Request, door: Door, change: Change, status_code: int = 200, *, generator: object = None
) -> Response:
    return await _edit(request, door, lambda editor: edit_canvas(editor, change, generator=generator), status_code)


@router.post(
    "/collections/{collection_id}/canvases",
    status_code=201,
    operation_id="create_canvas",
    summary="Make a canvas",
    **describe(
        answers={201: CanvasDocument},
        refuses=[NotFound, InvalidCanvas, InvalidOrder, StateError, *BODY_REFUSALS],
        body=NEW_CANVAS,
        body_required=False,
        example={"name": "Main Canvas", "template_id": "claude-code-4state-lite"},
    ),
)
async def post_canvas(request: Request, door: OpenDoor, collection_id: str) -> Response:
    """Make a canvas: empty, from a template, or with its whole graph."""
    document = await read_body(request)
    service = door.service
    return await door.write(
        request,
        lambda unit, caller: _answer(
            create_canvas(unit, caller, collection_id, document, catalogue=service.catalogue, tools=service.tools),
            201,
        ),
    )


@router.get(
    "/collections/{collection_id}/canvases",
    operation_id="list_canvases",
    summary="List canvases",
    **describe(answers={200: CanvasPage}, refuses=[NotFound]),
)
async def get_canvases(request: Request, door: OpenDoor, collection_id: str, page: ListPage) -> Response:
    """List the canvases of a collection, newest first."""
    return await door.read(
        request,
        lambda unit, caller: answer_page(
            "canvases",
            list_canvases(unit, caller, collection_id, page),
            page,
            lambda summary: Cursor.at(summary.stored.created_at, summary.stored.id),
            write_canvas_summary,
        ),
    )


@router.get(
    CANVAS,
    operation_id="read_canvas",
    summary="Read a canvas",
    **describe(answers={200: CanvasDocument}, refuses=[NotFound]),
)
async def get_canvas(request: Request, door: OpenDoor, collection_id: str, canvas_id: str) -> Response:
    """Read a canvas: its graph, where each edge stands, and `status` as the status route tells it."""
    catalogue = door.service.catalogue

    def work(unit: Unit, caller: Caller) -> Answer:
        view = read_canvas(unit, caller, collection_id, canvas_id)
        answer = _answer(view)
        status = read_status(unit, view.stored, catalogue)
        return Answer(document={**(answer.document or {}), "status": status}, headers=answer.headers)

    return await door.read(request, work)


@router.put(
    CANVAS,
    operation_id="replace_canvas",
    summary="Replace a canvas' graph",
    **_describe(WHOLE_CANVAS, EXAMPLE),
)
async def put_canvas(request: Request, door: OpenDoor, collection_id: str, canvas_id: str) -> Response:
    """Replace the whole graph. A clip stays with its edge's id while it leads between the same poses."""
    del collection_id, canvas_id
    document, mint = await read_body(request), door.service.tools.mint
    return await _change(request, door, lambda canvas: replace_graph(canvas, document, mint), generator=document)


@router.patch(
    CANVAS,
    operation_id="change_canvas",
    summary="Change a canvas",
    **_describe({"type": "object", "properties": dict(GRAPH)}, {"name": "Night Canvas"}),
)
async def patch_one_canvas(request: Request, door: OpenDoor, collection_id: str, canvas_id: str) -> Response:
    """Change what the body names; `nodes`, `edges` and `inputs` are replaced whole."""
    del collection_id, canvas_id
    document, mint = await read_body(request), door.service.tools.mint
    return await _change(request, door, lambda canvas: patch_canvas(canvas, document, mint), generator=document)


@router.delete(
    CANVAS,
    status_code=204,
    operation_id="delete_canvas",
    summary="Delete a canvas",
    **{**_describe(), "responses": describe(answers={204: None}, refuses=REFUSALS)["responses"]},
)
async def remove_canvas(request: Request, door: OpenDoor, collection_id: str, canvas_id: str) -> Response:
    """Delete a canvas. Its jobs under way are cancelled; what it made stays among the assets."""
    service, expected = door.service, read_version(request)

    def work(unit: Unit, caller: Caller) -> Answer:
        editor = Editor(
            unit=unit,
            caller=caller,
            tools=service.tools,
            catalogue=service.catalogue,
            address=(collection_id, canvas_id),
            expected_version=expected,
        )
        cancelled = [job.id for job in delete_canvas(editor)]
        unit.after_commit(lambda: service.stop_jobs(cancelled))
        return Answer(document=None, status_code=204)

    return await door.write(request, work)


@router.post(
    f"{CANVAS}/from-template",
    operation_id="fill_canvas",
    summary="Put a template into a canvas",
    **_describe(TemplateBody, {"template_id": "claude-code-4state"}, refuses=[StateError]),
)
async def post_template(request: Request, door: OpenDoor, collection_id: str, canvas_id: str) -> Response:
    """Put a template's graph into an empty canvas, or, with `replace`, in the place of the graph that is there."""
    del collection_id, canvas_id
    body = await read_model(request, TemplateBody)

    def work(editor: Editor) -> CanvasView:
        return fill_canvas(editor, body.template_id, replaces=body.replace)

    return await _edit(request, door, work)


@router.post(
    f"{CANVAS}/nodes",
    status_code=201,
    operation_id="add_node",
    summary="Add a node",
    **_describe(NODE, {"id": "waving", "itemName": "Waving"}, 201),
)
async def post_node(request: Request, door: OpenDoor, collection_id: str, canvas_id: str) -> Response:
    """Add a node; the first node ever is the initial one. The answer is the canvas."""
    del collection_id, canvas_id
    document, mint = await read_body(request), door.service.tools.mint
    return await _change(request, door, lambda canvas: add_node(canvas, document, mint), 201)


@router.patch(
    f"{CANVAS}/nodes/{{node_id}}",
    operation_id="change_node",
    summary="Change a node",
    **_describe(NODE, {"assetId": "ast_0123456789abcdef0123456789abcdef"}),
)
async def patch_node(request: Request, door: OpenDoor, collection_id: str, canvas_id: str, node_id: str) -> Response:
    """Change what the body names; null clears. Another picture drops the clips of the node's edges."""
    del collection_id, canvas_id
    document = await read_body(request)
    return await _change(request, door, lambda canvas: change_node(canvas, node_id, document))


@router.delete(f"{CANVAS}/nodes/{{node_id}}", operation_id="remove_node", summary="Remove a node", **_describe())
async def delete_node(request: Request, door: OpenDoor, collection_id: str, canvas_id: str, node_id: str) -> Response:
    """Remove a node and its edges; `removed_edges` names these."""
    del collection_id, canvas_id

    def change(canvas: Canvas) -> Canvas:
        return remove_node(canvas, node_id)[0]

    return await _change(request, door, change)


@router.post(
    f"{CANVAS}/edges",
    status_code=201,
    operation_id="add_edge",
    summary="Add an edge",
    **_describe({**EDGE, "required": ["source", "target"]}, EXAMPLE["edges"][1], 201),
)
async def post_edge(request: Request, door: OpenDoor, collection_id: str, canvas_id: str) -> Response:
    """Add an edge. The answer is the canvas."""
    del collection_id, canvas_id
    document, mint = await read_body(request), door.service.tools.mint
    return await _change(request, door, lambda canvas: add_edge(canvas, document, mint), 201)


@router.patch(
    f"{CANVAS}/edges/{{edge_id}}",
    operation_id="change_edge",
    summary="Change an edge",
    **_describe(EDGE, {"priority": 2}),
)
async def patch_edge(request: Request, door: OpenDoor, collection_id: str, canvas_id: str, edge_id: str) -> Response:
    """Change what the body names; null clears. Another source or target drops the edge's clip."""
    del collection_id, canvas_id
    document = await read_body(request)
    return await _change(request, door, lambda canvas: change_edge(canvas, edge_id, document))


@router.delete(f"{CANVAS}/edges/{{edge_id}}", operation_id="remove_edge", summary="Remove an edge", **_describe())
async def delete_edge(request: Request, door: OpenDoor, collection_id: str, canvas_id: str, edge_id: str) -> Response:
    """Remove an edge."""
    del collection_id, canvas_id
    return await _change(request, door, lambda canvas: remove_edge(canvas, edge_id))


@router.get(
    "/canvas-templates",
    operation_id="list_templates",
    summary="List templates",
    **describe(answers={200: TemplateList}),
)
async def get_templates(request: Request, door: OpenDoor) -> Response:
    """List the templates that canvases can be made from."""
    listed = [write_ready_template(template) for template in list_templates()]
    document = {"templates": listed, "canvas_templates": listed, "next_cursor": None}
    return await door.read(request, lambda _unit, _caller: Answer(document=document))


@router.get(
    "/canvas-templates/{template_id}",
    operation_id="read_template",
    summary="Read a template",
    **describe(answers={200: TemplateDocument}, refuses=[NotFound]),
)
async def get_template(request: Request, door: OpenDoor, template_id: str) -> Response:
    """Read a template."""
    return await door.read(
        request, lambda _unit, _caller: Answer(document=write_ready_template(find_template(template_id)))
    )
