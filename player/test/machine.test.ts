import { describe, expect, test } from "vitest";
import { buildMachine, start } from "../src/machine/index.ts";

const NODES = [{ id: "a" }, { id: "b" }];

describe("a machine is built from", () => {
  test("a manifest, where an edge has a clip when one of its videos has a URL", () => {
    const machine = buildMachine({
      initialNode: "a",
      nodes: NODES,
      edges: [
        { id: "webm", source: "a", target: "b", videos: { webm: "x.webm" } },
        { id: "stacked", source: "a", target: "b", videos: { webm: "", stacked: "x.mp4" } },
        { id: "empty", source: "a", target: "b", videos: {} },
        { id: "blank", source: "a", target: "b", videos: { webm: "", hevc: null } },
      ],
    });
    expect(machine.edges.map((edge) => edge.clip)).toEqual([true, true, false, false]);
  });

  test("the plain form, where everything but source and target has a default", () => {
    const machine = buildMachine({
      initialNode: "a",
      nodes: NODES,
      edges: [{ id: "ab", source: "a", target: "b" }],
    });
    expect(machine.edges[0]).toEqual({
      id: "ab",
      source: "a",
      target: "b",
      conditions: [],
      priority: 0,
      exit: "now",
      clip: true,
    });
  });
});

test("built-in inputs cannot be declared away", () => {
  const inputs = [{ name: "clicked", type: "boolean", default: true }];
  const machine = buildMachine({ initialNode: "a", nodes: NODES, edges: [], inputs });
  expect(machine.inputOf.get("clicked")?.type).toBe("trigger");
  expect(start(machine).state.values).toEqual({ mouseOver: false, loopCount: 0, nodeTime: 0 });
});

test.each([
  ["an initial node", { initialNode: "z", edges: [] }, 'initialNode names "z"'],
  ["a source", { initialNode: "a", edges: [{ id: "e", source: "z", target: "a" }] }, 'edge "e" names "z"'],
  ["a target", { initialNode: "a", edges: [{ id: "e", source: "*", target: "z" }] }, 'edge "e" names "z"'],
])("%s that is no node is refused by name", (_, document, message) => {
  expect(() => buildMachine({ nodes: NODES, ...document })).toThrow(message);
});
