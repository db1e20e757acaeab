import { describe, expect, test } from "vitest";
import {
  advance,
  buildMachine,
  findRoute,
  type Machine,
  nextTime,
  type Step,
  start,
} from "../src/machine/index.ts";
import { type MachineCase, type MachineStep, type RouteCase, readCases } from "./vectors.ts";

describe("spec/vectors/machine.json", () => {
  test.each(readCases<MachineCase>("machine"))("$name", ({ machine: document, steps }) => {
    const machine = buildMachine(document);
    let step: Step | null = null;
    steps.forEach((expected, index) => {
      step = take(machine, step, expected);
      const { effects, state } = expected;
      const seen = { effects: step.effects, state: pick(machine, step, state ?? {}) };
      expect(seen, `step ${index} ${JSON.stringify(expected.event ?? "start")}`).toEqual({
        effects,
        state: state ?? {},
      });
    });
  });
});

describe("spec/vectors/route.json", () => {
  test.each(readCases<RouteCase>("route"))("$name", ({ machine, source, target, route }) => {
    expect(findRoute(buildMachine(machine), source, target)).toEqual(route);
  });
});

function take(machine: Machine, before: Step | null, { event }: MachineStep): Step {
  if (before === null) return start(machine);
  if (!event) throw new Error("only the first step has no event");
  return advance(machine, before.state, event);
}

/** The parts of the state that a vector speaks of. */
function pick(machine: Machine, { state }: Step, expected: NonNullable<MachineStep["state"]>): object {
  const whole: Record<string, unknown> = { ...state, next_time: nextTime(machine, state) };
  const picked = Object.keys(expected).map((key) => [key, whole[key]]);
  const { values } = expected;
  if (values)
    picked.push([
      "values",
      Object.fromEntries(Object.keys(values).map((name) => [name, state.values[name]])),
    ]);
  return Object.fromEntries(picked);
}
