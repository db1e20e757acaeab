import { expect, test } from "vitest";
import { joinEntries, traceBalance } from "../src/account/ledger.ts";

const MINUTE = "2026-11-24T04:19";
const book = (key: string, credits: number, note: string, second = 1) => ({
  key,
  credits,
  note,
  created_at: `${MINUTE}:${String(second).padStart(2, "0")}Z`,
});

test("what was booked together for the same reason is one line", () => {
  const lines = joinEntries([
    book("refund:job_2", 20, "job_2: job_cancelled", 9),
    book("refund:job_1", 20, "job_1: job_cancelled", 8),
    book("charge:job_2", -20, "clips of cnv_aa"),
    book("charge:job_1", -20, "clips of cnv_aa"),
    book("grant:start", 1000, "starting grant"),
  ]);
  expect(lines.map((line) => [line.words, line.count, line.credits, line.canvasId])).toEqual([
    ["given back: job cancelled", 2, 40, null],
    ["clips of cnv_aa", 2, -40, "cnv_aa"],
    ["starting grant", 1, 1000, null],
  ]);
});

test("orders of different minutes stay apart", () => {
  const later = { ...book("b", -20, "clips of cnv_aa"), created_at: "2026-11-24T04:20:00Z" };
  expect(joinEntries([later, book("a", -20, "clips of cnv_aa")])).toHaveLength(2);
});

test("the balance is traced back from what there is now", () => {
  const lines = joinEntries([book("b", -140, "clips of cnv_aa"), book("a", 1000, "starting grant")]);
  expect(traceBalance(lines, 860)).toEqual([0, 1000, 860]);
});
