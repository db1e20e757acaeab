"""The shortest route of clips between nodes (spec/machine.md, "Route")."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from poseloom.core.canvas import Edge


@dataclass(frozen=True, slots=True)
class RouteMap:
    """Which clips lead where; built once, asked often."""

    ways_out: Mapping[str, tuple[Edge, ...]]
    ways_in: Mapping[str, tuple[Edge, ...]]

    def measure_distances(self, target: str) -> Mapping[str, int]:
        """Return, for each node from which clips lead to `target`, how many it takes at least."""
        distances = {target: 0}
        queue = deque([target])
        while queue:
            node_id = queue.popleft()
            for edge in self.ways_in.get(node_id, ()):
                if edge.source not in distances:
                    distances[edge.source] = distances[node_id] + 1
                    queue.append(edge.source)
        return distances

    def find_route(self, source: str, target: str) -> tuple[Edge, ...] | None:
        """Return the edges of the shortest route, or None when no clips lead there."""
        distances = self.measure_distances(target)
        if source not in distances:
            return None
        route: list[Edge] = []
        while source != target:
            edge = self.step(source, distances)
            route.append(edge)
            source = edge.target
        return tuple(route)

    def list_onward(self, source: str) -> set[str]:
        """Return the nodes to which clips lead from a node, itself included."""
        onward = {source}
        stack = [source]
        while stack:
            fresh = {edge.target for edge in self.ways_out.get(stack.pop(), ())} - onward
            onward |= fresh
            stack += fresh
        return onward

    def step(self, source: str, distances: Mapping[str, int]) -> Edge:
        """Return the clip by which the shortest route goes on from a node that is not its end."""
        return next(
            edge
            for edge in self.ways_out[source]
            if distances.get(edge.target, len(distances)) == distances[source] - 1
        )


def map_routes(edges: Iterable[Edge]) -> RouteMap:
    """Build the map of edges that have a clip; any-state edges and loops lead nowhere and are left out."""
    ways_out: defaultdict[str, list[Edge]] = defaultdict(list)
    ways_in: defaultdict[str, list[Edge]] = defaultdict(list)
    for edge in edges:
        if not edge.is_any_state and not edge.is_loop:
            ways_out[edge.source].append(edge)
            ways_in[edge.target].append(edge)
    return RouteMap(
        {node_id: tuple(out) for node_id, out in ways_out.items()},
        {node_id: tuple(into) for node_id, into in ways_in.items()},
    )
