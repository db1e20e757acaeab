import { useContext, useEffect, useMemo, useSyncExternalStore } from "react";
import { type Client, Refusal, tell } from "./api.ts";
import { Draft } from "./draft.ts";
import type { Status } from "./model.ts";
import { leaveField } from "./route.ts";
import { LeaveContext } from "./use-problem.ts";

const UNAUTHORIZED = 401;
const LAST_WORDS_NAME = "poseloom-last-words";
const LAST_WORDS_MS = [200, 1000, 4000];

/** The canvas under the hand. It is saved before the page goes, and looked at anew when the page comes back. */
export function useCanvas(client: Client, path: string) {
  const leave = useContext(LeaveContext);
  const draft = useMemo(() => new Draft(client, path), [client, path]);
  const look = useSyncExternalStore(draft.subscribe, draft.read);
  useEffect(() => {
    void draft.load();
    // What this tab sent in its last moment may arrive after what it asks first.
    const isExpected = sessionStorage.getItem(LAST_WORDS_NAME) === path;
    sessionStorage.removeItem(LAST_WORDS_NAME);
    const timers = isExpected ? LAST_WORDS_MS.map((delay) => setTimeout(() => draft.refresh(), delay)) : [];
    const guard = (event: BeforeUnloadEvent) => {
      leaveField();
      if (!draft.read().isSaved) sessionStorage.setItem(LAST_WORDS_NAME, path);
      if (draft.isAtRisk) event.preventDefault();
      void draft.sendLast();
    };
    const comeBack = () => document.hidden || void draft.refresh();
    addEventListener("beforeunload", guard);
    addEventListener("focus", comeBack);
    document.addEventListener("visibilitychange", comeBack);
    return () => {
      for (const timer of timers) clearTimeout(timer);
      removeEventListener("beforeunload", guard);
      removeEventListener("focus", comeBack);
      document.removeEventListener("visibilitychange", comeBack);
      void draft.flush();
    };
  }, [draft, path]);
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
