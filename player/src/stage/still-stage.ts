import { makeImage, reveal } from "./layer.ts";
import type { Audience, Clip, Stage } from "./stage.ts";

/** For people who want less motion, and for browsers that play no transparent video: poses change, nothing moves, and
 * everything takes as long as its clip. */
export class StillStage implements Stage {
  readonly #audience: Audience;
  readonly #image = makeImage();
  #clip: Clip | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isPaused = true;

  constructor(root: ParentNode, audience: Audience) {
    this.#audience = audience;
    root.append(this.#image);
    reveal([this.#image], this.#image);
  }

  poster(still: string | null): void {
    if (still && this.#image.src !== still) this.#image.src = still;
  }

  show(clip: Clip): void {
    this.#clip = clip;
    this.poster(clip.still);
    this.#wait();
  }

  hold(still: string | null): void {
    this.#clip = null;
    clearTimeout(this.#timer);
    this.poster(still);
  }

  warm(): void {}

  pause(): void {
    this.#isPaused = true;
    clearTimeout(this.#timer);
  }

  resume(): void {
    this.#isPaused = false;
    this.#wait();
  }

  dispose(): void {
    this.pause();
    this.#image.remove();
  }

  #wait(): void {
    clearTimeout(this.#timer);
    const clip = this.#clip;
    if (!clip || this.#isPaused) return;
    const ms = (Math.max(clip.seconds, 0.1) * 1000) / clip.speed;
    this.#timer = setTimeout(() => this.#end(clip), ms);
  }

  #end(clip: Clip): void {
    if (clip.isLoop) this.#wait();
    else this.#clip = null;
    if (clip.isLoop) this.#audience.cameRound(clip);
    else this.#audience.ended(clip);
  }
}
