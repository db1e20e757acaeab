/** What was, what is, and what was undone. */
export interface History<T> {
  past: readonly T[];
  present: T;
  future: readonly T[];
}

const LIMIT = 200;

export type Step<T> =
  | { type: "change"; change: (present: T) => T }
  /** What came from elsewhere is no step of its own: it was there at all times, so undoing never takes it away. */
  | { type: "adopt"; change: (moment: T) => T }
  | { type: "undo" }
  | { type: "redo" }
  | { type: "load"; present: T };

/** Return the history after a step; a change that changes nothing leaves no trace. */
export function step<T>(history: History<T>, action: Step<T>): History<T> {
  const { past, present, future } = history;
  switch (action.type) {
    case "load":
      return { past: [], present: action.present, future: [] };
    case "change": {
      const next = action.change(present);
      if (next === present) return history;
      return { past: [...past, present].slice(-LIMIT), present: next, future: [] };
    }
    case "adopt":
      return {
        past: past.map(action.change),
        present: action.change(present),
        future: future.map(action.change),
      };
    case "undo": {
      const before = past.at(-1);
      if (before === undefined) return history;
      return { past: past.slice(0, -1), present: before, future: [present, ...future] };
    }
    case "redo": {
      const after = future[0];
      if (after === undefined) return history;
      return { past: [...past, present], present: after, future: future.slice(1) };
    }
  }
}
