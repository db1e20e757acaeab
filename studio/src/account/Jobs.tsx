import "./account.css";
import "./jobs.css";
import { useState } from "react";
import { useClient } from "../client.ts";
import { count } from "../count.ts";
import { Frame } from "../Frame.tsx";
import type { Job } from "../model.ts";
import { Pim } from "../Pim.tsx";
import { useProblem } from "../use-problem.ts";
import { JobRow } from "./JobRow.tsx";
import { Retry } from "./Retry.tsx";
import { type JobState, useJobs } from "./use-jobs.ts";
import { nameSetting, useSettings } from "./use-settings.ts";

const FILTERS: { state: JobState | ""; words: string; none: string }[] = [
  { state: "", words: "All", none: "No clip was ordered yet." },
  { state: "pending", words: "Waiting", none: "Nothing waits." },
  { state: "processing", words: "Under way", none: "Nothing is being made just now." },
  { state: "completed", words: "Made", none: "No clip is made yet." },
  { state: "failed", words: "Failed", none: "No clip has failed." },
  { state: "cancelled", words: "Cancelled", none: "No clip was cancelled." },
];

interface Cancelled {
  cancelled: string[];
  refunded: number;
}

/** Every clip that was ordered, and what becomes of it. */
export function Jobs() {
  const client = useClient();
  const look = useProblem();
  const act = useProblem();
  const [state, setState] = useState<JobState | "">("");
  const [news, setNews] = useState("");
  const [retried, setRetried] = useState<Job | null>(null);
  const { jobs, more, reload } = useJobs(state, look.fail, look.clear);
  const settings = useSettings(jobs ?? []);
  // What another filter found is no answer to this one.
  const shown = (jobs ?? []).filter((job) => !state || job.status === state);
  const cancel = async (job: Job) => {
    try {
      const { document: told } = await client.ask<Cancelled>("POST", `/v1/jobs/${job.id}/cancel`);
      setNews(
        `${count(told.cancelled.length, "clip")} called off; ${count(told.refunded, "credit")} came back.`,
      );
      act.clear();
      reload();
    } catch (error) {
      act.fail(error);
    }
  };
  return (
    <Frame page="jobs" title="Jobs">
      <fieldset className="filters" aria-label="Which jobs">
        {FILTERS.map((filter) => (
          <button
            key={filter.state}
            type="button"
            aria-pressed={filter.state === state}
            onClick={() => setState(filter.state)}
          >
            {filter.words}
          </button>
        ))}
      </fieldset>
      <p role="alert">{look.problem || act.problem}</p>
      <p role="status" className="hint">
        {news}
      </p>
      {jobs && shown.length === 0 ? (
        <div className="idle">
          <Pim mood={state === "failed" ? "celebrating" : "sleeping"} />
          <p className="lead">{FILTERS.find((filter) => filter.state === state)?.none}</p>
        </div>
      ) : (
        <ul className="rows jobs" aria-label="Jobs" aria-busy={jobs === null}>
          {shown.map((job) => (
            <JobRow
              key={job.id}
              job={job}
              setting={settings.get(nameSetting(job))}
              onCancel={() => cancel(job)}
              onRetry={() => setRetried(job)}
            />
          ))}
        </ul>
      )}
      {more && (
        <div className="answers start">
          <button type="button" onClick={more}>
            Show earlier
          </button>
        </div>
      )}
      {retried && (
        <Retry
          job={retried}
          setting={settings.get(nameSetting(retried))}
          onClose={() => setRetried(null)}
          onDone={() => {
            // The new order stands under no filter of the old one.
            setState("");
            reload();
          }}
        />
      )}
    </Frame>
  );
}
