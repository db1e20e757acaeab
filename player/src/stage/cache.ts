const MAX_CLIPS = 48;
const MAX_BYTES = 64 * 1024 * 1024;

/** Clips fetched ahead, so that a transition starts without the network. A clip that is not here plays from its URL. */
export class ClipCache {
  readonly #copies = new Map<string, string>();
  readonly #asked = new Set<string>();
  readonly #abort = new AbortController();
  #queue: string[] = [];
  #bytes = 0;
  #isBusy = false;
  #isRefused = false;

  /** Where to play a clip from now. */
  resolve(url: string): string {
    return this.#copies.get(url) ?? url;
  }

  /** A copy does not play, as where a page's policy allows none: keep no more. False when there was no copy. */
  drop(url: string): boolean {
    const wasThere = this.#copies.has(url);
    this.#isRefused ||= wasThere;
    for (const copy of this.#copies.values()) URL.revokeObjectURL(copy);
    this.#copies.clear();
    return wasThere;
  }

  /** Fetch these next, in this order, one at a time. */
  async prefetch(urls: readonly string[]): Promise<void> {
    this.#queue = urls.filter((url) => /^http/.test(url));
    if (this.#isBusy) return;
    this.#isBusy = true;
    for (let url = this.#queue.shift(); url; url = this.#queue.shift()) await this.#fetch(url);
    this.#isBusy = false;
  }

  dispose(): void {
    this.#abort.abort();
    this.drop("");
  }

  async #fetch(url: string): Promise<void> {
    const isFull = this.#asked.size >= MAX_CLIPS || this.#bytes >= MAX_BYTES;
    if (isFull || this.#asked.has(url)) return;
    this.#asked.add(url);
    try {
      const response = await fetch(url, { signal: this.#abort.signal, priority: "low" });
      const blob = await response.blob();
      if (!response.ok || this.#isRefused || this.#abort.signal.aborted) return;
      this.#bytes += blob.size;
      this.#copies.set(url, URL.createObjectURL(blob));
    } catch {
      // then it plays from its URL
    }
  }
}
