"""What is wrong or odd in a canvas, found without playing it (spec/lint.md)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations, count, groupby, islice, product

from poseloom.core.canvas import Canvas, Edge
from poseloom.core.satisfaction import can_hold
from poseloom.core.survey import Survey, survey_canvas

PAIRS_LIMIT = 50_000
"""How many pairs of edges a rule compares; what lies beyond is not looked at."""
STEPS_LIMIT = 5_000
"""How many paths of jumps are followed; what lies beyond is not looked at."""


class Severity(StrEnum):
    """Whether a finding forbids an export."""

    ERROR = "error"
    WARNING = "warning"


class Code(StrEnum):
    """What was found."""

    EMPTY = "empty"
    STRAND = "strand"
    PING_PONG = "ping_pong"
    JUMP_CYCLE = "jump_cycle"
    UNREACHABLE = "unreachable"
    UNFIREABLE = "unfireable"
    UNKNOWN_INPUT = "unknown_input"
    AMBIGUOUS = "ambiguous"

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        is_error = self in {Code.STRAND, Code.PING_PONG, Code.JUMP_CYCLE}
        return Severity.ERROR if is_error else Severity.WARNING


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found; `message` says what and how to mend it."""

    code: Code
    message: str
    nodes: tuple[str, ...] = ()
    edges: tuple[str, ...] = ()

    def document(self) -> dict[str, object]:
        """Return the wire form."""
        return {
            "code": self.code.value,
            "severity": self.code.severity.value,
            "message": self.message,
            "nodes": list(self.nodes),
            "edges": list(self.edges),
        }


def lint_canvas(canvas: Canvas, clips: Set[str] | None = None) -> tuple[Finding, ...]:
    """Find what is wrong or odd, errors first.

    Args:
        canvas: The canvas.
        clips: Ids of edges that have a clip; None means the canvas as it will be when complete.
    """
    survey = survey_canvas(canvas, clips)
    findings = [
        *_find_emptiness(survey),
        *_find_strands(survey),
        *_find_ping_pong(survey),
        *_find_circles(survey),
        *_find_jump_cycles(survey),
        *_find_unreachable(survey),
        *_find_unfireable(survey),
        *_find_unknown_inputs(survey),
        *_find_ambiguous(survey),
    ]
    return tuple(sorted(findings, key=lambda finding: finding.code.severity is Severity.WARNING))


def _find_emptiness(survey: Survey) -> Iterator[Finding]:
    if not survey.canvas.nodes:
        yield Finding(code=Code.EMPTY, message="the canvas has no nodes; add a pose")


def _find_strands(survey: Survey) -> Iterator[Finding]:
    unfinished = survey.find_unfinished()
    for node in survey.canvas.nodes:
        if (wish := unfinished.get(node.id)) is not None:
            yield Finding(
                code=Code.STRAND,
                message=f"{node.id}: no clips lead from here to {wish.target}, which {wish.id} wants from everywhere; "
                "add an edge on the way",
                nodes=(node.id,),
                edges=(wish.id,),
            )
        elif _is_trap(survey, node.id):
            yield Finding(
                code=Code.STRAND,
                message=f"{node.id}: play can come here and never leave; add an edge with a condition, or an "
                "any-state edge",
                nodes=(node.id,),
            )


def _is_trap(survey: Survey, node_id: str) -> bool:
    """Say whether play can enter a node and never leave it; where nothing can fire, nothing is meant to move."""
    return (
        node_id in survey.reachable
        and len(survey.canvas.nodes) > 1
        and bool(survey.firing)
        and not any(survey.list_firing_exits(node_id))
        and all(edge.target == node_id for edge in survey.wanted)
    )


def _find_ping_pong(survey: Survey) -> Iterator[Finding]:
    """Find two nodes between which two edges that hold together would send a mascot to and fro."""
    for one, other in _list_rivals(survey):
        if can_hold((*one.conditions, *other.conditions), survey.inputs, on_arrival=True):
            nodes = tuple(dict.fromkeys((one.target, other.target)))
            yield Finding(
                code=Code.PING_PONG,
                message=f"{' and '.join(nodes)}: {one.id} and {other.id} can hold at the same time, so a mascot would "
                "run to and fro; make one of them depend on the other's input being false",
                nodes=nodes,
                edges=(one.id, other.id),
            )


def _list_rivals(survey: Survey) -> Iterator[tuple[Edge, Edge]]:
    """Yield pairs of edges of which each can undo the other, of those that wait for nothing but levels."""
    prompt = {
        edge.id
        for edge in survey.canvas.edges
        if edge.id in survey.firing and can_hold(edge.conditions, survey.inputs, on_arrival=True)
    }
    exits = {node_id: [edge for edge in edges if edge.id in prompt] for node_id, edges in survey.machine.exits.items()}
    wanted = [edge for edge in survey.wanted if edge.id in prompt]
    by_ends: defaultdict[tuple[str, str], list[Edge]] = defaultdict(list)
    for edge in (edge for edges in exits.values() for edge in edges):
        by_ends[edge.source, edge.target].append(edge)
    ends = [(one, other) for one, other in by_ends if one < other and (other, one) in by_ends]
    yield from _take(pair for pair in combinations(wanted, 2) if pair[0].target != pair[1].target)
    yield from _take(pair for one, other in ends for pair in product(by_ends[one, other], by_ends[other, one]))
    yield from _take((edge, away) for edge in wanted for away in exits.get(edge.target, ()))


def _take(pairs: Iterator[tuple[Edge, Edge]]) -> Iterator[tuple[Edge, Edge]]:
    return islice(pairs, PAIRS_LIMIT)


def _find_circles(survey: Survey) -> Iterator[Finding]:
    """Find circles of players that search no route: without a direct clip they take the first way out, again and again.

    Such players are in use; a canvas must be safe in them too.
    """
    ways_out = survey.machine.routes.ways_out
    targets = list(dict.fromkeys(edge.target for edge in survey.wanted))
    first_out = {node_id: edges[0].target for node_id, edges in ways_out.items()}
    led_by: defaultdict[str, list[str]] = defaultdict(list)
    for node_id, following in first_out.items():
        led_by[following].append(node_id)
    for circle in _list_circles(first_out):
        at_hand = {edge.target for node_id in circle for edge in ways_out[node_id]}
        lost = (target for target in targets if target not in at_hand and _is_met(survey, circle, led_by, target))
        for target in islice(lost, 1):
            yield Finding(
                code=Code.PING_PONG,
                message=f"{' → '.join((*circle, circle[0]))}: to reach {target}, players without route search run in "
                f"this circle; list an edge that leads towards {target} first at one of these nodes",
                nodes=circle,
            )


def _list_circles(first_out: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """Yield each circle of first ways out once."""
    done: set[str] = set()
    for start in first_out:
        path: dict[str, None] = {}
        here = start
        while here in first_out and here not in done:
            done.add(here)
            path[here] = None
            here = first_out[here]
        if here in path:
            seen = list(path)
            yield tuple(seen[seen.index(here) :])


def _is_met(survey: Survey, circle: Sequence[str], led_by: Mapping[str, Sequence[str]], target: str) -> bool:
    """Say whether a mascot that wants to reach a node can be led into a circle by first ways out."""
    direct = {edge.source for edge in survey.machine.routes.ways_in.get(target, ())} | {target}
    seen = set(circle)
    stack = list(circle)
    while stack:
        here = stack.pop()
        if here in survey.reachable:
            return True
        fresh = set(led_by.get(here, ())) - direct - seen
        seen |= fresh
        stack += fresh
    return False


def _find_jump_cycles(survey: Survey) -> Iterator[Finding]:
    """Find circles of edges without clips that hold together: a player would jump for ever."""
    jumps = {
        node_id: [edge for edge in survey.list_firing_exits(node_id) if edge.id not in survey.machine.clips]
        for node_id in survey.machine.exits
    }
    steps = count()
    done: set[str] = set()
    for root, firsts in jumps.items():
        paths: list[tuple[Edge, ...]] = [(edge,) for edge in reversed(firsts)]
        while paths and next(steps) < STEPS_LIMIT:
            path = paths.pop()
            here = path[-1].target
            if not can_hold((item for edge in path for item in edge.conditions), survey.inputs, on_arrival=True):
                continue
            if here == root:
                yield Finding(
                    code=Code.JUMP_CYCLE,
                    message=f"{' → '.join(edge.id for edge in path)}: edges without clips lead in a circle; make a "
                    "clip for one of them",
                    nodes=tuple(edge.source for edge in path),
                    edges=tuple(edge.id for edge in path),
                )
                break
            if here not in done and all(edge.source != here for edge in path):
                paths += [(*path, edge) for edge in reversed(jumps.get(here, ()))]
        done.add(root)


def _find_unreachable(survey: Survey) -> Iterator[Finding]:
    for node in survey.canvas.nodes:
        if node.id not in survey.reachable:
            yield Finding(
                code=Code.UNREACHABLE,
                message=f"{node.id}: no input leads here from {survey.canvas.initial_node}; give a way here conditions",
                nodes=(node.id,),
            )


def _find_unfireable(survey: Survey) -> Iterator[Finding]:
    for edge in survey.canvas.edges:
        if not edge.is_loop and edge.id not in survey.firing and edge.id not in survey.walked:
            problem = "its conditions can never hold together" if edge.conditions else "it has no conditions"
            yield Finding(
                code=Code.UNFIREABLE,
                message=f"{edge.id}: nothing makes this edge play, for {problem}",
                edges=(edge.id,),
            )


def _find_unknown_inputs(survey: Survey) -> Iterator[Finding]:
    users: defaultdict[str, list[str]] = defaultdict(list)
    for edge in survey.canvas.edges:
        for condition in edge.conditions:
            if condition.input not in survey.inputs:
                users[condition.input].append(edge.id)
    for name, edges in users.items():
        yield Finding(
            code=Code.UNKNOWN_INPUT,
            message=f"{name}: conditions ask for this input, which does not exist; declare it in inputs[]",
            edges=tuple(dict.fromkeys(edges)),
        )


def _find_ambiguous(survey: Survey) -> Iterator[Finding]:
    for one, other in _take(_list_ties(survey)):
        if can_hold((*one.conditions, *other.conditions), survey.inputs):
            yield Finding(
                code=Code.AMBIGUOUS,
                message=f"{one.id} and {other.id} can hold at the same time with equal priority; {one.id} wins "
                "because it stands first",
                nodes=tuple(dict.fromkeys((one.target, other.target))),
                edges=(one.id, other.id),
            )


def _list_ties(survey: Survey) -> Iterator[tuple[Edge, Edge]]:
    """Yield pairs of edges that are asked at one place with equal priority and want different things."""
    for exits in (survey.wanted, *map(survey.list_firing_exits, survey.machine.exits)):
        for _, equals in groupby(exits, key=lambda edge: edge.priority):
            yield from (pair for pair in combinations(equals, 2) if pair[0].target != pair[1].target)
