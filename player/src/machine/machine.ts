import { BUILT_IN, isBuiltIn, type WrittenDocument, type WrittenEdge } from "./document.ts";
import { nextHops } from "./route.ts";
import { ANY_STATE, type Candidate, type Edge, type Input, type Machine, type Place } from "./types.ts";

/** Assemble a machine once; every step then only looks things up. */
export function assembleMachine(document: WrittenDocument): Machine {
  const edges = document.edges.map((edge) => ({ ...edge, clip: hasClip(edge) }));
  const declared = (document.inputs ?? []).filter(({ name }) => !isBuiltIn(name)) as Input[];
  const inputs = [...declared, ...BUILT_IN];
  return {
    ...document,
    edges,
    inputs,
    places: findPlaces(document, edges),
    edgeOf: new Map(edges.map((edge) => [edge.id, edge])),
    inputOf: new Map(inputs.map((input) => [input.name, input])),
  };
}

function hasClip({ clip = true, videos }: WrittenEdge): boolean {
  return videos ? Boolean(videos.webm || videos.hevc || videos.stacked) : clip;
}

function findPlaces({ nodes }: WrittenDocument, edges: readonly Edge[]): ReadonlyMap<string, Place> {
  const isAny = (edge: Edge) => Number(edge.source === ANY_STATE);
  // Any-state edges first, then by falling priority; the sort is stable, so ties stay in canvas order.
  const ways = [...edges]
    .sort((one, other) => isAny(other) - isAny(one) || (other.priority ?? 0) - (one.priority ?? 0))
    .map((edge) => ({
      edge,
      hops: isAny(edge) ? nextHops(edges, edge.target) : new Map([[edge.source, edge]]),
    }));
  return new Map(
    nodes.map(({ id }) => {
      const candidates = ways.flatMap(({ edge, hops }): Candidate[] => {
        const step = hops.get(id);
        return step && edge.target !== id ? [{ edge, step }] : [];
      });
      const isLoop = ({ source, target, clip }: Edge) => source === id && target === id && clip;
      return [id, { candidates, loop: edges.find(isLoop) }];
    }),
  );
}
