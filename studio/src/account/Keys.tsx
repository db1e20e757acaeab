import "./account.css";
import { type FormEvent, useContext, useState } from "react";
import { useClient } from "../client.ts";
import { Dialog } from "../Dialog.tsx";
import { Frame } from "../Frame.tsx";
import { readSession } from "../session.ts";
import { LeaveContext, useProblem } from "../use-problem.ts";
import { writeAgo } from "./moment.ts";
import { usePages } from "./use-pages.ts";

interface Key {
  id: string;
  name: string;
  hint: string;
  scopes: string[];
  created_at: string;
  last_used_at: string | null;
}

/** What a key may do, in the words of those who hand it out. */
const SCOPES = [
  { scope: "read", words: "Look at mascots and fetch their clips", isUsual: true },
  { scope: "write", words: "Change them and spend credits", isUsual: true },
  { scope: "keys", words: "Make and revoke keys", isUsual: false },
  { scope: "admin", words: "Grant credits and make workspaces", isUsual: false },
];

/** Who may come in, and with what. */
export function Keys() {
  const { problem, fail } = useProblem();
  const { rows, more, reload } = usePages<Key>("/v1/api-keys", "api_keys", fail);
  const [isMaking, setMaking] = useState(false);
  const [revoked, setRevoked] = useState<Key | null>(null);
  return (
    <Frame page="keys" title="Keys">
      <p className="lead under">Programs come in with a key. It is shown once, when it is made.</p>
      <p role="alert">{problem}</p>
      <ul className="rows keys">
        {(rows ?? []).map((key) => (
          <KeyRow key={key.id} apiKey={key} onRevoke={() => setRevoked(key)} />
        ))}
      </ul>
      <div className="answers start">
        <button type="button" className="main" onClick={() => setMaking(true)}>
          New key …
        </button>
        {more && (
          <button type="button" onClick={more}>
            Show earlier
          </button>
        )}
      </div>
      {isMaking && <NewKey onClose={() => setMaking(false)} onDone={reload} />}
      {revoked && <Revoke apiKey={revoked} onClose={() => setRevoked(null)} onDone={reload} />}
    </Frame>
  );
}

/** Say whether this tab seems to be signed in with a key: all that is known of one is how it begins. */
function isOwn(key: Key): boolean {
  const session = readSession();
  return session !== null && (session.keyId ? session.keyId === key.id : session.key.startsWith(key.hint));
}

function KeyRow({ apiKey, onRevoke }: { apiKey: Key; onRevoke: () => void }) {
  const now = new Date();
  const used = apiKey.last_used_at ? `used ${writeAgo(apiKey.last_used_at, now)}` : "never used";
  return (
    <li className="key-row">
      <div>
        <strong>{apiKey.name}</strong> {isOwn(apiKey) && <span className="badge own">this tab</span>}
        <p className="hint">
          <code>{apiKey.hint}…</code> · made {writeAgo(apiKey.created_at, now)} · {used}
        </p>
      </div>
      <ul className="badges" aria-label="Scopes">
        {apiKey.scopes.map((scope) => (
          <li key={scope} className="badge">
            {scope}
          </li>
        ))}
      </ul>
      <button type="button" className="danger" aria-label={`Revoke ${apiKey.name} …`} onClick={onRevoke}>
        Revoke …
      </button>
    </li>
  );
}

function NewKey({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
  const client = useClient();
  const { problem, fail } = useProblem();
  const [text, setText] = useState("");
  const make = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const body = { name: form.get("name"), scopes: form.getAll("scope") };
    try {
      const made = await client.ask<{ api_key: string }>("POST", "/v1/api-keys", body);
      setText(made.document.api_key);
      onDone();
    } catch (error) {
      fail(error);
    }
  };
  if (text) return <Shown text={text} onClose={onClose} />;
  return (
    <Dialog title="New key" onClose={onClose}>
      <form className="stack" onSubmit={make}>
        <label>
          What it is for
          <input name="name" required maxLength={100} placeholder="Website" autoComplete="off" />
        </label>
        <fieldset className="scopes">
          <legend>What it may do</legend>
          {SCOPES.map(({ scope, words, isUsual }) => (
            <label key={scope} className="scope">
              <input type="checkbox" name="scope" value={scope} defaultChecked={isUsual} />
              <span>
                <strong>{scope}</strong> <span className="hint">{words}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <p role="alert">{problem}</p>
        <div className="answers">
          <button type="button" onClick={onClose}>
            Leave it
          </button>
          <button type="submit" className="main">
            Make it
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** A key, this once. */
function Shown({ text, onClose }: { text: string; onClose: () => void }) {
  const [news, setNews] = useState("");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setNews("Copied.");
    } catch {
      // Pages without TLS may not write to the clipboard, except on this machine.
      setNews("It could not be copied; select it and copy it by hand.");
    }
  };
  return (
    <Dialog title="Your new key" onClose={onClose}>
      <div className="stack">
        <p>Keep it somewhere safe now: nobody can show it again.</p>
        <code className="secret">{text}</code>
        <p role="status" className="hint">
          {news}
        </p>
        <div className="answers">
          <button type="button" onClick={onClose}>
            Done
          </button>
          <button type="button" className="main" onClick={copy}>
            Copy
          </button>
        </div>
      </div>
    </Dialog>
  );
}

function Revoke({ apiKey, onClose, onDone }: { apiKey: Key; onClose: () => void; onDone: () => void }) {
  const client = useClient();
  const leave = useContext(LeaveContext);
  const { problem, fail } = useProblem();
  const isOurs = isOwn(apiKey);
  const revoke = async () => {
    try {
      await client.send("DELETE", `/v1/api-keys/${apiKey.id}`);
      if (isOurs) return leave();
      onDone();
      onClose();
    } catch (error) {
      fail(error);
    }
  };
  return (
    <Dialog title={`Revoke ${apiKey.name}?`} onClose={onClose}>
      <div className="stack">
        <p>
          From now on <code>{apiKey.hint}…</code> opens nothing. Programs that use it are refused; what they
          made stays. It cannot be taken back.
        </p>
        {isOurs && (
          <p className="losses">This tab is signed in with it: you will need another key or a link.</p>
        )}
        <p role="alert">{problem}</p>
        <div className="answers">
          <button type="button" onClick={onClose}>
            Keep it
          </button>
          <button type="button" className="danger full" onClick={revoke}>
            Revoke {apiKey.name}
          </button>
        </div>
      </div>
    </Dialog>
  );
}
