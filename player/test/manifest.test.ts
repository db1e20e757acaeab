import { expect, test } from "vitest";
import { isWrittenOut } from "../src/element/manifest.ts";
import { advance, buildMachine, start } from "../src/machine/index.ts";
import { readManifest } from "../src/reader/read.ts";

const VIDEOS = { webm: "a.webm", hevc: "a.mp4" };

function page(edges: readonly object[], extra: object = {}) {
  const nodes = ["idle", "wave"].map((id) => ({ id, label: id, imageUrl: `${id}.png`, loop: true }));
  return readManifest({ version: "2.0", nodes, edges, initialNode: "idle", ...extra });
}

test("a click follows an edge whose word is on_click", () => {
  const machine = buildMachine(
    page([{ id: "iw", source: "idle", target: "wave", videos: VIDEOS, condition: "on_click" }]),
  );
  const { effects } = advance(machine, start(machine).state, { type: "fire", input: "clicked" });
  expect(effects).toEqual([{ type: "play", edge: "iw" }]);
});

test("on_complete leaves after the loop has come round once", () => {
  const machine = buildMachine(
    page([
      { id: "ii", source: "idle", target: "idle", videos: VIDEOS, condition: "default" },
      { id: "iw", source: "idle", target: "wave", videos: VIDEOS, condition: "on_complete" },
    ]),
  );
  const { effects } = advance(machine, start(machine).state, { type: "loop_ended" });
  expect(effects).toEqual([{ type: "play", edge: "iw" }]);
});

test("on_complete at a pose without a loop leaves at once", () => {
  const machine = buildMachine(
    page([{ id: "iw", source: "idle", target: "wave", videos: VIDEOS, condition: "on_complete" }]),
  );
  expect(start(machine).effects).toEqual([{ type: "play", edge: "iw" }]);
});

test("next_state lets a click follow a default edge", () => {
  const edges = [{ id: "iw", source: "idle", target: "wave", videos: VIDEOS, condition: "default" }];
  const [machine, still] = [
    buildMachine(page(edges, { clickEffect: "next_state" })),
    buildMachine(page(edges)),
  ];
  const click = { type: "fire", input: "clicked" } as const;
  expect(advance(machine, start(machine).state, click).effects).toEqual([{ type: "play", edge: "iw" }]);
  expect(advance(still, start(still).state, click).effects).toEqual([]);
});

test("an input that names its target leads there", () => {
  const machine = buildMachine(
    page([{ id: "iw", source: "idle", target: "wave", videos: VIDEOS, condition: "default" }], {
      inputs: [{ id: "greet", label: "Greet", targetNode: "wave" }],
    }),
  );
  const { effects } = advance(machine, start(machine).state, { type: "fire", input: "greet" });
  expect(effects).toEqual([{ type: "play", edge: "iw" }]);
});

test("state inputs that nobody declares exist, idle is true", () => {
  const conditions = [
    { input: "claudeCode::isWorking", op: "==", value: true },
    { input: "claudeCode::isAlert", op: "==", value: false },
  ];
  const back = [{ input: "claudeCode::isIdle", op: "==", value: true }];
  const manifest = page([
    { id: "iw", source: "idle", target: "wave", videos: VIDEOS, conditions },
    { id: "wi", source: "wave", target: "idle", videos: VIDEOS, conditions: back },
  ]);
  expect(manifest.inputs).toEqual([
    { name: "claudeCode::isWorking", type: "boolean", default: false, system: true },
    { name: "claudeCode::isAlert", type: "boolean", default: false, system: true },
    { name: "claudeCode::isIdle", type: "boolean", default: true, system: true },
  ]);
  const machine = buildMachine(manifest);
  const event = { type: "set", input: "claudeCode::isWorking", value: true } as const;
  expect(advance(machine, start(machine).state, event).effects).toEqual([{ type: "play", edge: "iw" }]);
});

test("what is no manifest is refused", () => {
  expect(() => readManifest({ nodes: [] })).toThrow("not a mascot manifest");
  expect(() => readManifest(null)).toThrow("not a mascot manifest");
});

const WRITTEN = {
  version: "2.0",
  name: "Pim",
  initialNode: "idle",
  nodes: [{ id: "idle" }, { id: "wave" }],
  edges: [
    { id: "ii", source: "idle", target: "idle", videos: VIDEOS, conditions: [] },
    { id: "*w", source: "*", target: "wave", conditions: [{ input: "host::isBusy", op: "==", value: true }] },
    { id: "wi", source: "wave", target: "idle", conditions: [{ input: "clicked", op: "==", value: true }] },
  ],
  inputs: [{ name: "host::isBusy", type: "boolean", default: false }],
};
const [LOOP, WALK, BACK] = WRITTEN.edges;

test("a document that is written out plays as it stands, and says the same when it is read", () => {
  expect(isWrittenOut(WRITTEN)).toBe(true);
  expect(isWrittenOut({ ...WRITTEN, inputs: null, edges: [LOOP, BACK] })).toBe(true);
  expect(isWrittenOut({ ...WRITTEN, edges: [{ ...BACK, conditions: [{ input: "nobody's" }] }] })).toBe(true);
  expect(readManifest(WRITTEN).inputs).toEqual(WRITTEN.inputs);
  expect(isWrittenOut(readManifest(page([])))).toBe(true);
});

test.each([
  ["is none", null],
  ["is a list", []],
  ["has no nodes", { ...WRITTEN, nodes: undefined }],
  ["has no edges", { ...WRITTEN, edges: undefined }],
  ["does not say where it starts", { ...WRITTEN, initialNode: undefined }],
  ["starts at any node", { ...WRITTEN, initialNode: "*" }],
  ["has an edge from nowhere", { ...WRITTEN, edges: [{ ...BACK, source: "gone" }] }],
  ["has an edge to nowhere", { ...WRITTEN, edges: [{ ...BACK, target: "gone" }] }],
  ["has an edge to any node", { ...WRITTEN, edges: [{ ...BACK, target: "*" }] }],
  ["says a word for conditions", { ...WRITTEN, edges: [{ ...BACK, conditions: undefined }] }],
  ["asks for an input of hosts that it does not declare", { ...WRITTEN, edges: [WALK], inputs: [] }],
  ["has an input without a default", { ...WRITTEN, inputs: [{ name: "host::isBusy", type: "boolean" }] }],
])("a document that %s is read first", (_, document) => {
  expect(isWrittenOut(document)).toBe(false);
});

test("an edge that leads nowhere is refused by name", () => {
  const edges = [{ ...BACK, target: "gone" }];
  expect(() => readManifest({ ...WRITTEN, edges })).toThrow('edge "wi" names "gone", which is not a node');
  expect(() => readManifest({ ...WRITTEN, initialNode: "gone" })).toThrow('initialNode names "gone"');
});

test("an input that leaves out its default has the one of its type", () => {
  const inputs = [
    { name: "energy", type: "number" },
    { name: "tired", type: "boolean" },
    { name: "mood", type: "number", defaultValue: 3 },
  ];
  expect(
    readManifest({ ...WRITTEN, inputs })
      .inputs?.slice(0, 3)
      .map((input) => input.default),
  ).toEqual([0, false, 3]);
});
