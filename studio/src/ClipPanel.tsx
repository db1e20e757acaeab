import { useEffect, useRef, useState } from "react";
import { nameRequest, tell } from "./api.ts";
import { useClient } from "./client.ts";
import { type Bill, type Confidence, type Edge, type EdgeStatus, isUnderWay, type Job } from "./model.ts";
import { prefersCalm } from "./motion.ts";
import { tellReason } from "./reason.ts";
import { useJob } from "./use-job.ts";

interface ClipPanelProps {
  path: string;
  edge: Edge;
  stand: EdgeStatus | undefined;
  isSaved: boolean;
}

/** What became of an edge's clip: to be looked through, doubted and made again. */
export function ClipPanel({ path, edge, stand, isSaved }: ClipPanelProps) {
  const isMade = stand?.status === "completed";
  const job = useJob(stand?.job_id ?? null, isMade);
  const ends = useEnds(path, edge, isMade);
  if (!stand) return null;
  return (
    <section className="stack" aria-label="Clip">
      {stand.status === "failed" && (
        <p role="alert" className="trouble">
          {stand.error?.message ?? "Its clip could not be made."}
        </p>
      )}
      {/* Its place is kept before it comes, so that no button moves away under the pointer. */}
      {isMade && <Scrubber key={edge.id} source={job?.urls.webm} ends={ends} />}
      <Remake path={path} edgeId={edge.id} stand={stand} isSaved={isSaved} />
      {isMade && <Facts job={job} />}
      {stand.confidence && <Trust confidence={stand.confidence} />}
    </section>
  );
}

interface Exported {
  nodes: { id: string; imageUrl?: string }[];
}

/** The poses that a clip joins, framed as clips are: the export has them. */
function useEnds(path: string, { source, target }: Edge, isWanted: boolean): readonly [string, string] {
  const client = useClient();
  const [stills, setStills] = useState<ReadonlyMap<string, string>>(new Map());
  useEffect(() => {
    if (!isWanted) return;
    client.get<Exported>(`${path}/export?partial=true`).then(
      ({ nodes }) => setStills(new Map(nodes.map((node) => [node.id, node.imageUrl ?? ""]))),
      () => undefined,
    );
  }, [client, path, isWanted]);
  return [stills.get(source) ?? "", stills.get(target) ?? ""];
}

/** A clip under the finger, with the poses that it should meet shining through. */
function Scrubber({ source, ends }: { source: string | undefined; ends: readonly [string, string] }) {
  const video = useRef<HTMLVideoElement>(null);
  const [share, setShare] = useState(0);
  const [isOnion, setOnion] = useState(true);
  // A clip that is not looked through plays, where motion is welcome.
  const [isPlaying, setPlaying] = useState(() => !prefersCalm());
  useEffect(() => {
    if (!isPlaying) return;
    let frame = 0;
    const follow = () => {
      const { currentTime = 0, duration = 0 } = video.current ?? {};
      if (duration) setShare(currentTime / duration);
      frame = requestAnimationFrame(follow);
    };
    frame = requestAnimationFrame(follow);
    return () => cancelAnimationFrame(frame);
  }, [isPlaying]);
  const seek = (to: number) => {
    const clip = video.current;
    if (!clip) return;
    setPlaying(false);
    clip.pause();
    setShare(to);
    // The last frame begins before the end.
    if (clip.duration) clip.currentTime = to * Math.max(0, clip.duration - 0.02);
  };
  const turn = () => {
    setPlaying(!isPlaying);
    void (isPlaying ? video.current?.pause() : video.current?.play());
  };
  return (
    <div className="scrubber">
      <div className="light-table">
        {isOnion && ends[0] && <img src={ends[0]} alt="" style={{ opacity: 0.45 * (1 - share) }} />}
        {isOnion && ends[1] && <img src={ends[1]} alt="" style={{ opacity: 0.45 * share }} />}
        <video ref={video} src={source} autoPlay={isPlaying} loop muted playsInline />
      </div>
      <div className="row">
        <button
          type="button"
          disabled={!source}
          onClick={turn}
          aria-label={isPlaying ? "Pause the clip" : "Play the clip"}
        >
          {isPlaying ? "❚❚" : "▶"}
        </button>
        <input
          type="range"
          aria-label="Moment of the clip"
          min={0}
          max={1}
          step={0.005}
          disabled={!source}
          value={share}
          onChange={(e) => seek(Number(e.target.value))}
        />
        <label className="switch">
          <input type="checkbox" checked={isOnion} onChange={(e) => setOnion(e.target.checked)} />
          Poses
        </label>
      </div>
    </div>
  );
}

/** What is known of a clip; before that, as much room. */
function Facts({ job }: { job: Job | null }) {
  const seam = job?.seam?.webm;
  return (
    <dl className="facts">
      <dt>Length</dt>
      <dd>{job ? `${job.duration} s` : "–"}</dd>
      {(!job || seam) && (
        <>
          <dt>Seams</dt>
          <dd>
            {writeDecibels(seam?.first?.colour_db)} at the first frame,
            <br />
            {writeDecibels(seam?.last?.colour_db)} at the last
          </dd>
        </>
      )}
      <dt>Cost</dt>
      <dd>{job ? writeCost(job) : "–"}</dd>
    </dl>
  );
}

function writeCost({ cost_credits }: Job): string {
  return cost_credits ? `${cost_credits} credits` : "free";
}

function writeDecibels(value: number | undefined): string {
  return value === undefined ? "–" : `${value.toFixed(1)} dB`;
}

const RENDERINGS = {
  flows: "The drawing flows from one pose to the other.",
  limbs: "Limbs turn about their joints.",
  staged: "The poses differ so much that they are exchanged in one quick moment.",
};

function Trust({ confidence }: { confidence: Confidence }) {
  const share = Math.round(100 * confidence.value);
  return (
    <details className="trust-of-clip">
      <summary>
        <span>
          Trust <strong>{share} %</strong>
        </span>
        <meter aria-label="Trust" min={0} max={1} low={0.3} high={0.6} optimum={1} value={confidence.value} />
      </summary>
      <p className="hint">{RENDERINGS[confidence.rendering]}</p>
      <ul className="plain hint">
        {confidence.reasons.map((reason) => (
          <li key={reason.code}>
            {reason.message}; {reason.tip}.
          </li>
        ))}
      </ul>
    </details>
  );
}

interface RemakeProps {
  path: string;
  edgeId: string;
  stand: EdgeStatus;
  isSaved: boolean;
}

/** Make one clip again, its price first. */
function Remake({ path, edgeId, stand, isSaved }: RemakeProps) {
  const client = useClient();
  const [bill, setBill] = useState<Bill | null>(null);
  const [problem, setProblem] = useState("");
  const [isSending, setSending] = useState(false);
  // What is made of it, its reverse, is made anew with it.
  const order = { skip_completed: false, edge_ids: [edgeId] };
  const send = async (more: { dry_run: true } | { quote_id: string | null | undefined }) => {
    setSending(true);
    try {
      const told = await client.ask<Bill>(
        "POST",
        `${path}/generate-all`,
        { ...order, ...more },
        { "Idempotency-Key": nameRequest() },
      );
      setBill("dry_run" in more ? told.document : null);
      setProblem("");
    } catch (error) {
      setBill(null);
      setProblem(tell(error));
    }
    setSending(false);
  };
  if (isUnderWay(stand)) return <p className="hint">Its clip is being made.</p>;
  if (bill) {
    return (
      <Offer
        bill={bill}
        edgeId={edgeId}
        isHeldUp={!isSaved || isSending}
        onOrder={() => send({ quote_id: bill.quote_id })}
        onClose={() => setBill(null)}
      />
    );
  }
  return (
    <>
      <button type="button" disabled={!isSaved || isSending} onClick={() => send({ dry_run: true })}>
        {stand.status === "completed" ? "Make this clip again …" : "Make this clip …"}
      </button>
      <p role="alert">{problem}</p>
    </>
  );
}

interface OfferProps {
  bill: Bill;
  edgeId: string;
  isHeldUp: boolean;
  onOrder: () => void;
  onClose: () => void;
}

/** What one clip costs, and what comes with it. */
function Offer({ bill, edgeId, isHeldUp, onOrder, onClose }: OfferProps) {
  const line = bill.edges.find((one) => one.edge_id === edgeId);
  const hasMore = bill.edges.some((one) => one.edge_id !== edgeId && !one.reason);
  return (
    <>
      {line?.reason && <p className="hint">Nothing would be made: it {tellReason(line.reason)}.</p>}
      {hasMore && <p className="hint">Its way back is made with it, free.</p>}
      <div className="row wrap">
        {!line?.reason && (
          <button type="button" className="main" disabled={isHeldUp} onClick={onOrder}>
            Make it, {bill.total_credits ? `${bill.total_credits} credits` : "free"}
          </button>
        )}
        <button type="button" onClick={onClose}>
          Not now
        </button>
      </div>
    </>
  );
}
