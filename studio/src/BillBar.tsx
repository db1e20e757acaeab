import { useCallback, useEffect, useState } from "react";
import type { Client } from "./api.ts";
import type { Bill, Finding, Status } from "./model.ts";
import { tell } from "./Studio.tsx";

interface BillProps {
  client: Client;
  path: string;
  version: string;
  isSaved: boolean;
  status: Status | null;
  onSelect: (ids: ReadonlySet<string>) => void;
}

/** The bill as the API writes it, what is left to spend, and what is wrong with the canvas. */
function useBill({
  client,
  path,
  version,
  status,
}: Pick<BillProps, "client" | "path" | "version" | "status">) {
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
      setProblem(tell(error));
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
export function BillBar({ client, path, version, isSaved, status, onSelect }: BillProps) {
  const { bill, balance, findings, problem, order } = useBill({ client, path, version, status });
  const isBusy = bill?.edges.some((line) => line.reason === "in_flight") ?? false;
  const hasWork = bill?.edges.some((line) => !line.reason) ?? false;
  return (
    <section className="bill" aria-label="Bill">
      <Findings findings={findings} onSelect={onSelect} />
      {bill && (
        <p className="kinds">
          <span className="key loop">{bill.loops} loops</span>
          <span className="key forward">{bill.forwards} forwards</span>
          <span className="key reverse">{bill.reverses} reverses, free</span>
          <span className="key any_state">{bill.any_state} any-state</span>
        </p>
      )}
      <Skipped bill={bill} />
      <p role="alert">{problem}</p>
      <span className="gap" />
      {isBusy && status && <progress aria-label="Progress" max={1} value={status.progress} />}
      <p className="price">
        <strong>{bill ? bill.total_credits : "–"}</strong> of {balance ?? "–"} credits
      </p>
      {isBusy && (
        <button type="button" onClick={() => order("cancel")}>
          Cancel
        </button>
      )}
      {(status?.failed ?? 0) > 0 && !isBusy && (
        <button type="button" onClick={() => order("retry-failed")}>
          Retry {status?.failed} failed
        </button>
      )}
      <button
        type="button"
        className="main"
        disabled={!isSaved || !hasWork || isBusy}
        onClick={() => bill && order("generate-all", { skip_completed: true, quote_id: bill.quote_id })}
      >
        Generate all
      </button>
    </section>
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

function Skipped({ bill }: { bill: Bill | null }) {
  const left = bill?.edges.filter((line) => line.reason) ?? [];
  if (left.length === 0) return null;
  return (
    <details>
      <summary>{left.length} skipped</summary>
      <ul className="plain">
        {left.map((line) => (
          <li key={line.edge_id}>
            {line.edge_id}: {line.reason}
          </li>
        ))}
      </ul>
    </details>
  );
}
