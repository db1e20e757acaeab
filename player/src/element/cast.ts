import type { Machine } from "../machine/types.ts";
import type { Format } from "../stage/format.ts";
import type { Clip } from "../stage/stage.ts";
import type { Manifest, ManifestEdge, ManifestNode } from "./manifest.ts";

/** The pictures behind the machine: a clip for each edge and a still for each node, as absolute URLs. */
export interface Cast {
  readonly clips: ReadonlyMap<string, Clip>;
  readonly stills: ReadonlyMap<string, string>;
}

export function makeCast(manifest: Manifest, base: string, format: Format): Cast {
  const stills = new Map<string, string>();
  for (const node of manifest.nodes) {
    const url = stillOf(node);
    if (url) stills.set(node.id, resolve(url, base));
  }
  const clips = manifest.edges.map((edge) => makeClip(edge, base, format, stills));
  return { stills, clips: new Map(clips.map((clip) => [clip.id, clip])) };
}

/** The URLs worth having at a node, nearest first: every way out, and the loop at its end. */
export function neighbours(machine: Machine, cast: Cast, node: string): readonly string[] {
  const steps = (machine.places.get(node)?.candidates ?? []).map((candidate) => candidate.step);
  const loops = steps.map((step) => machine.places.get(step.target)?.loop);
  const urls = [...steps, ...loops].map((edge) => cast.clips.get(edge?.id ?? "")?.url);
  return [...new Set(urls.filter((url) => url !== undefined && url !== ""))] as string[];
}

/** A picture's address; empty when it leads where no pictures are. */
function resolve(url: string | null | undefined, base: string): string {
  if (!url || !URL.canParse(url, base)) return "";
  const { href } = new URL(url, base);
  return /^(https?|file|blob|data):/.test(href) ? href : "";
}

function stillOf(node: ManifestNode): string | null | undefined {
  return node.transparentThumbnailUrl || node.imageUrl;
}

function makeClip(
  edge: ManifestEdge,
  base: string,
  format: Format,
  stills: ReadonlyMap<string, string>,
): Clip {
  const url = edge.videos?.[format];
  return {
    id: edge.id,
    url: resolve(url, base),
    isLoop: edge.source === edge.target,
    seconds: edge.duration ?? 0,
    speed: edge.speed || 1,
    still: stills.get(edge.target) ?? null,
  };
}
