import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** The folder with a bundle: a disc that moves between four places, and whose area never changes. */
    bundle: string;
    /** The folder with the demo's bundle: what `make demo` made, else a small one. */
    demo: string;
  }
}

const ROOT = new URL("../..", import.meta.url).pathname;

const MADE = join(ROOT, "build/demo");
/** As small and short as it may be: this is about how it plays. */
const SMALL = ["--size", "128", "--fps", "8", "--duration", "1"];

/** Make the bundle; the encoders are in Python. */
export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), "poseloom-player-"));
  const bundle = join(folder, "mascot");
  const own = join(ROOT, ".venv/bin/python");
  const python = process.env.POSELOOM_PYTHON ?? (existsSync(own) ? own : "python3");
  execFileSync(python, ["-m", "tests.e2e.tiny_mascot", bundle], { cwd: ROOT, stdio: "inherit" });
  project.provide("bundle", bundle);
  project.provide("demo", findDemo(python, folder));
  return () => rmSync(folder, { recursive: true });
}

function findDemo(python: string, folder: string): string {
  if (existsSync(join(MADE, "player/poseloom-reader.js"))) return MADE;
  const demo = join(folder, "demo");
  const animate = [
    "-m",
    "poseloom",
    "animate",
    "demo/build",
    "--out",
    demo,
    "--cache",
    join(folder, "cache"),
  ];
  execFileSync(python, [...animate, ...SMALL], { cwd: ROOT, stdio: "ignore" });
  return demo;
}
