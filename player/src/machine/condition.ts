import type { Edge, Machine, State } from "./types.ts";

/** Rule 1: whether all conditions of an edge hold now. Without conditions an edge never fires by itself. */
export function holds({ inputOf }: Machine, state: State, { id, conditions }: Edge): boolean {
  const { trigger, walk, held, values } = state;
  // A held trigger still counts for the edge that is being walked, and for no other.
  const isWaiting = (input: string) => trigger === input || (walk === id && held === input);
  return (
    conditions[0] !== undefined &&
    conditions.every(
      ({ input, op, value }) =>
        inputOf.has(input) &&
        compare(Number(values[input] ?? isWaiting(input)), op ?? "==", Number(value ?? true)),
    )
  );
}

/** Whether an edge's conditions name an input. */
export function names(edge: Edge, input: string | null): boolean {
  return edge.conditions.some((condition) => condition.input === input);
}

function compare(left: number, op: string, right: number): boolean {
  const truths: Readonly<Record<string, boolean>> = {
    "==": left === right,
    "!=": left !== right,
    ">": left > right,
    "<": left < right,
    ">=": left >= right,
    "<=": left <= right,
  };
  return truths[op] === true;
}
