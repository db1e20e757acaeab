import {
  applyNodeChanges,
  Background,
  BaseEdge,
  type Connection,
  Controls,
  type EdgeChange,
  EdgeLabelRenderer,
  type EdgeProps,
  Handle,
  MarkerType,
  type NodeChange,
  type NodeProps,
  Position,
  ReactFlow,
  useInternalNode,
  type Edge as WireEdge,
  type Node as WireNode,
} from "@xyflow/react";
import { type Dispatch, type SetStateAction, useCallback, useEffect, useMemo, useState } from "react";
import { drawArc } from "./arc.ts";
import { ANY, changeNode, connect, remove } from "./graph.ts";
import type { EdgeStatus, Graph, Status } from "./model.ts";

type PoseWire = WireNode<{ label: string; url: string; isInitial: boolean; isLit: boolean }, "pose" | "any">;
type ClipWire = WireEdge<{ kind: string; status: EdgeStatus | undefined; isLit: boolean }, "clip">;

interface BoardProps {
  graph: Graph;
  kinds: ReadonlyMap<string, string>;
  status: Status | null;
  pictures: ReadonlyMap<string, string>;
  selected: ReadonlySet<string>;
  lit: string;
  onSelect: Dispatch<SetStateAction<ReadonlySet<string>>>;
  onChange: (edit: (graph: Graph) => Graph) => void;
}

const NODE_TYPES = { pose: PoseView, any: AnyView };
const EDGE_TYPES = { clip: ClipView };

/** The graph, to be drawn by hand. */
export function Board({ graph, kinds, status, pictures, selected, lit, onSelect, onChange }: BoardProps) {
  const [anyPlace, setAnyPlace] = useState({ x: -420, y: -220 });
  const drawn = useMemo<PoseWire[]>(() => {
    const poses = graph.nodes.map((node, index) => ({
      id: node.id,
      type: "pose" as const,
      position: node.position ?? { x: 260 * index, y: 0 },
      data: {
        label: node.itemName || node.id,
        url: pictures.get(node.assetId ?? "") ?? "",
        isInitial: node.id === graph.initialNode,
        isLit: node.id === lit,
      },
      selected: selected.has(node.id),
      ariaLabel: `Pose ${node.itemName || node.id}`,
    }));
    const data = { label: "Any state", url: "", isInitial: false, isLit: false };
    return [...poses, { id: ANY, type: "any" as const, position: anyPlace, data, deletable: false }];
  }, [graph, pictures, selected, lit, anyPlace]);
  const [nodes, setNodes] = useState(drawn);
  // Measures are the canvas' own; all else is the graph's.
  useEffect(() => {
    setNodes((old) => {
      const known = new Map(old.map((node) => [node.id, node]));
      return drawn.map((node) => ({ ...known.get(node.id), ...node }));
    });
  }, [drawn]);
  const edges = useMemo<ClipWire[]>(() => {
    const stand = new Map(status?.edges.map((edge) => [edge.edge_id, edge]));
    return graph.edges.map((edge) => ({
      id: edge.id,
      type: "clip",
      source: edge.source,
      target: edge.target,
      selected: selected.has(edge.id),
      markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16 },
      data: { kind: kinds.get(edge.id) ?? "new", status: stand.get(edge.id), isLit: edge.id === lit },
      ariaLabel: `${kinds.get(edge.id) ?? "new"} from ${edge.source} to ${edge.target}`,
    }));
  }, [graph.edges, kinds, status, selected, lit]);

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
    },
    [select],
  );
  const settle = (_: unknown, __: unknown, moved: PoseWire[]) => {
    for (const node of moved) if (node.id === ANY) setAnyPlace(node.position);
    onChange((old) =>
      moved.reduce((now, node) => changeNode(now, node.id, { position: roundPlace(node.position) }), old),
    );
  };
  const join = ({ source, target }: Connection) => onChange((old) => connect(old, source, target));
  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={NODE_TYPES}
      edgeTypes={EDGE_TYPES}
      onNodesChange={move}
      onNodeDragStop={settle}
      onConnect={join}
      onEdgesChange={select}
      onNodeDoubleClick={(_, node) => onChange((old) => connect(old, node.id, node.id))}
      onDelete={({ nodes: gone, edges: cut }) => {
        const ids = new Set([...gone, ...cut].map((thing) => thing.id));
        onChange((old) => remove(old, ids));
      }}
      zoomOnDoubleClick={false}
      connectionRadius={90}
      deleteKeyCode={["Delete", "Backspace"]}
      colorMode="system"
      minZoom={0.1}
      fitView
    >
      <Background gap={28} size={1.5} />
      <Controls showInteractive={false} />
    </ReactFlow>
  );
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

function PoseView({ data, selected }: NodeProps<PoseWire>) {
  return (
    <div className={`pose ${selected ? "selected" : ""} ${data.isLit ? "lit" : ""}`}>
      <Handle type="target" position={Position.Top} isConnectableStart={false} />
      {data.url ? (
        <img src={data.url} alt="" draggable={false} />
      ) : (
        <span className="blank">no pose yet</span>
      )}
      <strong>{data.label}</strong>
      {data.isInitial && <small>begins here</small>}
      <Handle type="source" position={Position.Bottom} title="Drag to another pose" />
    </div>
  );
}

function AnyView({ data }: NodeProps<PoseWire>) {
  return (
    <div className="any">
      {data.label}
      <Handle type="source" position={Position.Bottom} title="Drag to a pose" />
    </div>
  );
}

function ClipView({ id, source, target, data, selected, markerEnd }: EdgeProps<ClipWire>) {
  const from = useInternalNode(source);
  const to = useInternalNode(target);
  if (!from || !to || !data) return null;
  const box = (node: typeof from) => ({
    ...node.internals.positionAbsolute,
    width: node.measured.width ?? 160,
    height: node.measured.height ?? 160,
  });
  const arc = drawArc(box(from), box(to), source === target);
  const stand = data.status;
  const words = describeStatus(stand);
  const look = `clip ${data.kind} ${stand?.status ?? ""} ${selected ? "selected" : ""} ${data.isLit ? "lit" : ""}`;
  return (
    <>
      <BaseEdge id={id} path={arc.path} className={look} markerEnd={markerEnd ?? ""} interactionWidth={24} />
      {words && (
        <EdgeLabelRenderer>
          <span
            className={`tag ${stand?.status ?? ""}`}
            style={{ transform: `translate(-50%, -50%) translate(${arc.x}px, ${arc.y}px)` }}
          >
            {words}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  );
}

function describeStatus(stand: EdgeStatus | undefined): string {
  if (!stand) return "";
  if (stand.status === "failed") return "failed";
  if (stand.frames_total) return `${stand.frames_done ?? 0} / ${stand.frames_total}`;
  if (stand.status === "completed") return "✓";
  return "";
}
