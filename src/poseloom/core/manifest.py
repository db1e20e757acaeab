"""The document that players read (spec/manifest.md)."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from fractions import Fraction

from poseloom.core.canvas import Canvas, Edge, Input, InputType, Node
from poseloom.core.clip import ClipFormat
from poseloom.core.document import write_condition, write_fps, write_input
from poseloom.core.duration import choose_duration
from poseloom.core.error import CanvasNotReady, CanvasUnsafe
from poseloom.core.field import plain_number
from poseloom.core.kind import classify
from poseloom.core.lint import Finding, Severity, lint_canvas
from poseloom.core.system import CLICKED, LOOP_COUNT, NODE_TIME, list_inputs

VERSION = "2.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedClip:
    """Where a clip is served. `duration_seconds` is the files' true length."""

    duration_seconds: Fraction
    urls: Mapping[ClipFormat, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedCanvas:
    """What the manifest of a canvas is made of.

    Attributes:
        clips: By edge id.
        posters: URL of each node's still, by node id.
        size: Width and height of every clip in pixels.
        name: The mascot's name; players use it as identity.
    """

    canvas: Canvas
    clips: Mapping[str, PublishedClip]
    posters: Mapping[str, str]
    size: int
    fps: Fraction
    name: str


def build_manifest(published: PublishedCanvas, *, partial: bool = False) -> dict[str, object]:
    """Return the manifest.

    Raises:
        CanvasNotReady: Edges have no clip, and `partial` is false; or there are no nodes at all.
        CanvasUnsafe: A player could strand or ping-pong.
    """
    canvas = published.canvas
    if not canvas.nodes:
        raise CanvasNotReady("the canvas has no nodes; add poses, then make their clips", edges=[])
    missing = [edge.id for edge in canvas.edges if not edge.is_any_state and edge.id not in published.clips]
    if missing and not partial:
        raise CanvasNotReady(
            f"edges without a clip: {', '.join(missing)}; make them, or ask for a partial export", edges=missing
        )
    check_safety(lint_canvas(canvas, published.clips.keys() if partial else None))
    inputs = list_inputs(canvas)
    triggers = {item.name for item in inputs if item.type is InputType.TRIGGER}
    aims = {condition.input: edge.target for edge in reversed(canvas.edges) for condition in edge.conditions}
    nodes = sorted(canvas.nodes, key=lambda node: node.id != canvas.initial_node)
    looping = {edge.source for edge in canvas.edges if edge.is_loop and edge.id in published.clips}
    return {
        "version": VERSION,
        "name": published.name,
        "canvasName": canvas.name,
        "initialNode": canvas.initial_node,
        "autoPlay": True,
        "clickEffect": "next_state",
        "width": published.size,
        "height": published.size,
        "fps": write_fps(published.fps),
        "nodes": [_write_node(node, published, is_looping=node.id in looping) for node in nodes],
        "edges": _write_edges(published, triggers),
        "inputs": [_write_input(item, aims.get(item.name)) for item in inputs],
        "settings": {},
    }


def check_safety(findings: tuple[Finding, ...]) -> None:
    """Refuse a canvas in which lint found an error.

    Raises:
        CanvasUnsafe: It names the nodes and carries the findings.
    """
    errors = [finding for finding in findings if finding.code.severity is Severity.ERROR]
    if errors:
        nodes = list(dict.fromkeys(node_id for finding in errors for node_id in finding.nodes))
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        raise CanvasUnsafe(
            f"{errors[0].message}{more}", nodes=nodes, findings=[finding.document() for finding in errors]
        )


def _write_node(node: Node, published: PublishedCanvas, *, is_looping: bool) -> dict[str, object]:
    url = published.posters.get(node.id)
    picture = {} if url is None else {"imageUrl": url, "transparentThumbnailUrl": url}
    return {"id": node.id, "name": node.name, "label": node.name, **picture, "loop": is_looping}


def _write_edge(edge: Edge, clip: PublishedClip | None, planned: Fraction, triggers: Set[str]) -> dict[str, object]:
    duration = clip.duration_seconds if clip else planned
    document: dict[str, object] = {
        "id": edge.id,
        "source": edge.source,
        "target": edge.target,
        "isLoop": edge.is_loop,
        "duration": 0 if edge.is_any_state else plain_number(duration),
        "conditions": [write_condition(condition) for condition in edge.conditions],
        "condition": name_condition(edge, triggers),
        "priority": edge.priority,
        "exit": edge.exit.value,
        "videos": {fmt.value: url for fmt, url in clip.urls.items()} if clip else {},
    }
    if edge.speed is not None:
        document["speed"] = edge.speed
    return document


def _write_edges(published: PublishedCanvas, triggers: Set[str]) -> list[dict[str, object]]:
    """Write all edges; one without a clip has its planned length, which for a reverse is its forward's."""
    forwards = classify(published.canvas).forwards
    planned = {edge.id: choose_duration(edge, None) for edge in published.canvas.edges}
    documents = []
    for edge in published.canvas.edges:
        length = planned[forwards.get(edge.id, edge.id)]
        document = _write_edge(edge, published.clips.get(edge.id), length, triggers)
        documents.append({**document, "reverse": True} if edge.id in forwards else document)
    return documents


def name_condition(edge: Edge, triggers: Set[str]) -> str:
    """Return the published page's word for when an edge fires; decoration, players read `conditions`."""
    names = [condition.input for condition in edge.conditions]
    if CLICKED in names:
        return "on_click"
    if LOOP_COUNT in names or NODE_TIME in names:
        return "on_complete"
    trigger = next((name for name in names if name in triggers), None)
    return "default" if trigger is None else f"on_input:{trigger}"


def _write_input(item: Input, target: str | None) -> dict[str, object]:
    aim = {} if target is None else {"targetNode": target}
    return {"id": item.name, "label": item.name, **write_input(item), "defaultValue": item.default, **aim}
