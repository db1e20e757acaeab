/** What was, what is, and what was undone. */
export interface History<T> {
  past: readonly T[];
  present: T;
  future: readonly T[];
}

const LIMIT = 200;

export type Step<T> =
  | { type: "change"; change: (present: T) => T }
  | { type: "undo" }
  | { type: "redo" }
  | { type: "load"; present: T };

/** Return the history after a step; a change that changes nothing leaves no trace. */
export function step<T>(history: History<T>, action: Step<T>): History<T> {
  const { past, present, future } = history;
  if (action.type === "load") return { past: [], present: action.present, future: [] };
  if (action.type === "change") {
    const next = action.change(present);
    return next === present ? history : { past: [...past, present].slice(-LIMIT), present: next, future: [] };
  }
  const isUndo = action.type === "undo";
  const other = isUndo ? past.at(-1) : future[0];
  if (other === undefined) return history;
  return isUndo
    ? { past: past.slice(0, -1), present: other, future: [present, ...future] }
    : { past: [...past, present], present: other, future: future.slice(1) };
}
