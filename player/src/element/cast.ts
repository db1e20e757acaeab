import type { Machine, State } from "../machine/types.ts";
import type { Format } from "../stage/format.ts";
import type { Clip } from "../stage/stage.ts";
import type { Manifest } from "./manifest.ts";

/** The pictures behind the machine: a clip for each edge and a still for each node, as absolute URLs. */
export interface Cast {
  readonly clips: ReadonlyMap<string, Clip>;
  readonly stills: ReadonlyMap<string, string>;
}

export function makeCast({ nodes, edges }: Manifest, base: string, format: Format): Cast {
  const stills = new Map(
    nodes.map((node) => [node.id, resolve(node.transparentThumbnailUrl || node.imageUrl, base)]),
  );
  const clips = edges.map(({ id, source, target, videos, duration, speed }): [string, Clip] => [
    id,
    {
      id,
      url: resolve(videos?.[format], base),
      isLoop: source === target,
      seconds: duration ?? 0,
      speed: speed || 1,
      still: stills.get(target) || null,
    },
  ]);
  return { stills, clips: new Map(clips) };
}

/** The URLs worth having where the mascot is, nearest first: every way out, and the loop at its end. */
export function neighbours(
  { machine, state }: { readonly machine: Machine; readonly state: State },
  { clips }: Cast,
): readonly string[] {
  const steps = machine.places.get(state.node)?.candidates.map(({ step }) => step) ?? [];
  const loops = steps.map(({ target }) => machine.places.get(target)?.loop);
  return [...steps, ...loops].map((edge) => clips.get(edge?.id ?? "")?.url ?? "");
}

/** A picture's address; empty when it leads where no pictures are. */
function resolve(url: string | null | undefined, base: string): string {
  if (!url || !URL.canParse(url, base)) return "";
  const { href } = new URL(url, base);
  return /^(https?|file|blob|data):/.test(href) ? href : "";
}
