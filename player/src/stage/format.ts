export type Format = "webm" | "hevc" | "stacked";

/** The transparent formats that this browser says it plays, best first.
 *
 * Browsers that take HEVC in QuickTime keep its alpha. Those that take VP9 may drop its alpha: the first frame tells.
 * None where a browser does not tell when a frame is presented: without that a swap cannot be told from a blank. */
export function listFormats(): Format[] {
  const video = document.createElement("video");
  if (!("requestVideoFrameCallback" in video)) return [];
  const types: readonly (readonly [Format, string])[] = [
    ["hevc", "quicktime;codecs=hvc1"],
    ["webm", "webm;codecs=vp9"],
    ["stacked", "mp4;codecs=avc1.64001f"],
  ];
  return types.filter(([, type]) => video.canPlayType(`video/${type}`)).map(([format]) => format);
}

/** Whether the frame on a video covers all of it: its alpha was dropped. */
export function isOpaque(video: HTMLVideoElement): boolean {
  const context = document.createElement("canvas").getContext("2d");
  try {
    context?.drawImage(video, 0, 0, 16, 16);
    const data = context?.getImageData(0, 0, 16, 16).data;
    return data?.every((value, index) => index % 4 < 3 || value === 255) ?? false;
  } catch {
    return false; // another origin's pixels may not be read
  }
}
