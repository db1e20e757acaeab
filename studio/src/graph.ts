import type { Edge, Graph, PoseNode } from "./model.ts";

export const ANY = "*";
/** How far apart nodes stand that have no place. */
export const STEP_PX = 300;
const RING_PX = 360;
const ONE_RING = 12;

/** Return what people call a node. */
export function nameNode(graph: Graph, id: string): string {
  if (id === ANY) return "Any state";
  return graph.nodes.find((node) => node.id === id)?.itemName || id;
}

/** Return what people call an edge: "Idle → Waving". */
export function nameEdge(graph: Graph, { source, target }: Pick<Edge, "source" | "target">): string {
  if (source === target) return `${nameNode(graph, source)}, a loop`;
  return `${nameNode(graph, source)} → ${nameNode(graph, target)}`;
}

/** Return a text as an id that nothing else has. */
export function nameId(text: string, taken: Iterable<string>): string {
  const used = new Set(taken);
  const plain = text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40);
  const stem = plain || "pose";
  let id = stem;
  for (let count = 2; used.has(id); count += 1) id = `${stem}-${count}`;
  return id;
}

/** Give a pose to the node that waits for one of its name, else to a new node. */
export function addPose(graph: Graph, name: string, assetId: string, position: Place): Graph {
  const wanted = nameId(name, []);
  const waiting = graph.nodes.find(
    (node) => !node.assetId && [node.id, nameId(node.itemName ?? "", [])].includes(wanted),
  );
  if (waiting) return changeNode(graph, waiting.id, { assetId });
  const taken = graph.nodes.map((node) => node.id);
  const node: PoseNode = { id: nameId(name, taken), itemName: name, assetId, position };
  return { ...graph, nodes: [...graph.nodes, node], initialNode: graph.initialNode ?? node.id };
}

export interface Place {
  x: number;
  y: number;
}

const ROOM = { width: 240, height: 260 };
const ROW_LENGTH = 5;

/** Return where a new pose stands free: from a place on to the right, in rows; without one beside all that is there. */
export function findRoom({ nodes }: Graph, at: Place | null): Place {
  const places = nodes.map((node, index) => node.position ?? { x: STEP_PX * index, y: 0 });
  const edge = Math.max(...places.map((place) => place.x)) + STEP_PX;
  const top = Math.min(...places.map((place) => place.y));
  const start = at ?? (places.length > 0 ? { x: edge, y: top } : { x: 0, y: 0 });
  for (let index = 0; ; index += 1) {
    const place = {
      x: Math.round(start.x) + (index % ROW_LENGTH) * ROOM.width,
      y: Math.round(start.y) + Math.floor(index / ROW_LENGTH) * ROOM.height,
    };
    const isFree = places.every(
      ({ x, y }) => Math.abs(x - place.x) >= ROOM.width || Math.abs(y - place.y) >= ROOM.height,
    );
    if (isFree) return place;
  }
}

/** Join two nodes, or one with itself; what is joined stays as it is. */
export function connect(graph: Graph, source: string, target: string): Graph {
  const isThere = graph.edges.some((edge) => edge.source === source && edge.target === target);
  if (isThere || target === ANY) return graph;
  const from = source === ANY ? "any" : source;
  const stem = source === target ? `${source}-loop` : `${from}-to-${target}`;
  const edge: Edge = {
    id: nameId(
      stem,
      graph.edges.map((other) => other.id),
    ),
    source,
    target,
    conditions: [],
  };
  return { ...graph, edges: [...graph.edges, edge] };
}

export function changeNode(graph: Graph, id: string, change: Partial<PoseNode>): Graph {
  return { ...graph, nodes: graph.nodes.map((node) => (node.id === id ? { ...node, ...change } : node)) };
}

export function changeEdge(graph: Graph, id: string, change: Partial<Edge>): Graph {
  return { ...graph, edges: graph.edges.map((edge) => (edge.id === id ? { ...edge, ...change } : edge)) };
}

/** Remove nodes and edges by id; a node takes its edges along. */
export function remove(graph: Graph, ids: ReadonlySet<string>): Graph {
  const nodes = graph.nodes.filter((node) => !ids.has(node.id));
  const edges = graph.edges.filter((edge) => ![edge.id, edge.source, edge.target].some((id) => ids.has(id)));
  const isKept = nodes.some((node) => node.id === graph.initialNode);
  return { ...graph, nodes, edges, initialNode: isKept ? graph.initialNode : (nodes[0]?.id ?? null) };
}

/** Put edges that came from elsewhere into a graph, as far as their poses are there. */
export function addEdges(graph: Graph, edges: readonly Edge[]): Graph {
  const nodes = new Set([ANY, ...graph.nodes.map((node) => node.id)]);
  const taken = new Set(graph.edges.map((edge) => edge.id));
  const fitting = edges.filter(
    (edge) => !taken.has(edge.id) && nodes.has(edge.source) && nodes.has(edge.target),
  );
  return fitting.length > 0 ? { ...graph, edges: [...graph.edges, ...fitting] } : graph;
}

/** Return the edges by which a graph has grown; null when anything else about it is different. */
export function findAddedEdges(before: Graph, after: Graph): Edge[] | null {
  const known = new Set(before.edges.map((edge) => edge.id));
  const added = after.edges.filter((edge) => !known.has(edge.id));
  const rest = { ...after, edges: after.edges.filter((edge) => known.has(edge.id)) };
  return JSON.stringify(rest) === JSON.stringify(before) ? added : null;
}

/** Place the initial node in the middle and the others in rings around it, each as full as it may be. */
export function arrange(graph: Graph): Graph {
  const others = graph.nodes.filter((node) => node.id !== graph.initialNode);
  const places = new Map<string, Place>();
  const around = (others.length * STEP_PX) / (2 * Math.PI);
  const inner = others.length > ONE_RING ? RING_PX : Math.max(RING_PX, around);
  for (let radius = inner, begin = 0; begin < others.length; radius += RING_PX) {
    const fits = Math.round((2 * Math.PI * radius) / STEP_PX);
    const within = others.slice(begin, begin + fits);
    for (const [index, node] of within.entries()) {
      const angle = (index / within.length) * 2 * Math.PI - Math.PI / 2;
      const x = Math.round(radius * Math.cos(angle));
      places.set(node.id, { x, y: Math.round(radius * Math.sin(angle)) });
    }
    begin += within.length;
  }
  const nodes = graph.nodes.map((node) => ({ ...node, position: places.get(node.id) ?? { x: 0, y: 0 } }));
  return { ...graph, nodes };
}

/** What can be put into a canvas once more. */
export interface Copied {
  nodes: readonly PoseNode[];
  edges: readonly Edge[];
}

const PASTE_APART_PX = 60;

/** Return the selected nodes with the edges among them, and the selected edges. */
export function copy(graph: Graph, ids: ReadonlySet<string>): Copied {
  const nodes = graph.nodes.filter((node) => ids.has(node.id));
  const inside = new Set(nodes.map((node) => node.id));
  const edges = graph.edges.filter(
    (edge) => ids.has(edge.id) || (inside.has(edge.source) && inside.has(edge.target)),
  );
  return { nodes, edges };
}

/** Return a place down to the right where no copy stands yet. */
function findPlaceBeside(nodes: readonly PoseNode[], { x, y }: Place): Place {
  const place = { x: x + PASTE_APART_PX, y: y + PASTE_APART_PX };
  const isTaken = nodes.some((node) => node.position?.x === place.x && node.position.y === place.y);
  return isTaken ? findPlaceBeside(nodes, place) : place;
}

/** Put copies into a canvas under new ids; edges whose poses are not there stay away. Also say what is new. */
export function paste(graph: Graph, copied: Copied): { graph: Graph; ids: ReadonlySet<string> } {
  const nodeIds = graph.nodes.map((node) => node.id);
  const renamed = new Map<string, string>();
  const nodes = copied.nodes.map((node) => {
    const id = nameId(node.id, nodeIds);
    nodeIds.push(id);
    renamed.set(node.id, id);
    return { ...node, id, position: findPlaceBeside(graph.nodes, node.position ?? { x: 0, y: 0 }) };
  });
  const edgeIds = graph.edges.map((edge) => edge.id);
  const edges = copied.edges.flatMap((edge) => {
    const source = renamed.get(edge.source) ?? edge.source;
    const target = renamed.get(edge.target) ?? edge.target;
    const isHeld = [source, target].every((end) => end === ANY || nodeIds.includes(end));
    if (!isHeld) return [];
    const id = nameId(edge.id, edgeIds);
    edgeIds.push(id);
    return [{ ...edge, id, source, target }];
  });
  const ids = new Set([...nodes, ...edges].map((thing) => thing.id));
  if (ids.size === 0) return { graph, ids };
  const begin = graph.initialNode ?? nodes[0]?.id ?? null;
  const next = {
    ...graph,
    initialNode: begin,
    nodes: [...graph.nodes, ...nodes],
    edges: [...graph.edges, ...edges],
  };
  return { graph: next, ids };
}

/** Call an input otherwise wherever it is named; a name that is taken changes nothing. */
export function renameInput(graph: Graph, from: string, to: string): Graph {
  if (!to || graph.inputs.some((input) => input.name === to)) return graph;
  const inputs = graph.inputs.map((input) => (input.name === from ? { ...input, name: to } : input));
  const edges = graph.edges.map((edge) => ({
    ...edge,
    conditions: (edge.conditions ?? []).map((one) => (one.input === from ? { ...one, input: to } : one)),
  }));
  return { ...graph, inputs, edges };
}

/** Remove an input that no condition names. */
export function removeInput(graph: Graph, name: string): Graph {
  if (countListeners(graph, name) > 0) return graph;
  return { ...graph, inputs: graph.inputs.filter((input) => input.name !== name) };
}

/** Return how many edges listen to an input. */
export function countListeners(graph: Graph, name: string): number {
  return graph.edges.filter((edge) => edge.conditions?.some((one) => one.input === name)).length;
}
