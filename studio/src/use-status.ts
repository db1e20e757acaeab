import { useEffect, useState } from "react";
import { type Client, Refusal } from "./api.ts";
import type { Status } from "./model.ts";

const AGAIN_AFTER_MS = 1500;
const SERVER_FAULT = 500;

/** How far a canvas is, live; says so when the connection is lost and comes back by itself. */
export function useStatus(client: Client, path: string, fail: (error: unknown) => void) {
  const [status, setStatus] = useState<Status | null>(null);
  const [isLost, setLost] = useState(false);
  useEffect(() => {
    const end = new AbortController();
    let timer = 0;
    const hear = (told: Status) => {
      setStatus(told);
      setLost(false);
    };
    const listen = async () => {
      const why: unknown = await client.listen(path, hear, end.signal).catch((error) => error);
      if (end.signal.aborted) return;
      // Who is refused need not knock again.
      const isRefused = why instanceof Refusal && why.status < SERVER_FAULT;
      setLost(!isRefused);
      if (isRefused) return fail(why);
      timer = window.setTimeout(listen, AGAIN_AFTER_MS);
    };
    void listen();
    return () => {
      end.abort();
      window.clearTimeout(timer);
    };
  }, [client, path, fail]);
  return { status, isLost };
}
