import { useCallback, useEffect, useRef, useState } from "react";
import type { Client } from "../api.ts";
import { useClient } from "../client.ts";
import type { Job } from "../model.ts";

const PAGE_LENGTH = 50;
const LIVE_MS = 1200;
const CALM_MS = 10_000;

export type JobState = Job["status"];

export function isLive(job: Job): boolean {
  return job.status === "pending" || job.status === "processing";
}

/** The jobs that stand so, newest first, watched closely while one of them is under way. */
export function useJobs(state: JobState | "", fail: (error: unknown) => void, clear: () => void) {
  const client = useClient();
  const [jobs, setJobs] = useState<Job[] | null>(null);
  const [length, setLength] = useState(PAGE_LENGTH);
  const [hasMore, setMore] = useState(false);
  const look = useRef<() => void>(() => undefined);
  useEffect(() => {
    let turn = 0;
    let timer = 0;
    const read = async () => {
      window.clearTimeout(timer);
      turn += 1;
      const own = turn;
      const found = await readJobs(client, state, length).catch((error: unknown) => {
        if (own === turn) fail(error);
        return null;
      });
      // Whoever asked later, or left, is not answered here.
      if (own !== turn) return;
      if (found) {
        setJobs(found.jobs);
        setMore(found.hasMore);
        clear();
      }
      timer = window.setTimeout(read, found?.jobs.some(isLive) ? LIVE_MS : CALM_MS);
    };
    look.current = read;
    void read();
    return () => {
      turn = -1;
      window.clearTimeout(timer);
    };
  }, [client, state, length, fail, clear]);
  const reload = useCallback(() => look.current(), []);
  const more = hasMore ? () => setLength(length + PAGE_LENGTH) : null;
  return { jobs, more, reload };
}

async function readJobs(client: Client, state: JobState | "", length: number) {
  const jobs: Job[] = [];
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ limit: String(Math.min(200, length - jobs.length)) });
    if (state) query.set("status", state);
    if (cursor) query.set("cursor", cursor);
    const page: { jobs: Job[]; next_cursor: string | null } = await client.get(`/v1/jobs?${query}`);
    jobs.push(...page.jobs);
    cursor = page.next_cursor;
  } while (cursor && jobs.length < length);
  return { jobs, hasMore: cursor !== null };
}
