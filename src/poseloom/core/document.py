"""The canvas as a JSON document, in the flat dialect of the API (spec/canvas.md).

Reading is lenient about names – both generations of the hosted service and real exports are understood – and strict
about values. Unknown keys are ignored; keys that are the server's to write (`videoAssetId`, `kind`, `status`, `isLoop`,
`videos`) are too.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

from poseloom.core.canvas import ANY, Canvas, Condition, Edge, Exit, Input, InputType, Node, Operator
from poseloom.core.duration import explain_duration
from poseloom.core.error import InputError, InvalidCanvas
from poseloom.core.field import PROSE_LIMIT, Reader, describe, invalid, is_number, plain_number
from poseloom.core.identity import Prefix
from poseloom.core.kind import classify

NODES_LIMIT = 10_000
EDGES_LIMIT = 200_000
CONDITIONS_LIMIT = 64
SIZE_MIN_PX, SIZE_MAX_PX = 64, 2048
FPS_MIN, FPS_MAX = 1, 60

Mint = Callable[[Prefix], str]
"""Makes a fresh id."""

_FPS = re.compile(r"\d{1,9}(/[1-9]\d{0,8}|\.\d{1,9})?", re.ASCII)
_OPERATOR_WORDS = {"eq": "==", "neq": "!=", "gt": ">", "lt": "<", "gte": ">=", "lte": "<="}


def parse_canvas(document: object, *, allow_empty: bool = False, mint: Mint | None = None) -> Canvas:
    """Read a canvas document.

    Args:
        document: The document.
        allow_empty: It may have no nodes; its initial node is "" then.
        mint: Makes the ids of nodes and edges that have none; without it they are refused.

    Raises:
        InvalidCanvas: A field has the wrong form, an id stands twice or is unknown, or a reverse has no opposite.
    """
    reader = Reader.of(document, "")
    nodes = tuple(read_node(row, mint) for row in reader.rows("nodes", NODES_LIMIT))
    edges = tuple(read_edge(row, mint) for row in reader.rows("edges", EDGES_LIMIT))
    inputs = tuple(_read_input(row) for row in reader.rows("inputs", NODES_LIMIT))
    if not nodes and not allow_empty:
        raise invalid("nodes", "a canvas needs at least one node")
    canvas = Canvas(
        id=reader.text("id"),
        name=reader.text("canvasName", "name") or "Mascot",
        initial_node=reader.text("initialNode", "initial_node") or (nodes[0].id if nodes else ""),
        nodes=nodes,
        edges=edges,
        inputs=inputs,
        size=read_size(reader.get("size")),
        fps=read_fps(reader.get("fps")),
    )
    check_canvas(canvas)
    return canvas


def read_node(row: Reader, mint: Mint | None = None) -> Node:
    """Read a node.

    Raises:
        InvalidCanvas: A field has the wrong form, or the id is missing and nothing makes one.
    """
    node_id = _read_id(row, Prefix.NODE, mint)
    if node_id == ANY:
        raise invalid(row.at("id"), "'*' means any state and cannot be a node's id")
    position = Reader.of({} if row.get("position") is None else row.get("position"), row.at("position"))
    return Node(
        id=node_id,
        name=row.text("itemName", "name", "label") or node_id,
        asset_id=row.text("assetId", "imageAssetId"),
        image=row.text("image"),
        image_prompt=row.text("imagePrompt", limit=PROSE_LIMIT),
        position=(position.number("x") or 0, position.number("y") or 0),
    )


def _read_id(row: Reader, prefix: Prefix, mint: Mint | None) -> str:
    return row.required_text("id") if mint is None else row.text("id") or mint(prefix)


def read_edge(row: Reader, mint: Mint | None = None) -> Edge:
    """Read an edge.

    Raises:
        InvalidCanvas: A field has the wrong form, or the id is missing and nothing makes one.
    """
    speed = row.number("speed")
    if speed is not None and speed <= 0:
        raise invalid(row.at("speed"), f"must be above 0, not {speed}")
    source = row.required_text("source")
    return Edge(
        id=_read_id(row, Prefix.EDGE, mint),
        source=source,
        target=row.required_text("target"),
        conditions=tuple(_read_condition(item) for item in row.rows("conditions", CONDITIONS_LIMIT)),
        priority=row.whole("priority") or 0,
        speed=speed,
        duration_seconds=None if source == ANY else _read_edge_duration(row),
        description=row.text("description", limit=PROSE_LIMIT),
        reverse=row.flag("reverse"),
        exit=row.choice("exit", Exit) or Exit.NOW,
    )


def _read_edge_duration(row: Reader) -> Fraction | None:
    value = row.get("duration")
    if value is None:
        return None
    if (problem := explain_duration(value)) is not None:
        raise invalid(row.at("duration"), problem)
    assert isinstance(value, int | float)
    return Fraction(value)


def _read_condition(row: Reader) -> Condition:
    return Condition(
        input=row.required_text("input"),
        operator=row.choice("op", Operator, _OPERATOR_WORDS) or Operator.EQUAL,
        value=row.scalar("value", default=True),
    )


def _read_input(row: Reader) -> Input:
    kind = row.choice("type", InputType)
    if kind is None:
        raise invalid(row.at("type"), f"is missing; give one of {', '.join(InputType)}")
    default = row.scalar("default" if row.get("default") is not None else "defaultValue", default=False)
    return Input(
        name=row.required_text("name"),
        type=kind,
        default=default if kind is InputType.NUMBER else bool(default),
        system=row.flag("system") or False,
    )


def read_size(value: object, error: type[InputError] = InvalidCanvas) -> int | None:
    """Read a canvas' edge length in pixels; None when it is not said.

    Raises:
        InputError: It is not an even whole number from 64 to 2048; of the class that is given.
    """
    reader = Reader({"size": value}, error=error)
    size = reader.whole("size")
    if size is not None and (not SIZE_MIN_PX <= size <= SIZE_MAX_PX or size % 2):
        problem = f"must be an even number of pixels from {SIZE_MIN_PX} to {SIZE_MAX_PX}, not {size}"
        raise reader.refuse("size", problem)
    return size


def read_fps(value: object, error: type[InputError] = InvalidCanvas) -> Fraction | None:
    """Read frames per second, a number or a string such as "30000/1001"; None when it is not said.

    Raises:
        InputError: It is not from 1 to 60; of the class that is given.
    """
    if value is None:
        return None
    if is_number(value) or (isinstance(value, str) and _FPS.fullmatch(value)):
        fps = Fraction(value).limit_denominator(1001)
        if FPS_MIN <= fps <= FPS_MAX:
            return fps
    problem = f"must be frames per second from {FPS_MIN} to {FPS_MAX}, not {describe(value)}"
    raise Reader({}, error=error).refuse("fps", problem)


def check_canvas(canvas: Canvas) -> None:
    """Check that ids are unique, that edges and the initial node name nodes that exist, and that edges pair.

    Raises:
        InvalidCanvas: It is not so; `field` says where.
    """
    known = _check_unique("nodes", (node.id for node in canvas.nodes), "id")
    _check_unique("edges", (edge.id for edge in canvas.edges), "id")
    _check_unique("inputs", (item.name for item in canvas.inputs), "name")
    if canvas.initial_node not in known and (known or canvas.initial_node):
        raise invalid("initialNode", f"there is no node {canvas.initial_node!r}; name one of nodes[].id")
    for index, edge in enumerate(canvas.edges):
        if edge.source not in known and edge.source != ANY:
            raise invalid(f"edges[{index}].source", f"there is no node {edge.source!r}; name one of nodes[].id, or '*'")
        if edge.target not in known:
            raise invalid(f"edges[{index}].target", f"there is no node {edge.target!r}; name one of nodes[].id")
    classify(canvas)


def _check_unique(field: str, names: Iterable[str], key: str) -> set[str]:
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            raise invalid(f"{field}[{index}].{key}", f"{name!r} stands twice; give every one its own")
        seen.add(name)
    return seen


def write_canvas(canvas: Canvas) -> dict[str, object]:
    """Return the document of a canvas; `parse_canvas` reads it back to an equal canvas.

    A canvas without nodes has no `initialNode`.
    """
    document: dict[str, object] = {
        "id": canvas.id,
        "name": canvas.name,
        "initialNode": canvas.initial_node or None,
        "size": canvas.size,
        "fps": None if canvas.fps is None else write_fps(canvas.fps),
        "nodes": [write_node(node) for node in canvas.nodes],
        "edges": [write_edge(edge) for edge in canvas.edges],
        "inputs": [write_input(item) for item in canvas.inputs],
    }
    return _drop_nulls(document)


def write_fps(fps: Fraction) -> int | str:
    """Return frames per second as JSON: a whole number, else a fraction such as "30000/1001"."""
    return fps.numerator if fps.denominator == 1 else str(fps)


def write_node(node: Node) -> dict[str, object]:
    """Return a node's document."""
    x, y = node.position
    return _drop_nulls(
        {
            "id": node.id,
            "itemName": node.name,
            "assetId": node.asset_id,
            "image": node.image,
            "imagePrompt": node.image_prompt,
            "position": {"x": x, "y": y},
        }
    )


def write_edge(edge: Edge) -> dict[str, object]:
    """Return an edge's document."""
    return _drop_nulls(
        {
            "id": edge.id,
            "source": edge.source,
            "target": edge.target,
            "conditions": [write_condition(condition) for condition in edge.conditions],
            "priority": edge.priority,
            "speed": edge.speed,
            "duration": None if edge.duration_seconds is None else plain_number(edge.duration_seconds),
            "description": edge.description,
            "reverse": edge.reverse,
            "exit": edge.exit.value,
        }
    )


def write_condition(condition: Condition) -> dict[str, object]:
    """Return a condition's document; always with operator and value, which some players need."""
    return {"input": condition.input, "op": condition.operator.value, "value": condition.value}


def write_input(item: Input) -> dict[str, object]:
    """Return an input's document."""
    return {"name": item.name, "type": item.type.value, "default": item.default, "system": item.system}


def _drop_nulls(document: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in document.items() if value is not None}
