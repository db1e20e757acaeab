"""What lint knows of a canvas before it judges: which edges can fire, and where play can go.

Close to linear in the number of edges for canvases that people draw: hubs with spokes, meshes, chains.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from poseloom.core.canvas import Canvas, Edge, Input
from poseloom.core.machine import Machine, build_machine
from poseloom.core.route import RouteMap
from poseloom.core.satisfaction import can_hold

_TARGETS_AT_ONCE = 4
"""For how many wanted targets routes are drawn from everywhere, before single nodes are looked at."""
_GROUPS_LIMIT = 64
"""How many groups of mutually reachable targets are looked at; with two there is a strand already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """A canvas, and what follows from its conditions and clips.

    Attributes:
        firing: Ids of edges that can fire.
        wanted: Any-state edges that can fire, in order of rank.
        walked: Ids of edges that lie on a route of a wanted edge.
        reachable: Nodes that play can enter.
    """

    canvas: Canvas
    machine: Machine
    firing: Set[str]
    wanted: tuple[Edge, ...]
    walked: Set[str]
    reachable: Set[str]

    @property
    def inputs(self) -> Mapping[str, Input]:
        """Every input that exists, by name."""
        return self.machine.inputs

    def list_firing_exits(self, node_id: str) -> Iterator[Edge]:
        """Yield a node's own edges that can fire, in order of rank."""
        return (edge for edge in self.machine.exits.get(node_id, ()) if edge.id in self.firing)

    def find_unfinished(self) -> Mapping[str, Edge]:
        """Return, for each node that play can enter, the first wanted edge to whose target no clips lead from there."""
        unfinished: dict[str, Edge] = {}
        settled: set[str] = set()
        groups = 0
        for edge in self.wanted:
            if edge.target in settled or groups == _GROUPS_LIMIT:
                continue
            groups += 1
            before = self.machine.routes.measure_distances(edge.target).keys()
            # What leads here and is led to from here has the same answer.
            settled |= before & self.machine.routes.list_onward(edge.target)
            for node_id in self.reachable - before:
                unfinished.setdefault(node_id, edge)
        return unfinished


def survey_canvas(canvas: Canvas, clips: Set[str] | None) -> Survey:
    """Survey a canvas; `clips` as in `build_machine`."""
    machine = build_machine(canvas, clips)
    firing = {edge.id for edge in canvas.edges if edge.conditions and can_hold(edge.conditions, machine.inputs)}
    wanted = tuple(edge for edge in machine.any_state if edge.id in firing)
    walked = _list_walked(machine.routes, list(dict.fromkeys(edge.target for edge in wanted)))
    reachable = _reach(machine, firing | walked)
    return Survey(canvas=canvas, machine=machine, firing=firing, wanted=wanted, walked=walked, reachable=reachable)


def _list_walked(routes: RouteMap, targets: Sequence[str]) -> set[str]:
    """Return the edges that lie on a shortest route from somewhere to one of the targets."""
    walked: set[str] = set()
    for target in targets[:_TARGETS_AT_ONCE]:
        distances = routes.measure_distances(target)
        walked |= {routes.step(node_id, distances).id for node_id in distances if node_id != target}
    if len(targets) > _TARGETS_AT_ONCE:
        for node_id in routes.ways_out:
            walked |= _list_first_steps(routes, node_id, frozenset(targets), walked)
    return walked


def _list_first_steps(routes: RouteMap, source: str, targets: Set[str], known: Set[str]) -> set[str]:
    """Return which clips of a node begin a shortest route to a target; it ends when all are known to do so."""
    steps = {edge.target: edge.id for edge in reversed(routes.ways_out[source])}
    missing = set(steps.values()) - known
    found: set[str] = set()
    step_to = {source: ""}
    queue = deque([source])
    while queue and missing:
        here = queue.popleft()
        for edge in routes.ways_out.get(here, ()):
            if edge.target not in step_to:
                step_to[edge.target] = step = step_to[here] or edge.id
                queue.append(edge.target)
                if edge.target in targets:
                    found.add(step)
                    missing.discard(step)
    return found


def _reach(machine: Machine, entering: Set[str]) -> set[str]:
    """Return the nodes that play can enter by these edges."""
    reached = {machine.initial_node}
    queue = [machine.initial_node]
    while queue:
        fresh = {edge.target for edge in machine.exits.get(queue.pop(), ()) if edge.id in entering} - reached
        reached |= fresh
        queue += fresh
    return reached
