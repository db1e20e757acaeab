import { ANY_STATE, type Condition, type Machine, type State } from "./types.ts";

/** When a `nodeTime` condition may next change its truth, in ms since arrival; a shell sets one timer for it. */
export function nextTime({ edges }: Machine, { edge, node, values }: State): number | null {
  if (edge !== null) return null;
  const moments = edges
    .filter(({ source, target }) => source === ANY_STATE || (source === node && target !== node))
    .flatMap(({ conditions }) => conditions.flatMap(listMoments))
    .filter((ms) => ms > Number(values.nodeTime));
  return moments.length > 0 ? Math.min(...moments) : null;
}

function listMoments({ input, op, value }: Condition): number[] {
  if (input !== "nodeTime") return [];
  const ms = Number(value);
  if (op === "==") return [ms, ms + 1];
  return [op === ">=" || op === "<" ? ms : ms + 1];
}
