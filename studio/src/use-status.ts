import { useEffect, useState } from "react";
import type { Client } from "./api.ts";
import type { Status } from "./model.ts";

const AGAIN_AFTER_MS = 1500;

/** How far a canvas is, live; says so when the connection is lost and comes back by itself. */
export function useStatus(client: Client, path: string) {
  const [status, setStatus] = useState<Status | null>(null);
  const [isLost, setLost] = useState(false);
  useEffect(() => {
    const end = new AbortController();
    let timer = 0;
    const listen = async () => {
      await client
        .listen(
          path,
          (told) => {
            setStatus(told);
            setLost(false);
          },
          end.signal,
        )
        .catch(() => undefined);
      if (end.signal.aborted) return;
      setLost(true);
      timer = window.setTimeout(listen, AGAIN_AFTER_MS);
    };
    void listen();
    return () => {
      end.abort();
      window.clearTimeout(timer);
    };
  }, [client, path]);
  return { status, isLost };
}
