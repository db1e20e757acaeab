import type { EdgeDocument } from "../machine/document.ts";

export type Format = "webm" | "hevc" | "stacked";

const TYPES: Readonly<Record<Format, string>> = {
  hevc: "quicktime;codecs=hvc1",
  webm: "webm;codecs=vp9",
  stacked: "mp4;codecs=avc1.64001f",
};

/** The transparent formats that edges have and this browser says it plays, best first; `only` that one where it is named.
 *
 * Browsers that take HEVC in QuickTime keep its alpha. Those that take VP9 may drop its alpha: the first frame tells.
 * None where a browser does not tell when a frame is presented: without that a swap cannot be told from a blank. */
export function listFormats(edges: readonly EdgeDocument[], only: string | null): Format[] {
  const video = document.createElement("video");
  return (Object.keys(TYPES) as Format[]).filter(
    (format) =>
      "requestVideoFrameCallback" in video &&
      video.canPlayType(`video/${TYPES[format]}`) &&
      (only ?? format) === format &&
      edges.some(({ videos }) => videos?.[format]),
  );
}

/** Whether the frame on a video covers all of it: its alpha was dropped. */
export function isOpaque(video: HTMLVideoElement): boolean {
  try {
    const context = document.createElement("canvas").getContext("2d") as CanvasRenderingContext2D;
    context.drawImage(video, 0, 0, 16, 16);
    return context.getImageData(0, 0, 16, 16).data.every((value, index) => index % 4 < 3 || value === 255);
  } catch {
    return false; // another origin's pixels may not be read
  }
}
