import {
  applyNodeChanges,
  Background,
  type Connection,
  Controls,
  type EdgeChange,
  MarkerType,
  type NodeChange,
  ReactFlow,
  type ReactFlowInstance,
} from "@xyflow/react";
import {
  type Dispatch,
  type RefObject,
  type SetStateAction,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { chooseCorner } from "./arc.ts";
import { ClipView, type ClipWire } from "./ClipView.tsx";
import { ANY, changeNode, connect, remove, STEP_PX } from "./graph.ts";
import type { Edge, Graph, PoseNode, Status } from "./model.ts";
import { AnyView, PoseView, type PoseWire } from "./PoseView.tsx";

interface BoardProps {
  graph: Graph;
  kinds: ReadonlyMap<string, string>;
  status: Status | null;
  pictures: ReadonlyMap<string, string>;
  selected: ReadonlySet<string>;
  lit: string;
  /** Filled with what moves the view. */
  view: RefObject<ReactFlowInstance<PoseWire, ClipWire> | null>;
  onSelect: Dispatch<SetStateAction<ReadonlySet<string>>>;
  onChange: (edit: (graph: Graph) => Graph) => void;
}

const NODE_TYPES = { pose: PoseView, any: AnyView };
const EDGE_TYPES = { clip: ClipView };
const COLOURS: Record<string, string> = {
  loop: "var(--loop)",
  forward: "var(--forward)",
  reverse: "var(--reverse)",
  any_state: "var(--any)",
};

/** The graph, to be drawn by hand. */
export function Board(props: BoardProps) {
  const { graph, kinds, status, pictures, selected, lit, view, onSelect, onChange } = props;
  const [anyPlace, setAnyPlace] = useState<{ x: number; y: number } | null>(null);
  const drawn = useMemo<PoseWire[]>(() => {
    const poses = graph.nodes.map((node, index) => ({
      id: node.id,
      type: "pose" as const,
      position: findPlace(node, index),
      data: {
        label: node.itemName || node.id,
        url: pictures.get(node.assetId ?? "") ?? "",
        isInitial: node.id === graph.initialNode,
        isLit: node.id === lit,
      },
      selected: selected.has(node.id),
      ariaLabel: `Pose ${node.itemName || node.id}`,
    }));
    // It would only stand in the way of the words that say what to do first.
    if (poses.length === 0) return [];
    const data = { label: "Any state", url: "", isInitial: false, isLit: false };
    const position = anyPlace ?? placeAny(graph.nodes);
    const any = { id: ANY, type: "any" as const, position, data, deletable: false };
    return [...poses, { ...any, selected: selected.has(ANY), ariaLabel: "Any state" }];
  }, [graph.nodes, graph.initialNode, pictures, selected, lit, anyPlace]);
  const [nodes, setNodes] = useState(drawn);
  // Measures are the canvas' own; all else is the graph's.
  useEffect(() => {
    setNodes((old) => {
      const known = new Map(old.map((node) => [node.id, node]));
      return drawn.map((node) => refresh(known.get(node.id), node));
    });
  }, [drawn]);
  const corners = useMemo(() => placeLoops(graph), [graph]);
  const shown = useRef<ReadonlyMap<string, ClipWire>>(new Map());
  const edges = useMemo<ClipWire[]>(() => {
    const stand = new Map(status?.edges.map((edge) => [edge.edge_id, edge]));
    const ranks = rankStubs(graph.edges);
    const wires = graph.edges.map((edge) => {
      const wire = drawWire(edge, kinds.get(edge.id) ?? "new", {
        status: stand.get(edge.id),
        isLit: edge.id === lit,
        corner: corners.get(edge.source) ?? CORNER,
        rank: ranks.get(edge.id) ?? 0,
        cue: tellCue(edge),
      });
      const old = shown.current.get(edge.id);
      const isSelected = selected.has(edge.id);
      return old && isSameWire(old, wire, isSelected) ? old : { ...wire, selected: isSelected };
    });
    shown.current = new Map(wires.map((wire) => [wire.id, wire]));
    return wires;
  }, [graph.edges, kinds, status, selected, lit, corners]);

  const select = useCallback(
    (changes: (NodeChange<PoseWire> | EdgeChange<ClipWire>)[]) => {
      const told = changes.filter((change) => change.type === "select");
      if (told.length > 0) onSelect((old) => changeSelection(old, told));
    },
    [onSelect],
  );
  const move = useCallback(
    (changes: NodeChange<PoseWire>[]) => {
      select(changes);
      setNodes((old) => applyNodeChanges(changes.filter(isOwn), old));
      // Arrow keys end a move at once; a drag ends with the hand.
      const ended = changes.filter((change) => change.type === "position" && change.dragging === false);
      if (ended.length > 0) onChange((old) => settle(old, ended));
      const any = ended.find((change) => "id" in change && change.id === ANY);
      if (any?.type === "position" && any.position) setAnyPlace(any.position);
    },
    [select, onChange],
  );
  // A pose that was added is seen, wherever it came to stand.
  const known = useRef(graph.nodes.length);
  useEffect(() => {
    if (graph.nodes.length > known.current) void view.current?.fitView(FIT);
    known.current = graph.nodes.length;
  }, [graph.nodes.length, view]);
  const keep = useCallback(
    (made: ReactFlowInstance<PoseWire, ClipWire>) => {
      view.current = made;
    },
    [view],
  );
  // What every pose is given must not change while one is dragged, or all of them are drawn again.
  const join = useCallback(
    ({ source, target }: Connection) => onChange((old) => connect(old, source, target)),
    [onChange],
  );
  const loop = useCallback(
    (_: unknown, { id }: PoseWire) => onChange((old) => connect(old, id, id)),
    [onChange],
  );
  const cut = useCallback(
    (gone: { nodes: PoseWire[]; edges: ClipWire[] }) => {
      const ids = new Set([...gone.nodes, ...gone.edges].map((thing) => thing.id));
      onChange((old) => remove(old, ids));
    },
    [onChange],
  );
  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={NODE_TYPES}
      edgeTypes={EDGE_TYPES}
      onNodesChange={move}
      onConnect={join}
      onEdgesChange={select}
      onInit={keep}
      isValidConnection={leadsElsewhere}
      onNodeDoubleClick={loop}
      onDelete={cut}
      zoomOnDoubleClick={false}
      connectionRadius={90}
      deleteKeyCode={DELETE_KEYS}
      colorMode="system"
      minZoom={0.1}
      maxZoom={1.5}
      fitView
      fitViewOptions={FIT}
    >
      <Background gap={28} size={1.5} />
      <Controls showInteractive={false} fitViewOptions={FIT} />
    </ReactFlow>
  );
}

const ARROW = {
  type: MarkerType.ArrowClosed,
  width: 18,
  height: 18,
  markerUnits: "userSpaceOnUse",
};
const NONE = { status: undefined };
const CORNER = { x: 1, y: -1 } as const;
const FIT = { padding: 0.14, maxZoom: 1.1 };
const DELETE_KEYS = ["Delete", "Backspace"];

/** A line that is let go over the pose it came from is no wish for a loop. */
function leadsElsewhere({ source, target }: { source: string; target: string }): boolean {
  return source !== target;
}

/** Return a pose as it is to be drawn now; the same object when nothing about it has changed. */
function refresh(old: PoseWire | undefined, now: PoseWire): PoseWire {
  if (!old) return now;
  const isSame =
    old.selected === now.selected &&
    old.ariaLabel === now.ariaLabel &&
    isAlike(old.position, now.position) &&
    isAlike(old.data, now.data);
  return isSame ? old : { ...old, ...now };
}

function drawWire(edge: Edge, known: string, data: Omit<NonNullable<ClipWire["data"]>, "kind">): ClipWire {
  const kind = edge.source === ANY ? "any_state" : known;
  return {
    id: edge.id,
    type: "clip",
    source: edge.source,
    target: edge.target,
    markerEnd: { ...ARROW, color: COLOURS[kind] ?? "var(--any)" },
    data: { kind, ...data },
    ariaLabel: nameEdge(edge, kind),
  };
}

/** Say whether an edge looks as it did; of its clip only what stands on it counts. */
function isSameWire(old: ClipWire, now: ClipWire, isSelected: boolean): boolean {
  const [{ status: was, ...before }, { status: is, ...after }] = [old.data ?? NONE, now.data ?? NONE];
  return (
    old.selected === isSelected &&
    old.ariaLabel === now.ariaLabel &&
    [old.source, old.target].join() === [now.source, now.target].join() &&
    isAlike(before, after) &&
    was?.status === is?.status &&
    was?.job_id === is?.job_id &&
    was?.frames_done === is?.frames_done &&
    was?.frames_total === is?.frames_total
  );
}

function isAlike<T extends object>(one: T, other: T): boolean {
  return Object.entries(one).every(([name, value]) => other[name as keyof T] === value);
}

function findPlace(node: PoseNode, index: number): { x: number; y: number } {
  return node.position ?? { x: STEP_PX * index, y: 0 };
}

/** Any state has no place in a canvas: it stands at the upper left of the poses. */
function placeAny(nodes: readonly PoseNode[]): { x: number; y: number } {
  const places = nodes.map(findPlace);
  if (places.length === 0) return { x: 0, y: 0 };
  const [x, y] = [Math.min(...places.map((place) => place.x)), Math.min(...places.map((place) => place.y))];
  return { x: x - 120, y: y - 60 };
}

/** Return, by node, the corner that leaves its loop most room. */
function placeLoops({ nodes, edges }: Graph) {
  const places = new Map(nodes.map((node, index) => [node.id, findPlace(node, index)]));
  const reachedFromAnywhere = new Set(edges.flatMap((edge) => (edge.source === ANY ? [edge.target] : [])));
  return new Map(
    nodes.map((node) => {
      const near = edges.filter((edge) => edge.source !== edge.target && edge.source !== ANY);
      const others = near.flatMap((edge) =>
        edge.source === node.id ? [edge.target] : edge.target === node.id ? [edge.source] : [],
      );
      const here = places.get(node.id) ?? { x: 0, y: 0 };
      return [
        node.id,
        chooseCorner(here, [
          ...others.flatMap((id) => places.get(id) ?? []),
          ...(reachedFromAnywhere.has(node.id) ? [{ x: here.x - 1, y: here.y - 1 }] : []),
        ]),
      ];
    }),
  );
}

function rankStubs(edges: readonly Edge[]): Map<string, number> {
  const counts = new Map<string, number>();
  const ranks = new Map<string, number>();
  for (const edge of edges.filter((one) => one.source === ANY)) {
    const rank = counts.get(edge.target) ?? 0;
    ranks.set(edge.id, rank);
    counts.set(edge.target, rank + 1);
  }
  return ranks;
}

/** Return what an edge waits for: the names of its inputs, without what they share. */
function tellCue(edge: Edge): string {
  const names = (edge.conditions ?? []).map(({ input }) => input.split("::").at(-1) ?? input);
  if (names.length === 0) return "never";
  return names.length === 1 ? (names[0] ?? "") : `${names[0]} +${names.length - 1}`;
}

function nameEdge({ source, target }: Edge, kind: string): string {
  const what = kind === "new" ? "edge" : kind.replace("_", "-");
  return `${what} from ${source === ANY ? "any state" : source} to ${target}`;
}

function settle(graph: Graph, changes: readonly NodeChange<PoseWire>[]): Graph {
  let now = graph;
  for (const change of changes) {
    if (change.type !== "position" || !change.position || change.id === ANY) continue;
    const position = roundPlace(change.position);
    const node = now.nodes.find((one) => one.id === change.id);
    if (node?.position?.x === position.x && node.position.y === position.y) continue;
    now = changeNode(now, change.id, { position });
  }
  return now;
}

/** What the graph decides is not the canvas' own. */
function isOwn(change: NodeChange<PoseWire>): boolean {
  return change.type !== "remove" && change.type !== "select";
}

function changeSelection(old: ReadonlySet<string>, told: readonly { id: string; selected: boolean }[]) {
  const next = new Set(old);
  for (const { id, selected } of told) selected ? next.add(id) : next.delete(id);
  return next;
}

function roundPlace({ x, y }: { x: number; y: number }) {
  return { x: Math.round(x), y: Math.round(y) };
}
