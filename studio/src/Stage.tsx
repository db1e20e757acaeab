import { type RefObject, useEffect, useRef, useState } from "react";
import type { Manifest, PoseloomMascot } from "../../player/src/index.ts";
import { Refusal, tell } from "./api.ts";
import { useClient } from "./client.ts";
import { Export } from "./Export.tsx";
import { nameNode } from "./graph.ts";
import { type Graph, type Input, isUnderWay, type Status } from "./model.ts";

/** After these the player is elsewhere. */
const NEWS = ["ready", "statechange", "transitionstart", "transitionend"];

interface StageProps {
  path: string;
  name: string;
  /** Of the canvas as it is saved; what the mascot does changes with it. */
  version: string;
  graph: Graph;
  status: Status | null;
  pictures: ReadonlyMap<string, string>;
  onLight: (id: string) => void;
}

/** The mascot itself: its first pose until it lives, then the real player with a switch for each input. */
export function Stage({ path, name, version, graph, status, pictures, onLight }: StageProps) {
  const isMaking = tellUnderWay(status);
  const isPlayable = (status?.completed ?? 0) > 0 && !isMaking;
  const { manifest, problem } = useManifest(path, version, status, isPlayable);
  const frame = useRef<HTMLDivElement>(null);
  const player = usePlayer(frame, manifest, onLight);
  const first = graph.nodes.find((node) => node.id === graph.initialNode);
  const still = pictures.get(first?.assetId ?? "");
  // What will stand here has its place before it comes, so that nothing below moves away.
  const foreseen = isPlayable && !problem ? foresee(graph, status) : null;
  const played = manifest ? (JSON.parse(manifest) as Played) : foreseen;
  return (
    <section className="stage" aria-label="Mascot">
      <div className="figure" ref={frame}>
        {!manifest && still && <img src={still} alt={`${name}, not yet moving`} />}
        {isMaking && status && (
          <progress aria-label="How far the mascot is" max={1} value={status.progress} />
        )}
      </div>
      {played && <Switches key={manifest} played={played} player={player} />}
      <Standing
        hasSwitches={played !== null}
        isMaking={isMaking}
        isReady={status?.ready}
        hasPose={!!still}
        problem={problem}
      />
      {played && status?.ready && <Export path={path} name={name} />}
    </section>
  );
}

interface StandingProps {
  hasSwitches: boolean;
  isMaking: boolean;
  isReady: boolean | undefined;
  hasPose: boolean;
  problem: string;
}

/** What there is to know of a mascot that does not live yet, or not whole. */
function Standing({ hasSwitches, isMaking, isReady, hasPose, problem }: StandingProps) {
  if (problem) {
    return (
      <p role="alert" className="trouble">
        {problem}
      </p>
    );
  }
  if (!hasSwitches) {
    return (
      <p className="hint">
        {hasPose ? "It comes alive when every clip is made." : "Your mascot appears here."}
      </p>
    );
  }
  if (isReady || isMaking) return null;
  return <p className="hint">Some of its clips are not made: it plays those that are there.</p>;
}

/** The real player in its frame, as soon as there is something to play. */
function usePlayer(frame: RefObject<HTMLDivElement | null>, manifest: string, onLight: (id: string) => void) {
  const [player, setPlayer] = useState<PoseloomMascot | null>(null);
  useEffect(() => {
    if (!manifest || !frame.current) return;
    const mascot = document.createElement("poseloom-mascot");
    const light = () => onLight(mascot.state?.edge ?? mascot.node ?? "");
    for (const event of NEWS) mascot.addEventListener(event, light);
    mascot.manifest = JSON.parse(manifest) as Manifest;
    frame.current.append(mascot);
    setPlayer(mascot);
    return () => {
      mascot.remove();
      setPlayer(null);
      onLight("");
    };
  }, [frame, manifest, onLight]);
  return player;
}

function tellUnderWay(status: Status | null): boolean {
  return status?.edges.some(isUnderWay) ?? false;
}

/** What the player reads, as it is saved. While clips are made, the mascot goes on living as it was. */
function useManifest(path: string, version: string, status: Status | null, isPlayable: boolean) {
  const client = useClient();
  const [manifest, setManifest] = useState("");
  const [problem, setProblem] = useState("");
  const made = `${status?.completed} ${status?.ready}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another version, or another clip, plays otherwise
  useEffect(() => {
    if (!isPlayable || !version) return;
    let isStale = false;
    client
      .send("GET", `${path}/export?partial=true`)
      .then((response) => response.text())
      .then(
        (text) => {
          if (isStale) return;
          setManifest(text);
          setProblem("");
        },
        (error: unknown) => {
          if (isStale || !(error instanceof Refusal)) return;
          setManifest("");
          setProblem(error.code === "canvas_unsafe" ? `It would get stuck. ${tell(error)}` : tell(error));
        },
      );
    return () => {
      isStale = true;
    };
  }, [client, path, version, isPlayable, made]);
  return { manifest, problem };
}

/** What the player reads, as far as there is something to press for it. */
interface Played {
  initialNode: string | null;
  nodes: { id: string; name: string }[];
  edges: { target: string; isLoop: boolean; videos: { webm?: string } }[];
  inputs: Input[];
}

/** What the player will read, before it is there. */
function foresee(graph: Graph, status: Status | null): Played {
  const made = new Set(status?.edges.filter((one) => one.status === "completed").map((one) => one.edge_id));
  return {
    initialNode: graph.initialNode,
    nodes: graph.nodes.map(({ id }) => ({ id, name: nameNode(graph, id) })),
    edges: graph.edges.map(({ id, source, target }) => ({
      target,
      isLoop: source === target,
      videos: made.has(id) ? { webm: id } : {},
    })),
    inputs: graph.inputs,
  };
}

interface SwitchesProps {
  played: Played;
  player: PoseloomMascot | null;
}

/** A switch for each input, and a way to each pose to which clips lead, whatever it waits for. */
function Switches({ played, player }: SwitchesProps) {
  const { inputs, nodes, edges, initialNode } = played;
  const led = new Set(edges.filter((edge) => edge.videos.webm && !edge.isLoop).map((edge) => edge.target));
  const reached = nodes.filter((node) => node.id === initialNode || led.has(node.id));
  return (
    <>
      <section className="switches" aria-label="Inputs of the mascot">
        {inputs.map((input) => (
          <Switch key={input.name} input={input} player={player} />
        ))}
      </section>
      {reached.length > 1 && (
        <section className="switches poses" aria-label="Poses of the mascot">
          <span className="hint">Go to</span>
          {reached.map((node) => (
            <button
              key={node.id}
              type="button"
              className="chip"
              disabled={!player}
              onClick={() => player?.go(node.id)}
            >
              {node.name}
            </button>
          ))}
        </section>
      )}
    </>
  );
}

function Switch({ input, player }: { input: Input; player: PoseloomMascot | null }) {
  if (input.type === "trigger") {
    return (
      <button type="button" disabled={!player} onClick={() => player?.fire(input.name)}>
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
        disabled={!player}
        onChange={(e) => player?.set(input.name, isBoolean ? e.target.checked : Number(e.target.value))}
      />
      <span title={input.name}>{input.name.split("::").at(-1)}</span>
    </label>
  );
}
