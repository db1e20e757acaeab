export type Format = "webm" | "hevc";

export const MIME: Readonly<Record<Format, string>> = { webm: "video/webm", hevc: "video/quicktime" };

/** The transparent format that this browser plays, asked of the browser itself; null when it plays neither.
 *
 * Browsers that take HEVC in QuickTime keep its alpha and drop that of VP9; the others are the other way round. */
export function chooseFormat(video: HTMLVideoElement): Format | null {
  if (video.canPlayType('video/quicktime; codecs="hvc1"')) return "hevc";
  return video.canPlayType('video/webm; codecs="vp9"') ? "webm" : null;
}
