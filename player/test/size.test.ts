import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";
import { beforeAll, expect, test } from "vitest";

const WHOLE_BYTES = 10 * 1024;
/** What a page loads where no WebGL is needed should have no more. */
const SCRIPT_BYTES = 6 * 1024;
/** How far that is: it may only get less. */
const REACHED_BYTES = 7250;

let script = 0;
let part = 0;
beforeAll(async () => {
  script = await measure("production", "poseloom-mascot");
  part = await measure("stacked", "texImage2D");
  console.log(`gzip: player ${script} bytes, WebGL part ${part} bytes, together ${script + part}`);
}, 60_000);

test("the whole player is small, and what few browsers need is a part of its own", () => {
  expect(script + part).toBeLessThanOrEqual(WHOLE_BYTES);
  expect(script).toBeLessThanOrEqual(REACHED_BYTES);
});

test.fails("without the WebGL part it has 6 KB at most", () => {
  expect(script).toBeLessThanOrEqual(SCRIPT_BYTES);
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
