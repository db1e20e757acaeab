const TICK_MS = 900;
const PATIENCE = 8;

/** Notices that a clip does not get on: pokes it at every tick, and gives it up in the end. */
export class Watchdog {
  readonly #progress: () => number | null;
  readonly #poke: () => void;
  readonly #giveUp: () => void;
  #timer: ReturnType<typeof setInterval> | undefined;
  #last: number | null = null;
  #strikes = 0;

  /** `progress` is a number that changes while all is well, or null while nothing is due. */
  constructor(progress: () => number | null, poke: () => void, giveUp: () => void) {
    this.#progress = progress;
    this.#poke = poke;
    this.#giveUp = giveUp;
  }

  start(): void {
    this.stop();
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.rest();
  }

  /** Begin to count anew. */
  rest(): void {
    this.#last = null;
    this.#strikes = 0;
  }

  #tick(): void {
    const progress = this.#progress();
    if (progress === null || progress !== this.#last) {
      this.#last = progress;
      this.#strikes = 0;
      return;
    }
    this.#strikes += 1;
    if (this.#strikes < PATIENCE) this.#poke();
    else this.#giveUp();
  }
}
