import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";
import { beforeAll, expect, test } from "vitest";

const WHOLE_BYTES = 10 * 1024;
/** What a page loads that plays an export of ours where no WebGL is needed. */
const SCRIPT_BYTES = 6 * 1024;

const PARTS: readonly (readonly [mode: string, word: string])[] = [
  ["production", "poseloom-mascot"],
  ["stacked", "texImage2D"],
  ["reader", "on_complete"],
];

let [script, stacked, reader] = [0, 0, 0];
beforeAll(async () => {
  [script = 0, stacked = 0, reader = 0] = await Promise.all(PARTS.map(([mode, word]) => measure(mode, word)));
  console.log(
    `gzip: player ${script} bytes, WebGL part ${stacked} bytes, reading part ${reader} bytes, ` +
      `together ${script + stacked + reader}`,
  );
}, 60_000);

test("without the WebGL part it has 6 KB at most", () => {
  expect(script).toBeGreaterThan(0);
  expect(script).toBeLessThanOrEqual(SCRIPT_BYTES);
});

test("all of it has 10 KB at most", () => {
  expect(script + stacked + reader).toBeLessThanOrEqual(WHOLE_BYTES);
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
