import { count } from "../count.ts";
import type { Confidence, Job } from "../model.ts";
import { writeRoute } from "../route.ts";
import { writeAgo } from "./moment.ts";
import { isLive } from "./use-jobs.ts";
import { isLatest, nameClip, type Setting } from "./use-settings.ts";

const STATES = {
  pending: "Waiting",
  processing: "Under way",
  completed: "Made",
  failed: "Failed",
  cancelled: "Cancelled",
};

interface JobRowProps {
  job: Job;
  setting: Setting | undefined;
  onCancel: () => void;
  onRetry: () => void;
}

/** One clip that was ordered: what it is, how far it is, and what can be done about it. */
export function JobRow({ job, setting, onCancel, onRetry }: JobRowProps) {
  const name = nameClip(job, setting);
  const mayRetry = (job.status === "failed" || job.status === "cancelled") && isLatest(job, setting);
  const facts = [
    job.type === "reverse" ? "made of its forward" : job.generator,
    `${job.duration} s`,
    job.cost_credits ? count(job.cost_credits, "credit") : "free",
    ...(job.attempts > 1 ? [`${job.attempts} attempts`] : []),
    writeAgo(job.completed_at ?? job.created_at, new Date()),
  ];
  return (
    <li className={`job ${job.status}`}>
      <Picture job={job} />
      <div className="what">
        <strong>{name}</strong> <Belonging job={job} setting={setting} />
        <p className="hint">{facts.join(" · ")}</p>
        {job.status === "failed" && job.error && (
          <p className="reason">
            {job.error.message}
            {job.error.retryable && <span className="hint"> It may work the next time.</span>}
          </p>
        )}
        {job.confidence && <Trust confidence={job.confidence} />}
      </div>
      <Stand job={job} name={name} />
      <div className="deeds">
        {isLive(job) && (
          <button type="button" aria-label={`Cancel ${name}`} onClick={onCancel}>
            Cancel
          </button>
        )}
        {mayRetry && (
          <button type="button" aria-label={`Retry ${name} …`} onClick={onRetry}>
            Retry …
          </button>
        )}
      </div>
    </li>
  );
}

function Picture({ job }: { job: Job }) {
  // Its address is known before the picture is there.
  if (job.status !== "completed" || !job.urls.poster) return <span className="picture" />;
  return <img className="picture" src={job.urls.poster} alt="" loading="lazy" />;
}

function Belonging({ job, setting }: { job: Job; setting: Setting | undefined }) {
  if (!setting) return null;
  const { collection, canvas } = setting;
  if (!collection) return <span className="hint">of a mascot that is gone</span>;
  if (!canvas) return <span className="hint">of {collection.name}</span>;
  const address = writeRoute({ page: "canvas", collectionId: job.collection_id, canvasId: canvas.id });
  return (
    <span className="hint">
      of <a href={address}>{collection.name}</a>
    </span>
  );
}

function Stand({ job, name }: { job: Job; name: string }) {
  const { frames_done: done, frames_total: total } = job.progress;
  if (job.status !== "processing" || !total) return <span className="state">{STATES[job.status]}</span>;
  return (
    <span className="state">
      {done} of {total} frames
      <progress max={total} value={done} aria-label={`Progress of ${name}`} />
    </span>
  );
}

function Trust({ confidence }: { confidence: Confidence }) {
  const share = `${Math.round(100 * confidence.value)} %`;
  if (confidence.reasons.length === 0) return <p className="hint">Trust {share}</p>;
  return (
    <details className="trust">
      <summary className="hint">Trust {share}</summary>
      <ul className="hint">
        {confidence.reasons.map((reason) => (
          <li key={reason.code}>
            {reason.message}; {reason.tip}.
          </li>
        ))}
      </ul>
    </details>
  );
}
