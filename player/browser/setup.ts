import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** The folder with a bundle: a disc that moves between four places, and whose area never changes. */
    bundle: string;
  }
}

const ROOT = new URL("../..", import.meta.url).pathname;

/** Make the bundle; the encoders are in Python. */
export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), "poseloom-player-"));
  const bundle = join(folder, "mascot");
  const own = join(ROOT, ".venv/bin/python");
  const python = process.env.POSELOOM_PYTHON ?? (existsSync(own) ? own : "python3");
  execFileSync(python, ["-m", "tests.e2e.tiny_mascot", bundle], { cwd: ROOT, stdio: "inherit" });
  project.provide("bundle", bundle);
  return () => rmSync(folder, { recursive: true });
}
