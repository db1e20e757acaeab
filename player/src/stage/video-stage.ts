import type { ClipCache } from "./cache.ts";
import { Commit } from "./commit.ts";
import { asLayer, makeImage, makeVideo, reveal } from "./layer.ts";
import { type MakePainter, Screen } from "./screen.ts";
import type { Audience, Clip, Stage } from "./stage.ts";
import { Watchdog } from "./watchdog.ts";

export interface VideoOptions {
  /** How frames are shown where the video itself has no alpha. */
  readonly paint: MakePainter | null;
  /** Asked at the first frame: whether it may be seen. One that says no takes the stage down. */
  isFit(video: HTMLVideoElement): boolean;
}

/** Two stacked videos above the poster. The next clip gets ready unseen on the one at the back and comes to the front
 * when its first frame is there; until then the old frame stays. So there is never a blank moment. */
export class VideoStage implements Stage {
  readonly #audience: Audience;
  readonly #cache: ClipCache;
  readonly #image: HTMLImageElement;
  readonly #watchdog: Watchdog;
  #front: Screen;
  #back: Screen;
  /** The clip that was asked for last and has not ended. */
  #clip: Clip | null = null;
  /** The screen that it is on: at the back until its first frame. */
  #current: Screen | null = null;
  #next: Clip | null = null;
  #isPaused = true;
  #isBlocked = false;
  #lastRound = 0;
  #lastTime = 0;
  #holds = 0;
  readonly #commit = new Commit();
  readonly #options: VideoOptions;
  #isFit = false;

  constructor(root: ParentNode, audience: Audience, cache: ClipCache, options: VideoOptions) {
    this.#options = options;
    this.#audience = audience;
    this.#cache = cache;
    this.#image = makeImage();
    this.#front = this.#makeScreen();
    this.#back = this.#makeScreen();
    const { video: one } = this.#front;
    const { video: other } = this.#back;
    root.append(one, other, ...this.#layers());
    this.#watchdog = new Watchdog(
      () => this.#progress(),
      () => this.#play(),
      () => this.#fail("the clip does not get on"),
    );
  }

  poster(still: string | null): void {
    if (!still) return;
    this.#image.src = still;
    reveal(this.#layers(), this.#image);
  }

  show(clip: Clip, freeze: boolean): void {
    if (freeze) this.#front.video.pause();
    const screen = this.#back;
    this.#holds += 1;
    this.#clip = clip;
    this.#current = screen;
    this.#next = null;
    this.#watchdog.rest();
    this.#commit.after(() => {
      if (this.#clip === clip && this.#current === screen) this.#start(clip, screen);
    });
  }

  hold(still: string | null, keep: boolean): void {
    this.#clip = null;
    this.#current = null;
    const turn = ++this.#holds;
    if (keep || !still) return;
    this.#image.src = still;
    const show = () => turn === this.#holds && this.#showImage();
    this.#image.decode().then(show, () => undefined);
  }

  warm(clip: Clip): void {
    this.#next = clip;
    if (this.#current !== this.#back) this.#warmNext();
  }

  pause(): void {
    this.#isPaused = true;
    this.#watchdog.stop();
    this.#front.video.pause();
    this.#back.video.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#watchdog.start();
    this.#play();
  }

  dispose(): void {
    this.pause();
    this.#clip = null;
    this.#current = null;
    for (const screen of [this.#front, this.#back]) screen.dispose();
    this.#image.remove();
  }

  #makeScreen(): Screen {
    const video = makeVideo();
    const painter = this.#options.paint?.(video) ?? null;
    if (painter) asLayer(painter.layer);
    if (painter) video.crossOrigin = "anonymous"; // WebGL reads no other
    const screen = new Screen(video, painter);
    const listen = (type: string, listener: () => void) =>
      video.addEventListener(type, () => screen === this.#current && listener());
    listen("ended", () => this.#end());
    listen("seeked", () => this.#comeRound());
    listen("timeupdate", () => this.#watchTime(video.currentTime));
    listen("error", () => this.#retry());
    return screen;
  }

  #layers(): readonly HTMLElement[] {
    return [this.#image, this.#front.layer, this.#back.layer];
  }

  #start(clip: Clip, screen: Screen): void {
    screen.load(this.#cache.resolve(clip.url));
    screen.video.loop = clip.isLoop;
    screen.video.defaultPlaybackRate = screen.video.playbackRate = clip.speed;
    screen.whenPainted(() => this.#swap(screen));
    this.#play();
  }

  #swap(screen: Screen): void {
    if (screen !== this.#current || screen !== this.#back) return;
    this.#isFit ||= this.#options.isFit(screen.video);
    if (!this.#isFit) return;
    const old = this.#front;
    this.#front = screen;
    this.#back = old;
    reveal(this.#layers(), screen.layer);
    this.#commit.begin();
    old.video.pause();
    this.#lastRound = performance.now();
    this.#lastTime = 0;
    this.#warmNext();
  }

  #showImage(): void {
    reveal(this.#layers(), this.#image);
    this.#front.video.pause();
  }

  #warmNext(): void {
    const next = this.#next;
    if (!next) return;
    this.#commit.after(() => {
      if (this.#next !== next || this.#current === this.#back) return;
      this.#next = null;
      this.#back.load(this.#cache.resolve(next.url));
    });
  }

  #play(): void {
    const screen = this.#current;
    if (this.#isPaused || !screen || !this.#clip) return;
    void screen.play().then((refusal) => {
      this.#isBlocked = refusal === "NotAllowedError";
    });
  }

  #progress(): number | null {
    if (!this.#clip || !this.#current) return null;
    if (this.#isBlocked) this.#play();
    return this.#isBlocked ? null : this.#current.video.currentTime;
  }

  #end(): void {
    const clip = this.#clip;
    if (!clip || clip.isLoop) return;
    this.#clip = null;
    this.#audience.ended(clip);
  }

  /** The native loop has no event of its own: it seeks to its start, or time runs backwards. Either sign counts once. */
  #comeRound(): void {
    const clip = this.#clip;
    if (!clip?.isLoop || this.#current !== this.#front) return;
    const now = performance.now();
    const isEcho = now - this.#lastRound < (clip.seconds / clip.speed) * 500;
    if (isEcho) return;
    this.#lastRound = now;
    this.#audience.cameRound(clip);
  }

  #watchTime(seconds: number): void {
    const isBack = seconds < this.#lastTime;
    this.#lastTime = seconds;
    if (isBack) this.#comeRound();
  }

  /** A copy that does not play is not the end: the clip itself may. */
  #retry(): void {
    const clip = this.#clip;
    const screen = this.#current;
    if (!clip || !screen) return;
    if (!this.#cache.drop(clip.url)) {
      this.#fail(screen.video.error?.message || "the clip does not load");
      return;
    }
    screen.load(clip.url);
    screen.whenPainted(() => this.#swap(screen));
    this.#play();
  }

  #fail(reason: string): void {
    const clip = this.#clip;
    this.#clip = null;
    this.#current = null;
    if (clip) this.#audience.failed(clip, reason);
  }
}
