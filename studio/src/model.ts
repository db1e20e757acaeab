/** What the API says, as far as the Studio reads it. */
export interface Condition {
  input: string;
  op?: string | null;
  value?: boolean | number | null;
}

export interface PoseNode {
  id: string;
  itemName?: string | null;
  assetId?: string | null;
  imagePrompt?: string | null;
  position?: { x: number; y: number } | null;
}

export interface Edge {
  id: string;
  source: string;
  target: string;
  conditions?: Condition[] | null;
  priority?: number | null;
  speed?: number | null;
  duration?: number | null;
  description?: string | null;
  reverse?: boolean | null;
  exit?: "now" | "loop_end" | null;
}

export interface Input {
  name: string;
  type: "boolean" | "number" | "trigger";
  default?: boolean | number | null;
  system?: boolean | null;
}

export interface Graph {
  initialNode: string | null;
  nodes: PoseNode[];
  edges: Edge[];
  inputs: Input[];
}

/** How far the in-between of two poses is to be trusted. */
export interface Confidence {
  value: number;
  rendering: "flows" | "limbs" | "staged";
  limbs: number;
  reasons: { code: string; message: string; tip: string }[];
}

export interface EdgeStatus {
  edge_id: string;
  status: string;
  job_id: string | null;
  error: { code: string; message: string } | null;
  frames_done: number | null;
  frames_total: number | null;
  confidence: Confidence | null;
}

/** Say whether a job of an edge has not ended; of one that was called off the API tells no frames. */
export function isUnderWay(edge: EdgeStatus): boolean {
  return edge.job_id !== null && edge.frames_total !== null;
}

export interface Job {
  id: string;
  status: "pending" | "processing" | "completed" | "failed" | "cancelled";
  type: "animation" | "reverse";
  edge_id: string | null;
  collection_id: string;
  canvas_id: string | null;
  generator: string;
  duration: number;
  cost_credits: number;
  attempts: number;
  error: { code: string; message: string; retryable: boolean } | null;
  urls: Record<string, string>;
  /** By format: how close the first and last frame are to their poses. */
  seam: Record<string, Record<string, { colour_db: number }>> | null;
  confidence: Confidence | null;
  progress: { frames_done: number; frames_total: number };
  created_at: string;
  completed_at: string | null;
}

export interface Status {
  total_edges: number;
  completed: number;
  failed: number;
  ready: boolean;
  progress: number;
  edges: EdgeStatus[];
  eta_seconds: number | null;
}

export interface Canvas extends Omit<Graph, "edges"> {
  id: string;
  name: string;
  size: number;
  fps: number;
  generator: string | null;
  edges: (Edge & { kind: string; status?: string | null; videoAssetId?: string | null })[];
  status: Status;
}

export interface Collection {
  id: string;
  name: string;
  item_count: number;
}

export interface Item {
  id: string;
  name: string;
  asset_ids: Record<string, string>;
  urls: Record<string, string>;
}

export interface Bill {
  loops: number;
  forwards: number;
  reverses: number;
  any_state: number;
  total_credits: number;
  quote_id?: string | null;
  edges: {
    edge_id: string;
    source: string;
    target: string;
    action: string;
    reason: string | null;
    credits: number;
  }[];
}

export interface Finding {
  code: string;
  severity: "error" | "warning";
  message: string;
  nodes: string[];
  edges: string[];
}
