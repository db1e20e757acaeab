import { useCallback, useEffect, useState } from "react";
import { Refusal } from "./api.ts";
import { useClient } from "./client.ts";
import type { Bill, Finding, Status } from "./model.ts";
import { tell } from "./Studio.tsx";

interface BillProps {
  path: string;
  version: string;
  isSaved: boolean;
  status: Status | null;
  onSelect: (ids: ReadonlySet<string>) => void;
}

/** The bill as the API writes it, what is left to spend, and what is wrong with the canvas. */
function useBill({ path, version, status }: Pick<BillProps, "path" | "version" | "status">) {
  const client = useClient();
  const [bill, setBill] = useState<Bill | null>(null);
  const [balance, setBalance] = useState<number | null>(null);
  const [findings, setFindings] = useState<Finding[]>([]);
  const [problem, setProblem] = useState("");
  const settled = `${status?.completed} ${status?.failed}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new version or a clip that is done has another bill
  const ask = useCallback(async () => {
    try {
      const quote = await client.ask<Bill>("POST", `${path}/generate-all`, {
        dry_run: true,
        skip_completed: true,
      });
      setBill(quote.document);
      setProblem("");
    } catch (error) {
      setBill(null);
      // A canvas that waits for its pictures is no failure: the board says what to do.
      setProblem(error instanceof Refusal && error.code === "missing_images" ? "" : tell(error));
    }
    await client.get<{ balance: number }>("/v1/credits").then(
      (told) => setBalance(told.balance),
      () => undefined,
    );
    await client.get<{ findings: Finding[] }>(`${path}/lint`).then(
      (told) => setFindings(told.findings),
      () => undefined,
    );
  }, [client, path, version, settled]);
  useEffect(() => {
    if (version) void ask();
  }, [ask, version]);

  const order = async (what: string, body?: unknown) => {
    try {
      await client.ask("POST", `${path}/${what}`, body, { "Idempotency-Key": crypto.randomUUID() });
      await ask();
    } catch (error) {
      setProblem(tell(error));
    }
  };
  return { bill, balance, findings, problem, order };
}

/** What it costs, before the button that spends it; and how far it is afterwards. */
export function BillBar({ path, version, isSaved, status, onSelect }: BillProps) {
  const { bill, balance, findings, problem, order } = useBill({ path, version, status });
  const isBusy = bill?.edges.some((line) => line.reason === "in_flight") ?? false;
  const hasWork = bill?.edges.some((line) => !line.reason) ?? false;
  return (
    <section className="bill" aria-label="Bill">
      {bill && <Kinds bill={bill} />}
      <div className="asides">
        <Findings findings={findings} onSelect={onSelect} />
        <Skipped bill={bill} />
      </div>
      <p role="alert">{problem}</p>
      <span className="gap" />
      {isBusy && status && (
        <p className="going">
          <progress aria-label="Progress" max={1} value={status.progress} />
          {writeProgress(status)}
        </p>
      )}
      <p className="price">
        {bill && hasWork && (
          <>
            <strong>{bill.total_credits}</strong> of{" "}
          </>
        )}
        {balance ?? "–"} credits
      </p>
      {isBusy ? (
        <button type="button" onClick={() => order("cancel")}>
          Cancel
        </button>
      ) : (
        <Offer {...{ bill, isSaved, hasWork, status, order }} />
      )}
    </section>
  );
}

interface OfferProps extends Pick<BillProps, "isSaved" | "status"> {
  bill: Bill | null;
  hasWork: boolean;
  order: (what: string, body?: unknown) => void;
}

/** What can be ordered while nothing is under way. */
function Offer({ bill, isSaved, hasWork, status, order }: OfferProps) {
  const failed = status?.failed ?? 0;
  return (
    <>
      {failed > 0 && (
        <button type="button" onClick={() => order("retry-failed")}>
          Retry {failed} failed
        </button>
      )}
      <button
        type="button"
        className="main"
        disabled={!isSaved || !hasWork}
        onClick={() => bill && order("generate-all", { skip_completed: true, quote_id: bill.quote_id })}
      >
        {bill && !hasWork && status?.ready ? "All made" : "Generate all"}
      </button>
    </>
  );
}

function writeProgress({ completed, total_edges, eta_seconds }: Status): string {
  const made = `${completed} of ${total_edges}`;
  return eta_seconds ? `${made}, about ${eta_seconds} s` : made;
}

/** What each kind of line on the canvas means, how many there are, and that most of them cost nothing. */
function Kinds({ bill }: { bill: Bill }) {
  const rows = [
    { kind: "loop", count: bill.loops, one: "loop", many: "loops" },
    { kind: "forward", count: bill.forwards, one: "forward", many: "forwards" },
    { kind: "reverse", count: bill.reverses, one: "reverse, free", many: "reverses, free" },
    { kind: "any_state", count: bill.any_state, one: "any-state, free", many: "any-state, free" },
  ];
  return (
    <ul className="kinds">
      {rows.map(({ kind, count, one, many }) => (
        <li key={kind} className={`key ${kind}`}>
          {count} {count === 1 ? one : many}
        </li>
      ))}
    </ul>
  );
}

function Findings({ findings, onSelect }: { findings: Finding[] } & Pick<BillProps, "onSelect">) {
  if (findings.length === 0) return null;
  return (
    <details className="findings">
      <summary>
        {findings.length === 1 ? "1 thing to look at" : `${findings.length} things to look at`}
      </summary>
      <ul className="plain">
        {findings.map((finding) => (
          <li key={`${finding.code} ${finding.message}`}>
            <button
              type="button"
              className={finding.severity}
              onClick={() => onSelect(new Set([...finding.nodes, ...finding.edges].slice(0, 1)))}
            >
              {finding.message}
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** Why nothing is done for an edge, in words for people. */
const REASONS: Record<string, string> = {
  any_state: "leads from anywhere, needs no clip",
  completed: "has its clip",
  in_flight: "is being made",
  not_selected: "not asked for",
  auto_reverse_off: "no way back was asked for",
  forward_missing: "waits for its forward",
};

function Skipped({ bill }: { bill: Bill | null }) {
  const left = bill?.edges.filter((line) => line.reason) ?? [];
  if (left.length === 0) return null;
  return (
    <details>
      <summary>{left.length} left alone</summary>
      <ul className="plain">
        {left.map((line) => (
          <li key={line.edge_id}>
            {line.edge_id}: {REASONS[line.reason ?? ""] ?? line.reason}
          </li>
        ))}
      </ul>
    </details>
  );
}
