import { useEffect } from "react";

type Turn = { type: "undo" } | { type: "redo" };

/** Ctrl+Z and Ctrl+Shift+Z or Ctrl+Y, or with Cmd; fields keep their own. */
export function useShortcuts(dispatch: (action: Turn) => void) {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const turn = readTurn(event);
      if (!turn) return;
      event.preventDefault();
      dispatch(turn);
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [dispatch]);
}

function readTurn(event: KeyboardEvent): Turn | null {
  if (event.target instanceof HTMLElement && event.target.matches("input, select, textarea")) return null;
  if (!event.ctrlKey && !event.metaKey) return null;
  const keys = `${event.shiftKey ? "shift+" : ""}${event.key.toLowerCase()}`;
  if (keys === "z") return { type: "undo" };
  return keys === "y" || keys === "shift+z" ? { type: "redo" } : null;
}
