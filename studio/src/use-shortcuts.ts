import { useEffect } from "react";

/** What keys can ask for, besides what the canvas itself knows. */
export type Shortcut = "undo" | "redo" | "copy" | "paste";

const KEYS: Record<string, Shortcut> = {
  z: "undo",
  y: "redo",
  "shift+z": "redo",
  c: "copy",
  v: "paste",
};

/** Ctrl+Z, Ctrl+Shift+Z or Ctrl+Y, Ctrl+C and Ctrl+V, or with Cmd; fields and selected text keep their own. */
export function useShortcuts(act: (shortcut: Shortcut) => void) {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const shortcut = readShortcut(event);
      if (!shortcut) return;
      event.preventDefault();
      act(shortcut);
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [act]);
}

function readShortcut(event: KeyboardEvent): Shortcut | null {
  if (event.target instanceof HTMLElement && event.target.matches("input, select, textarea")) return null;
  if (!event.ctrlKey && !event.metaKey) return null;
  const shortcut = KEYS[`${event.shiftKey ? "shift+" : ""}${event.key.toLowerCase()}`] ?? null;
  if (shortcut === "copy" && String(getSelection())) return null;
  return shortcut;
}
