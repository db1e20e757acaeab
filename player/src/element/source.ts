/** Find an element's document and the address that its relative URLs start from: its `src`, or the JSON script inside it.
 * Null when it has neither. */
export async function findSource(
  element: HTMLElement,
  signal: AbortSignal,
): Promise<readonly [document: unknown, base: string] | null> {
  const src = element.getAttribute("src");
  if (src) {
    const response = await fetch(src, { signal });
    if (!response.ok) throw new Error(`${response.url} answers ${response.status}`);
    return [await response.json(), response.url];
  }
  // Children may come after the tag that is being parsed.
  if (document.readyState === "loading") {
    await new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve, { signal }));
  }
  const script = element.querySelector(':scope > script[type="application/json"]');
  return script && [JSON.parse(script.textContent ?? ""), element.baseURI];
}
