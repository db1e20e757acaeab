import { setTimeout } from "node:timers/promises";
import type { Page } from "puppeteer-core";

/** What was seen of a mascot, frame by frame, while it moved. */
export interface Sighting {
  readonly transitions: number;
  readonly frames: number;
  /** Frames without the mascot. */
  readonly blank: number;
  /** Frames with more of the mascot than there is. */
  readonly doubled: number;
  /** Swaps of clips. */
  readonly swaps: number;
  /** Frames between the first frame of a clip that was there and asked for, and the frame that showed it. */
  readonly lateFrames: number;
  /** From being asked for to being seen. */
  readonly latencyMs: { readonly median: number; readonly p99: number; readonly max: number };
}

const TOLERANCE = 0.05;

const WATCHER = `
window.covers = []; window.late = []; window.latency = [];
{
  let frame = 0, shown = seen(), asked = null;
  const first = new WeakMap();
  const ask = () => { asked = { frame, time: performance.now() }; };
  for (const name of ["transitionstart", "transitionend"]) mascot().addEventListener(name, ask);
  for (const video of mascot().shadowRoot.querySelectorAll("video")) {
    first.set(video, 0);
    video.addEventListener("loadstart", () => {
      first.delete(video);
      video.requestVideoFrameCallback(() => first.set(video, frame));
    });
  }
  const look = () => {
    if (window.stopped) return;
    covers.push(cover());
    const now = seen();
    if (now !== shown && asked) {
      const video = now.tagName === "VIDEO" ? now : null;
      if (video) late.push(frame - Math.max(asked.frame, first.get(video) ?? frame));
      latency.push(performance.now() - asked.time);
      asked = null;
    }
    shown = now;
    frame += 1;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
`;

/** Go to nodes at random, at odd moments, until so many transitions were made; the chance is drawn from a seed. */
const STIRRER = `
async (goal, seed) => {
  let state = seed;
  const chance = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const nodes = mascot().manifest.nodes.map((node) => node.id);
  const until = moves() + goal;
  const pick = () => nodes[Math.floor(chance() * nodes.length)];
  while (moves() < until) {
    mascot().go(pick());
    if (chance() < 0.3) mascot().fire("clicked");
    if (chance() < 0.3) mascot().set("tired", chance() < 0.5);
    const wait = chance() * 300;
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}`;

/** Stir the mascot of a page and look at every frame. `area` is the part that it covers. */
export async function watch(page: Page, goal: number, area: number, seed = 7): Promise<Sighting> {
  await page.evaluate(WATCHER);
  const before = (await page.evaluate("moves()")) as number;
  await page.evaluate(
    `window.stirred = 0; void (${STIRRER})(${goal}, ${seed}).then(() => { window.stirred = 1; })`,
  );
  // Asked from here: a single question may not stay open for minutes.
  while ((await page.evaluate("window.stirred")) !== 1) await setTimeout(200);
  const raw = (await page.evaluate("window.stopped = true, { covers, late, latency, moves: moves() }")) as {
    covers: number[];
    late: number[];
    latency: number[];
    moves: number;
  };
  return {
    transitions: raw.moves - before,
    frames: raw.covers.length,
    blank: raw.covers.filter((cover) => cover < area * (1 - TOLERANCE)).length,
    doubled: raw.covers.filter((cover) => cover > area * (1 + TOLERANCE)).length,
    swaps: raw.latency.length,
    lateFrames: Math.max(0, ...raw.late),
    latencyMs: { median: rank(raw.latency, 0.5), p99: rank(raw.latency, 0.99), max: rank(raw.latency, 1) },
  };
}

function rank(values: readonly number[], part: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0);
}
