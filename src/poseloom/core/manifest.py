"""The document that players read (spec/manifest.md, SPEC §7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from poseloom.core.canvas import Canvas, Edge, Input, InputType, Node
from poseloom.core.clip import ClipFormat
from poseloom.core.document import write_condition, write_fps, write_input
from poseloom.core.duration import choose_duration
from poseloom.core.error import CanvasNotReady, CanvasUnsafe
from poseloom.core.field import plain_number
from poseloom.core.kind import Classification, Kind, classify
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
        CanvasNotReady: Edges have no clip, and `partial` is false.
        CanvasUnsafe: A player could strand or ping-pong.
    """
    canvas = published.canvas
    missing = [edge.id for edge in canvas.edges if not edge.is_any_state and edge.id not in published.clips]
    if missing and not partial:
        raise CanvasNotReady(
            f"edges without a clip: {', '.join(missing)}; make them, or ask for a partial export", edges=missing
        )
    check_safety(lint_canvas(canvas, published.clips.keys() if partial else None))
    kinds = classify(canvas)
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
        "edges": [_write_edge(edge, published, kinds) for edge in canvas.edges],
        "inputs": [_write_input(item, canvas) for item in list_inputs(canvas)],
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


def _write_edge(edge: Edge, published: PublishedCanvas, kinds: Classification) -> dict[str, object]:
    clip = published.clips.get(edge.id)
    duration = clip.duration_seconds if clip else choose_duration(edge, None)
    document: dict[str, object] = {
        "id": edge.id,
        "source": edge.source,
        "target": edge.target,
        "isLoop": edge.is_loop,
        "duration": 0 if edge.is_any_state else plain_number(duration),
        "conditions": [write_condition(condition) for condition in edge.conditions],
        "condition": name_condition(edge, {item.name: item for item in published.canvas.inputs}),
        "priority": edge.priority,
        "exit": edge.exit.value,
        "videos": {fmt.value: url for fmt, url in clip.urls.items()} if clip else {},
    }
    if edge.speed is not None:
        document["speed"] = edge.speed
    if kinds.kinds[edge.id] is Kind.REVERSE:
        document["reverse"] = True
    return document


def name_condition(edge: Edge, inputs: Mapping[str, Input]) -> str:
    """Return the published page's word for when an edge fires; decoration, players read `conditions`."""
    names = [condition.input for condition in edge.conditions]
    if CLICKED in names:
        return "on_click"
    if LOOP_COUNT in names or NODE_TIME in names:
        return "on_complete"
    trigger = next((name for name in names if name in inputs and inputs[name].type is InputType.TRIGGER), None)
    return "default" if trigger is None else f"on_input:{trigger}"


def _write_input(item: Input, canvas: Canvas) -> dict[str, object]:
    target = next(
        (edge.target for edge in canvas.edges for condition in edge.conditions if condition.input == item.name), None
    )
    aim = {} if target is None else {"targetNode": target}
    return {"id": item.name, "label": item.name, **write_input(item), "defaultValue": item.default, **aim}
