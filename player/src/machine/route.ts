import { ANY_STATE, type Edge, type Machine } from "./types.ts";

/** For every node with a route of clips to the target: the first edge of the shortest one. The target itself has none. */
export function nextHops(
  edges: readonly Edge[],
  target: string | null,
): ReadonlyMap<string | null, Edge | null> {
  const roads = edges.filter((edge) => edge.clip && edge.source !== edge.target && edge.source !== ANY_STATE);
  const hops = new Map<string | null, Edge | null>([[target, null]]);
  // From the target backwards, one step further in each round; the first edge in canvas order wins.
  for (let size = 0; size < hops.size; ) {
    size = hops.size;
    const reached = new Set(hops.keys());
    for (const edge of roads) {
      if (reached.has(edge.target) && !hops.has(edge.source)) hops.set(edge.source, edge);
    }
  }
  return hops;
}

/** The ids of the fewest clips from node to node; null without a route, empty from a node to itself. */
export function findRoute(machine: Machine, source: string, target: string): string[] | null {
  if (!machine.places.has(source) || !machine.places.has(target)) return null;
  const hops = nextHops(machine.edges, target);
  const route: string[] = [];
  for (let node = source; node !== target; ) {
    const edge = hops.get(node);
    if (!edge) return null;
    route.push(edge.id);
    node = edge.target;
  }
  return route;
}
