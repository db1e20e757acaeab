"""Changes of a canvas' graph (spec/service.md). Whatever was changed, the whole graph is held against its rules."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from poseloom.core.canvas import Canvas, Edge, Node
from poseloom.core.document import (
    EDGES_LIMIT,
    NODES_LIMIT,
    Mint,
    check_canvas,
    parse_canvas,
    read_edge,
    read_node,
    write_canvas,
    write_edge,
    write_node,
)
from poseloom.core.error import NotFound
from poseloom.core.field import Reader, invalid

Part = TypeVar("Part", Node, Edge)

_CANVAS_NAMES = (("canvasName", "name"), ("initialNode", "initial_node"))
_NODE_NAMES = (("itemName", "name", "label"), ("assetId", "imageAssetId"))
_REPEATED = ("name", "size", "fps")
"""What a new graph keeps of the old one when it does not say it."""
_NEVER_NULL = frozenset({"name", "canvasName", "nodes", "edges", "inputs"})
"""Fields of a canvas for which null says nothing: it always has a name and lists."""


def create_canvas(document: object, canvas_id: str, mint: Mint) -> Canvas:
    """Return a new canvas; a name, or nothing at all, is enough for an empty one.

    Args:
        document: As for `parse_canvas`.
        canvas_id: Its id, whatever the document says.
        mint: Makes the ids of nodes and edges that have none.

    Raises:
        InvalidCanvas: The graph breaks a rule.
    """
    return _parse(Reader.of(document, "").document, canvas_id, mint)


def replace_graph(old: Canvas, document: object, mint: Mint) -> Canvas:
    """Return the canvas with another graph.

    Its id stays, and so do name, size and fps when the document does not have them.

    Args:
        old: The canvas.
        document: The new one; it must have `nodes`, though they may be none.
        mint: Makes the ids of nodes and edges that have none.

    Raises:
        InvalidCanvas: The new graph breaks a rule.
    """
    given = _drop_unsaid(document)
    if "nodes" not in given:
        raise invalid("nodes", "is missing; give the whole graph, or change a part of it with PATCH")
    kept = {name: value for name, value in write_canvas(old).items() if name in _REPEATED}
    return _parse(_merge(kept, given, _CANVAS_NAMES), old.id, mint)


def patch_canvas(old: Canvas, document: object, mint: Mint) -> Canvas:
    """Return the canvas with what the document names changed; `nodes`, `edges` and `inputs` are replaced whole.

    When the initial node is not among the new nodes, the first one is initial, unless the document names one.

    Args:
        old: The canvas.
        document: What changes; null takes back `initialNode`, `size` and `fps`.
        mint: Makes the ids of nodes and edges that have none.

    Raises:
        InvalidCanvas: The changed graph breaks a rule.
    """
    given = _drop_unsaid(document)
    merged = _merge(write_canvas(old), given, _CANVAS_NAMES)
    ids = [row.get("id") for row in Reader(merged).rows("nodes", NODES_LIMIT)]
    is_named = any(name in given for name in ("initialNode", "initial_node"))
    if not is_named and old.initial_node not in ids:
        merged["initialNode"] = None
    return _parse(merged, old.id, mint)


def _drop_unsaid(document: object) -> dict[str, object]:
    given = Reader.of(document, "").document
    return {name: value for name, value in given.items() if value is not None or name not in _NEVER_NULL}


def _merge(
    base: Mapping[str, object], given: Mapping[str, object], names: Sequence[Collection[str]]
) -> dict[str, object]:
    """Lay one document over another; what is given under one of its names counts no more under the others."""
    said = {name for group in names if any(name in given for name in group) for name in group}
    return {**{name: value for name, value in base.items() if name not in said}, **given}


def _parse(document: Mapping[str, object], canvas_id: str | None, mint: Mint) -> Canvas:
    canvas = parse_canvas(document, allow_empty=True, mint=mint)
    return replace(canvas, id=canvas_id, nodes=tuple(_forget_file(node) for node in canvas.nodes))


def _forget_file(node: Node) -> Node:
    """Drop a path beside a document: only the command line has such files."""
    return replace(node, image=None)


def add_node(canvas: Canvas, document: object, mint: Mint) -> Canvas:
    """Return the canvas with one more node, the last; the first node ever is initial.

    Raises:
        InvalidCanvas: A field has the wrong form, the id is taken, or there are as many nodes as there may be.
    """
    node = _forget_file(read_node(Reader.of(document, ""), mint))
    _check_room("nodes", canvas.nodes, NODES_LIMIT)
    _check_free(node.id, canvas.nodes)
    return replace(canvas, nodes=(*canvas.nodes, node), initial_node=canvas.initial_node or node.id)


def change_node(canvas: Canvas, node_id: str, document: object) -> Canvas:
    """Return the canvas with one node changed in what the document names; null clears a field.

    Raises:
        NotFound: There is no such node.
        InvalidCanvas: A field has the wrong form, or the document gives another id.
    """
    old = find_node(canvas, node_id)
    given = _read_change(document, node_id)
    base = write_node(old)
    if isinstance(place := given.get("position"), Mapping):
        x, y = old.position
        given["position"] = {"x": x, "y": y, **place}
    node = _forget_file(read_node(Reader(_merge(base, given, _NODE_NAMES))))
    return replace(canvas, nodes=_swap(canvas.nodes, node))


def remove_node(canvas: Canvas, node_id: str) -> tuple[Canvas, tuple[str, ...]]:
    """Return the canvas without a node and its edges, and the ids of these edges.

    When the initial node goes, the first that is left is initial.

    Raises:
        NotFound: There is no such node.
    """
    find_node(canvas, node_id)
    nodes = tuple(node for node in canvas.nodes if node.id != node_id)
    gone = tuple(edge.id for edge in canvas.edges if node_id in {edge.source, edge.target})
    edges = tuple(edge for edge in canvas.edges if edge.id not in set(gone))
    initial = canvas.initial_node
    if initial == node_id:
        initial = nodes[0].id if nodes else ""
    return replace(canvas, nodes=nodes, edges=edges, initial_node=initial), gone


def add_edge(canvas: Canvas, document: object, mint: Mint) -> Canvas:
    """Return the canvas with one more edge, the last.

    Raises:
        InvalidCanvas: A field has the wrong form, the id is taken, a node is unknown, a reverse has no opposite, or
            there are as many edges as there may be.
    """
    edge = read_edge(Reader.of(document, ""), mint)
    _check_room("edges", canvas.edges, EDGES_LIMIT)
    _check_free(edge.id, canvas.edges)
    return _settle(canvas, (*canvas.edges, edge), edge)


def change_edge(canvas: Canvas, edge_id: str, document: object) -> Canvas:
    """Return the canvas with one edge changed in what the document names; null clears a field.

    Raises:
        NotFound: There is no such edge.
        InvalidCanvas: A field has the wrong form, the document gives another id, a node is unknown, or a reverse has
            no opposite any more.
    """
    base = write_edge(find_edge(canvas, edge_id))
    edge = read_edge(Reader(_merge(base, _read_change(document, edge_id), ())))
    return _settle(canvas, _swap(canvas.edges, edge), edge)


def remove_edge(canvas: Canvas, edge_id: str) -> Canvas:
    """Return the canvas without an edge.

    Raises:
        NotFound: There is no such edge.
        InvalidCanvas: Another edge says that it is the reverse of this one.
    """
    find_edge(canvas, edge_id)
    changed = replace(canvas, edges=tuple(edge for edge in canvas.edges if edge.id != edge_id))
    check_canvas(changed)
    return changed


def find_node(canvas: Canvas, node_id: str) -> Node:
    """Return a node.

    Raises:
        NotFound: There is no such node.
    """
    for node in canvas.nodes:
        if node.id == node_id:
            return node
    raise NotFound(f"the canvas has no node {node_id!r}; name one of nodes[].id", node=node_id)


def find_edge(canvas: Canvas, edge_id: str) -> Edge:
    """Return an edge.

    Raises:
        NotFound: There is no such edge.
    """
    for edge in canvas.edges:
        if edge.id == edge_id:
            return edge
    raise NotFound(f"the canvas has no edge {edge_id!r}; name one of edges[].id", edge=edge_id)


def _read_change(document: object, own_id: str) -> dict[str, object]:
    given = dict(Reader.of(document, "").document)
    if given.pop("id", own_id) != own_id:
        raise invalid("id", f"cannot be changed; leave it out, or make a new one in the place of {own_id!r}")
    return given


def _check_room(field: str, parts: Sequence[Node] | Sequence[Edge], limit: int) -> None:
    if len(parts) >= limit:
        raise invalid(field, f"has {len(parts)} entries; {limit} are allowed")


def _check_free(own_id: str, parts: Sequence[Node] | Sequence[Edge]) -> None:
    if any(part.id == own_id for part in parts):
        raise invalid("id", f"{own_id!r} is taken; give another, or change that one with PATCH")


def _swap(parts: tuple[Part, ...], new: Part) -> tuple[Part, ...]:
    return tuple(new if part.id == new.id else part for part in parts)


def _settle(canvas: Canvas, edges: tuple[Edge, ...], edge: Edge) -> Canvas:
    """Return the canvas with these edges, of which one is new."""
    known = {node.id for node in canvas.nodes}
    if edge.source not in known and not edge.is_any_state:
        raise invalid("source", f"there is no node {edge.source!r}; name one of nodes[].id, or '*'")
    if edge.target not in known:
        raise invalid("target", f"there is no node {edge.target!r}; name one of nodes[].id")
    changed = replace(canvas, edges=edges)
    check_canvas(changed)
    return changed
