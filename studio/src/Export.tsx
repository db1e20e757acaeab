import { useState } from "react";
import { tell } from "./api.ts";
import { useClient } from "./client.ts";

const SNIPPET = `<script src="player/poseloom-player.js" defer></script>
<poseloom-mascot src="mascot.json"></poseloom-mascot>`;

/** Desktop mascots listen at the first of these ports that is free. */
const DESKTOP_PORTS = Array.from({ length: 10 }, (_, index) => 45832 + index);

/** Take the mascot along: as a document, a folder, a line of HTML, or straight onto this desktop. */
export function Export({ path, name }: { path: string; name: string }) {
  const client = useClient();
  const [news, setNews] = useState("");
  const save = async (what: string, file: string) => {
    try {
      const response = await client.send("GET", `${path}/${what}`);
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await response.blob());
      link.download = file;
      link.click();
      URL.revokeObjectURL(link.href);
    } catch (error) {
      setNews(tell(error));
    }
  };
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(SNIPPET);
      setNews("Copied. It goes beside what the bundle holds.");
    } catch {
      setNews("The browser does not let pages copy here; select the lines by hand.");
    }
  };
  const install = async () => {
    try {
      const document = await (await client.send("GET", `${path}/export`)).text();
      setNews(
        (await push(document))
          ? `${name} moved onto your desktop.`
          : "No desktop mascot app answers here. Start yours and try again, or paste the JSON there.",
      );
    } catch (error) {
      setNews(tell(error));
    }
  };
  return (
    <details className="export">
      <summary>Take {name} along</summary>
      <div className="stack">
        <div className="row wrap">
          <button type="button" onClick={() => save("bundle", "mascot.zip")}>
            Bundle
          </button>
          <button type="button" onClick={() => save("export", "mascot.json")}>
            JSON
          </button>
          <button type="button" onClick={install}>
            Install on this desktop
          </button>
        </div>
        <pre className="snippet">
          <code>{SNIPPET}</code>
        </pre>
        <button type="button" onClick={copy}>
          Copy for your page
        </button>
        <p role="status" className="hint">
          {news}
        </p>
      </div>
    </details>
  );
}

/** Give a document to the desktop app that listens; say whether one took it. */
async function push(document: string): Promise<boolean> {
  for (const port of DESKTOP_PORTS) {
    try {
      const response = await fetch(`http://127.0.0.1:${port}/install`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: document,
        credentials: "omit",
      });
      if (response.ok) return true;
    } catch {
      // Nobody listens at this port; perhaps at the next.
    }
  }
  return false;
}
