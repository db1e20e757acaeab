/** What shows a video's frames where the video itself cannot. */
export interface Painter {
  readonly layer: HTMLElement;
  draw(): void;
}

export type MakePainter = (video: HTMLVideoElement) => Painter;

/** One of the two video elements: loads a clip and tells when its first frame is on it. */
export class Screen {
  readonly video: HTMLVideoElement;
  /** What is seen of it. */
  readonly layer: HTMLElement;
  readonly #painter: Painter | null;
  /** Whether the first frame of what was loaded last has been presented. */
  isPainted = false;
  #url = "";
  #isFresh = false;
  #onPaint: (() => void) | null = null;
  #frame = 0;

  constructor(video: HTMLVideoElement, painter: Painter | null) {
    this.video = video;
    this.#painter = painter;
    this.layer = painter?.layer ?? video;
    video.addEventListener("loadeddata", () => this.#loaded());
  }

  /** Load a clip to its first frame. A clip that waits there already stays. */
  load(url: string): void {
    this.#onPaint = null;
    if (this.#isFresh && this.#url === url && !this.video.error) return;
    this.#url = url;
    this.#isFresh = true;
    this.isPainted = false;
    this.video.src = url;
    this.#awaitFrame();
  }

  /** Play what was loaded; a refused `play` is told by its error's name. */
  async play(): Promise<string | null> {
    this.#isFresh = false;
    try {
      await this.video.play();
      return null;
    } catch (error) {
      return error instanceof DOMException ? error.name : String(error);
    }
  }

  /** Call back at the first presented frame, at once if that has been. */
  whenPainted(callback: () => void): void {
    if (this.isPainted) callback();
    else this.#onPaint = callback;
  }

  dispose(): void {
    this.#onPaint = null;
    this.video.pause();
    this.video.removeAttribute("src");
    this.video.load();
    for (const part of [this.video, this.layer]) part.remove();
  }

  #awaitFrame(): void {
    if (!hasFrameCallback(this.video)) return;
    this.video.cancelVideoFrameCallback(this.#frame);
    this.#frame = this.video.requestVideoFrameCallback(() => this.#present());
  }

  /** Without frame callbacks: two animation frames after the data are there. */
  #loaded(): void {
    if (hasFrameCallback(this.video)) return;
    const url = this.#url;
    const paint = () => url === this.#url && this.#present();
    requestAnimationFrame(() => requestAnimationFrame(paint));
  }

  #present(): void {
    this.#painter?.draw();
    if (this.#painter) this.#awaitFrame();
    this.isPainted = true;
    const callback = this.#onPaint;
    this.#onPaint = null;
    callback?.();
  }
}

function hasFrameCallback(video: HTMLVideoElement): boolean {
  return "requestVideoFrameCallback" in video;
}
