import type { FocusEvent, KeyboardEvent, ReactNode } from "react";

interface FoldProps {
  title: ReactNode;
  className?: string;
  children: ReactNode;
}

/** A list that unfolds above the bill, over the canvas; Escape and whatever is done elsewhere fold it again. */
export function Fold({ title, className = "", children }: FoldProps) {
  const hear = (event: KeyboardEvent<HTMLDetailsElement>) => {
    if (event.key !== "Escape" || !event.currentTarget.open) return;
    event.stopPropagation();
    event.currentTarget.open = false;
    event.currentTarget.querySelector("summary")?.focus();
  };
  const leave = (event: FocusEvent<HTMLDetailsElement>) => {
    if (!event.currentTarget.contains(event.relatedTarget)) event.currentTarget.open = false;
  };
  return (
    <details className={`fold ${className}`} onKeyDown={hear} onBlur={leave}>
      <summary>{title}</summary>
      {/* Its text may be pressed without folding it. */}
      <div className="unfolded" tabIndex={-1}>
        {children}
      </div>
    </details>
  );
}
