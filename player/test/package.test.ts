import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "vite";
import { expect, test } from "vitest";

const ROOT = new URL("..", import.meta.url).pathname;

/** A page of someone who uses the package with types. */
const CONSUMER = `
import { type Manifest, PoseloomMascot } from "poseloom-player";
import { advance, buildMachine, start } from "poseloom-player/machine";
import { Mascot } from "poseloom-player/react";
const mascot: PoseloomMascot = document.createElement("poseloom-mascot");
mascot.src = "mascot.json";
mascot.set("energy", 3);
const manifest: Manifest | null = mascot.manifest;
const machine = buildMachine({ initialNode: "a", nodes: [{ id: "a" }], edges: [] });
advance(machine, start(machine).state, { type: "go", node: "a" });
export const element = Mascot({ manifest, inputs: { tired: true }, onReady: ({ detail }) => detail.node.trim() });
// @ts-expect-error a number is no address
mascot.src = 3;
// @ts-expect-error words are no value of an input
mascot.set("energy", "much");
// @ts-expect-error an event has no such detail
Mascot({ onStateChange: ({ detail }) => detail.edge });
`;
const COMPILER = {
  strict: true,
  noEmit: true,
  target: "ES2022",
  module: "ESNext",
  moduleResolution: "bundler",
  lib: ["ES2022", "DOM"],
  types: [],
};

test("the module loads where there is no page", async () => {
  expect(globalThis).not.toHaveProperty("customElements");
  const player = await import("../src/index.ts");
  expect(player.PoseloomMascot).toBeTypeOf("function");
});

test("the React component loads where there is no page", async () => {
  const { renderToString } = await import("react-dom/server");
  const { createElement } = await import("react");
  const { Mascot } = await import("../src/react.ts");
  const html = renderToString(createElement(Mascot, { src: "mascot.json", className: "pim", id: "pim" }));
  expect(html).toBe('<poseloom-mascot src="mascot.json" id="pim" class="pim"></poseloom-mascot>');
});

test("what is packed has all that the package exports, the parts of the script, and the licence", () => {
  const { exports } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const promised = Object.values<string | Record<string, string>>(exports)
    .flatMap((one) => (typeof one === "string" ? one : Object.values(one)))
    .concat(["LICENSE", "poseloom-stacked.js", "poseloom-reader.js"].map((file) => `./dist/${file}`));
  // What `npm run build` left; `make setup` runs it.
  const packed = execFileSync("npm", ["pack", "--dry-run", "--json"], { cwd: ROOT, encoding: "utf8" });
  const [{ files }] = JSON.parse(packed) as [{ files: { path: string }[] }];
  const there = files.map(({ path }) => `./${path}`);
  expect(promised.filter((path) => !there.includes(path))).toEqual([]);
});

test("the modules of the package load where there is no page, and have types", async () => {
  // Within the project, where React and its types are found.
  const folder = mkdtempSync(join(ROOT, "node_modules/.package-"));
  const home = join(folder, "node_modules/poseloom-player");
  try {
    await build({
      root: ROOT,
      mode: "module",
      logLevel: "silent",
      build: { outDir: join(home, "dist"), emptyOutDir: true },
    });
    compile(["-p", join(ROOT, "tsconfig.types.json"), "--outDir", join(home, "dist/types")]);
    const about = readFileSync(join(ROOT, "package.json"), "utf8");
    writeFileSync(join(home, "package.json"), about);
    for (const entry of ["index", "machine", "react"]) await import(join(home, `dist/${entry}.js`));
    writeFileSync(join(folder, "page.ts"), CONSUMER);
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({ compilerOptions: COMPILER, files: ["page.ts"] }),
    );
    compile(["-p", folder]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 90_000);

/** Run TypeScript; what it complains of is the error. */
function compile(words: readonly string[]): void {
  try {
    execFileSync(join(ROOT, "node_modules/.bin/tsc"), words, { encoding: "utf8", cwd: dirname(ROOT) });
  } catch (error) {
    throw new Error((error as { stdout?: string }).stdout || String(error));
  }
}
