import { useCallback, useEffect, useState } from "react";
import { useClient } from "./client.ts";
import type { Collection } from "./model.ts";

/** A line in a list of canvases. */
export interface Sheet {
  id: string;
  name: string;
  node_count: number;
  edge_count: number;
  completed_edge_count: number;
  updated_at: string;
}

export interface Mascot {
  collection: Collection;
  canvases: Sheet[];
}

/** Every mascot with its canvases, newest first; null until they are known. */
export function useMascots(fail: (error: unknown) => void) {
  const client = useClient();
  const [mascots, setMascots] = useState<Mascot[] | null>(null);
  const reload = useCallback(async () => {
    try {
      const collections = await client.list<Collection>("/v1/collections", "collections");
      const sheets = collections.map((one) =>
        client.list<Sheet>(`/v1/collections/${one.id}/canvases`, "canvases"),
      );
      const canvases = await Promise.all(sheets);
      setMascots(collections.map((collection, index) => ({ collection, canvases: canvases[index] ?? [] })));
    } catch (error) {
      fail(error);
    }
  }, [client, fail]);
  useEffect(() => {
    void reload();
  }, [reload]);
  return { mascots, reload };
}
