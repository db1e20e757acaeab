/** A booking, as the API tells it. */
export interface Entry {
  key: string;
  credits: number;
  note: string;
  created_at: string;
}

/** Bookings that were made together, for the same reason. */
export interface Line {
  key: string;
  /** Why, in words; where they name a canvas, `canvasId` is its id. */
  words: string;
  canvasId: string | null;
  count: number;
  credits: number;
  created_at: string;
}

const CANVAS = /\bcnv_[0-9a-f]+/;
const JOB = /^job_[0-9a-f]+: /;
const MINUTE_LENGTH = "2026-01-01T00:00".length;

/** Put bookings together that stand beside each other and say the same within the same minute. */
export function joinEntries(entries: readonly Entry[]): Line[] {
  const lines: Line[] = [];
  for (const entry of entries) {
    const line = read(entry);
    const last = lines.at(-1);
    if (last && isSame(last, line)) {
      last.count += 1;
      last.credits += line.credits;
    } else lines.push(line);
  }
  return lines;
}

function read({ key, credits, note, created_at }: Entry): Line {
  const canvasId = CANVAS.exec(note)?.[0] ?? null;
  // A job's id tells nobody anything, and a code is words with lines below them.
  const words = JOB.test(note) ? `given back: ${note.replace(JOB, "").replaceAll("_", " ")}` : note;
  return { key, credits, words, canvasId, count: 1, created_at };
}

function isSame(one: Line, other: Line): boolean {
  return (
    one.words === other.words &&
    one.credits < 0 === other.credits < 0 &&
    one.created_at.slice(0, MINUTE_LENGTH) === other.created_at.slice(0, MINUTE_LENGTH)
  );
}

/** Return the balance after each line, oldest first, with the one before the first of them in front. */
export function traceBalance(lines: readonly Line[], balance: number): number[] {
  const trace = [balance];
  for (const line of lines) trace.unshift((trace[0] ?? 0) - line.credits);
  return trace;
}
