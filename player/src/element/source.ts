import type { Manifest } from "./manifest.ts";

/** Find an element's document and the address that its relative URLs start from: what was given, its `src`, or the JSON script
 * inside it. Nothing when it has none of them. */
export async function findSource(
  element: HTMLElement,
  given: Manifest | null,
  signal: AbortSignal,
): Promise<readonly [document?: unknown, base?: string]> {
  await null; // what else changes at once comes along
  if (given) return [given, element.baseURI];
  const src = element.getAttribute("src");
  if (src) {
    const response = await fetch(src, { signal });
    if (!response.ok) throw new Error(`${response.url} answers ${response.status}`);
    return [await response.json(), response.url];
  }
  // Children may come after the tag that is being parsed.
  if (document.readyState === "loading") {
    await new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve));
  }
  const script = element.querySelector<HTMLScriptElement>('script[type="application/json"]');
  return script ? [JSON.parse(script.text), element.baseURI] : [];
}
