"""What is wrong or odd in a canvas, found without playing it (spec/lint.md)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from poseloom.core.canvas import Canvas, Edge, Input
from poseloom.core.machine import Machine, build_machine, rank_edges
from poseloom.core.satisfaction import can_hold

PAIRS_LIMIT = 20_000
"""How many pairs of edges a rule compares at one node; what lies beyond is not looked at."""


class Severity(StrEnum):
    """Whether a finding forbids an export."""

    ERROR = "error"
    WARNING = "warning"


class Code(StrEnum):
    """What was found."""

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
    graph = _survey(canvas, build_machine(canvas, clips))
    findings = [
        *_find_strands(graph),
        *_find_ping_pong(graph),
        *_find_circles(graph),
        *_find_jump_cycles(graph),
        *_find_unreachable(graph),
        *_find_unfireable(graph),
        *_find_unknown_inputs(graph),
        *_find_ambiguous(graph),
    ]
    return tuple(sorted(findings, key=lambda finding: finding.code.severity is Severity.WARNING))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Graph:
    """What the rules look at."""

    canvas: Canvas
    machine: Machine
    firing: Set[str]
    """Edges that can fire."""
    wanted: tuple[Edge, ...]
    """Any-state edges that can fire, in order of rank."""
    distances: Mapping[str, Mapping[str, int]]
    """Target of a wanted edge → node → clips to go."""
    reachable: Set[str]

    @property
    def inputs(self) -> Mapping[str, Input]:
        return self.machine.inputs


def _survey(canvas: Canvas, machine: Machine) -> _Graph:
    firing = {edge.id for edge in canvas.edges if edge.conditions and can_hold(edge.conditions, machine.inputs)}
    wanted = tuple(edge for edge in machine.any_state if edge.id in firing)
    distances = {target: machine.routes.measure_distances(target) for target in {edge.target for edge in wanted}}
    reachable = _reach(machine, firing, distances)
    return _Graph(
        canvas=canvas, machine=machine, firing=firing, wanted=wanted, distances=distances, reachable=reachable
    )


def _reach(machine: Machine, firing: Set[str], distances: Mapping[str, Mapping[str, int]]) -> set[str]:
    """Return the nodes that play can enter, by edges that fire and along routes of any-state edges."""
    reached = {machine.initial_node}
    queue = [machine.initial_node]
    while queue:
        node_id = queue.pop()
        entered = [edge.target for edge in machine.exits.get(node_id, ()) if edge.id in firing]
        entered += [edge.target for to_go in distances.values() for edge in _list_next(machine, node_id, to_go)]
        fresh = set(entered) - reached
        reached |= fresh
        queue += fresh
    return reached


def _list_next(machine: Machine, node_id: str, to_go: Mapping[str, int]) -> Iterator[Edge]:
    """Yield the clip by which a route goes on from a node; none at its end or without a route."""
    if to_go.get(node_id, 0) > 0:
        yield next(edge for edge in machine.routes.ways_out[node_id] if to_go.get(edge.target) == to_go[node_id] - 1)


def _find_strands(graph: _Graph) -> Iterator[Finding]:
    for node in graph.canvas.nodes:
        if node.id not in graph.reachable or len(graph.canvas.nodes) == 1:
            continue
        unfinished = next((edge for edge in graph.wanted if node.id not in graph.distances[edge.target]), None)
        if unfinished is not None:
            yield Finding(
                code=Code.STRAND,
                message=f"{node.id}: no clips lead from here to {unfinished.target}, which {unfinished.id} wants "
                "from everywhere; add an edge on the way",
                nodes=(node.id,),
                edges=(unfinished.id,),
            )
        elif graph.firing and not _has_way_out(graph, node.id):
            yield Finding(
                code=Code.STRAND,
                message=f"{node.id}: play can come here and never leave; add an edge with a condition, or an "
                "any-state edge",
                nodes=(node.id,),
            )


def _has_way_out(graph: _Graph, node_id: str) -> bool:
    """Say whether some edge can take a mascot away from a node."""
    return any(edge.id in graph.firing for edge in graph.machine.exits.get(node_id, ())) or any(
        edge.target != node_id for edge in graph.wanted
    )


def _find_ping_pong(graph: _Graph) -> Iterator[Finding]:
    """Find two nodes between which two edges that hold together would send a mascot to and fro."""
    for one, other in _list_rivals(graph):
        if one.target == other.target:
            continue
        if can_hold((*one.conditions, *other.conditions), graph.inputs, on_arrival=True):
            nodes = tuple(dict.fromkeys((one.target, other.target)))
            yield Finding(
                code=Code.PING_PONG,
                message=f"{' and '.join(nodes)}: {one.id} and {other.id} can hold at the same time, so a mascot would "
                "run to and fro; make one of them depend on the other's input being false",
                nodes=nodes,
                edges=(one.id, other.id),
            )


def _list_rivals(graph: _Graph) -> Iterator[tuple[Edge, Edge]]:
    """Yield pairs of edges of which each can undo the other."""
    own = [edge for exits in graph.machine.exits.values() for edge in exits if edge.id in graph.firing]
    yield from _take_pairs(graph.wanted)
    by_ends: defaultdict[tuple[str, str], list[Edge]] = defaultdict(list)
    for edge in own:
        for back in by_ends[edge.target, edge.source][:PAIRS_LIMIT]:
            yield back, edge
        by_ends[edge.source, edge.target].append(edge)
    for edge in graph.wanted:
        for away in graph.machine.exits.get(edge.target, ()):
            if away.id in graph.firing:
                yield edge, away


def _take_pairs(edges: Sequence[Edge]) -> Iterator[tuple[Edge, Edge]]:
    for number, pair in enumerate(combinations(edges, 2)):
        if number == PAIRS_LIMIT:
            return
        yield pair


def _find_circles(graph: _Graph) -> Iterator[Finding]:
    """Find circles of players that search no route: without a direct clip they take the first way out, again and again.

    Such players are in use; a canvas must be safe in them too.
    """
    first_out = {node_id: out[0].target for node_id, out in graph.machine.routes.ways_out.items()}
    for target in dict.fromkeys(edge.target for edge in graph.wanted):
        direct = {edge.source for edge in graph.machine.routes.ways_in.get(target, ())} | {target}
        safe = set(direct)
        for node in graph.canvas.nodes:
            circle = _walk_blindly(node.id, first_out, safe)
            if circle and node.id in graph.reachable:
                yield Finding(
                    code=Code.PING_PONG,
                    message=f"{' → '.join((*circle, circle[0]))}: to reach {target}, players without route search run "
                    f"in this circle; list an edge that leads towards {target} first at one of these nodes",
                    nodes=circle,
                )
                break


def _walk_blindly(node_id: str, first_out: Mapping[str, str], safe: set[str]) -> tuple[str, ...]:
    """Follow first ways out; return the circle that is met, or mark the nodes on the way as safe."""
    path: dict[str, None] = {}
    while node_id not in safe and node_id in first_out:
        if node_id in path:
            seen = list(path)
            return tuple(seen[seen.index(node_id) :])
        path[node_id] = None
        node_id = first_out[node_id]
    safe.update(path)
    return ()


def _find_jump_cycles(graph: _Graph) -> Iterator[Finding]:
    """Find circles of edges without clips that hold together: a player would jump for ever."""
    jumps = {
        node_id: [edge for edge in exits if edge.id in graph.firing and edge.id not in graph.machine.clips]
        for node_id, exits in graph.machine.exits.items()
    }
    done: set[str] = set()
    for node_id in jumps:
        path: list[Edge] = []
        here = node_id
        while here not in done and jumps.get(here):
            done.add(here)
            path.append(jumps[here][0])
            here = path[-1].target
        circle = path[next((index for index, edge in enumerate(path) if edge.source == here), len(path)) :]
        conditions = [condition for edge in circle for condition in edge.conditions]
        if circle and can_hold(conditions, graph.inputs, on_arrival=True):
            yield Finding(
                code=Code.JUMP_CYCLE,
                message=f"{' → '.join(edge.id for edge in circle)}: edges without clips lead in a circle; make a clip "
                "for one of them",
                nodes=tuple(edge.source for edge in circle),
                edges=tuple(edge.id for edge in circle),
            )


def _find_unreachable(graph: _Graph) -> Iterator[Finding]:
    for node in graph.canvas.nodes:
        if node.id not in graph.reachable:
            yield Finding(
                code=Code.UNREACHABLE,
                message=f"{node.id}: no input leads here from {graph.canvas.initial_node}; give a way here a condition",
                nodes=(node.id,),
            )


def _find_unfireable(graph: _Graph) -> Iterator[Finding]:
    walked = {
        edge.id
        for to_go in graph.distances.values()
        for node_id in to_go
        for edge in _list_next(graph.machine, node_id, to_go)
    }
    for edge in graph.canvas.edges:
        if not edge.is_loop and edge.id not in graph.firing and edge.id not in walked:
            problem = "its conditions can never hold together" if edge.conditions else "it has no conditions"
            yield Finding(
                code=Code.UNFIREABLE,
                message=f"{edge.id}: nothing makes this edge play, for {problem}",
                edges=(edge.id,),
            )


def _find_unknown_inputs(graph: _Graph) -> Iterator[Finding]:
    users: defaultdict[str, list[str]] = defaultdict(list)
    for edge in graph.canvas.edges:
        for condition in edge.conditions:
            if condition.input not in graph.inputs:
                users[condition.input].append(edge.id)
    for name, edges in users.items():
        yield Finding(
            code=Code.UNKNOWN_INPUT,
            message=f"{name}: conditions ask for this input, which does not exist; declare it in inputs[]",
            edges=tuple(dict.fromkeys(edges)),
        )


def _find_ambiguous(graph: _Graph) -> Iterator[Finding]:
    for exits in (graph.machine.any_state, *graph.machine.exits.values()):
        firing = rank_edges(edge for edge in exits if edge.id in graph.firing)
        for one, other in _take_pairs(firing):
            is_tie = one.priority == other.priority and one.target != other.target
            if is_tie and can_hold((*one.conditions, *other.conditions), graph.inputs):
                yield Finding(
                    code=Code.AMBIGUOUS,
                    message=f"{one.id} and {other.id} can hold at the same time with equal priority; {one.id} wins "
                    "because it stands first",
                    nodes=tuple(dict.fromkeys((one.target, other.target))),
                    edges=(one.id, other.id),
                )
