import { expect, test } from "vitest";
import { readEvents } from "../src/event.ts";
import {
  ANY,
  addPose,
  arrange,
  connect,
  copy,
  findRoom,
  nameId,
  paste,
  remove,
  removeInput,
  renameInput,
} from "../src/graph.ts";
import { step } from "../src/history.ts";
import type { Graph } from "../src/model.ts";

const EMPTY: Graph = { initialNode: null, nodes: [], edges: [], inputs: [] };
const PAIR = ["Idle", "Wave"].reduce(
  (graph, name) => addPose(graph, name, `ast_${name}`, { x: 0, y: 0 }),
  EMPTY,
);

test("the first pose is where a mascot begins", () => {
  expect(PAIR.initialNode).toBe("idle");
});

test("a name that is taken gets a number", () => {
  expect(nameId("Idle", ["idle", "idle-2"])).toBe("idle-3");
  expect(nameId("眠", [])).toBe("pose");
});

test("a pose goes to the node that waits for it by name", () => {
  const waiting: Graph = { ...EMPTY, initialNode: "a", nodes: [{ id: "a", itemName: "Needs Attention" }] };
  const filled = addPose(waiting, "needs attention", "ast_1", { x: 9, y: 9 });
  expect(filled.nodes).toEqual([{ id: "a", itemName: "Needs Attention", assetId: "ast_1" }]);
  expect(addPose(filled, "needs attention", "ast_2", { x: 9, y: 9 }).nodes).toHaveLength(2);
});

test("two nodes are joined once in each direction", () => {
  const joined = connect(connect(connect(PAIR, "idle", "wave"), "wave", "idle"), "idle", "wave");
  expect(joined.edges.map((edge) => edge.id)).toEqual(["idle-to-wave", "wave-to-idle"]);
});

test("nothing leads to any state", () => {
  expect(connect(PAIR, "idle", ANY)).toBe(PAIR);
  expect(connect(PAIR, ANY, "wave").edges[0]?.id).toBe("any-to-wave");
});

test("a removed node takes its edges along and passes the beginning on", () => {
  const left = remove(connect(connect(PAIR, "idle", "wave"), "wave", "wave"), new Set(["idle"]));
  expect(left.edges.map((edge) => edge.id)).toEqual(["wave-loop"]);
  expect(left.initialNode).toBe("wave");
});

test("arranged nodes lie apart", () => {
  const places = arrange(PAIR).nodes.map((node) => `${node.position?.x} ${node.position?.y}`);
  expect(new Set(places).size).toBe(2);
});

test("many nodes stand in rings, as far apart as few do", () => {
  const nodes = Array.from({ length: 200 }, (_, index) => ({ id: `n${index}` }));
  const arranged = arrange({ ...EMPTY, initialNode: "n0", nodes }).nodes;
  const places = arranged.map((node) => node.position ?? { x: 0, y: 0 });
  const apart = places.flatMap((one, index) =>
    places.slice(index + 1).map((other) => Math.hypot(one.x - other.x, one.y - other.y)),
  );
  expect(Math.min(...apart)).toBeGreaterThan(250);
  expect(Math.max(...places.map(({ x, y }) => Math.hypot(x, y)))).toBeLessThan(3000);
});

test("a new pose stands where nothing stands yet", () => {
  const first = findRoom(EMPTY, null);
  const one = addPose(EMPTY, "Idle", "ast_1", first);
  const beside = findRoom(one, null);
  expect([first, beside]).toEqual([
    { x: 0, y: 0 },
    { x: 300, y: 0 },
  ]);
  const dropped = findRoom(one, { x: 10.4, y: 20 });
  expect(dropped).toEqual({ x: 250, y: 20 });
  expect(findRoom(one, { x: -500, y: 20 })).toEqual({ x: -500, y: 20 });
});

test("what was undone is done again until something else is", () => {
  const start = { past: [], present: 1, future: [] };
  const changed = step(start, { type: "change", change: (value) => value + 1 });
  const undone = step(changed, { type: "undo" });
  expect(undone.present).toBe(1);
  expect(step(undone, { type: "redo" }).present).toBe(2);
  expect(step(undone, { type: "change", change: () => 9 }).future).toEqual([]);
  expect(step(start, { type: "undo" })).toBe(start);
});

test("events cut anywhere are read whole, and comments are not events", async () => {
  const pieces = [": hello\n\nevent: status\nda", 'ta: {"a":', "1}\nid: 1\n", "\n"];
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
      controller.close();
    },
  });
  const heard: string[] = [];
  await readEvents(body, (data) => heard.push(data));
  expect(heard).toEqual(['{"a":1}']);
});

test("what is copied is pasted under new ids, with the edges among it", () => {
  const joined = connect(connect(connect(PAIR, "idle", "wave"), "wave", "wave"), ANY, "wave");
  const { graph, ids } = paste(joined, copy(joined, new Set(["idle", "wave"])));
  expect([...ids]).toEqual(["idle-2", "wave-2", "idle-to-wave-2", "wave-loop-2"]);
  expect(graph.edges.find((edge) => edge.id === "idle-to-wave-2")).toMatchObject({
    source: "idle-2",
    target: "wave-2",
  });
  expect(graph.nodes).toHaveLength(4);
});

test("an edge that is pasted alone joins the same poses once more", () => {
  const joined = connect(PAIR, ANY, "wave");
  const { graph } = paste(joined, copy(joined, new Set(["any-to-wave"])));
  expect(graph.edges.map((edge) => edge.id)).toEqual(["any-to-wave", "any-to-wave-2"]);
});

test("a copied edge stays away where its poses are not", () => {
  const joined = connect(PAIR, "idle", "wave");
  const elsewhere = paste(EMPTY, copy(joined, new Set(["idle-to-wave"])));
  expect(elsewhere.graph).toBe(EMPTY);
});

test("an input is renamed wherever it is named", () => {
  const listening: Graph = {
    ...PAIR,
    inputs: [
      { name: "hello", type: "trigger" },
      { name: "taken", type: "trigger" },
    ],
    edges: [{ id: "e", source: "idle", target: "wave", conditions: [{ input: "hello" }] }],
  };
  const renamed = renameInput(listening, "hello", "hi");
  expect(renamed.inputs[0]?.name).toBe("hi");
  expect(renamed.edges[0]?.conditions).toEqual([{ input: "hi" }]);
  expect(renameInput(listening, "hello", "taken")).toBe(listening);
  expect(removeInput(listening, "hello")).toBe(listening);
  expect(removeInput(listening, "taken").inputs).toHaveLength(1);
});

test("what is pasted twice covers nothing", () => {
  const copied = copy(PAIR, new Set(["idle"]));
  const twice = paste(paste(PAIR, copied).graph, copied).graph;
  const places = twice.nodes.slice(2).map(({ position }) => position);
  expect(places).toEqual([
    { x: 60, y: 60 },
    { x: 120, y: 120 },
  ]);
});
