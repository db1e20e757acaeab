import type { Condition, Edge, Machine, State, Value } from "./types.ts";

/** Rule 1: whether all conditions of an edge hold now. Without conditions an edge never fires by itself. */
export function holds(machine: Machine, state: State, edge: Edge): boolean {
  return edge.conditions.length > 0 && edge.conditions.every((one) => isTrue(machine, state, edge, one));
}

/** Whether an edge's conditions name an input. */
export function names(edge: Edge, input: string): boolean {
  return edge.conditions.some((condition) => condition.input === input);
}

function isTrue(machine: Machine, state: State, edge: Edge, condition: Condition): boolean {
  const input = machine.inputOf.get(condition.input);
  if (!input) return false;
  const value = input.type === "trigger" ? waits(state, edge, input.name) : state.values[input.name];
  return compare(Number(value), condition.op, Number(condition.value));
}

/** A held trigger still counts for the edge that is being walked, and for no other. */
function waits(state: State, edge: Edge, trigger: string): Value {
  return state.trigger === trigger || (state.walk === edge.id && state.held === trigger);
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
