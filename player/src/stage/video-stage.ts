import type { ClipCache } from "./cache.ts";
import { type Pose, reveal } from "./layer.ts";
import { type MakePainter, Screen } from "./screen.ts";
import type { Audience, Clip, Stage } from "./stage.ts";

const TICK_MS = 900;
const PATIENCE = 8;

export interface VideoOptions {
  /** How frames are shown where the video itself has no alpha. */
  readonly paint: MakePainter | null;
  /** Asked at the first frame: whether it may be seen. One that says no takes the stage down. */
  isFit(video: HTMLVideoElement): boolean;
}

/** Two stacked videos above the pose. The next clip gets ready unseen on the one at the back and comes to the front
 * when its first frame is there; until then the old frame stays. So there is never a blank moment. */
export class VideoStage implements Stage {
  readonly #audience: Audience;
  readonly #cache: ClipCache;
  readonly #options: VideoOptions;
  readonly #pose: Pose;
  #front: Screen;
  #back: Screen;
  /** The clip that was asked for last and has not ended. */
  #clip: Clip | null = null;
  /** The screen that it is on: at the back until its first frame. */
  #current: Screen | null = null;
  #next: Clip | null = null;
  #isBlocked = false;
  #isFit = false;
  #lastTime = 0;
  #ticker: ReturnType<typeof setInterval> | undefined;
  #tickTime = 0;
  #strikes = 0;
  /** When the last swap of layers is on the screen.
   *
   * A video that gets a new source loses its picture at once, beside the document's own frames; a change of style shows
   * with the document's next frame. To load the old layer right after a swap would blank it while it is still seen. */
  #swapped: Promise<unknown> = Promise.resolve();

  constructor(pose: Pose, audience: Audience, cache: ClipCache, options: VideoOptions) {
    this.#pose = pose;
    this.#options = options;
    this.#audience = audience;
    this.#cache = cache;
    this.#front = this.#makeScreen();
    this.#back = this.#makeScreen();
    for (const { video, layer } of [this.#front, this.#back]) pose.layer.after(video, layer);
  }

  show(clip: Clip, freeze: boolean): void {
    if (freeze) this.#front.video.pause();
    const screen = this.#back;
    this.#clip = clip;
    this.#current = screen;
    this.#next = null;
    this.#strikes = 0;
    void this.#swapped.then(() => {
      if (this.#clip === clip && this.#current === screen) this.#start(clip, screen);
    });
  }

  hold(still: string | null): void {
    this.#clip = this.#current = null;
    this.#pose.forget();
    if (!still) return;
    void this.#pose.show(still, () => {
      reveal(this.#layers(), this.#pose.layer);
      this.#front.video.pause();
    });
  }

  warm(clip: Clip): void {
    this.#next = clip;
    void this.#warmNext();
  }

  pause(): void {
    clearInterval(this.#ticker);
    this.#ticker = undefined;
    this.#front.video.pause();
    this.#back.video.pause();
  }

  resume(): void {
    clearInterval(this.#ticker);
    this.#ticker = setInterval(() => this.#tick(), TICK_MS);
    this.#strikes = 0;
    void this.#play();
  }

  dispose(): void {
    this.#clip = this.#current = this.#next = null;
    this.#front.dispose();
    this.#back.dispose();
  }

  #makeScreen(): Screen {
    const screen = new Screen(this.#options.paint);
    const { video } = screen;
    const listen = (type: string, listener: (clip: Clip) => void) =>
      video.addEventListener(type, () => {
        if (screen === this.#current && this.#clip) listener(this.#clip);
      });
    listen("ended", (clip) => this.#end(clip));
    // The native loop has no event of its own: it seeks to its start, or time runs backwards.
    listen("seeking", (clip) => this.#watchTime(clip, -1));
    listen("timeupdate", (clip) => this.#watchTime(clip, video.currentTime));
    listen("error", (clip) => this.#retry(clip, screen));
    return screen;
  }

  #layers(): readonly HTMLElement[] {
    return [this.#pose.layer, this.#front.layer, this.#back.layer];
  }

  #start(clip: Clip, screen: Screen): void {
    screen.load(this.#cache.resolve(clip.url));
    screen.video.loop = clip.isLoop;
    screen.video.defaultPlaybackRate = screen.video.playbackRate = clip.speed;
    screen.whenPainted(() => this.#swap(screen));
    void this.#play();
  }

  #swap(screen: Screen): void {
    if (screen !== this.#current || screen !== this.#back) return;
    this.#isFit ||= this.#options.isFit(screen.video);
    if (!this.#isFit) return;
    this.#back = this.#front;
    this.#front = screen;
    this.#pose.forget();
    reveal(this.#layers(), screen.layer);
    this.#swapped = new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    this.#back.video.pause();
    this.#lastTime = 0;
    void this.#warmNext();
  }

  async #warmNext(): Promise<void> {
    const next = this.#next;
    await this.#swapped;
    if (!next || this.#next !== next || this.#current === this.#back) return;
    this.#next = null;
    this.#back.load(this.#cache.resolve(next.url));
  }

  async #play(): Promise<void> {
    if (this.#ticker && this.#clip && this.#current) this.#isBlocked = await this.#current.play();
  }

  /** A clip that does not get on is poked at every tick, and given up in the end. */
  #tick(): void {
    const time = this.#current?.video.currentTime ?? 0;
    const isStuck = this.#clip && !this.#isBlocked && time === this.#tickTime;
    this.#tickTime = time;
    this.#strikes = isStuck ? this.#strikes + 1 : 0;
    if (this.#strikes < PATIENCE) void this.#play();
    else this.#fail("the clip does not get on");
  }

  #end(clip: Clip): void {
    this.#clip = null;
    this.#audience.ended(clip);
  }

  #watchTime(clip: Clip, seconds: number): void {
    const isBack = seconds < this.#lastTime;
    this.#lastTime = Math.max(seconds, 0);
    if (isBack && clip.isLoop && this.#current === this.#front) this.#audience.cameRound(clip);
  }

  /** A copy that does not play is not the end: the clip itself may. */
  #retry(clip: Clip, screen: Screen): void {
    if (this.#cache.drop(clip.url)) this.#start(clip, screen);
    else this.#fail(screen.video.error?.message || "the clip does not load");
  }

  #fail(reason: string): void {
    const clip = this.#clip;
    this.#clip = this.#current = null;
    if (clip) this.#audience.failed(clip, reason);
  }
}
