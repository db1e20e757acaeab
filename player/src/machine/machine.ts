import { type MachineDocument, readEdge, readInputs } from "./document.ts";
import { nextHops } from "./route.ts";
import { ANY_STATE, type Edge, type Machine, type Node, type Place } from "./types.ts";

/** Build a machine once; every step then only looks things up. Throws when an edge or the start names no node. */
export function buildMachine(document: MachineDocument): Machine {
  const nodes = document.nodes.map(({ id }) => ({ id }));
  const edges = document.edges.map(readEdge);
  const inputs = readInputs(document.inputs ?? []);
  const places = findPlaces(nodes, edges);
  refuseStranger(places, "initialNode", document.initialNode);
  for (const { id, source, target } of edges) {
    for (const end of [source, target]) if (end !== ANY_STATE) refuseStranger(places, `edge "${id}"`, end);
  }
  return {
    initialNode: document.initialNode,
    nodes,
    edges,
    inputs,
    places,
    edgeOf: new Map(edges.map((edge) => [edge.id, edge])),
    inputOf: new Map(inputs.map((input) => [input.name, input])),
  };
}

function refuseStranger(places: Machine["places"], who: string, node: string): void {
  if (!places.has(node)) throw new Error(`${who} names "${node}", which is not a node`);
}

function findPlaces(nodes: readonly Node[], edges: readonly Edge[]): ReadonlyMap<string, Place> {
  // Falling priority; the sort is stable, so ties stay in canvas order.
  const ranked = [...edges].sort((one, other) => other.priority - one.priority);
  const walks = ranked
    .filter((edge) => edge.source === ANY_STATE)
    .map((edge) => ({ edge, hops: nextHops(edges, edge.target) }));
  return new Map(
    nodes.map(({ id }) => {
      const own = ranked.filter(({ source, target }) => source === id && target !== id);
      const candidates = [
        ...walks.map(({ edge, hops }) => ({ edge, step: hops.get(id) })),
        ...own.map((edge) => ({ edge, step: edge })),
      ];
      const isLoop = ({ source, target, clip }: Edge) => source === id && target === id && clip;
      return [id, { candidates: candidates.filter(isPossible), loop: edges.find(isLoop) ?? null }];
    }),
  );
}

function isPossible(candidate: {
  edge: Edge;
  step: Edge | undefined;
}): candidate is { edge: Edge; step: Edge } {
  return candidate.step !== undefined;
}
