import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { makeCast } from "../src/element/cast.ts";
import { makeDirector } from "../src/element/director.ts";
import type { Manifest } from "../src/element/manifest.ts";
import { buildMachine, type Edge } from "../src/machine/index.ts";
import type { Clip, Stage } from "../src/stage/stage.ts";

const MANIFEST: Manifest = {
  name: "Test",
  initialNode: "a",
  nodes: ["a", "b", "c"].map((id) => ({ id, imageUrl: `posters/${id}.png` })),
  edges: [
    edge("aa", "a", "a"),
    edge("bb", "b", "b"),
    { ...edge("ab", "a", "b"), conditions: [{ input: "go", op: "==", value: true }] },
    {
      ...edge("ba", "b", "a"),
      exit: "loop_end",
      conditions: [{ input: "nodeTime", op: ">=", value: 3000 }],
    },
    { ...edge("ac", "a", "c"), conditions: [{ input: "level", op: ">", value: 2 }] },
    { ...edge("ca", "c", "a"), conditions: [{ input: "level", op: "<", value: 2 }] },
  ],
  inputs: [
    { name: "go", type: "trigger", default: false },
    { name: "level", type: "number", default: 0 },
  ],
};

function edge(id: string, source: string, target: string) {
  return { id, source, target, duration: 1, videos: { webm: `clips/${id}.webm` } };
}

/** Writes down what it is asked. */
class Notebook implements Stage {
  readonly lines: string[] = [];
  show(clip: Clip, freeze: boolean) {
    this.lines.push(`show ${clip.id}${freeze ? " frozen" : ""}`);
  }
  hold(still?: string) {
    this.lines.push(`hold ${still ? still.split("/").at(-1) : "what is seen"}`);
  }
  warm(clip: Clip) {
    this.lines.push(`warm ${clip.id}`);
  }
  run() {}
  take() {
    return this.lines.splice(0);
  }
}

function direct() {
  const machine = buildMachine(MANIFEST);
  const cast = makeCast(MANIFEST, "https://example.test/mascot/", "webm");
  const critic = { stepped: vi.fn(), failed: vi.fn() };
  const director = makeDirector(machine, critic, () => Date.now());
  const stage = new Notebook();
  director.mount(stage, cast);
  director.run(true);
  const clip = (id: string) => cast.clip(machine.edgeOf.get(id) as Edge);
  return { director, stage, critic, cast, clip };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("URLs are resolved against the manifest's address", () => {
  expect(direct().clip("ab").url).toBe("https://example.test/mascot/clips/ab.webm");
});

test("the pose comes first, then the loop", () => {
  expect(direct().stage.take()).toEqual(["hold a.png", "show aa"]);
});

test("a transition plays and the loop at its end is made ready; at its end the loop plays", () => {
  const { director, stage, clip } = direct();
  stage.take();
  director.dispatch({ type: "fire", input: "go" });
  expect(stage.take()).toEqual(["show ab", "warm bb"]);
  director.ended(clip("ab"));
  expect(stage.take()).toEqual(["show bb"]);
});

test("a node without a loop keeps the last frame of the clip that led there", () => {
  const { director, stage, clip } = direct();
  director.dispatch({ type: "set", input: "level", value: 3 });
  stage.take();
  director.ended(clip("ac"));
  expect(stage.take()).toEqual(["hold what is seen"]);
});

test("what is told of a clip that is no longer on is not heard", () => {
  const { director, stage, clip } = direct();
  stage.take();
  director.ended(clip("ab"));
  director.ended(clip("bb"));
  expect(stage.take()).toEqual([]);
});

test("time that passes at a node fires even when the timer runs early, and waits for the loop's end", () => {
  const { director, stage, clip } = direct();
  director.dispatch({ type: "fire", input: "go" });
  director.ended(clip("ab"));
  stage.take();
  vi.advanceTimersByTime(3000);
  expect(director.state.values.nodeTime).toBe(3000);
  expect(stage.take()).toEqual([]);
  director.ended(clip("bb"));
  expect(stage.take()).toEqual(["show ba frozen", "warm aa"]);
});

test("time stands still while paused", () => {
  const { director, clip } = direct();
  director.dispatch({ type: "fire", input: "go" });
  director.ended(clip("ab"));
  vi.advanceTimersByTime(2000);
  director.run(false);
  vi.advanceTimersByTime(60_000);
  expect(director.state.values.nodeTime).toBe(0);
  director.run(true);
  vi.advanceTimersByTime(999);
  expect(director.state.values.nodeTime).toBe(0);
  vi.advanceTimersByTime(1);
  expect(director.state.values.nodeTime).toBe(3000);
});

test("a transition that fails still arrives", () => {
  const { director, stage, critic, clip } = direct();
  director.dispatch({ type: "fire", input: "go" });
  stage.take();
  director.failed(clip("ab"), "broken");
  expect(critic.failed).toHaveBeenCalledWith("ab", "broken");
  expect(director.state.node).toBe("b");
  expect(stage.take()).toEqual(["show bb"]);
});

test("a transition that fails before a node without a loop shows that node's still", () => {
  const { director, stage, clip } = direct();
  director.dispatch({ type: "set", input: "level", value: 3 });
  stage.take();
  director.failed(clip("ac"), "broken");
  expect(stage.take()).toEqual(["hold c.png"]);
});

test("a loop that fails leaves the still", () => {
  const { director, stage, clip } = direct();
  stage.take();
  director.failed(clip("aa"), "broken");
  expect(stage.take()).toEqual(["hold a.png"]);
});

test("an event from within a step waits for its turn", () => {
  const { director, critic } = direct();
  const seen: string[] = [];
  critic.stepped.mockImplementation((_event, _before, after) => {
    seen.push(`${after.phase} ${after.values.level}`);
    if (after.values.level === 1) director.dispatch({ type: "set", input: "level", value: 3 });
  });
  director.dispatch({ type: "set", input: "level", value: 1 });
  expect(seen).toEqual(["rest 1", "play 3"]);
});

test("a new stage shows what goes on now", () => {
  const { director, cast } = direct();
  director.dispatch({ type: "fire", input: "go" });
  director.unmount();
  const stage = new Notebook();
  director.mount(stage, cast);
  expect(stage.take()).toEqual(["hold a.png", "show ab", "warm bb"]);
});
