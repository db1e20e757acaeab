import type { Machine, Place, State, Value } from "./types.ts";

const NOWHERE: Place = Object.freeze({ candidates: [], loop: null });

export function initialValues(machine: Machine): State["values"] {
  const levels = machine.inputs.filter((input) => input.type !== "trigger");
  return Object.freeze(Object.fromEntries(levels.map((input) => [input.name, input.default])));
}

export function withValue(state: State, name: string, value: Value): State {
  return { ...state, values: Object.freeze({ ...state.values, [name]: value }) };
}

/** What can happen where the mascot is. */
export function place(machine: Machine, state: State): Place {
  return machine.places.get(state.node) ?? NOWHERE;
}
