import { type DragEvent, useCallback, useEffect, useMemo, useState } from "react";
import type { Client } from "./api.ts";
import { BillBar } from "./BillBar.tsx";
import { Board } from "./Board.tsx";
import { addPose, arrange, remove } from "./graph.ts";
import { Inspector } from "./Inspector.tsx";
import type { Collection, Graph, Item } from "./model.ts";
import { Stage } from "./Stage.tsx";
import { tell } from "./Studio.tsx";
import { useCanvas } from "./use-canvas.ts";
import { useShortcuts } from "./use-shortcuts.ts";
import { useStatus } from "./use-status.ts";

interface EditorProps {
  client: Client;
  collection: Collection;
  canvasId: string;
  onClose: () => void;
}

/** One canvas: the graph, what it costs, and the mascot beside it. */
export function Editor({ client, collection, canvasId, onClose }: EditorProps) {
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
  useShortcuts(dispatch);
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
        {graph.nodes.length === 0 && <p className="invitation">Drop the poses of your mascot here.</p>}
      </section>
      <aside className="side">
        <Stage
          client={client}
          path={path}
          graph={graph}
          status={status}
          pictures={pictures}
          onLight={setLit}
          name={collection.name}
        />
        <Inspector
          graph={graph}
          poses={poses}
          selected={selected}
          status={status}
          onChange={change}
          onRemove={removeSelected}
        />
      </aside>
      <BillBar
        client={client}
        path={path}
        version={canvas.tag}
        isSaved={canvas.isSaved}
        status={status}
        onSelect={setSelected}
      />
    </main>
  );
}
