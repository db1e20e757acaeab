import { ANY_STATE, type Condition, type Edge, type Machine, type State } from "./types.ts";

/** When a `nodeTime` condition may next change its truth, in ms since arrival; a shell sets one timer for it. */
export function nextTime(machine: Machine, state: State): number | null {
  if (state.phase === "play") return null;
  const now = Number(state.values.nodeTime);
  const moments = machine.edges
    .filter((edge) => isAsked(edge, state.node))
    .flatMap((edge) => edge.conditions.filter(isOnTime).flatMap(listMoments))
    .filter((ms) => ms > now);
  return moments.length > 0 ? Math.min(...moments) : null;
}

function isAsked({ source, target }: Edge, node: string): boolean {
  return source === ANY_STATE || (source === node && target !== node);
}

function isOnTime(condition: Condition): boolean {
  return condition.input === "nodeTime";
}

function listMoments({ op, value }: Condition): number[] {
  const threshold = Number(value);
  if (op === "==") return [threshold, threshold + 1];
  const isJustAfter = op === ">" || op === "<=" || op === "!=";
  return [isJustAfter ? threshold + 1 : threshold];
}
