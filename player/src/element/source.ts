import { asManifest, type Manifest } from "./manifest.ts";

/** A manifest and the address that its relative URLs start from. */
export interface Source {
  readonly manifest: Manifest;
  readonly base: string;
}

/** Find an element's manifest: its `src`, or the JSON script inside it. Null when it has neither. */
export async function findSource(element: HTMLElement, signal: AbortSignal): Promise<Source | null> {
  const src = element.getAttribute("src");
  if (src) return fetchSource(new URL(src, document.baseURI).href, signal);
  await parsed(signal);
  const script = element.querySelector(':scope > script[type="application/json"]');
  return script ? inlineSource(JSON.parse(script.textContent ?? "")) : null;
}

export function inlineSource(document: unknown): Source {
  return { manifest: asManifest(document), base: globalThis.document.baseURI };
}

async function fetchSource(url: string, signal: AbortSignal): Promise<Source> {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  return { manifest: asManifest(await response.json()), base: response.url };
}

/** Children may come after the tag that is being parsed. */
function parsed(signal: AbortSignal): Promise<void> {
  if (document.readyState !== "loading") return Promise.resolve();
  return new Promise((resolve) => {
    document.addEventListener("DOMContentLoaded", () => resolve(), { once: true, signal });
  });
}
