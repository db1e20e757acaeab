import { useEffect, useRef, useState } from "react";
import type { PoseloomMascot } from "../../player/src/index.ts";
import { useClient } from "./client.ts";
import { Export } from "./Export.tsx";
import type { Graph, Input, Status } from "./model.ts";
import { tell } from "./Studio.tsx";

/** What players of either age say when they are elsewhere. */
const NEWS = [
  "poseloom-ready",
  "poseloom-node",
  "poseloom-play",
  "ready",
  "statechange",
  "transitionstart",
  "transitionend",
];

interface StageProps {
  path: string;
  name: string;
  graph: Graph;
  status: Status | null;
  pictures: ReadonlyMap<string, string>;
  onLight: (id: string) => void;
}

/** The mascot itself: its first pose until it lives, then the real player with a switch for each input. */
export function Stage({ path, name, graph, status, pictures, onLight }: StageProps) {
  const client = useClient();
  const [source, setSource] = useState("");
  const [problem, setProblem] = useState("");
  const frame = useRef<HTMLDivElement>(null);
  const player = useRef<PoseloomMascot>(null);
  const isReady = status?.ready ?? false;
  const isUnderWay = status?.edges.some((edge) => edge.status === "pending" && edge.job_id) ?? false;

  useEffect(() => {
    if (!isReady) return;
    let url = "";
    client.send("GET", `${path}/export`).then(
      async (response) => {
        url = URL.createObjectURL(await response.blob());
        setSource(url);
        setProblem("");
      },
      (error) => setProblem(tell(error)),
    );
    return () => {
      URL.revokeObjectURL(url);
      setSource("");
    };
  }, [client, path, isReady]);
  useEffect(() => {
    if (!source || !frame.current) return;
    const mascot = document.createElement("poseloom-mascot");
    const light = () => onLight(mascot.state?.edge ?? mascot.node ?? "");
    for (const event of NEWS) mascot.addEventListener(event, light);
    mascot.setAttribute("src", source);
    frame.current.append(mascot);
    player.current = mascot;
    return () => {
      mascot.remove();
      player.current = null;
      onLight("");
    };
  }, [source, onLight]);

  const first = graph.nodes.find((node) => node.id === graph.initialNode);
  const still = pictures.get(first?.assetId ?? "");
  return (
    <section className="stage" aria-label="Mascot">
      <div className="figure" ref={frame}>
        {!source && still && <img src={still} alt={`${name}, not yet moving`} />}
        {!source && isUnderWay && status && (
          <progress aria-label="How far the mascot is" max={1} value={status.progress} />
        )}
      </div>
      {source ? (
        <>
          <section className="switches" aria-label="Inputs of the mascot">
            {graph.inputs.map((input) => (
              <Switch key={input.name} input={input} player={player} />
            ))}
          </section>
          <Export path={path} name={name} />
        </>
      ) : (
        <p className="hint">
          {still ? "It comes alive when every clip is made." : "Your mascot appears here."}
        </p>
      )}
      <p role="alert">{problem}</p>
    </section>
  );
}

function Switch({ input, player }: { input: Input; player: { current: PoseloomMascot | null } }) {
  if (input.type === "trigger") {
    return (
      <button type="button" onClick={() => player.current?.fire(input.name)}>
        {input.name}
      </button>
    );
  }
  const isBoolean = input.type === "boolean";
  return (
    <label className="switch">
      <input
        type={isBoolean ? "checkbox" : "number"}
        defaultChecked={isBoolean && input.default === true}
        defaultValue={isBoolean ? undefined : Number(input.default ?? 0)}
        onChange={(e) =>
          player.current?.set(input.name, isBoolean ? e.target.checked : Number(e.target.value))
        }
      />
      <span title={input.name}>{input.name.split("::").at(-1)}</span>
    </label>
  );
}
