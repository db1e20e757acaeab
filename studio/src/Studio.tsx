import { useCallback, useEffect, useState } from "react";
import { Credits } from "./account/Credits.tsx";
import { Jobs } from "./account/Jobs.tsx";
import { Keys } from "./account/Keys.tsx";
import { Client } from "./api.ts";
import { ClientContext, useClient } from "./client.ts";
import { Editor } from "./Editor.tsx";
import { Frame } from "./Frame.tsx";
import type { Collection } from "./model.ts";
import { go, type Route, useRoute } from "./route.ts";
import { Shelf } from "./Shelf.tsx";
import { SignIn } from "./SignIn.tsx";
import { endSession, keepSession, readSession, type Session, takeToken } from "./session.ts";
import { LeaveContext, useProblem } from "./use-problem.ts";

/** The whole page: who you are, which mascot, and the mascot. */
export function Studio() {
  const [token, setToken] = useState(takeToken);
  const [client, setClient] = useState<Client | null>(() => {
    const session = readSession();
    return session && new Client(session.key);
  });
  const route = useRoute();
  useEffect(() => {
    // A link that is opened in a tab that shows the page already changes nothing but what stands behind the #.
    const hear = () => {
      const brought = takeToken();
      if (brought) setToken(brought);
    };
    addEventListener("hashchange", hear);
    return () => removeEventListener("hashchange", hear);
  }, []);
  const leave = useCallback(() => {
    endSession();
    setClient(null);
    go({ page: "mascots" });
  }, []);
  const enter = useCallback((session: Session) => {
    endSession();
    keepSession(session);
    setToken(null);
    setClient(new Client(session.key));
  }, []);
  if (!client || token) return <SignIn token={token} onEnter={enter} />;
  return (
    <ClientContext value={client}>
      <LeaveContext value={leave}>
        <Room route={route} />
      </LeaveContext>
    </ClientContext>
  );
}

function Room({ route }: { route: Route }) {
  switch (route.page) {
    case "mascots":
      return <Shelf />;
    case "jobs":
      return <Jobs />;
    case "credits":
      return <Credits />;
    case "keys":
      return <Keys />;
    case "canvas":
      return <Workbench key={route.canvasId} {...route} />;
  }
}

/** A canvas by its address alone: its mascot is asked for first. */
function Workbench({ collectionId, canvasId }: { collectionId: string; canvasId: string }) {
  const client = useClient();
  const [collection, setCollection] = useState<Collection | null>(null);
  const { problem, fail } = useProblem();
  useEffect(() => {
    client.get<Collection>(`/v1/collections/${collectionId}`).then(setCollection, fail);
  }, [client, collectionId, fail]);
  if (problem) {
    return (
      <Frame page="canvas" title="This mascot cannot be opened">
        <p role="alert">{problem}</p>
        <p>
          <a href="#/">All mascots</a>
        </p>
      </Frame>
    );
  }
  if (!collection) return <main className="leaf" aria-busy="true" />;
  return (
    <>
      <title>{`${collection.name} · Poseloom`}</title>
      <Editor collection={collection} canvasId={canvasId} onClose={() => go({ page: "mascots" })} />
    </>
  );
}
