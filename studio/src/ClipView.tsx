import {
  BaseEdge,
  EdgeLabelRenderer,
  type EdgeProps,
  useInternalNode,
  type Edge as WireEdge,
} from "@xyflow/react";
import { type CSSProperties, useState } from "react";
import { type Arc, type Box, type Corner, drawArc, drawLoop, drawStub } from "./arc.ts";
import { type EdgeStatus, isUnderWay } from "./model.ts";
import { prefersCalm } from "./motion.ts";
import { useJob } from "./use-job.ts";

export type ClipWire = WireEdge<
  {
    kind: string;
    status: EdgeStatus | undefined;
    isLit: boolean;
    /** Where its loop goes around, or how many any-state edges lead to its target before it. */
    corner: Corner;
    rank: number;
    /** What it waits for, in a word or two. */
    cue: string;
  },
  "clip"
>;

/** One edge: each kind has its own line, and what becomes of its clip stands on it. */
export function ClipView({ source, target, data, selected, markerEnd }: EdgeProps<ClipWire>) {
  const from = useInternalNode(source);
  const to = useInternalNode(target);
  const [isHovered, setHovered] = useState(false);
  if (!from || !to || !data) return null;
  const arc = draw(measure(from), measure(to), source === target, data);
  const stand = data.status;
  const words = data.kind === "any_state" ? data.cue : describe(stand);
  const look = `clip ${data.kind} ${stand?.status ?? ""} ${selected ? "selected" : ""} ${data.isLit ? "lit" : ""}`;
  const place = writePlace(arc, data.kind);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a glance at what is there; the inspector shows it to all
    <g onMouseEnter={() => setHovered(true)} onMouseLeave={() => setHovered(false)}>
      <BaseEdge path={arc.path} className={look} markerEnd={markerEnd ?? ""} interactionWidth={24} />
      <EdgeLabelRenderer>
        {words && (
          <span className={`tag ${data.kind} ${stand?.status ?? ""}`} style={place}>
            {words}
          </span>
        )}
        {isHovered && stand && <Glance stand={stand} place={place} />}
      </EdgeLabelRenderer>
    </g>
  );
}

/** What became of a clip, under the pointer: the clip itself, or why there is none. */
function Glance({ stand, place }: { stand: EdgeStatus; place: CSSProperties }) {
  const job = useJob(stand.job_id, stand.status === "completed");
  if (stand.error) {
    return (
      <span className="tag failed reason" style={place}>
        {stand.error.message}
      </span>
    );
  }
  if (!job?.urls.webm) return null;
  return (
    <video
      className="glimpse"
      style={place}
      src={job.urls.webm}
      autoPlay={!prefersCalm()}
      loop
      muted
      playsInline
    />
  );
}

/** What leads in from anywhere begins at its words: they end where the line begins. */
function writePlace({ x, y }: Arc, kind: string) {
  return {
    transform: `translate(${kind === "any_state" ? "-100%" : "-50%"}, -50%) translate(${x}px, ${y}px)`,
  };
}

function measure(node: NonNullable<ReturnType<typeof useInternalNode>>): Box {
  return {
    ...node.internals.positionAbsolute,
    width: node.measured.width ?? 168,
    height: node.measured.height ?? 176,
  };
}

function draw(from: Box, to: Box, isLoop: boolean, data: NonNullable<ClipWire["data"]>): Arc {
  if (data.kind === "any_state") return drawStub(to, data.rank);
  return isLoop ? drawLoop(from, data.corner) : drawArc(from, to);
}

function describe(stand: EdgeStatus | undefined): string {
  if (!stand) return "";
  if (stand.status === "completed") return "✓";
  if (stand.status === "failed") return "failed";
  if (stand.frames_done && stand.frames_total)
    return `${Math.floor((100 * stand.frames_done) / stand.frames_total)} %`;
  return isUnderWay(stand) ? "waits" : "";
}
