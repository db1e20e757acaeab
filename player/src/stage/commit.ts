/** What may only happen when a swap of layers is on the screen.
 *
 * A video that gets a new source loses its picture at once, beside the document's own frames; a change of style shows with
 * the document's next frame. To load the old layer right after a swap would blank it while it is still the one that is seen. */
export class Commit {
  #isUnderWay = false;
  #waiting: (() => void)[] = [];

  /** A swap was made; the second animation frame from now comes after it was drawn. */
  begin(): void {
    if (this.#isUnderWay) return;
    this.#isUnderWay = true;
    requestAnimationFrame(() => requestAnimationFrame(() => this.#end()));
  }

  /** Call back when no swap is under way: at once, or after it. */
  after(callback: () => void): void {
    if (this.#isUnderWay) this.#waiting.push(callback);
    else callback();
  }

  #end(): void {
    this.#isUnderWay = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const callback of waiting) callback();
  }
}
