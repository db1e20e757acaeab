import { useEffect, useRef, useState } from "react";
import { useClient } from "../client.ts";
import type { Canvas, Collection, Job } from "../model.ts";

/** What a job belongs to: its mascot, and the canvas if there is one still. */
export interface Setting {
  collection: Collection | null;
  canvas: Canvas | null;
}

/** What jobs belong to, by collection and canvas; read again when a job of it has moved on. */
export function useSettings(jobs: readonly Job[]): ReadonlyMap<string, Setting> {
  const client = useClient();
  const [settings, setSettings] = useState<ReadonlyMap<string, Setting>>(new Map());
  const known = useRef(new Map<string, string>());
  useEffect(() => {
    const looks = new Map<string, string>();
    for (const job of jobs) {
      const name = nameSetting(job);
      looks.set(name, `${looks.get(name) ?? ""} ${job.id}:${job.status}`);
    }
    for (const [name, look] of looks) {
      if (known.current.get(name) === look) continue;
      known.current.set(name, look);
      const [collectionId = "", canvasId = ""] = name.split("/");
      const path = `/v1/collections/${collectionId}`;
      // What is gone has no name; the job stands there all the same.
      const collection = client.get<Collection>(path).catch(() => null);
      const canvas = canvasId ? client.get<Canvas>(`${path}/canvases/${canvasId}`).catch(() => null) : null;
      void Promise.all([collection, canvas]).then(([one, other]) =>
        setSettings((old) => new Map(old).set(name, { collection: one, canvas: other })),
      );
    }
  }, [client, jobs]);
  return settings;
}

export function nameSetting(job: Job): string {
  return `${job.collection_id}/${job.canvas_id ?? ""}`;
}

/** Return what a job makes, in words: "Idle → Waving". */
export function nameClip(job: Job, setting: Setting | undefined): string {
  const canvas = setting?.canvas;
  const edge = canvas?.edges.find(({ id }) => id === job.edge_id);
  if (!canvas || !edge) return job.edge_id ?? "One clip";
  const name = (id: string) => canvas.nodes.find((node) => node.id === id)?.itemName || id;
  if (edge.source === edge.target) return `${name(edge.source)}, a loop`;
  return `${name(edge.source)} → ${name(edge.target)}`;
}

/** Say whether an edge is there still and nothing newer has been made for it. */
export function isLatest(job: Job, setting: Setting | undefined): boolean {
  const stand = setting?.canvas?.status.edges.find((edge) => edge.edge_id === job.edge_id);
  return stand !== undefined && (stand.job_id === job.id || stand.job_id === null);
}
