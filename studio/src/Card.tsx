import { type FocusEvent, type KeyboardEvent, useId, useState } from "react";
import { Another, Remove, Rename } from "./CardDialog.tsx";
import { useClient } from "./client.ts";
import { count } from "./count.ts";
import type { Canvas } from "./model.ts";
import { Portrait, useSitter } from "./Portrait.tsx";
import { go } from "./route.ts";
import type { Template } from "./TemplateChoice.tsx";
import type { Mascot, Sheet } from "./use-mascots.ts";

interface CardProps {
  mascot: Mascot;
  /** Null for a mascot that has none yet: opening it makes one. */
  canvas: Sheet | null;
  templates: Template[];
  onChange: () => void;
  fail: (error: unknown) => void;
}

const QUESTIONS = { rename: Rename, another: Another, remove: Remove };

/** One canvas on the shelf, with the face of its mascot; it moves when it is looked at. */
export function Card({ mascot, canvas, templates, onChange, fail }: CardProps) {
  const client = useClient();
  const { collection, canvases } = mascot;
  const [asked, setAsked] = useState<keyof typeof QUESTIONS | null>(null);
  const [isAwake, setAwake] = useState(false);
  const title = useId();
  const { sitter, frame } = useSitter(collection.id, canvas?.id ?? null);
  const open = async () => {
    const path = `/v1/collections/${collection.id}/canvases`;
    const body = { name: collection.name, nodes: [] };
    try {
      const id = canvas?.id ?? (await client.ask<Canvas>("POST", path, body)).document.id;
      go({ page: "canvas", collectionId: collection.id, canvasId: id });
    } catch (error) {
      fail(error);
    }
  };
  const Question = asked && QUESTIONS[asked];
  return (
    <li ref={frame} className="mascot" onPointerLeave={() => setAwake(false)}>
      <button
        type="button"
        className="open"
        onClick={open}
        onPointerEnter={() => setAwake(true)}
        onFocus={() => setAwake(true)}
        onBlur={() => setAwake(false)}
      >
        <Portrait sitter={sitter} isAwake={isAwake} />
        <strong id={title}>{collection.name}</strong>
        {canvases.length > 1 && <span>{canvas?.name}</span>}
        <span className="hint">
          {count(canvas?.node_count ?? collection.item_count, "pose")}
          {sitter?.words && (
            <>
              {" · "}
              <span className={sitter.look}>{sitter.words}</span>
            </>
          )}
        </span>
      </button>
      <Menu describedBy={title} onAsk={setAsked} />
      {Question && (
        <Question
          mascot={mascot}
          canvas={canvas}
          templates={templates}
          onClose={() => setAsked(null)}
          onDone={onChange}
        />
      )}
    </li>
  );
}

interface MenuProps {
  describedBy: string;
  onAsk: (question: keyof typeof QUESTIONS) => void;
}

function Menu({ describedBy, onAsk }: MenuProps) {
  const [isOpen, setOpen] = useState(false);
  const ask = (question: keyof typeof QUESTIONS) => {
    setOpen(false);
    onAsk(question);
  };
  const leave = (event: FocusEvent<HTMLElement>) => {
    if (!event.currentTarget.contains(event.relatedTarget)) setOpen(false);
  };
  const hear = (event: KeyboardEvent) => {
    if (event.key === "Escape") setOpen(false);
  };
  return (
    <fieldset className="more" aria-label="What to do with it" onBlur={leave} onKeyDown={hear}>
      <button
        type="button"
        className="quiet"
        aria-label="More"
        aria-describedby={describedBy}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        ⋯
      </button>
      {isOpen && (
        <div className="choices">
          <button type="button" className="quiet" onClick={() => ask("rename")}>
            Rename …
          </button>
          <button type="button" className="quiet" onClick={() => ask("another")}>
            Another canvas …
          </button>
          <button type="button" className="quiet danger" onClick={() => ask("remove")}>
            Delete …
          </button>
        </div>
      )}
    </fieldset>
  );
}
