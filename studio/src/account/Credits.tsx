import "./account.css";
import { useEffect, useMemo, useState } from "react";
import { useClient } from "../client.ts";
import { Frame } from "../Frame.tsx";
import { writeRoute } from "../route.ts";
import { useMascots } from "../use-mascots.ts";
import { useProblem } from "../use-problem.ts";
import { type Entry, joinEntries, type Line, traceBalance } from "./ledger.ts";
import { writeDay, writeTime } from "./moment.ts";
import { usePages } from "./use-pages.ts";

interface Place {
  name: string;
  address: string;
}

/** Canvases by id; null until they are known. */
type Places = ReadonlyMap<string, Place> | null;

/** What there is, and where the rest went. */
export function Credits() {
  const client = useClient();
  const { problem, fail } = useProblem();
  const [balance, setBalance] = useState<number | null>(null);
  const { rows, more } = usePages<Entry>("/v1/credits/ledger", "entries", fail);
  const { mascots } = useMascots(fail);
  useEffect(() => {
    client.get<{ balance: number }>("/v1/credits").then((told) => setBalance(told.balance), fail);
  }, [client, fail]);
  const lines = useMemo(() => joinEntries(rows ?? []), [rows]);
  const places = useMemo(() => {
    if (!mascots) return null;
    const found = new Map<string, Place>();
    for (const { collection, canvases } of mascots)
      for (const { id } of canvases)
        found.set(id, {
          name: collection.name,
          address: writeRoute({ page: "canvas", collectionId: collection.id, canvasId: id }),
        });
    return found;
  }, [mascots]);
  return (
    <Frame page="credits" title="Credits">
      <p role="alert">{problem}</p>
      <section className="purse" aria-label="Balance">
        <p>
          <strong>{balance?.toLocaleString("en") ?? "…"}</strong> credits to spend
        </p>
        {balance !== null && lines.length > 1 && <Course trace={traceBalance(lines, balance)} />}
      </section>
      <section aria-label="Ledger">
        <Days lines={lines} places={places} />
        {more && (
          <button type="button" onClick={more}>
            Show earlier
          </button>
        )}
      </section>
    </Frame>
  );
}

/** The balance over its bookings; each figure stands in the ledger below. */
function Course({ trace }: { trace: number[] }) {
  const top = Math.max(...trace, 1);
  const points = trace.map((value, index) => {
    const x = (100 * index) / trace.length;
    return `${index ? `H${x} ` : `M${x} `}${index ? "V" : ""}${36 - (32 * value) / top}`;
  });
  const path = `${points.join(" ")} H100`;
  return (
    <svg viewBox="0 0 100 40" preserveAspectRatio="none" aria-hidden="true">
      <path d={`${path} V40 H0 Z`} className="area" />
      <path d={path} className="course" vectorEffect="non-scaling-stroke" />
    </svg>
  );
}

function Days({ lines, places }: { lines: Line[]; places: Places }) {
  const now = new Date();
  const days = new Map<string, Line[]>();
  for (const line of lines) {
    const day = writeDay(line.created_at, now);
    days.set(day, [...(days.get(day) ?? []), line]);
  }
  return [...days].map(([day, bookings]) => (
    <section key={day} className="day">
      <h2>{day}</h2>
      <ul className="rows">
        {bookings.map((line) => (
          <li key={line.key} className="booking">
            <time dateTime={line.created_at}>{writeTime(line.created_at)}</time>
            <span>
              <Words line={line} places={places} />
              {line.count > 1 && <span className="hint"> × {line.count}</span>}
            </span>
            <strong className={line.credits < 0 ? "" : "gain"}>{writeSigned(line.credits)}</strong>
          </li>
        ))}
      </ul>
    </section>
  ));
}

function Words({ line, places }: { line: Line; places: Places }) {
  if (!line.canvasId) return <span className="words">{line.words}</span>;
  const place = places?.get(line.canvasId);
  const [before, after] = line.words.split(line.canvasId);
  return (
    <span className="words">
      {before}
      {place && <a href={place.address}>{place.name}</a>}
      {!place && (places ? "a canvas that is gone" : "…")}
      {after}
    </span>
  );
}

function writeSigned(credits: number): string {
  return `${credits < 0 ? "−" : "+"}${Math.abs(credits).toLocaleString("en")}`;
}
