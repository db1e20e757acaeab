import { useContext, useEffect, useMemo, useSyncExternalStore } from "react";
import { type Client, Refusal, tell } from "./api.ts";
import { Draft } from "./draft.ts";
import type { Status } from "./model.ts";
import { leaveField } from "./route.ts";
import { LeaveContext } from "./use-problem.ts";

const UNAUTHORIZED = 401;

/** The canvas under the hand. It is saved before the page goes, and looked at anew when the page comes back. */
export function useCanvas(client: Client, path: string) {
  const leave = useContext(LeaveContext);
  const draft = useMemo(() => new Draft(client, path), [client, path]);
  const look = useSyncExternalStore(draft.subscribe, draft.read);
  useEffect(() => {
    void draft.load();
    const guard = (event: BeforeUnloadEvent) => {
      leaveField();
      if (draft.isAtRisk) event.preventDefault();
      void draft.flush();
    };
    const comeBack = () => document.hidden || void draft.refresh();
    addEventListener("beforeunload", guard);
    addEventListener("focus", comeBack);
    document.addEventListener("visibilitychange", comeBack);
    return () => {
      removeEventListener("beforeunload", guard);
      removeEventListener("focus", comeBack);
      document.removeEventListener("visibilitychange", comeBack);
      void draft.flush();
    };
  }, [draft]);
  const { problem } = look;
  useEffect(() => {
    if (problem instanceof Refusal && problem.status === UNAUTHORIZED) leave();
  }, [problem, leave]);
  return { ...look, draft, problem: problem === null ? "" : tell(problem) };
}

/** Look at a canvas anew once the server speaks of an edge that nobody drew here: an order may bring reverses. */
export function useNewEdges({ draft, graph, isSaved }: ReturnType<typeof useCanvas>, status: Status | null) {
  const known = useMemo(() => new Set(graph?.edges.map((edge) => edge.id)), [graph]);
  const isNew = isSaved && (status?.edges.some((edge) => !known.has(edge.edge_id)) ?? false);
  useEffect(() => {
    if (isNew) void draft.refresh();
  }, [isNew, draft]);
}
