import { useEffect, useMemo, useState } from "react";
import { nameRequest } from "../api.ts";
import { useClient } from "../client.ts";
import { count } from "../count.ts";
import { Dialog } from "../Dialog.tsx";
import type { Bill, Canvas, Job } from "../model.ts";
import { useProblem } from "../use-problem.ts";
import { nameClip, type Setting } from "./use-settings.ts";

interface RetryProps {
  job: Job;
  setting: Setting | undefined;
  onClose: () => void;
  onDone: () => void;
}

/** Order a clip once more, as long as it was; its price first. */
export function Retry({ job, setting, onClose, onDone }: RetryProps) {
  const client = useClient();
  const { problem, fail } = useProblem();
  const [bill, setBill] = useState<Bill | null>(null);
  const path = `/v1/collections/${job.collection_id}/canvases/${job.canvas_id}/generate-all`;
  const withReverse = job.type === "reverse" || hasReverse(job, setting?.canvas);
  const order = useMemo(
    () => ({ edge_ids: [job.edge_id], duration: job.duration, auto_reverse: withReverse }),
    [job.edge_id, job.duration, withReverse],
  );
  useEffect(() => {
    client.ask<Bill>("POST", path, { ...order, dry_run: true }).then((told) => setBill(told.document), fail);
  }, [client, path, order, fail]);
  const line = bill?.edges.find((edge) => edge.edge_id === job.edge_id);
  const isIdle = bill !== null && line?.action === "skip";
  const send = async (quoteId: string | null | undefined) => {
    const key = { "Idempotency-Key": nameRequest() };
    try {
      await client.ask("POST", path, { ...order, ...(quoteId ? { quote_id: quoteId } : {}) }, key);
      onDone();
      onClose();
    } catch (error) {
      fail(error);
    }
  };
  return (
    <Dialog title={`Make “${nameClip(job, setting)}” once more?`} onClose={onClose}>
      <div className="stack">
        <p>
          {job.cost_credits > 0 && "What it cost came back when it ended. "}
          The new order is as long as that one: {count(job.duration, "second")}.
        </p>
        {isIdle && (
          <p className="losses">
            {line?.reason === "forward_missing"
              ? "It is made of its forward, and that has no clip. Make the forward once more; this comes with it, free."
              : `Nothing would be made: ${line?.reason?.replaceAll("_", " ") ?? "nobody says why"}.`}
          </p>
        )}
        {!isIdle && withReverse && job.type !== "reverse" && (
          <p className="hint">Its reverse is made with it, free.</p>
        )}
        <p role="alert">{problem}</p>
        <div className="answers">
          <button type="button" onClick={onClose}>
            Leave it
          </button>
          <button
            type="button"
            className="main"
            disabled={!bill || isIdle}
            onClick={() => send(bill?.quote_id)}
          >
            {bill ? `Make it, ${writePrice(bill.total_credits)}` : "Make it …"}
          </button>
        </div>
      </div>
    </Dialog>
  );
}

/** Say whether an order may bring the way back: one that is there, for none is to be added. */
function hasReverse(job: Job, canvas: Canvas | null | undefined): boolean {
  const edge = canvas?.edges.find(({ id }) => id === job.edge_id);
  const isBack = (other: { kind: string; source: string; target: string }) =>
    other.kind === "reverse" && other.source === edge?.target && other.target === edge.source;
  return canvas?.edges.some(isBack) ?? false;
}

function writePrice(credits: number): string {
  return credits ? count(credits, "credit") : "free";
}
