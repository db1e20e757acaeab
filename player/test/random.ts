import type { EdgeDocument, MachineDocument } from "../src/machine/document.ts";
import type { MachineEvent } from "../src/machine/index.ts";

/** A small repeatable source of chance (mulberry32). */
export class Chance {
  #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  next(): number {
    this.#seed = (this.#seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#seed ^ (this.#seed >>> 15), 1 | this.#seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }
}

const INPUTS = ["busy", "level", "go", "stop", "clicked", "mouseOver", "loopCount", "nodeTime", "stranger"];
const VALUES = [true, false, 0, 1, 2, -1, 0.5, 1000, Number.NaN, Number.POSITIVE_INFINITY, "x", null];

export function randomMachine(chance: Chance): MachineDocument {
  const nodes = Array.from({ length: 1 + chance.below(5) }, (_, index) => ({ id: `n${index}` }));
  const ids = nodes.map((node) => node.id);
  const edges = Array.from({ length: chance.below(14) }, (_, index) => randomEdge(chance, ids, `e${index}`));
  const inputs = [
    { name: "busy", type: "boolean", default: chance.next() < 0.5 },
    { name: "level", type: "number", default: 1 },
    { name: "go", type: "trigger", default: false },
    { name: "stop", type: "trigger", default: false },
  ];
  return { initialNode: chance.pick(ids), nodes, edges, inputs };
}

function randomEdge(chance: Chance, ids: readonly string[], id: string): EdgeDocument {
  const conditions = Array.from({ length: chance.below(3) }, () => ({
    input: chance.pick(INPUTS),
    op: chance.pick(["==", "!=", ">", "<", ">=", "<="]),
    value: chance.pick([true, false, 0, 1, 2, 1000]),
  }));
  return {
    id,
    source: chance.pick(["*", ...ids]),
    target: chance.pick(ids),
    conditions,
    priority: chance.below(3),
    exit: chance.pick(["now", "loop_end"]),
    clip: chance.next() < 0.8,
  };
}

/** Any event at all, also ones that no shell should send. */
export function randomEvent(chance: Chance): MachineEvent {
  const type = chance.pick([
    "set",
    "set",
    "fire",
    "fire",
    "clip_ended",
    "clip_ended",
    "loop_ended",
    "go",
    "time",
    "no such",
  ]);
  const input = chance.pick(INPUTS);
  const value = chance.pick(VALUES);
  const node = chance.pick(["a", "b", "c", "nowhere"]);
  return { type, input, value, node, ms: chance.pick([0, 500, 1000, 1001, Number.NaN, -1]) } as MachineEvent;
}
