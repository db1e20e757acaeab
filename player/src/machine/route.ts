import { ANY_STATE, type Edge, type Machine } from "./types.ts";

/** For every node with a route of clips to the target: the first edge of the shortest one. */
export function nextHops(edges: readonly Edge[], target: string): ReadonlyMap<string, Edge> {
  const roads = edges.filter((edge) => edge.clip && edge.source !== edge.target && edge.source !== ANY_STATE);
  const distance = new Map([[target, 0]]);
  // Breadth first, from the target backwards: what is added on the way has its turn, too.
  for (const [node, steps] of distance) {
    for (const edge of roads) {
      if (edge.target === node && !distance.has(edge.source)) distance.set(edge.source, steps + 1);
    }
  }
  const hops = new Map<string, Edge>();
  for (const edge of roads) {
    const left = (distance.get(edge.target) ?? Number.NaN) + 1;
    if (left === distance.get(edge.source) && !hops.has(edge.source)) hops.set(edge.source, edge);
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
