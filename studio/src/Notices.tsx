import type { useCanvas } from "./use-canvas.ts";

interface NoticesProps {
  canvas: ReturnType<typeof useCanvas>;
  isLost: boolean;
  problem: string;
  /** Files that did not become poses, and why. */
  refused: string[];
  onForget: () => void;
}

/** What stands in the way, and what can be done about it. */
export function Notices({ canvas, isLost, problem, refused, onForget }: NoticesProps) {
  const { draft } = canvas;
  return (
    <div className="notices">
      {canvas.hasConflict && (
        <p role="alert" className="notice">
          Someone else has changed this canvas.
          <button type="button" onClick={() => draft.load()}>
            Load theirs
          </button>
          <button type="button" onClick={() => draft.keepMine()}>
            Keep mine
          </button>
        </p>
      )}
      {isLost && (
        <p role="alert" className="notice">
          The connection is lost; trying again …
        </p>
      )}
      {canvas.problem && !isLost && (
        <p role="alert" className="notice">
          {canvas.problem}
          {canvas.isHeld && (
            <button type="button" onClick={() => draft.do({ type: "undo" })}>
              Take it back
            </button>
          )}
        </p>
      )}
      {problem && (
        <p role="alert" className="notice">
          {problem}
        </p>
      )}
      {refused.length > 0 && (
        <div role="alert" className="notice">
          <ul className="plain">
            {refused.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
          <button type="button" className="quiet" onClick={onForget} aria-label="Dismiss">
            ×
          </button>
        </div>
      )}
    </div>
  );
}
