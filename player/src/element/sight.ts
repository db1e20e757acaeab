/** Tells whether an element can be seen: on the screen, in a page that is not hidden. */
export class Sight {
  readonly #element: Element;
  readonly #changed: (isSeen: boolean) => void;
  readonly #observer: IntersectionObserver;
  readonly #onPage = () => this.#tell();
  #isOnScreen = true;

  constructor(element: Element, changed: (isSeen: boolean) => void) {
    this.#element = element;
    this.#changed = changed;
    this.#observer = new IntersectionObserver((entries) => {
      this.#isOnScreen = entries.at(-1)?.isIntersecting ?? true;
      this.#tell();
    });
  }

  watch(): void {
    this.#observer.observe(this.#element);
    document.addEventListener("visibilitychange", this.#onPage);
    this.#tell();
  }

  stop(): void {
    this.#observer.disconnect();
    document.removeEventListener("visibilitychange", this.#onPage);
  }

  #tell(): void {
    this.#changed(this.#isOnScreen && !document.hidden);
  }
}
