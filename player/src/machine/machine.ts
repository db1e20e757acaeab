import { type MachineDocument, readEdge, readInputs, readNode } from "./document.ts";
import { nextHops } from "./route.ts";
import { ANY_STATE, type Candidate, type Edge, type Machine, type Node, type Place } from "./types.ts";

/** Build a machine once; every step then only looks things up. Throws when an edge or the start names no node. */
export function buildMachine(document: MachineDocument): Machine {
  const nodes = document.nodes.map(readNode);
  const edges = document.edges.map(readEdge);
  const inputs = readInputs(document.inputs ?? []);
  refuseStrangers(document.initialNode, nodes, edges);
  return Object.freeze({
    initialNode: document.initialNode,
    nodes: Object.freeze(nodes),
    edges: Object.freeze(edges),
    inputs,
    places: findPlaces(nodes, edges),
    edgeOf: new Map(edges.map((edge) => [edge.id, edge])),
    inputOf: new Map(inputs.map((input) => [input.name, input])),
  });
}

function refuseStrangers(initialNode: string, nodes: readonly Node[], edges: readonly Edge[]): void {
  const known = new Set(nodes.map((node) => node.id));
  if (!known.has(initialNode)) throw new Error(`initialNode "${initialNode}" is not a node`);
  for (const { id, source, target } of edges) {
    const stranger = [source, target].find((end) => !known.has(end) && end !== ANY_STATE);
    if (stranger !== undefined) throw new Error(`edge "${id}" names "${stranger}", which is not a node`);
  }
}

function findPlaces(nodes: readonly Node[], edges: readonly Edge[]): ReadonlyMap<string, Place> {
  const anyState = byPriority(edges.filter((edge) => edge.source === ANY_STATE));
  const targets = new Set(anyState.map((edge) => edge.target));
  const hops = new Map([...targets].map((target) => [target, nextHops(edges, target)]));
  return new Map(
    nodes.map(({ id }) => {
      const walks = anyState.flatMap((edge) => candidate(edge, hops.get(edge.target)?.get(id)));
      const own = byPriority(edges.filter((edge) => edge.source === id && edge.target !== id));
      const candidates = Object.freeze([...walks, ...own.flatMap((edge) => candidate(edge, edge))]);
      return [id, Object.freeze({ candidates, loop: findLoop(id, edges) })];
    }),
  );
}

/** Falling priority; the sort is stable, so ties stay in canvas order. */
function byPriority(edges: readonly Edge[]): readonly Edge[] {
  return [...edges].sort((one, other) => other.priority - one.priority);
}

function candidate(edge: Edge, step: Edge | undefined): Candidate[] {
  return step ? [Object.freeze({ edge, step })] : [];
}

function findLoop(node: string, edges: readonly Edge[]): Edge | null {
  return edges.find((edge) => edge.source === node && edge.target === node && edge.clip) ?? null;
}
