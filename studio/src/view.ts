import type { ReactFlowInstance } from "@xyflow/react";
import type { ClipWire } from "./ClipView.tsx";
import { prefersCalm } from "./motion.ts";
import type { PoseWire } from "./PoseView.tsx";

const MOVE_MS = 300;
const LEAST_ZOOM = 0.5;

/** Move the view to nodes that are not all in it; what is seen already stays where it is. */
export function bringIntoView(
  view: ReactFlowInstance<PoseWire, ClipWire>,
  board: HTMLElement,
  ids: readonly string[],
): void {
  board.scrollIntoView({ block: "nearest" });
  const nodes = ids.filter((id) => view.getNode(id));
  if (nodes.length === 0) return;
  const bounds = view.getNodesBounds(nodes);
  const { x, y, zoom } = view.getViewport();
  const [left, top] = [bounds.x * zoom + x, bounds.y * zoom + y];
  const isSeen =
    left >= 0 &&
    top >= 0 &&
    left + bounds.width * zoom <= board.clientWidth &&
    top + bounds.height * zoom <= board.clientHeight;
  if (isSeen && zoom >= LEAST_ZOOM) return;
  void view.fitView({
    nodes: nodes.map((id) => ({ id })),
    minZoom: Math.min(zoom, LEAST_ZOOM),
    maxZoom: Math.max(zoom, LEAST_ZOOM),
    padding: 0.2,
    duration: prefersCalm() ? 0 : MOVE_MS,
  });
}
