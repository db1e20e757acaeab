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

/** The sign of the difference is one of an operator's characters, but for `!=`. */
function compare(left: number, op: string, right: number): boolean {
  const sign = Math.sign(left - right);
  return op === "!=" ? sign !== 0 : op.includes("<=>"[sign + 1] as string);
}
