import { useCallback, useEffect, useReducer, useRef, useState } from "react";
import { type Client, Refusal } from "./api.ts";
import { type History, type Step, step } from "./history.ts";
import type { Canvas, Edge, Graph, PoseNode } from "./model.ts";
import { tell } from "./Studio.tsx";

const SAVE_AFTER_MS = 500;
const PRECONDITION_FAILED = 412;
const SERVER_FAULT = 500;

/** Return the part of a canvas that is edited: what a PUT takes. */
function readGraph({ initialNode, nodes, edges, inputs }: Canvas): Graph {
  const plain = edges.map((edge) => {
    const { kind: _kind, status: _status, ...rest } = edge as typeof edge & { status?: string };
    return rest as Edge;
  });
  return { initialNode, nodes: nodes as PoseNode[], edges: plain, inputs };
}

/** A canvas that saves itself, and notices when somebody else has saved. */
export function useCanvas(client: Client, path: string) {
  const [history, dispatch] = useReducer(step<Graph | null>, {
    past: [],
    present: null,
    future: [],
  } as History<Graph | null>);
  const [kinds, setKinds] = useState<ReadonlyMap<string, string>>(new Map());
  const [saved, setSaved] = useState<Graph | null>(null);
  const [conflict, setConflict] = useState(false);
  const [problem, setProblem] = useState("");
  const [tag, setTag] = useState("");
  const [misses, setMisses] = useState(0);
  const facts = useRef<Partial<Canvas>>({});
  const graph = history.present;

  const take = useCallback((canvas: Canvas, newTag: string | null) => {
    facts.current = { name: canvas.name, size: canvas.size, fps: canvas.fps, generator: canvas.generator };
    setKinds(new Map(canvas.edges.map((edge) => [edge.id, edge.kind])));
    setTag(newTag ?? "");
    setConflict(false);
    setProblem("");
  }, []);
  const load = useCallback(async () => {
    try {
      const { document, tag: newTag } = await client.ask<Canvas>("GET", path);
      const present = readGraph(document);
      take(document, newTag);
      setSaved(present);
      dispatch({ type: "load", present });
    } catch (error) {
      setProblem(tell(error));
    }
  }, [client, path, take]);
  const save = useCallback(
    async (wanted: Graph, match: string) => {
      try {
        const body = { ...facts.current, ...wanted };
        const { document, tag: newTag } = await client.ask<Canvas>("PUT", path, body, { "If-Match": match });
        take(document, newTag);
        setSaved(wanted);
      } catch (error) {
        if (error instanceof Refusal && error.status === PRECONDITION_FAILED) setConflict(true);
        else setProblem(tell(error));
        // What the server did not judge is sent again.
        if (!(error instanceof Refusal) || error.status >= SERVER_FAULT) setMisses((old) => old + 1);
      }
    },
    [client, path, take],
  );

  useEffect(() => void load(), [load]);
  const busy = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a save that did not arrive is tried again
  useEffect(() => {
    if (!graph || graph === saved || conflict) return;
    const timer = setInterval(async () => {
      if (busy.current) return;
      clearInterval(timer);
      busy.current = true;
      await save(graph, tag);
      busy.current = false;
    }, SAVE_AFTER_MS);
    return () => clearInterval(timer);
  }, [graph, saved, tag, conflict, save, misses]);

  const edit = useCallback(
    (action: { type: "change"; change: (graph: Graph) => Graph } | { type: "undo" } | { type: "redo" }) => {
      const step_: Step<Graph | null> =
        action.type === "change"
          ? { type: "change", change: (old) => (old ? action.change(old) : old) }
          : action;
      dispatch(step_);
    },
    [],
  );
  return {
    graph,
    kinds,
    tag,
    conflict,
    problem,
    isSaved: graph === saved,
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    dispatch: edit,
    takeTheirs: load,
    keepMine: () => graph && save(graph, "*"),
  };
}
