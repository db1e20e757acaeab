import type { Pose } from "./pose.ts";
import type { Audience, Clip, Stage } from "./stage.ts";

/** For people who want less motion or less data, and for browsers that play no transparent video: poses change, nothing
 * moves, and everything takes as long as its clip. */
export function makeStillStage(pose: Pose, audience: Audience): Stage {
  let clip: Clip | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isRunning = false;

  function wait(): void {
    clearTimeout(timer);
    if (clip && isRunning)
      timer = setTimeout(end, (Math.max(clip.duration ?? 0, 0.1) * 1000) / clip.speed, clip);
  }

  function end(shown: Clip): void {
    if (!shown.isLoop) clip = null;
    wait();
    audience.ended(shown);
  }

  function show(next: Clip | null, still: string | undefined): void {
    clip = next;
    if (still) pose.show(still);
    wait();
  }

  return {
    show: (next) => show(next, next.still),
    hold: (still) => show(null, still),
    warm() {},
    run(isOn) {
      isRunning = isOn;
      wait();
    },
  };
}
