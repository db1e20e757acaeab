import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";
import { expect, test } from "vitest";

const BUDGET_BYTES = 10 * 1024;

test("the whole player is small", { timeout: 60_000 }, async () => {
  const root = new URL("..", import.meta.url).pathname;
  const built = (await build({
    root,
    logLevel: "silent",
    build: { write: false },
  })) as Rolldown.RolldownOutput[];
  const outputs = built.flatMap(({ output }) => output);
  expect(outputs).toHaveLength(1);
  const [script] = outputs;
  const code = script?.type === "chunk" ? script.code : "";
  expect(code).toContain("poseloom-mascot");
  expect(gzipSync(code, { level: 9 }).byteLength).toBeLessThanOrEqual(BUDGET_BYTES);
});
