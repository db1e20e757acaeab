"""Templates: canvases that stand ready, without pictures (spec/service.md)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import permutations

from poseloom.core.canvas import ANY, Canvas, Condition, Edge, Node
from poseloom.core.document import write_canvas
from poseloom.core.error import NotFound
from poseloom.core.system import STATE_INPUTS

_LENGTH_SECONDS = Fraction(4)
_PREFIX = "claudeCode::"
_IDLE, _WORKING, _ATTENTION, _THINKING = "idle", "working", "attention", "thinking"
_POSES = (
    Node(
        id=_IDLE,
        name="Idle",
        position=(0, 0),
        image_prompt="the character stands at ease, facing the viewer, arms relaxed, a calm friendly look",
    ),
    Node(
        id=_WORKING,
        name="Working",
        position=(-260, 220),
        image_prompt="the character works with zeal at a small keyboard, leaning forward, eyes on the keys",
    ),
    Node(
        id=_ATTENTION,
        name="Needs Attention",
        position=(0, 260),
        image_prompt="the character raises one hand and waves, mouth open, looking straight at the viewer",
    ),
    Node(
        id=_THINKING,
        name="Thinking",
        position=(260, 220),
        image_prompt="the character ponders, one hand at the chin, eyes turned up and to the side",
    ),
)
_RESTING = {
    _IDLE: "breathes slowly, blinks now and then, sways a little",
    _WORKING: "types in bursts, head nodding along with the keys",
    _ATTENTION: "keeps waving, rising a little with every wave",
    _THINKING: "taps the chin, the head tilting from one side to the other",
}
_ARRIVING = {
    _IDLE: "lets go of what it does and comes to rest",
    _WORKING: "leans in and starts to type",
    _ATTENTION: "looks up and raises a hand to wave",
    _THINKING: "brings a hand to the chin and looks up",
}
_INPUTS = tuple(
    STATE_INPUTS[_PREFIX + name] for name in ("isWorking", "isIdle", "isAlert", "isCompacting", "sessionCount")
)


def _ask(**states: bool) -> tuple[Condition, ...]:
    return tuple(Condition(input=_PREFIX + name, value=value) for name, value in states.items())


_WISHES = {
    _IDLE: _ask(isIdle=True, isAlert=False, isCompacting=False),
    _WORKING: _ask(isWorking=True, isAlert=False, isCompacting=False),
    _ATTENTION: _ask(isAlert=True),
    _THINKING: _ask(isCompacting=True, isAlert=False),
}
"""When an agent's state wants each pose; no two hold at once, so nothing runs to and fro."""


def _loop(node_id: str) -> Edge:
    return Edge(
        id=f"{node_id}-loop",
        source=node_id,
        target=node_id,
        duration_seconds=_LENGTH_SECONDS,
        description=_RESTING[node_id],
    )


def _go(source: str, target: str) -> Edge:
    return Edge(
        id=f"{source}-{target}",
        source=source,
        target=target,
        conditions=_WISHES[target],
        duration_seconds=_LENGTH_SECONDS,
        description=_ARRIVING[target],
    )


def _draw_mesh() -> Iterator[Edge]:
    """Draw every pose joined with every other; of each pair the edge that stands first is the forward."""
    poses = [node.id for node in _POSES]
    yield from map(_loop, poses)
    for source, target in permutations(poses, 2):
        yield _go(source, target)


def _draw_hub() -> Iterator[Edge]:
    """Draw the ways from idle and back, and wishes that are heard everywhere."""
    poses = [node.id for node in _POSES]
    spokes = [pose for pose in poses if pose != _IDLE]
    yield from map(_loop, poses)
    for pose in spokes:
        yield replace(_go(_IDLE, pose), speed=2)
    for pose in spokes:
        yield replace(_go(pose, _IDLE), reverse=True)
    for priority, pose in ((3, _ATTENTION), (2, _THINKING), (1, _WORKING)):
        yield Edge(id=f"any-{pose}", source=ANY, target=pose, conditions=_WISHES[pose], priority=priority)


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A canvas that stands ready. Its ids are readable, and kept in every canvas that it fills."""

    id: str
    description: str
    canvas: Canvas

    @property
    def name(self) -> str:
        """What people call it."""
        return self.canvas.name


def _build(template_id: str, name: str, description: str, edges: Iterator[Edge]) -> Template:
    canvas = Canvas(name=name, initial_node=_IDLE, nodes=_POSES, edges=tuple(edges), inputs=_INPUTS)
    return Template(id=template_id, description=description, canvas=canvas)


_TEMPLATES = (
    _build(
        "claude-code-4state",
        "Claude Code 4-State",
        "Four states of a coding agent, every pose joined with every other: 4 loops, 6 forwards, 6 reverses.",
        _draw_mesh(),
    ),
    _build(
        "claude-code-4state-lite",
        "Claude Code 4-State Lite",
        "Four states of a coding agent around idle: 4 loops, 3 forwards, 3 reverses, and 3 any-state edges.",
        _draw_hub(),
    ),
)


def list_templates() -> tuple[Template, ...]:
    """Return the templates that every server has."""
    return _TEMPLATES


def find_template(template_id: str) -> Template:
    """Return a template.

    Raises:
        NotFound: There is no such template.
    """
    for template in _TEMPLATES:
        if template.id == template_id:
            return template
    known = ", ".join(template.id for template in _TEMPLATES)
    raise NotFound(f"template_id: there is no template {template_id!r}; give one of {known}", template=template_id)


def write_template(template: Template) -> dict[str, object]:
    """Return a template's document: what it is, and its graph."""
    graph = write_canvas(template.canvas)
    return {
        "id": template.id,
        "name": template.name,
        "description": template.description,
        "source": "builtin",
        "node_count": len(template.canvas.nodes),
        "edge_count": len(template.canvas.edges),
        **{name: graph[name] for name in ("initialNode", "nodes", "edges", "inputs")},
    }


def fill_template(template: Template, canvas: Canvas) -> tuple[Canvas, Mapping[str, str]]:
    """Return a canvas with the template's graph in the place of its own, and which node stands for which of its keys.

    The canvas keeps its id, name, size and fps.
    """
    graph = template.canvas
    filled = replace(canvas, initial_node=graph.initial_node, nodes=graph.nodes, edges=graph.edges, inputs=graph.inputs)
    return filled, {node.id: node.id for node in graph.nodes}
