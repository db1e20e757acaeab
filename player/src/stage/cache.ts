const MAX_BYTES = 64_000_000;

/** Clips fetched ahead, so that a transition starts without the network. A clip that is not here plays from its URL. */
export interface ClipCache {
  /** Where to play a clip from now. */
  resolve(url: string): string;
  /** A copy does not play, as where a page's policy allows none: keep no more. False when there was no copy. */
  drop(url: string): boolean;
  /** Fetch these next, in this order, one at a time. */
  prefetch(urls: string[]): Promise<void>;
}

/** A cache that lives until the signal. */
export function makeCache(signal: AbortSignal): ClipCache {
  /** What was asked for; empty while it is not there. */
  const copies = new Map<string, string>();
  let room = MAX_BYTES;
  let queue: string[] = [];
  let isBusy = false;

  function close(): void {
    room = 0;
    for (const copy of copies.values()) URL.revokeObjectURL(copy);
    copies.clear();
  }

  async function keep(url: string): Promise<void> {
    if (room <= 0 || copies.has(url) || !url.startsWith("http")) return;
    copies.set(url, "");
    try {
      const response = await fetch(url, { signal, priority: "low" });
      const blob = await response.blob();
      if (!response.ok || room <= 0) return;
      room -= blob.size;
      copies.set(url, URL.createObjectURL(blob));
    } catch {
      // then it plays from its URL
    }
  }

  signal.addEventListener("abort", close);
  return {
    resolve: (url) => copies.get(url) || url,
    drop(url) {
      const wasThere = Boolean(copies.get(url));
      if (wasThere) close();
      return wasThere;
    },
    async prefetch(urls) {
      queue = urls;
      if (isBusy) return;
      isBusy = true;
      for (let url = queue.shift(); url !== undefined; url = queue.shift()) await keep(url);
      isBusy = false;
    },
  };
}
