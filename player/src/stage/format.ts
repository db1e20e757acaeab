export type Format = "webm" | "hevc" | "stacked";

export const MIME: Readonly<Record<Format, string>> = {
  webm: "video/webm",
  hevc: "video/quicktime",
  stacked: "video/mp4",
};

/** The transparent formats that this browser says it plays, best first.
 *
 * Browsers that take HEVC in QuickTime keep its alpha. Those that take VP9 may drop its alpha: the first frame tells. */
export function listFormats(): Format[] {
  const video = document.createElement("video");
  const formats: Format[] = [];
  if (video.canPlayType('video/quicktime; codecs="hvc1"')) formats.push("hevc");
  if (video.canPlayType('video/webm; codecs="vp9"')) formats.push("webm");
  const canStack =
    video.canPlayType('video/mp4; codecs="avc1.64001f"') && "requestVideoFrameCallback" in video;
  return canStack ? [...formats, "stacked"] : formats;
}

/** Whether the frame on a video covers all of it: its alpha was dropped. */
export function isOpaque(video: HTMLVideoElement): boolean {
  const size = 16;
  const context = Object.assign(document.createElement("canvas"), { width: size, height: size }).getContext(
    "2d",
  );
  try {
    context?.drawImage(video, 0, 0, size, size);
    const data = context?.getImageData(0, 0, size, size).data;
    return data?.every((value, index) => index % 4 < 3 || value === 255) ?? false;
  } catch {
    return false; // another origin's pixels may not be read
  }
}
