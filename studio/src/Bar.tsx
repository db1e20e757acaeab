import type { Draft } from "./draft.ts";
import type { useCanvas } from "./use-canvas.ts";

interface BarProps {
  name: string;
  canvas: ReturnType<typeof useCanvas>;
  /** What is going on, where that is more than saving. */
  news: string;
  onClose: () => void;
  onArrange: () => void;
  onAdd: (files: File[]) => void;
}

/** Whose canvas it is, whether it is saved, and what can be done with all of it. */
export function Bar({ name, canvas, news, onClose, onArrange, onAdd }: BarProps) {
  const { draft, graph } = canvas;
  return (
    <header className="bar">
      <button type="button" className="icon" onClick={onClose} aria-label="All mascots" title="All mascots">
        ←
      </button>
      <div className="name">
        <h1 title={name}>{name}</h1>
        <span className="hint" role="status">
          {news || tellSaved(canvas)}
        </span>
      </div>
      <div className="tools">
        <Back draft={draft} isPossible={canvas.canUndo} />
        <Forth draft={draft} isPossible={canvas.canRedo} />
        <button type="button" onClick={onArrange} disabled={!graph || graph.nodes.length < 2}>
          Arrange
        </button>
        <label className="button">
          Add poses
          <input
            type="file"
            accept="image/png,image/webp,image/jpeg"
            multiple
            onChange={(event) => {
              onAdd(Array.from(event.target.files ?? []));
              // The same file may be chosen once more.
              event.target.value = "";
            }}
          />
        </label>
      </div>
    </header>
  );
}

function tellSaved({ isSaved, isHeld }: BarProps["canvas"]): string {
  if (isSaved) return "Saved";
  return isHeld ? "Not saved" : "Saving …";
}

interface StepProps {
  draft: Draft;
  isPossible: boolean;
}

function Back({ draft, isPossible }: StepProps) {
  return (
    <button
      type="button"
      className="icon"
      aria-label="Undo"
      title="Undo (Ctrl+Z)"
      onClick={() => draft.do({ type: "undo" })}
      disabled={!isPossible}
    >
      <Arrow />
    </button>
  );
}

function Forth({ draft, isPossible }: StepProps) {
  return (
    <button
      type="button"
      className="icon backwards"
      aria-label="Redo"
      title="Redo (Ctrl+Shift+Z)"
      onClick={() => draft.do({ type: "redo" })}
      disabled={!isPossible}
    >
      <Arrow />
    </button>
  );
}

function Arrow() {
  return (
    <svg viewBox="0 0 20 20" aria-hidden="true">
      <path d="M7.5 4 3.5 8l4 4M4 8h8a4.5 4.5 0 0 1 0 9H9" />
    </svg>
  );
}
