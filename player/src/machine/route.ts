import { ANY_STATE, type Edge, type Machine } from "./types.ts";

/** For every node with a route of clips to the target: the first edge of the shortest one. */
export function nextHops(edges: readonly Edge[], target: string): ReadonlyMap<string, Edge> {
  const roads = edges.filter(isRoad);
  const distance = distances(roads, target);
  const hops = new Map<string, Edge>();
  for (const edge of roads) {
    const here = distance.get(edge.source);
    const there = distance.get(edge.target);
    const isShortest = here !== undefined && there !== undefined && there + 1 === here;
    if (isShortest && !hops.has(edge.source)) hops.set(edge.source, edge);
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

function isRoad(edge: Edge): boolean {
  return edge.clip && edge.source !== edge.target && edge.source !== ANY_STATE;
}

/** Breadth first, from the target backwards. */
function distances(roads: readonly Edge[], target: string): ReadonlyMap<string, number> {
  const sources = sourcesByTarget(roads);
  const distance = new Map([[target, 0]]);
  for (const [node, steps] of distance) {
    for (const source of sources.get(node) ?? []) {
      if (!distance.has(source)) distance.set(source, steps + 1);
    }
  }
  return distance;
}

function sourcesByTarget(roads: readonly Edge[]): ReadonlyMap<string, readonly string[]> {
  const sources = new Map<string, string[]>();
  for (const { source, target } of roads) {
    const known = sources.get(target);
    if (known) known.push(source);
    else sources.set(target, [source]);
  }
  return sources;
}
