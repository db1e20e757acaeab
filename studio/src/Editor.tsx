import type { ReactFlowInstance } from "@xyflow/react";
import { type DragEvent, useCallback, useRef, useState } from "react";
import { Bar } from "./Bar.tsx";
import { BillBar } from "./BillBar.tsx";
import { Board } from "./Board.tsx";
import type { ClipWire } from "./ClipView.tsx";
import { useClient } from "./client.ts";
import { Frame } from "./Frame.tsx";
import { ANY, arrange, type Copied, copy, paste, remove } from "./graph.ts";
import { Inspector } from "./Inspector.tsx";
import type { Collection, Graph } from "./model.ts";
import { Notices } from "./Notices.tsx";
import type { PoseWire } from "./PoseView.tsx";
import { Stage } from "./Stage.tsx";
import { useCanvas, useNewEdges } from "./use-canvas.ts";
import { usePoses } from "./use-poses.ts";
import { useProblem } from "./use-problem.ts";
import { type Shortcut, useShortcuts } from "./use-shortcuts.ts";
import { useStatus } from "./use-status.ts";
import { bringIntoView } from "./view.ts";

interface EditorProps {
  collection: Collection;
  canvasId: string;
  onClose: () => void;
}

/** One canvas: the graph, what it costs, and the mascot beside it. */
export function Editor({ collection, canvasId, onClose }: EditorProps) {
  const client = useClient();
  const path = `/v1/collections/${collection.id}/canvases/${canvasId}`;
  const canvas = useCanvas(client, path);
  const { draft } = canvas;
  const { problem, fail } = useProblem();
  const { status, isLost } = useStatus(client, path, fail);
  useNewEdges(canvas, status);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [lit, setLit] = useState("");
  const view = useRef<ReactFlowInstance<PoseWire, ClipWire>>(null);
  const change = useCallback(
    (edit: (graph: Graph) => Graph) => draft.do({ type: "change", change: edit }),
    [draft],
  );
  const { poses, pictures, add, adding, refused, forget } = usePoses(
    `/v1/collections/${collection.id}/items`,
    canvas.graph,
    isLost,
    change,
    fail,
  );
  const clipboard = useRef<Copied>({ nodes: [], edges: [] });
  const { graph: present } = canvas;
  const act = useCallback(
    (shortcut: Shortcut) => {
      if (shortcut === "undo" || shortcut === "redo") return draft.do({ type: shortcut });
      if (!present) return;
      if (shortcut === "copy") {
        clipboard.current = copy(present, selected);
        return;
      }
      const pasted = paste(present, clipboard.current);
      if (pasted.ids.size === 0) return;
      change(() => pasted.graph);
      setSelected(pasted.ids);
    },
    [draft, change, present, selected],
  );
  useShortcuts(act);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    const isOnBoard = event.target instanceof Element && event.target.closest(".board");
    const at = view.current?.screenToFlowPosition({ x: event.clientX, y: event.clientY });
    void add(Array.from(event.dataTransfer.files), isOnBoard && at ? at : null);
  };
  const board = useRef<HTMLElement>(null);
  const side = useRef<HTMLElement>(null);
  /** Select what somebody speaks of, and bring it into view where it is not. */
  const show = useCallback(
    (ids: ReadonlySet<string>) => {
      setSelected(ids);
      const ends = present?.edges.flatMap((edge) => (ids.has(edge.id) ? [edge.source, edge.target] : []));
      const nodes = [...ids, ...(ends ?? [])].filter((id) => id !== ANY);
      if (board.current && view.current) bringIntoView(view.current, board.current, nodes);
    },
    [present],
  );
  const close = async () => {
    const wasTold = canvas.isHeld || canvas.problem !== "";
    await draft.flush();
    // What cannot be saved is told before it is left behind.
    if (draft.read().isSaved || wasTold) onClose();
  };

  if (!canvas.graph) return <Nothing problem={canvas.problem} />;
  const graph = canvas.graph;
  const removeSelected = () => {
    change((old) => remove(old, selected));
    setSelected(new Set());
  };
  return (
    <main className="editor" onDragOver={(event) => event.preventDefault()} onDrop={drop}>
      <Bar
        name={collection.name}
        canvas={canvas}
        news={adding}
        onClose={close}
        onArrange={() => change(arrange)}
        onAdd={(files) => void add(files, null)}
      />
      <Notices canvas={canvas} isLost={isLost} problem={problem} refused={refused} onForget={forget} />
      <section ref={board} className="board" aria-label="Canvas">
        <button type="button" className="skip" onClick={() => side.current?.focus()}>
          Skip the canvas
        </button>
        <Board
          graph={graph}
          kinds={canvas.kinds}
          status={status}
          pictures={pictures}
          selected={selected}
          lit={lit}
          view={view}
          onSelect={setSelected}
          onChange={change}
        />
        <Invitation graph={graph} />
      </section>
      <aside ref={side} className="side" tabIndex={-1}>
        <Stage
          path={path}
          version={canvas.tag}
          graph={graph}
          status={status}
          pictures={pictures}
          onLight={setLit}
          name={collection.name}
        />
        <div className="inspector">
          <Inspector
            graph={graph}
            kinds={canvas.kinds}
            poses={poses}
            selected={selected}
            status={status}
            path={path}
            isSaved={canvas.isSaved}
            onSelect={setSelected}
            onChange={change}
            onRemove={removeSelected}
          />
        </div>
      </aside>
      <BillBar
        path={path}
        version={canvas.tag}
        graph={graph}
        isSaved={canvas.isSaved}
        status={status}
        onSelect={show}
      />
    </main>
  );
}

/** A canvas that is not there yet, or not there at all. */
function Nothing({ problem }: { problem: string }) {
  if (!problem) return <main className="page" aria-busy="true" />;
  return (
    <Frame page="canvas" title="This canvas cannot be opened">
      <p role="alert">{problem}</p>
      <p>
        <a href="#/">All mascots</a>
      </p>
    </Frame>
  );
}

/** The next step, as long as there is one that nobody could know. */
function Invitation({ graph }: { graph: Graph }) {
  const waiting = graph.nodes.filter((node) => !node.assetId).map((node) => node.itemName || node.id);
  if (graph.nodes.length === 0) {
    return (
      <p className="invitation">
        <strong>Drop the poses of your mascot here.</strong>
        PNG, WebP or JPEG; a plain background is taken away. Or choose them with “Add poses”.
      </p>
    );
  }
  if (waiting.length > 0) {
    return (
      <p className="next">
        <strong>Now the pictures.</strong> Drop files named {waiting.map((name) => `“${name}”`).join(", ")},
        or choose them with “Add poses”.
      </p>
    );
  }
  if (graph.edges.length === 0) {
    return (
      <p className="next">
        <strong>Now join them.</strong> Drag from the dot under a pose to another; double-click a pose for a
        loop.
      </p>
    );
  }
  return null;
}
