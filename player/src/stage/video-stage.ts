import type { ClipCache } from "./cache.ts";
import type { Pose } from "./pose.ts";
import { type MakePainter, makeScreen, type Screen } from "./screen.ts";
import type { Audience, Clip, Stage } from "./stage.ts";

const TICK_MS = 900;
const PATIENCE = 8;

export interface VideoOptions {
  /** How frames are shown where the video itself has no alpha. */
  readonly paint: MakePainter | undefined;
  /** Asked at the first frame: whether it may be seen. One that says no takes the stage down. */
  isFit(video: HTMLVideoElement): boolean;
  /** The stage is there until then. */
  readonly signal: AbortSignal;
}

/** Two stacked videos above the pose. The next clip gets ready unseen on the one at the back and comes to the front
 * when its first frame is there; until then the old frame stays. So there is never a blank moment. */
export function makeVideoStage(
  pose: Pose,
  audience: Audience,
  cache: ClipCache,
  options: VideoOptions,
): Stage {
  let front = addScreen();
  let back = addScreen();
  /** The clip that was asked for last and has not ended. */
  let clip: Clip | null = null;
  /** The screen that it is on: at the back until its first frame. */
  let current = back;
  let next: Clip | null = null;
  let isBlocked = false;
  let isFit = false;
  let lastTime = 0;
  let ticker: ReturnType<typeof setInterval> | undefined;
  let strikes = 0;
  /** When the last swap of layers is on the screen.
   *
   * A video that gets a new source loses its picture at once, beside the document's own frames; a change of style shows
   * with the document's next frame. To load the old layer right after a swap would blank it while it is still seen. */
  let swapped: Promise<unknown> = Promise.resolve();

  function addScreen(): Screen {
    const screen = makeScreen(options.paint);
    const { video, layer } = screen;
    const listen = (type: string, listener: (clip: Clip) => void) =>
      video.addEventListener(type, () => {
        if (clip && screen === current) listener(clip);
      });
    listen("ended", (ended) => {
      clip = null;
      audience.ended(ended);
    });
    // The native loop has no event of its own: it seeks to its start, or time runs backwards.
    listen("seeking", (looping) => watchTime(looping, -1));
    listen("timeupdate", (looping) => watchTime(looping, video.currentTime));
    listen("progress", () => {
      strikes = 0; // it still comes
    });
    // A copy that does not play is not the end: the clip itself may.
    listen("error", (broken) => {
      if (cache.drop(broken.url)) void start(broken, screen);
      else fail();
    });
    pose.root.prepend(video, layer);
    return screen;
  }

  async function start(asked: Clip, screen: Screen): Promise<void> {
    await swapped;
    if (clip !== asked) return;
    const painted = screen.load(cache.resolve(asked.url));
    const { video } = screen;
    video.loop = asked.isLoop;
    video.playbackRate = asked.speed;
    void play();
    await painted;
    if (clip !== asked || screen !== back) return;
    isFit ||= options.isFit(video);
    if (!isFit) return;
    [back, front] = [front, back];
    pose.reveal(screen.layer);
    swapped = new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    back.video.pause();
    lastTime = 0;
    void warmNext();
  }

  async function warmNext(): Promise<void> {
    const asked = next;
    await swapped;
    if (!asked || next !== asked || (clip && current === back)) return;
    next = null;
    void back.load(cache.resolve(asked.url));
  }

  async function play(): Promise<void> {
    if (ticker && clip) isBlocked = await current.play();
  }

  /** A clip that does not get on is poked at every tick, and given up in the end; but a loop that may not play yet waits. */
  function tick(): void {
    strikes = clip && !(isBlocked && clip.isLoop) ? strikes + 1 : 0;
    if (strikes < PATIENCE) void play();
    else fail();
  }

  function watchTime(looping: Clip, seconds: number): void {
    const isBack = seconds < lastTime;
    lastTime = Math.max(seconds, 0);
    strikes = 0;
    if (isBack && looping.isLoop && current === front) audience.ended(looping);
  }

  function fail(): void {
    const failed = clip;
    const reason = current.video.error?.message || "the clip does not play";
    clip = null;
    if (failed) audience.failed(failed, reason);
  }

  options.signal.addEventListener("abort", () => {
    clip = next = null;
    // The last frame stays until something else is seen.
    for (const { video, layer } of [front, back]) video.inert = layer.inert = true;
  });

  return {
    show(asked, freeze) {
      if (freeze) front.video.pause();
      clip = asked;
      current = back;
      next = null;
      strikes = 0;
      void start(asked, back);
    },
    hold(still = "") {
      clip = null;
      pose.show(still, () => front.video.pause());
    },
    warm(clip) {
      next = clip;
      void warmNext();
    },
    run(isOn) {
      clearInterval(ticker);
      ticker = isOn ? setInterval(tick, TICK_MS) : undefined;
      strikes = 0;
      if (isOn) void play();
      else for (const { video } of [front, back]) video.pause();
    },
  };
}
