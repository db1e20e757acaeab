import { asLayer, makeVideo } from "./layer.ts";

/** What shows a video's frames where the video itself cannot. */
export interface Painter {
  readonly layer: HTMLElement;
  draw(): void;
}

export type MakePainter = (video: HTMLVideoElement) => Painter;

/** One of the two video elements: loads a clip and tells when its first frame is on it. */
export class Screen {
  readonly video = makeVideo();
  /** What is seen of it. */
  readonly layer: HTMLElement = this.video;
  readonly #painter: Painter | undefined;
  #isPainted = false;
  #url = "";
  #isFresh = false;
  #onPaint: (() => void) | null = null;
  #frame = 0;

  constructor(paint: MakePainter | null) {
    this.#painter = paint?.(this.video);
    if (!this.#painter) return;
    this.layer = asLayer(this.#painter.layer);
    this.video.crossOrigin = "anonymous"; // WebGL reads no other
  }

  /** Load a clip to its first frame. A clip that waits there already stays. */
  load(url: string): void {
    this.#onPaint = null;
    if (this.#isFresh && this.#url === url && !this.video.error) return;
    this.#url = this.video.src = url;
    this.#isFresh = true;
    this.#isPainted = false;
    this.#awaitFrame();
  }

  /** Play what was loaded; tells whether the browser refuses. */
  async play(): Promise<boolean> {
    this.#isFresh = false;
    try {
      await this.video.play();
      return false;
    } catch (error) {
      return (error as Error).name === "NotAllowedError";
    }
  }

  /** Call back at the first presented frame, at once if that has been. */
  whenPainted(callback: () => void): void {
    if (this.#isPainted) callback();
    else this.#onPaint = callback;
  }

  dispose(): void {
    this.#onPaint = null;
    this.video.removeAttribute("src");
    this.video.load();
    this.video.remove();
    this.layer.remove();
  }

  #awaitFrame(): void {
    this.video.cancelVideoFrameCallback(this.#frame);
    this.#frame = this.video.requestVideoFrameCallback(() => this.#present());
  }

  #present(): void {
    this.#painter?.draw();
    if (this.#painter) this.#awaitFrame();
    this.#isPainted = true;
    const callback = this.#onPaint;
    this.#onPaint = null;
    callback?.();
  }
}
