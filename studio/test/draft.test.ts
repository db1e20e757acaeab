import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Refusal } from "../src/api.ts";
import { Draft, type Keeper } from "../src/draft.ts";
import { changeNode, connect } from "../src/graph.ts";
import type { Canvas, Graph } from "../src/model.ts";

const CANVAS = {
  id: "cnv_1",
  name: "Main",
  size: 128,
  fps: 24,
  generator: null,
  initialNode: "idle",
  nodes: [{ id: "idle" }, { id: "waving" }],
  edges: [{ id: "idle-to-waving", source: "idle", target: "waving", kind: "forward", status: "pending" }],
  inputs: [],
};
const REVERSE = { id: "back", source: "waving", target: "idle", reverse: true, kind: "reverse" };

/** Keeps one canvas as the server does: whoever has not read its last version is refused. */
class FakeKeeper implements Keeper {
  canvas: Record<string, unknown> = CANVAS;
  version = 1;
  saves = 0;
  problem: Error | null = null;

  async ask<T>(method: string, _path: string, body?: unknown, headers: Record<string, string> = {}) {
    if (this.problem) throw this.problem;
    if (method === "PUT") {
      if (![`"v${this.version}"`, "*"].includes(headers["If-Match"] ?? ""))
        throw new Refusal(412, "version_mismatch", "someone else has saved since");
      this.saves += 1;
      this.change(body as Record<string, unknown>);
    }
    return { document: structuredClone(this.canvas) as T, tag: `"v${this.version}"` };
  }

  change(what: Record<string, unknown>): void {
    this.canvas = { ...this.canvas, ...what };
    this.version += 1;
  }

  get edges(): string[] {
    return (this.canvas as unknown as Canvas).edges.map((edge) => edge.id);
  }
}

async function open() {
  const keeper = new FakeKeeper();
  const draft = new Draft(keeper, "/canvas");
  await draft.load();
  const change = (edit: (graph: Graph) => Graph) => draft.do({ type: "change", change: edit });
  return { keeper, draft, change, look: () => draft.read() };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("what is changed is saved once the hand rests", async () => {
  const { keeper, change, look } = await open();
  change((graph) => connect(graph, "idle", "idle"));
  change((graph) => connect(graph, "waving", "waving"));
  expect(look().isSaved).toBe(false);
  await vi.advanceTimersByTimeAsync(500);
  expect(look().isSaved).toBe(true);
  expect([keeper.saves, keeper.edges]).toEqual([1, ["idle-to-waving", "idle-loop", "waving-loop"]]);
});

test("what is changed while it is saved is saved after it", async () => {
  const { keeper, draft, change, look } = await open();
  change((graph) => connect(graph, "idle", "idle"));
  const first = draft.flush();
  change((graph) => connect(graph, "waving", "waving"));
  const second = draft.flush();
  await Promise.all([first, second]);
  expect(look().isSaved).toBe(true);
  expect(keeper.edges).toContain("waving-loop");
  expect(look().hasConflict).toBe(false);
});

test("the last word of a page waits for nothing that is only read", async () => {
  const { keeper, draft, change, look } = await open();
  change((graph) => connect(graph, "idle", "idle"));
  const looking = draft.refresh();
  const last = draft.sendLast();
  expect([keeper.saves, draft.isAtRisk]).toEqual([1, true]);
  await Promise.all([looking, last]);
  expect([look().isSaved, draft.isAtRisk, look().hasConflict]).toEqual([true, false, false]);
});

test("a reverse that an order brought stands beside an edit, and undoing the edit leaves it", async () => {
  const { keeper, draft, change, look } = await open();
  change((graph) => connect(graph, "idle", "idle"));
  keeper.change({ edges: [...(keeper.canvas.edges as unknown[]), REVERSE] });
  await draft.flush();
  await vi.advanceTimersByTimeAsync(500);
  expect(look().hasConflict).toBe(false);
  expect([...keeper.edges].sort()).toEqual(["back", "idle-loop", "idle-to-waving"]);
  draft.do({ type: "undo" });
  await draft.flush();
  expect(keeper.edges).toEqual(["idle-to-waving", "back"]);
});

test("a reverse is seen without an edit, and nothing is saved for it", async () => {
  const { keeper, draft, look } = await open();
  keeper.change({ edges: [...(keeper.canvas.edges as unknown[]), REVERSE] });
  await draft.refresh();
  expect(look().graph?.edges.map((edge) => edge.id)).toEqual(["idle-to-waving", "back"]);
  expect(look().kinds.get("back")).toBe("reverse");
  await vi.advanceTimersByTimeAsync(5000);
  expect([look().isSaved, keeper.saves, look().canUndo]).toEqual([true, 0, false]);
});

test("somebody else's edit is taken where nothing is lost by it", async () => {
  const { keeper, draft, look } = await open();
  keeper.change({ initialNode: "waving" });
  await draft.refresh();
  expect([look().graph?.initialNode, look().hasConflict]).toEqual(["waving", false]);
});

test("somebody else's edit beside one of our own is a conflict, and either can win", async () => {
  for (const answer of ["keepMine", "load"] as const) {
    const { keeper, draft, change, look } = await open();
    change((graph) => changeNode(graph, "idle", { itemName: "Mine" }));
    keeper.change({ initialNode: "waving" });
    await draft.flush();
    expect([look().hasConflict, look().isHeld, keeper.saves]).toEqual([true, true, 0]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(keeper.saves).toBe(0);
    await draft[answer]();
    expect([look().hasConflict, look().isSaved]).toEqual([false, true]);
    expect(keeper.canvas.initialNode).toBe(answer === "load" ? "waving" : "idle");
  }
});

test("another name given elsewhere is no conflict, and is kept", async () => {
  const { keeper, draft, change, look } = await open();
  change((graph) => connect(graph, "idle", "idle"));
  keeper.change({ name: "Night" });
  await draft.flush();
  await vi.advanceTimersByTimeAsync(500);
  expect([look().isSaved, keeper.canvas.name]).toEqual([true, "Night"]);
});

test("what the server refuses is not sent again until it is another", async () => {
  const { keeper, draft, change, look } = await open();
  keeper.problem = new Refusal(400, "invalid_canvas", "duration: between 1 and 10");
  change((graph) => connect(graph, "idle", "idle"));
  await draft.flush();
  expect([look().isHeld, look().isSaved, draft.isAtRisk]).toEqual([true, false, true]);
  keeper.problem = null;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(keeper.saves).toBe(0);
  draft.do({ type: "undo" });
  expect([look().isHeld, look().isSaved]).toEqual([false, true]);
  await draft.flush();
  expect(look().problem).toBe(null);
});

test("what did not arrive is sent again by itself", async () => {
  const { keeper, draft, change, look } = await open();
  keeper.problem = new TypeError("no network");
  change((graph) => connect(graph, "idle", "idle"));
  await draft.flush();
  expect([look().isSaved, look().isHeld, draft.isAtRisk]).toEqual([false, false, true]);
  keeper.problem = null;
  await vi.advanceTimersByTimeAsync(1500);
  expect([look().isSaved, look().problem, keeper.saves]).toEqual([true, null, 1]);
});
