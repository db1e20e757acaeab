import { ANY_STATE, type Machine, type State } from "./types.ts";

/** When a `nodeTime` condition may next change its truth, in ms since arrival; a shell sets one timer for it. */
export function nextTime(machine: Machine, state: State): number | null {
  const ms = nextMoment(machine, state);
  return ms === Infinity ? null : ms;
}

/** The same, never as infinity. */
export function nextMoment({ edges }: Machine, { edge, node, values }: State): number {
  const moments = edges
    .filter(({ source, target }) => source === ANY_STATE || (source === node && target !== node))
    .flatMap(({ conditions }) => conditions.filter(({ input }) => input === "nodeTime"))
    .flatMap(({ op, value }) => {
      const changes = (op ?? "==") === "==" ? [0, 1] : [op === ">=" || op === "<" ? 0 : 1];
      return changes.map((after) => Number(value) + after);
    })
    .filter((ms) => ms > Number(values.nodeTime));
  return edge === null ? Math.min(...moments) : Infinity;
}
