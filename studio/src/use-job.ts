import { useEffect, useState } from "react";
import { useClient } from "./client.ts";
import type { Job } from "./model.ts";

/** The job that made a clip, once it is wanted; a job that has ended never changes. */
export function useJob(id: string | null, isWanted: boolean): Job | null {
  const client = useClient();
  const [job, setJob] = useState<Job | null>(null);
  useEffect(() => {
    if (!id || !isWanted) return;
    let isStale = false;
    client.get<Job>(`/v1/jobs/${id}`).then(
      (told) => isStale || setJob(told),
      () => undefined,
    );
    return () => {
      isStale = true;
    };
  }, [client, id, isWanted]);
  return job?.id === id ? job : null;
}
