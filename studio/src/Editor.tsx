import { type DragEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { BillBar } from "./BillBar.tsx";
import { Board } from "./Board.tsx";
import { useClient } from "./client.ts";
import { addPose, arrange, type Copied, copy, paste, remove } from "./graph.ts";
import { Inspector } from "./Inspector.tsx";
import type { Collection, Graph, Item } from "./model.ts";
import { Stage } from "./Stage.tsx";
import { tell } from "./Studio.tsx";
import { useCanvas } from "./use-canvas.ts";
import { type Shortcut, useShortcuts } from "./use-shortcuts.ts";
import { useStatus } from "./use-status.ts";

interface EditorProps {
  collection: Collection;
  canvasId: string;
  onClose: () => void;
}

/** One canvas: the graph, what it costs, and the mascot beside it. */
export function Editor({ collection, canvasId, onClose }: EditorProps) {
  const client = useClient();
  const path = `/v1/collections/${collection.id}/canvases/${canvasId}`;
  const items = `/v1/collections/${collection.id}/items`;
  const canvas = useCanvas(client, path);
  const { status, isLost } = useStatus(client, path);
  const [poses, setPoses] = useState<Item[]>([]);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [lit, setLit] = useState("");
  const [problem, setProblem] = useState("");
  const { dispatch } = canvas;
  const change = useCallback(
    (edit: (graph: Graph) => Graph) => dispatch({ type: "change", change: edit }),
    [dispatch],
  );

  useEffect(() => {
    client.list<Item>(items, "items").then(setPoses, (error) => setProblem(tell(error)));
  }, [client, items]);
  const clipboard = useRef<Copied>({ nodes: [], edges: [] });
  const { graph: present } = canvas;
  const act = useCallback(
    (shortcut: Shortcut) => {
      if (shortcut === "undo" || shortcut === "redo") return dispatch({ type: shortcut });
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
    [dispatch, change, present, selected],
  );
  useShortcuts(act);
  const pictures = useMemo(
    () =>
      new Map(
        poses.flatMap((item) =>
          Object.entries(item.asset_ids).map(([kind, id]) => [id, item.urls[kind] ?? ""]),
        ),
      ),
    [poses],
  );

  const addPoses = async (files: Iterable<File>, at = { x: 0, y: 0 }) => {
    let index = 0;
    for (const file of files) {
      const form = new FormData();
      const name = file.name.replace(/\.[^.]+$/, "");
      form.append("name", name);
      form.append("image", file);
      try {
        const { document: item } = await client.ask<Item>("POST", items, form);
        setPoses((old) => [item, ...old]);
        const asset = item.asset_ids.transparent_image ?? item.asset_ids.image ?? "";
        const position = { x: Math.round(at.x + 240 * index), y: Math.round(at.y) };
        change((graph) => addPose(graph, name, asset, position));
        index += 1;
      } catch (error) {
        setProblem(`${file.name}: ${tell(error)}`);
      }
    }
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    addPoses(Array.from(event.dataTransfer.files));
  };

  if (!canvas.graph) return <main className="page">{canvas.problem || "One moment …"}</main>;
  const graph = canvas.graph;
  const removeSelected = () => {
    change((old) => remove(old, selected));
    setSelected(new Set());
  };
  return (
    <main className="editor" onDragOver={(event) => event.preventDefault()} onDrop={drop}>
      <header className="bar">
        <button type="button" onClick={onClose} aria-label="All mascots">
          ←
        </button>
        <h1>{collection.name}</h1>
        <span className="hint" role="status">
          {canvas.isSaved ? "Saved" : "Saving …"}
        </span>
        <span className="gap" />
        <button type="button" onClick={() => dispatch({ type: "undo" })} disabled={!canvas.canUndo}>
          Undo
        </button>
        <button type="button" onClick={() => dispatch({ type: "redo" })} disabled={!canvas.canRedo}>
          Redo
        </button>
        <button type="button" onClick={() => change(arrange)}>
          Arrange
        </button>
        <label className="button">
          Add poses
          <input
            type="file"
            accept="image/png,image/webp,image/jpeg"
            multiple
            onChange={(e) => addPoses(Array.from(e.target.files ?? []))}
          />
        </label>
      </header>
      <div className="notices">
        {canvas.conflict && (
          <p role="alert" className="notice">
            Someone else has changed this canvas.
            <button type="button" onClick={canvas.takeTheirs}>
              Load theirs
            </button>
            <button type="button" onClick={canvas.keepMine}>
              Keep mine
            </button>
          </p>
        )}
        {isLost && (
          <p role="alert" className="notice">
            The connection is lost; trying again …
          </p>
        )}
        {(problem || canvas.problem) && (
          <p role="alert" className="notice">
            {problem || canvas.problem}
            <button type="button" onClick={() => setProblem("")} aria-label="Dismiss">
              ×
            </button>
          </p>
        )}
      </div>
      <section className="board" aria-label="Canvas">
        <Board
          graph={graph}
          kinds={canvas.kinds}
          status={status}
          pictures={pictures}
          selected={selected}
          lit={lit}
          onSelect={setSelected}
          onChange={change}
        />
        <Invitation graph={graph} />
      </section>
      <aside className="side">
        <Stage
          path={path}
          graph={graph}
          status={status}
          pictures={pictures}
          onLight={setLit}
          name={collection.name}
        />
        <div className="inspector">
          <Inspector
            graph={graph}
            poses={poses}
            selected={selected}
            status={status}
            path={path}
            isSaved={canvas.isSaved}
            onChange={change}
            onRemove={removeSelected}
          />
        </div>
      </aside>
      <BillBar
        path={path}
        version={canvas.tag}
        isSaved={canvas.isSaved}
        status={status}
        onSelect={setSelected}
      />
    </main>
  );
}

/** The next step, as long as there is one that nobody could know. */
function Invitation({ graph }: { graph: Graph }) {
  const waiting = graph.nodes.filter((node) => !node.assetId).map((node) => node.itemName || node.id);
  if (graph.nodes.length === 0) {
    return (
      <p className="invitation">
        <strong>Drop the poses of your mascot here.</strong>
        PNG, WebP or JPEG; a plain background is taken away.
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
