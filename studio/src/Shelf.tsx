import "./shelf.css";
import { type FormEvent, useEffect, useState } from "react";
import { Card } from "./Card.tsx";
import { useClient } from "./client.ts";
import { Frame } from "./Frame.tsx";
import type { Canvas, Collection } from "./model.ts";
import { Pim } from "./Pim.tsx";
import { go } from "./route.ts";
import { chooseGraph, type Template, TemplateChoice } from "./TemplateChoice.tsx";
import { useMascots } from "./use-mascots.ts";
import { useProblem } from "./use-problem.ts";

/** All mascots, and a new one. */
export function Shelf() {
  const client = useClient();
  const { problem, fail } = useProblem();
  const { mascots, reload } = useMascots(fail);
  const [templates, setTemplates] = useState<Template[]>([]);
  useEffect(() => {
    client
      .get<{ templates: Template[] }>("/v1/canvas-templates")
      .then((told) => setTemplates(told.templates), fail);
  }, [client, fail]);

  if (!mascots) {
    return (
      <Frame page="mascots" title="Your mascots">
        <p role="alert">{problem}</p>
        <ul className="shelf" aria-busy={!problem} />
      </Frame>
    );
  }
  if (mascots.length === 0) {
    return (
      <Frame page="mascots" title="Make your first mascot">
        <div className="first">
          <Pim mood="idle" />
          <div className="stack">
            <p className="lead">
              A few pictures of a figure are enough. Join them on a canvas, and what lies between is drawn for
              you.
            </p>
            <p role="alert">{problem}</p>
            <NewMascot templates={templates} fail={fail} />
          </div>
        </div>
      </Frame>
    );
  }
  return (
    <Frame page="mascots" title="Your mascots">
      <p role="alert">{problem}</p>
      <ul className="shelf">
        {mascots.flatMap((mascot) =>
          (mascot.canvases.length > 0 ? mascot.canvases : [null]).map((canvas) => (
            <Card
              key={canvas?.id ?? mascot.collection.id}
              mascot={mascot}
              canvas={canvas}
              templates={templates}
              onChange={reload}
              fail={fail}
            />
          )),
        )}
        <li className="blank">
          <NewMascot templates={templates} fail={fail} />
        </li>
      </ul>
    </Frame>
  );
}

interface NewMascotProps {
  templates: Template[];
  fail: (error: unknown) => void;
}

function NewMascot({ templates, fail }: NewMascotProps) {
  const client = useClient();
  const make = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const name = String(form.get("name"));
    try {
      const made = await client.ask<Collection>("POST", "/v1/collections", { name });
      const path = `/v1/collections/${made.document.id}/canvases`;
      const body = { name, ...chooseGraph(form) };
      const { document: canvas } = await client.ask<Canvas>("POST", path, body);
      go({ page: "canvas", collectionId: made.document.id, canvasId: canvas.id });
    } catch (error) {
      fail(error);
    }
  };
  return (
    <form onSubmit={make} className="stack">
      <label>
        New mascot
        <input name="name" required maxLength={100} placeholder="Its name" autoComplete="off" />
      </label>
      <TemplateChoice templates={templates} />
      <button type="submit" className="main">
        Make it
      </button>
    </form>
  );
}
