import { loopAt } from "../machine/advance.ts";
import type { EdgeDocument } from "../machine/document.ts";
import type { Machine, State } from "../machine/types.ts";
import type { Format } from "../stage/format.ts";
import type { Clip } from "../stage/stage.ts";
import type { Manifest } from "./manifest.ts";

/** The pictures behind the machine, with absolute URLs. */
export interface Cast {
  clip(edge: EdgeDocument): Clip;
  still(node: string): string;
}

export function makeCast({ nodes }: Manifest, base: string, format: Format): Cast {
  const still = (id: string) => {
    const node = nodes.find((one) => one.id === id);
    return resolve(node?.transparentThumbnailUrl || node?.imageUrl, base);
  };
  return {
    still,
    clip: (edge) => ({
      ...edge,
      url: resolve(edge.videos?.[format], base),
      isLoop: edge.source === edge.target,
      speed: Math.min(Math.max(edge.speed || 1, 1 / 16), 16),
      still: still(edge.target),
    }),
  };
}

/** The URLs worth having where the mascot is, nearest first: every way out, and the loop at its end. */
export function neighbours(machine: Machine, { node }: State, cast: Cast): string[] {
  return (machine.places.get(node)?.candidates ?? [])
    .flatMap(({ step }) => [step, loopAt(machine, step.target)])
    .map((edge) => (edge ? cast.clip(edge).url : ""));
}

/** A picture's address; empty when it leads where no pictures are. */
function resolve(url: string | null | undefined, base: string): string {
  if (!url || !URL.canParse(url, base)) return "";
  const { href } = new URL(url, base);
  return /^(https?|file|blob|data):/.test(href) ? href : "";
}
