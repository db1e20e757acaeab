import { useCallback, useEffect, useMemo, useState } from "react";
import { tell } from "./api.ts";
import { useClient } from "./client.ts";
import { addPose, findRoom, type Place } from "./graph.ts";
import type { Graph, Item } from "./model.ts";

type Change = (edit: (graph: Graph) => Graph) => void;

/** The pictures of a mascot, and how files become new ones. */
export function usePoses(
  items: string,
  graph: Graph | null,
  isLost: boolean,
  change: Change,
  fail: (error: unknown) => void,
) {
  const client = useClient();
  const [poses, setPoses] = useState<Item[]>([]);
  const [refused, setRefused] = useState<string[]>([]);
  const [adding, setAdding] = useState("");
  const pictures = useMemo(() => {
    const urls = poses.flatMap((item) =>
      Object.entries(item.asset_ids).map(([kind, id]) => [id, item.urls[kind] ?? ""] as const),
    );
    return new Map(urls);
  }, [poses]);
  // Somebody else, or another tab, may bring nodes whose pictures nobody here has heard of.
  const isStrange = graph?.nodes.some((node) => node.assetId && !pictures.has(node.assetId)) ?? true;
  useEffect(() => {
    if (isStrange && !isLost) client.list<Item>(items, "items").then(setPoses, fail);
  }, [client, items, fail, isStrange, isLost]);

  /** Bring files in, one after the other; without a place they stand where there is room. */
  const add = useCallback(
    async (files: readonly File[], at: Place | null) => {
      setRefused([]);
      for (const [index, file] of files.entries()) {
        setAdding(files.length > 1 ? `Adding pose ${index + 1} of ${files.length} …` : "Adding the pose …");
        const name = file.name.replace(/\.[^.]+$/, "");
        const form = new FormData();
        form.append("name", name);
        form.append("image", file);
        try {
          const { document: item } = await client.ask<Item>("POST", items, form);
          setPoses((old) => [item, ...old]);
          const asset = item.asset_ids.transparent_image ?? item.asset_ids.image ?? "";
          change((graph) => addPose(graph, name, asset, findRoom(graph, at)));
        } catch (error) {
          setRefused((old) => [...old, `${file.name}: ${tell(error)}`]);
        }
      }
      setAdding("");
    },
    [client, items, change],
  );
  return { poses, pictures, add, adding, refused, forget: useCallback(() => setRefused([]), []) };
}
