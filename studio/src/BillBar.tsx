import { useCallback, useEffect, useRef, useState } from "react";
import { nameRequest, Refusal, tell } from "./api.ts";
import { useClient } from "./client.ts";
import { count } from "./count.ts";
import { Fold } from "./Fold.tsx";
import { nameEdge } from "./graph.ts";
import type { Bill, Finding, Graph, Status } from "./model.ts";
import { tellReason } from "./reason.ts";

interface BillProps {
  path: string;
  version: string;
  graph: Graph;
  isSaved: boolean;
  status: Status | null;
  onSelect: (ids: ReadonlySet<string>) => void;
}

/** The bill as the API writes it, what is left to spend, and what is wrong with the canvas. */
function useBill({ path, version, status }: Pick<BillProps, "path" | "version" | "status">) {
  const client = useClient();
  const [answer, setAnswer] = useState<{ bill: Bill | null; question: string }>({ bill: null, question: "" });
  const [balance, setBalance] = useState<number | null>(null);
  const [findings, setFindings] = useState<Finding[]>([]);
  const [problem, setProblem] = useState("");
  // A new version, or a clip that is done, has another bill.
  const question = `${version} ${status?.completed} ${status?.failed}`;
  const turn = useRef(0);
  const ask = useCallback(async () => {
    turn.current += 1;
    const own = turn.current;
    const order = { dry_run: true, skip_completed: true };
    const [quote, purse, lint] = await Promise.allSettled([
      client.ask<Bill>("POST", `${path}/generate-all`, order),
      client.get<{ balance: number }>("/v1/credits"),
      client.get<{ findings: Finding[] }>(`${path}/lint`),
    ]);
    // Whoever asked later is answered with what is newer.
    if (own !== turn.current) return;
    setAnswer({ bill: quote.status === "fulfilled" ? quote.value.document : null, question });
    setProblem(quote.status === "rejected" ? tellRefusal(quote.reason) : "");
    if (purse.status === "fulfilled") setBalance(purse.value.balance);
    if (lint.status === "fulfilled") setFindings(lint.value.findings);
  }, [client, path, question]);
  useEffect(() => {
    if (version) void ask();
  }, [ask, version]);

  const [isSending, setSending] = useState(false);
  const order = async (what: string, body?: unknown) => {
    setSending(true);
    try {
      await client.ask("POST", `${path}/${what}`, body, { "Idempotency-Key": nameRequest() });
      await ask();
    } catch (error) {
      // A price that no longer holds is shown as it is now.
      await ask();
      setProblem(tell(error));
    }
    setSending(false);
  };
  return {
    bill: answer.bill,
    isCurrent: answer.question === question,
    balance,
    findings,
    problem,
    order,
    isSending,
  };
}

/** A canvas that waits for its pictures is no failure, the board says what to do; nor is a server that is away. */
function tellRefusal(why: unknown): string {
  return why instanceof Refusal && why.code !== "missing_images" ? why.message : "";
}

/** What it costs, before the button that spends it; and how far it is afterwards. */
export function BillBar({ path, version, graph, isSaved, status, onSelect }: BillProps) {
  const { bill, isCurrent, balance, findings, problem, order, isSending } = useBill({
    path,
    version,
    status,
  });
  const isBusy = bill?.edges.some((line) => line.reason === "in_flight") ?? false;
  const hasWork = bill?.edges.some((line) => !line.reason) ?? false;
  return (
    <section className="bill" aria-label="Bill">
      {bill && <Kinds bill={bill} />}
      <div className="asides">
        <Findings findings={findings} onSelect={onSelect} />
        <Skipped bill={bill} graph={graph} onSelect={onSelect} />
      </div>
      <p role="alert" className="refusal">
        {problem}
      </p>
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
        <button type="button" disabled={isSending} onClick={() => order("cancel")}>
          Cancel
        </button>
      ) : (
        <Offer {...{ bill, isPriced: isSaved && isCurrent, hasWork, status, order, isSending }} />
      )}
    </section>
  );
}

interface OfferProps extends Pick<BillProps, "status"> {
  bill: Bill | null;
  /** Whether the bill is for the canvas as it is: nothing is ordered at the price of another. */
  isPriced: boolean;
  hasWork: boolean;
  isSending: boolean;
  order: (what: string, body?: unknown) => void;
}

/** What can be ordered while nothing is under way. */
function Offer({ bill, isPriced, hasWork, status, order, isSending }: OfferProps) {
  const failed = status?.failed ?? 0;
  return (
    <>
      {failed > 0 && (
        <button type="button" disabled={isSending} onClick={() => order("retry-failed")}>
          Retry {failed} failed
        </button>
      )}
      <button
        type="button"
        className="main"
        disabled={!isPriced || !hasWork || isSending}
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
    { kind: "loop", count: bill.loops, one: "loop", many: "loops", isFree: false },
    { kind: "forward", count: bill.forwards, one: "forward", many: "forwards", isFree: false },
    { kind: "reverse", count: bill.reverses, one: "reverse", many: "reverses", isFree: true },
    { kind: "any_state", count: bill.any_state, one: "any-state", many: "any-state", isFree: true },
  ];
  return (
    <ul className="kinds">
      {rows.map(({ kind, count: number, one, many, isFree }) => (
        <li key={kind} className={`key ${kind}`}>
          {count(number, one, many)}
          {isFree && <span className="free">, free</span>}
        </li>
      ))}
    </ul>
  );
}

function Findings({ findings, onSelect }: { findings: Finding[] } & Pick<BillProps, "onSelect">) {
  if (findings.length === 0) return null;
  const errors = findings.filter((finding) => finding.severity === "error").length;
  return (
    <Fold
      className="findings"
      title={
        <>
          {errors > 0 && <strong className="error">{errors} to mend</strong>}
          {errors > 0 && errors < findings.length && ", "}
          {errors < findings.length && `${count(findings.length - errors, "thing")} to look at`}
        </>
      }
    >
      <ul className="plain">
        {findings.slice(0, LIST_LENGTH).map((finding) => (
          <li key={`${finding.code} ${finding.message}`}>
            <button
              type="button"
              className={`quiet ${finding.severity}`}
              onClick={() => onSelect(new Set([...finding.nodes, ...finding.edges]))}
            >
              {finding.message}
            </button>
          </li>
        ))}
      </ul>
      <More count={findings.length - LIST_LENGTH} />
    </Fold>
  );
}

/** Nobody reads more lines than these at once; what was mended makes room. */
const LIST_LENGTH = 50;

function More({ count: number }: { count: number }) {
  return number > 0 && <p className="hint more-lines">and {number} more</p>;
}

type SkippedProps = { bill: Bill | null } & Pick<BillProps, "graph" | "onSelect">;

/** What an order would leave as it is, and why. */
function Skipped({ bill, graph, onSelect }: SkippedProps) {
  const left = bill?.edges.filter((line) => line.reason) ?? [];
  if (left.length === 0) return null;
  return (
    <Fold title={`${left.length} left alone`}>
      <ul className="plain">
        {left.slice(0, LIST_LENGTH).map((line) => (
          <li key={line.edge_id}>
            <button type="button" className="quiet" onClick={() => onSelect(new Set([line.edge_id]))}>
              {nameEdge(graph, line)} <span className="hint">{tellReason(line.reason)}</span>
            </button>
          </li>
        ))}
      </ul>
      <More count={left.length - LIST_LENGTH} />
    </Fold>
  );
}
