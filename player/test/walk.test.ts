import { expect, test } from "vitest";
import {
  advance,
  buildMachine,
  findRoute,
  type Machine,
  nextTime,
  type Step,
  start,
} from "../src/machine/index.ts";
import { Chance, randomEvent, randomMachine } from "./random.ts";

const MACHINES = 400;
const EVENTS = 60;

test.each([1, 2, 3, 4])("random walks keep the promises of the machine (seed %i)", (seed) => {
  const chance = new Chance(seed);
  for (let round = 0; round < MACHINES; round++) {
    const machine = buildMachine(randomMachine(chance));
    let step = deepFreeze(start(machine));
    for (let count = 0; count < EVENTS; count++) step = walkOn(machine, step, chance);
  }
});

test("a route is a chain of clips from source to target, and no shorter one is", () => {
  const chance = new Chance(7);
  for (let round = 0; round < MACHINES; round++) {
    const machine = buildMachine(randomMachine(chance));
    const [source, target] = [chance.pick(machine.nodes).id, chance.pick(machine.nodes).id];
    const route = findRoute(machine, source, target);
    expect(route?.length ?? null).toBe(shortest(machine, source, target));
    if (route) expect(follow(machine, source, route)).toBe(target);
  }
});

function walkOn(machine: Machine, before: Step, chance: Chance): Step {
  const event = Object.freeze(randomEvent(chance));
  const step = deepFreeze(advance(machine, before.state, event));
  expect(advance(machine, before.state, event)).toEqual(step);
  expectSound(machine, before, step);
  return step;
}

function expectSound(machine: Machine, before: Step, { state, effects }: Step): void {
  expect(effects.length).toBeLessThanOrEqual(1);
  expect(state.edge === null).toBe(state.phase === "rest");
  if (state.phase === "play") expectPlaying(machine, state.edge, state.node);
  else expect([state.walk, state.held]).toEqual([null, null]);
  const due = nextTime(machine, state);
  if (due !== null) expect(due).toBeGreaterThan(Number(state.values.nodeTime));
  if (before.state.phase === "play" && state.phase === "play" && effects.length === 0) {
    expect(state.edge).toBe(before.state.edge);
  }
}

/** A clip that plays exists, is no loop, and starts where we are. */
function expectPlaying(machine: Machine, id: string | null, node: string): void {
  const edge = machine.edges.find((one) => one.id === id);
  expect(edge?.clip).toBe(true);
  expect(edge?.source).toBe(node);
  expect(edge?.target).not.toBe(node);
}

function shortest(machine: Machine, source: string, target: string): number | null {
  let reached = new Set([source]);
  for (let steps = 0; steps <= machine.nodes.length; steps++) {
    if (reached.has(target)) return steps;
    const roads = machine.edges.filter((edge) => edge.clip && reached.has(edge.source));
    reached = new Set([...reached, ...roads.map((edge) => edge.target)]);
  }
  return null;
}

function follow(machine: Machine, source: string, route: readonly string[]): string | undefined {
  return route.reduce<string | undefined>((node, id) => {
    const edge = machine.edges.find((one) => one.id === id);
    return edge?.source === node ? edge?.target : undefined;
  }, source);
}

function deepFreeze<Whole>(whole: Whole): Whole {
  for (const part of Object.values(whole as object)) {
    if (part && typeof part === "object") deepFreeze(part);
  }
  return Object.freeze(whole);
}
