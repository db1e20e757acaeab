import { Handle, type NodeProps, Position, type Node as WireNode } from "@xyflow/react";

export type PoseWire = WireNode<
  { label: string; url: string; isInitial: boolean; isLit: boolean },
  "pose" | "any"
>;

export function PoseView({ data, selected }: NodeProps<PoseWire>) {
  return (
    <div className={`pose ${selected ? "selected" : ""} ${data.isLit ? "lit" : ""}`}>
      <Handle type="target" position={Position.Top} isConnectableStart={false} />
      {data.isInitial && (
        <span className="start" title="The mascot begins here">
          ▶
        </span>
      )}
      {data.url ? (
        <img src={data.url} alt="" draggable={false} />
      ) : (
        <span className="blank">no picture yet</span>
      )}
      <strong>{data.label}</strong>
      <Handle type="source" position={Position.Bottom} title="Drag to another pose" />
    </div>
  );
}

export function AnyView({ data, selected }: NodeProps<PoseWire>) {
  return (
    <div className={`any ${selected ? "selected" : ""}`}>
      <span aria-hidden="true">✳</span> {data.label}
      <Handle
        type="source"
        position={Position.Right}
        title="Drag to a pose: the mascot goes there from anywhere"
      />
    </div>
  );
}
