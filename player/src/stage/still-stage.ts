import { type Pose, reveal } from "./layer.ts";
import type { Audience, Clip, Stage } from "./stage.ts";

/** For people who want less motion or less data, and for browsers that play no transparent video: poses change, nothing
 * moves, and everything takes as long as its clip. */
export class StillStage implements Stage {
  readonly #audience: Audience;
  readonly #pose: Pose;
  #clip: Clip | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isPaused = true;

  constructor(pose: Pose, audience: Audience) {
    this.#pose = pose;
    this.#audience = audience;
  }

  show(clip: Clip): void {
    this.#clip = clip;
    this.#draw(clip.still);
    this.#wait();
  }

  hold(still: string | null): void {
    this.#clip = null;
    this.#draw(still);
    this.#wait();
  }

  warm(): void {}

  pause(): void {
    this.#isPaused = true;
    this.#wait();
  }

  resume(): void {
    this.#isPaused = false;
    this.#wait();
  }

  dispose(): void {}

  #draw(still: string | null): void {
    const { layer } = this.#pose;
    if (still && layer.getAttribute("src") !== still)
      void this.#pose.show(still, () => reveal([this.#pose.layer], this.#pose.layer));
  }

  #wait(): void {
    clearTimeout(this.#timer);
    const clip = this.#clip;
    if (!clip || this.#isPaused) return;
    const ms = (Math.max(clip.seconds, 0.1) * 1000) / clip.speed;
    this.#timer = setTimeout(() => this.#end(clip), ms);
  }

  #end(clip: Clip): void {
    if (!clip.isLoop) this.#clip = null;
    this.#wait();
    if (clip.isLoop) this.#audience.cameRound(clip);
    else this.#audience.ended(clip);
  }
}
