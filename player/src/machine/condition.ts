import type { Condition, Edge, Machine, State } from "./types.ts";

/** Rule 1: whether all conditions of an edge hold now. Without conditions an edge never fires by itself. */
export function holds(machine: Machine, state: State, edge: Edge): boolean {
  return edge.conditions.length > 0 && edge.conditions.every((one) => isTrue(machine, state, edge, one));
}

/** Whether an edge's conditions name an input. */
export function names(edge: Edge, input: string): boolean {
  return edge.conditions.some((condition) => condition.input === input);
}

/** A held trigger still counts for the edge that is being walked, and for no other. */
function isTrue(machine: Machine, state: State, edge: Edge, { input, op, value }: Condition): boolean {
  const isWaiting = state.trigger === input || (state.walk === edge.id && state.held === input);
  return machine.inputOf.has(input) && compare(Number(state.values[input] ?? isWaiting), op, Number(value));
}

function compare(left: number, op: string, right: number): boolean {
  switch (op) {
    case "==":
      return left === right;
    case "!=":
      return left !== right;
    case ">":
      return left > right;
    case "<":
      return left < right;
    case ">=":
      return left >= right;
    case "<=":
      return left <= right;
    default:
      return false;
  }
}
