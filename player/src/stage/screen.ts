import { asLayer } from "./layer.ts";

/** What shows a video's frames where the video itself cannot. */
export interface Painter {
  readonly layer: HTMLElement;
  draw(): void;
}

export type MakePainter = (video: HTMLVideoElement) => Painter;

/** One of the two video elements. */
export interface Screen {
  readonly video: HTMLVideoElement;
  /** What is seen of it. */
  readonly layer: HTMLElement;
  /** Load a clip; resolves when its first frame is there. A clip that waits there already stays. */
  load(url: string): Promise<unknown>;
  /** Play what was loaded; tells whether the browser refuses. */
  play(): Promise<boolean>;
}

export function makeScreen(paint: MakePainter | undefined): Screen {
  const video = Object.assign(asLayer(document.createElement("video")), {
    muted: true,
    playsInline: true,
    disableRemotePlayback: true,
    disablePictureInPicture: true,
    preload: "auto",
  });
  const painter = paint?.(video);
  if (painter) video.crossOrigin = "anonymous"; // WebGL reads no other
  let loaded = "";
  let painted: Promise<unknown> | undefined;
  let frame = 0;

  function awaitFrame(present: () => void): void {
    video.cancelVideoFrameCallback(frame);
    frame = video.requestVideoFrameCallback(() => {
      painter?.draw();
      if (painter) awaitFrame(present);
      present();
    });
  }

  return {
    video,
    layer: painter ? asLayer(painter.layer) : video,
    async load(url) {
      if (loaded !== url || video.error) {
        loaded = video.src = url;
        painted = new Promise<void>(awaitFrame);
      }
      await painted;
    },
    play() {
      loaded = "";
      return video.play().then(
        () => false,
        ({ name }) => name === "NotAllowedError",
      );
    },
  };
}
