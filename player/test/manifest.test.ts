import { expect, test } from "vitest";
import { asManifest } from "../src/element/manifest.ts";
import { advance, buildMachine, start } from "../src/machine/index.ts";

const VIDEOS = { webm: "a.webm", hevc: "a.mp4" };

function page(edges: readonly object[], extra: object = {}) {
  const nodes = ["idle", "wave"].map((id) => ({ id, label: id, imageUrl: `${id}.png`, loop: true }));
  return asManifest({ version: "2.0", nodes, edges, initialNode: "idle", ...extra });
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
  expect(() => asManifest({ nodes: [] })).toThrow("not a mascot manifest");
  expect(() => asManifest(null)).toThrow("not a mascot manifest");
});
