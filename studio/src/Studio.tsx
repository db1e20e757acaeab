import { type FormEvent, useCallback, useEffect, useState } from "react";
import { Client, Refusal } from "./api.ts";
import { Editor } from "./Editor.tsx";
import type { Canvas, Collection } from "./model.ts";

// For this tab alone, and gone with it.
const KEY_NAME = "poseloom-key";

/** The whole page: who you are, which mascot, and the mascot. */
export function Studio() {
  const [client, setClient] = useState<Client | null>(() => {
    const key = sessionStorage.getItem(KEY_NAME);
    return key ? new Client(key) : null;
  });
  const [place, setPlace] = useState<{ collection: Collection; canvasId: string } | null>(null);
  const leave = useCallback(() => {
    sessionStorage.removeItem(KEY_NAME);
    setPlace(null);
    setClient(null);
  }, []);
  const enter = (key: string) => {
    sessionStorage.setItem(KEY_NAME, key);
    setClient(new Client(key));
  };
  if (!client) return <SignIn onEnter={enter} />;
  if (!place) return <Shelf client={client} onOpen={setPlace} onLeave={leave} />;
  const { collection, canvasId } = place;
  return (
    <Editor
      key={canvasId}
      client={client}
      collection={collection}
      canvasId={canvasId}
      onClose={() => setPlace(null)}
    />
  );
}

function SignIn({ onEnter }: { onEnter: (key: string) => void }) {
  const [problem, setProblem] = useState("");
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const key = String(new FormData(event.currentTarget).get("key")).trim();
    try {
      await new Client(key).get("/v1/workspace");
      onEnter(key);
    } catch (error) {
      setProblem(tell(error));
    }
  };
  return (
    <main className="page narrow">
      <h1>Poseloom</h1>
      <p className="lead">A few poses, joined into a living mascot.</p>
      <form onSubmit={submit} className="stack">
        <label>
          API key
          <input name="key" type="password" required autoComplete="off" placeholder="masko_…" />
        </label>
        <p className="hint">
          <code>poseloom serve</code> shows it once; <code>poseloom key create</code> makes another.
        </p>
        <button type="submit" className="main">
          Sign in
        </button>
        <p role="alert">{problem}</p>
      </form>
    </main>
  );
}

interface ShelfProps {
  client: Client;
  onOpen: (place: { collection: Collection; canvasId: string }) => void;
  onLeave: () => void;
}

function Shelf({ client, onOpen, onLeave }: ShelfProps) {
  const [collections, setCollections] = useState<Collection[] | null>(null);
  const [templates, setTemplates] = useState<{ id: string; name: string }[]>([]);
  const [problem, setProblem] = useState("");
  useEffect(() => {
    const fail = (error: unknown) => {
      if (error instanceof Refusal && error.status === 401) onLeave();
      else setProblem(tell(error));
    };
    client.list<Collection>("/v1/collections", "collections").then(setCollections, fail);
    client
      .get<{ templates: { id: string; name: string }[] }>("/v1/canvas-templates")
      .then((told) => setTemplates(told.templates), fail);
  }, [client, onLeave]);

  const open = async (collection: Collection, template = "") => {
    const path = `/v1/collections/${collection.id}/canvases`;
    const [first] = await client.list<{ id: string }>(path, "canvases");
    const body = { name: collection.name, ...(template ? { template_id: template } : { nodes: [] }) };
    const canvas = first ?? (await client.ask<Canvas>("POST", path, body)).document;
    onOpen({ collection, canvasId: canvas.id });
  };
  const make = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    try {
      const made = await client.ask<Collection>("POST", "/v1/collections", { name: form.get("name") });
      await open(made.document, String(form.get("template")));
    } catch (error) {
      setProblem(tell(error));
    }
  };
  return (
    <main className="page">
      <header className="row">
        <h1>Your mascots</h1>
        <button type="button" onClick={onLeave}>
          Sign out
        </button>
      </header>
      <p role="alert">{problem}</p>
      <ul className="shelf">
        {(collections ?? []).map((collection) => (
          <li key={collection.id}>
            <button
              type="button"
              className="card"
              onClick={() => open(collection).catch((e) => setProblem(tell(e)))}
            >
              <Portrait client={client} collection={collection} />
              <strong>{collection.name}</strong>
              <span className="hint">{collection.item_count} poses</span>
            </button>
          </li>
        ))}
      </ul>
      <form onSubmit={make} className="new">
        <label>
          New mascot
          <input name="name" required maxLength={100} placeholder="Its name" />
        </label>
        <label>
          Begin with
          <select name="template">
            <option value="">an empty canvas</option>
            {templates.map((template) => (
              <option key={template.id} value={template.id}>
                {template.name}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" className="main">
          Make it
        </button>
      </form>
    </main>
  );
}

function Portrait({ client, collection }: { client: Client; collection: Collection }) {
  const [url, setUrl] = useState("");
  useEffect(() => {
    const path = `/v1/collections/${collection.id}/items`;
    client.list<{ urls: Record<string, string> }>(path, "items").then(
      (items) => setUrl(items.at(-1)?.urls.transparent_image ?? ""),
      () => setUrl(""),
    );
  }, [client, collection.id]);
  return url ? <img src={url} alt="" className="portrait" /> : <span className="portrait" />;
}

/** Return what went wrong in words; they come from the server where it answered. */
export function tell(error: unknown): string {
  if (error instanceof Refusal) return error.message;
  return "The server cannot be reached. Is it running?";
}
