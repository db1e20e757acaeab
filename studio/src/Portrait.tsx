import { useEffect, useRef, useState } from "react";
import type { Client } from "./api.ts";
import { useClient } from "./client.ts";
import type { Canvas, Item, Job, Status } from "./model.ts";
import { prefersCalm } from "./motion.ts";

/** Who is in a picture: how it looks, how it moves once its clips are made, and how far it is. */
export interface Sitter {
  still: string;
  loop: string;
  words: string;
  look: "alive" | "waiting" | "failed";
}

const SOON = "240px";

/** Ask for a portrait once its frame comes near the window. */
export function useSitter(collectionId: string, canvasId: string | null) {
  const client = useClient();
  const frame = useRef<HTMLLIElement>(null);
  const [sitter, setSitter] = useState<Sitter | null>(null);
  useEffect(() => {
    let isStale = false;
    const watch = new IntersectionObserver(
      ([seen]) => {
        if (!seen?.isIntersecting) return;
        watch.disconnect();
        findSitter(client, collectionId, canvasId).then(
          (found) => isStale || setSitter(found),
          // A portrait is an ornament; what is wrong is told where the mascot is opened.
          () => undefined,
        );
      },
      { rootMargin: SOON },
    );
    if (frame.current) watch.observe(frame.current);
    return () => {
      isStale = true;
      watch.disconnect();
    };
  }, [client, collectionId, canvasId]);
  return { sitter, frame };
}

async function findSitter(client: Client, collectionId: string, canvasId: string | null): Promise<Sitter> {
  const path = `/v1/collections/${collectionId}`;
  if (!canvasId) return { still: await findPose(client, path), loop: "", words: "", look: "waiting" };
  const canvas = await client.get<Canvas>(`${path}/canvases/${canvasId}`);
  const { initialNode, nodes } = canvas;
  const loop = canvas.edges.find((edge) => edge.kind === "loop" && edge.source === initialNode);
  const made = canvas.status.edges.find((edge) => edge.edge_id === loop?.id && edge.status === "completed");
  const told = describe(canvas.status);
  if (made?.job_id) {
    const { urls } = await client.get<Job>(`/v1/jobs/${made.job_id}`);
    return { still: urls.poster ?? "", loop: urls.webm ?? "", ...told };
  }
  const first = nodes.find((node) => node.id === initialNode && node.assetId) ?? nodes.find((n) => n.assetId);
  const still = first
    ? (await client.get<{ url: string | null }>(`/v1/assets/${first.assetId}`)).url
    : await findPose(client, path);
  return { still: still ?? "", loop: "", ...told };
}

async function findPose(client: Client, path: string): Promise<string> {
  const { items } = await client.get<{ items: Item[] }>(`${path}/items?limit=1`);
  return items[0]?.urls.transparent_image ?? items[0]?.urls.image ?? "";
}

function describe(status: Status): Pick<Sitter, "words" | "look"> {
  if (status.ready) return { words: "alive", look: "alive" };
  if (status.failed) return { words: `${status.failed} failed`, look: "failed" };
  return {
    words: status.total_edges ? `${status.completed} of ${status.total_edges} clips` : "",
    look: "waiting",
  };
}

export function Portrait({ sitter, isAwake }: { sitter: Sitter | null; isAwake: boolean }) {
  const moves = isAwake && sitter?.loop && !prefersCalm();
  const [isMoving, setMoving] = useState(false);
  useEffect(() => {
    // The still stays until the clip has its first frame, each time anew.
    if (!moves) setMoving(false);
  }, [moves]);
  return (
    <span className="portrait">
      {sitter?.still ? (
        <img src={sitter.still} alt="" hidden={Boolean(moves) && isMoving} />
      ) : (
        <span className="nobody" />
      )}
      {moves && <video src={sitter.loop} autoPlay loop muted playsInline onPlaying={() => setMoving(true)} />}
    </span>
  );
}
