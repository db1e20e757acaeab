const MAX_CLIPS = 48;
const MAX_BYTES = 64 * 1024 * 1024;

/** Clips fetched ahead, so that a transition starts without the network. A clip that is not here plays from its URL. */
export class ClipCache {
  readonly #type: string;
  readonly #blobs = new Map<string, string>();
  readonly #asked = new Set<string>();
  readonly #abort = new AbortController();
  #queue: string[] = [];
  #bytes = 0;
  #isBusy = false;
  #isRefused = false;

  constructor(type: string) {
    this.#type = type;
  }

  /** Where to play a clip from now. */
  resolve(url: string): string {
    return this.#blobs.get(url) ?? url;
  }

  /** A copy does not play, as where a page's policy allows none: keep no more. False when there was no copy. */
  drop(url: string): boolean {
    this.#isRefused ||= this.#blobs.has(url);
    for (const blob of this.#blobs.values()) URL.revokeObjectURL(blob);
    const wasThere = this.#blobs.has(url);
    this.#blobs.clear();
    return wasThere;
  }

  /** Fetch these next, in this order, one at a time. */
  prefetch(urls: readonly string[]): void {
    if (isDataDear()) return;
    this.#queue = urls.filter((url) => /^https?:/.test(url) && !this.#asked.has(url));
    if (!this.#isBusy) void this.#drain();
  }

  dispose(): void {
    this.#abort.abort();
    this.#queue = [];
    this.drop("");
  }

  async #drain(): Promise<void> {
    this.#isBusy = true;
    for (let url = this.#next(); url !== undefined; url = this.#next()) {
      this.#asked.add(url);
      await this.#fetch(url).catch(() => undefined); // then it plays from its URL
    }
    this.#isBusy = false;
  }

  #next(): string | undefined {
    const isFull = this.#asked.size >= MAX_CLIPS || this.#bytes >= MAX_BYTES;
    return isFull ? undefined : this.#queue.shift();
  }

  async #fetch(url: string): Promise<void> {
    const { signal } = this.#abort;
    const response = await fetch(url, { signal, priority: "low" });
    if (!response.ok) return;
    const bytes = await response.arrayBuffer();
    if (signal.aborted || this.#isRefused) return;
    this.#bytes += bytes.byteLength;
    this.#blobs.set(url, URL.createObjectURL(new Blob([bytes], { type: this.#type })));
  }
}

function isDataDear(): boolean {
  const { connection } = navigator as Navigator & { connection?: { saveData?: boolean } };
  return connection?.saveData === true;
}
