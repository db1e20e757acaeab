/** Time since an arrival, without the time while nobody looks. */
export class Stopwatch {
  readonly #now: () => number;
  #before = 0;
  #since: number | null = null;

  constructor(now: () => number) {
    this.#now = now;
  }

  get ms(): number {
    return this.#before + (this.#since === null ? 0 : this.#now() - this.#since);
  }

  restart(): void {
    this.#before = 0;
    if (this.#since !== null) this.#since = this.#now();
  }

  resume(): void {
    this.#since ??= this.#now();
  }

  pause(): void {
    this.#before = this.ms;
    this.#since = null;
  }
}
