import { type FormEvent, useEffect, useState } from "react";
import { useClient } from "./client.ts";
import { count } from "./count.ts";
import { Dialog } from "./Dialog.tsx";
import type { Canvas, Job } from "./model.ts";
import { go } from "./route.ts";
import { chooseGraph, type Template, TemplateChoice } from "./TemplateChoice.tsx";
import type { Mascot, Sheet } from "./use-mascots.ts";
import { useProblem } from "./use-problem.ts";

interface QuestionProps {
  mascot: Mascot;
  canvas: Sheet | null;
  templates: Template[];
  onClose: () => void;
  onDone: () => void;
}

/** Give a mascot another name, and its canvas where it has several. */
export function Rename({ mascot, canvas, onClose, onDone }: QuestionProps) {
  const client = useClient();
  const { problem, fail } = useProblem();
  const { collection, canvases } = mascot;
  const path = `/v1/collections/${collection.id}`;
  const save = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const name = form.get("name");
    const sheet = form.get("canvas");
    try {
      if (name !== collection.name) await client.ask("PATCH", path, { name });
      if (canvas && sheet && sheet !== canvas.name)
        await client.ask("PATCH", `${path}/canvases/${canvas.id}`, { name: sheet });
      onDone();
      onClose();
    } catch (error) {
      fail(error);
    }
  };
  return (
    <Dialog title={`Rename ${collection.name}`} onClose={onClose}>
      <form className="stack" onSubmit={save}>
        <label>
          Name of the mascot
          <input name="name" required maxLength={100} defaultValue={collection.name} autoComplete="off" />
        </label>
        {canvas && canvases.length > 1 && (
          <label>
            Name of this canvas
            <input name="canvas" required maxLength={100} defaultValue={canvas.name} autoComplete="off" />
          </label>
        )}
        <p role="alert">{problem}</p>
        <div className="answers">
          <button type="button" onClick={onClose}>
            Leave it
          </button>
          <button type="submit" className="main">
            Rename
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** Make one more canvas of the same poses. */
export function Another({ mascot, templates, onClose }: QuestionProps) {
  const client = useClient();
  const { problem, fail } = useProblem();
  const { collection } = mascot;
  const make = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const body = { name: form.get("name"), ...chooseGraph(form) };
    try {
      const path = `/v1/collections/${collection.id}/canvases`;
      const { document: canvas } = await client.ask<Canvas>("POST", path, body);
      go({ page: "canvas", collectionId: collection.id, canvasId: canvas.id });
    } catch (error) {
      fail(error);
    }
  };
  return (
    <Dialog title={`Another canvas for ${collection.name}`} onClose={onClose}>
      <form className="stack" onSubmit={make}>
        <p className="hint">The same poses, joined in another way.</p>
        <label>
          Name of the canvas
          <input name="name" required maxLength={100} autoComplete="off" />
        </label>
        <TemplateChoice templates={templates} />
        <p role="alert">{problem}</p>
        <div className="answers">
          <button type="button" onClick={onClose}>
            Leave it
          </button>
          <button type="submit" className="main">
            Make it
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** Delete a canvas or the whole mascot; says first what goes with it. */
export function Remove({ mascot, canvas, onClose, onDone }: QuestionProps) {
  const client = useClient();
  const { problem, fail } = useProblem();
  const { collection, canvases } = mascot;
  const path = `/v1/collections/${collection.id}`;
  const waiting = useWaiting(collection.id);
  const remove = async (what: string) => {
    try {
      await client.send("DELETE", what);
      onDone();
      onClose();
    } catch (error) {
      fail(error);
    }
  };
  const clips = canvases.reduce((sum, sheet) => sum + sheet.completed_edge_count, 0);
  return (
    <Dialog title={`Delete ${collection.name}?`} onClose={onClose}>
      <div className="stack">
        <p>This takes with it, for good:</p>
        <ul className="losses">
          <li>{count(collection.item_count, "pose")}</li>
          <li>
            {canvases.length === 1
              ? `the canvas “${canvases[0]?.name}”`
              : count(canvases.length, "canvas", "canvases")}
          </li>
          <li>{count(clips, "clip")}</li>
          {waiting && waiting.length > 0 && <li>{tellWaiting(waiting)}</li>}
        </ul>
        {canvas && canvases.length > 1 && (
          <div className="instead">
            <p>
              Or only the canvas “{canvas.name}”: its {count(canvas.node_count, "node")} and{" "}
              {count(canvas.edge_count, "transition")}. The poses and the other canvases stay.
            </p>
            <button type="button" className="danger" onClick={() => remove(`${path}/canvases/${canvas.id}`)}>
              Delete this canvas only
            </button>
          </div>
        )}
        <p role="alert">{problem}</p>
        <div className="answers">
          <button type="button" onClick={onClose}>
            Keep it
          </button>
          <button type="button" className="danger full" onClick={() => remove(path)}>
            Delete {collection.name}
          </button>
        </div>
      </div>
    </Dialog>
  );
}

/** The jobs of a mascot that have not ended. */
function useWaiting(collectionId: string): Job[] | null {
  const client = useClient();
  const [jobs, setJobs] = useState<Job[] | null>(null);
  useEffect(() => {
    const path = `/v1/jobs?limit=200&collection_id=${collectionId}`;
    Promise.all(
      ["pending", "processing"].map((status) => client.get<{ jobs: Job[] }>(`${path}&status=${status}`)),
    ).then(
      (pages) => setJobs(pages.flatMap((page) => page.jobs)),
      () => undefined,
    );
  }, [client, collectionId]);
  return jobs;
}

function tellWaiting(jobs: Job[]): string {
  const credits = jobs.reduce((sum, job) => sum + job.cost_credits, 0);
  const back = credits ? `; ${count(credits, "credit")} come back` : "";
  return `${count(jobs.length, "clip")} under way${back}`;
}
