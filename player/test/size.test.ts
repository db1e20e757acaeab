import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";
import { expect, test } from "vitest";

const WHOLE_BYTES = 10 * 1024;

test("the whole player is small, and what few browsers need is a part of its own", {
  timeout: 60_000,
}, async () => {
  const script = await measure("production", "poseloom-mascot");
  const part = await measure("stacked", "texImage2D");
  console.log(`gzip: player ${script} bytes, WebGL part ${part} bytes, together ${script + part}`);
  expect(script + part).toBeLessThanOrEqual(WHOLE_BYTES);
});

/** How many bytes a part has for the network. */
async function measure(mode: string, word: string): Promise<number> {
  const root = new URL("..", import.meta.url).pathname;
  const built = (await build({
    root,
    mode,
    logLevel: "silent",
    build: { write: false },
  })) as Rolldown.RolldownOutput[];
  const outputs = built.flatMap(({ output }) => output);
  expect(outputs).toHaveLength(1);
  const [script] = outputs;
  const code = script?.type === "chunk" ? script.code : "";
  expect(code).toContain(word);
  return gzipSync(code, { level: 9 }).byteLength;
}
