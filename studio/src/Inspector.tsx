import { type KeyboardEvent, useId, useState } from "react";
import { BUILT_IN } from "../../player/src/machine/document.ts";
import { ClipPanel } from "./ClipPanel.tsx";
import { count } from "./count.ts";
import {
  ANY,
  changeEdge,
  changeNode,
  connect,
  countListeners,
  nameEdge,
  nameNode,
  removeInput,
  renameInput,
} from "./graph.ts";
import type { Condition, Edge, EdgeStatus, Graph, Input, Item, PoseNode, Status } from "./model.ts";

interface InspectorProps {
  graph: Graph;
  /** What the API says of each edge. */
  kinds: ReadonlyMap<string, string>;
  poses: Item[];
  selected: ReadonlySet<string>;
  status: Status | null;
  path: string;
  isSaved: boolean;
  onSelect: (ids: ReadonlySet<string>) => void;
  onChange: (edit: (graph: Graph) => Graph) => void;
  onRemove: () => void;
}

const OPERATORS = ["==", "!=", ">", "<", ">=", "<="];

/** What is known of the selected thing, to be changed; of the inputs when nothing is selected. */
export function Inspector(props: InspectorProps) {
  const { graph, kinds, poses, selected, status, path, isSaved, onSelect, onChange, onRemove } = props;
  const nodes = graph.nodes.filter((one) => selected.has(one.id));
  const edges = graph.edges.filter((one) => selected.has(one.id));
  if (nodes.length + edges.length > 1) return <Several {...{ graph, nodes, edges, onSelect, onRemove }} />;
  const [node, edge] = [nodes[0], edges[0]];
  if (node) return <NodeForm key={node.id} {...{ graph, poses, node, onChange, onRemove }} />;
  if (!edge && selected.has(ANY)) return <AnyForm graph={graph} onChange={onChange} />;
  if (!edge) return <InputForm graph={graph} onChange={onChange} />;
  const stand = status?.edges.find((one) => one.edge_id === edge.id);
  return (
    <EdgePanel
      key={edge.id}
      kind={kinds.get(edge.id)}
      {...{ graph, edge, path, isSaved, stand, onChange, onRemove }}
    />
  );
}

interface EdgePanelProps extends FormProps {
  edge: Edge;
  kind: string | undefined;
  path: string;
  isSaved: boolean;
  stand: EdgeStatus | undefined;
}

/** A transition and its clip: what became of the clip stands first, and where it stood first it stays. */
function EdgePanel({ path, stand, isSaved, ...form }: EdgePanelProps) {
  const [wasMade] = useState(stand?.status === "completed" || stand?.status === "failed");
  const clip = <ClipPanel path={path} edge={form.edge} stand={stand} isSaved={isSaved} />;
  return (
    <>
      <h2>{nameEdge(form.graph, form.edge)}</h2>
      {wasMade && clip}
      <EdgeForm {...form} />
      {!wasMade && clip}
    </>
  );
}

type FormProps = Pick<InspectorProps, "graph" | "onChange" | "onRemove">;

function NodeForm({ graph, poses, node, onChange, onRemove }: FormProps & { poses: Item[]; node: PoseNode }) {
  return (
    <section className="stack" aria-label="Pose">
      <h2>Pose</h2>
      <Text
        label="Name"
        value={node.itemName ?? ""}
        onCommit={(itemName) => onChange((g) => changeNode(g, node.id, { itemName }))}
      />
      <label>
        Picture
        <select
          value={node.assetId ?? ""}
          onChange={(e) => onChange((g) => changeNode(g, node.id, { assetId: e.target.value || null }))}
        >
          <option value="">none yet</option>
          {poses.map((item) => {
            const ids = Object.values(item.asset_ids);
            const mine = ids.find((id) => id === node.assetId);
            return (
              <option key={item.id} value={mine ?? item.asset_ids.transparent_image ?? ids[0]}>
                {item.name}
              </option>
            );
          })}
        </select>
      </label>
      <NewTransition graph={graph} source={node.id} onChange={onChange} />
      <div className="row">
        <button
          type="button"
          disabled={graph.initialNode === node.id}
          onClick={() => onChange((g) => ({ ...g, initialNode: node.id }))}
        >
          Begin here
        </button>
        <button type="button" onClick={onRemove}>
          Remove
        </button>
      </div>
    </section>
  );
}

/** Where a transition leads, for hands that do not draw. */
function NewTransition({
  graph,
  source,
  onChange,
}: Pick<FormProps, "graph" | "onChange"> & { source: string }) {
  return (
    <label>
      Add a transition to
      <select value="" onChange={(e) => onChange((g) => connect(g, source, e.target.value))}>
        <option value="">choose …</option>
        {graph.nodes.map((other) => (
          <option key={other.id} value={other.id}>
            {other.id === source ? "itself (a loop)" : other.itemName || other.id}
          </option>
        ))}
      </select>
    </label>
  );
}

function AnyForm({ graph, onChange }: Pick<FormProps, "graph" | "onChange">) {
  return (
    <section className="stack" aria-label="Any state">
      <h2>Any state</h2>
      <p className="hint">
        Transitions from here are asked first, wherever the mascot is. It walks there by the clips that join
        its poses, so they cost nothing.
      </p>
      <NewTransition graph={graph} source={ANY} onChange={onChange} />
    </section>
  );
}

interface SeveralProps extends Pick<InspectorProps, "onSelect" | "onRemove"> {
  graph: Graph;
  nodes: PoseNode[];
  edges: Edge[];
}

const LIST_LENGTH = 8;

/** Several things at once: one of them can be chosen, all of them can go. */
function Several({ graph, nodes, edges, onSelect, onRemove }: SeveralProps) {
  const what = [
    ...(nodes.length > 0 ? [count(nodes.length, "pose")] : []),
    ...(edges.length > 0 ? [count(edges.length, "transition")] : []),
  ];
  const things = [
    ...nodes.map((node) => ({ id: node.id, name: nameNode(graph, node.id) })),
    ...edges.map((edge) => ({ id: edge.id, name: nameEdge(graph, edge) })),
  ];
  return (
    <section className="stack" aria-label="Selection">
      <h2>{what.join(" and ")}</h2>
      <ul className="plain">
        {things.slice(0, LIST_LENGTH).map(({ id, name }) => (
          <li key={id}>
            <button type="button" className="line" onClick={() => onSelect(new Set([id]))}>
              {name}
            </button>
          </li>
        ))}
      </ul>
      {things.length > LIST_LENGTH && <p className="hint">and {things.length - LIST_LENGTH} more</p>}
      <button type="button" onClick={onRemove}>
        Remove them
      </button>
    </section>
  );
}

type EdgeFormProps = FormProps & Pick<EdgePanelProps, "edge" | "kind">;

function EdgeForm({ graph, edge, kind, onChange, onRemove }: EdgeFormProps) {
  const change = (what: Partial<Edge>) => onChange((old) => changeEdge(old, edge.id, what));
  const borrowed = BORROWED[kind ?? ""];
  const conditions = edge.conditions ?? [];
  const inputs = listInputs(graph, edge);
  const setCondition = (index: number, what: Condition | null) =>
    change({ conditions: conditions.flatMap((old, at) => (at === index ? (what ? [what] : []) : [old])) });
  return (
    <section className="stack" aria-label="Transition">
      {borrowed ? (
        <p className="hint">{borrowed}</p>
      ) : (
        <Text
          label="What happens, in plain words"
          rows={3}
          placeholder={edge.source === edge.target ? "breathes, floats, waves …" : "jumps, slowly …"}
          value={edge.description ?? ""}
          onCommit={(text) => change({ description: text || null })}
        />
      )}
      <div className="row">
        {!borrowed && (
          <Figure
            label="Seconds"
            value={edge.duration}
            placeholder="as usual"
            step={0.5}
            onCommit={(duration) => change({ duration })}
          />
        )}
        <Figure
          label="Priority"
          value={edge.priority}
          placeholder="0"
          step={1}
          onCommit={(priority) => change({ priority: priority ?? 0 })}
        />
      </div>
      <fieldset>
        <legend>When</legend>
        {conditions.length === 0 && <p className="hint">{tellUnconditional(edge)}</p>}
        {conditions.map((condition, index) => (
          <ConditionRow
            // biome-ignore lint/suspicious/noArrayIndexKey: a condition has no name; its place is what it is
            key={index}
            inputs={inputs}
            condition={condition}
            onChange={(what) => setCondition(index, what)}
          />
        ))}
        <button
          type="button"
          onClick={() => inputs[0] && change({ conditions: [...conditions, begin(inputs[0])] })}
        >
          Add a condition
        </button>
      </fieldset>
      <label>
        Leaves
        <select
          value={edge.exit ?? "now"}
          onChange={(e) => change({ exit: e.target.value as "now" | "loop_end" })}
        >
          <option value="now">at once</option>
          <option value="loop_end">when the loop ends</option>
        </select>
      </label>
      <button type="button" onClick={onRemove}>
        Remove
      </button>
    </section>
  );
}

/** Where the motion of an edge comes from that has none of its own. */
const BORROWED: Record<string, string> = {
  reverse: "The way there, played backwards: it moves and lasts as that does, and costs nothing.",
  any_state: "The mascot walks there by the clips that join its poses; none is made for it.",
};

/** What it means that an edge waits for nothing. */
function tellUnconditional({ source, target }: Edge): string {
  if (source === target) return "It plays while the mascot rests in this pose.";
  if (source === ANY) return "Nothing makes it play yet.";
  return "Nothing makes it play by itself; the mascot may come this way on its way elsewhere.";
}

/** What a condition can ask for: the canvas' own inputs, what every player knows, and what it asks for already. */
function listInputs(graph: Graph, edge: Edge): Input[] {
  const known = [...graph.inputs, ...BUILT_IN];
  const names = new Set(known.map((input) => input.name));
  const asked = (edge.conditions ?? []).filter((one) => !names.has(one.input));
  return [
    ...known,
    ...asked.map(
      ({ input, value }): Input => ({
        name: input,
        type: typeof value === "boolean" ? "boolean" : "number",
        default: null,
      }),
    ),
  ];
}

function begin(input: Input): Condition {
  if (input.type === "trigger") return { input: input.name };
  return { input: input.name, op: "==", value: input.type === "boolean" ? true : 0 };
}

interface ConditionProps {
  inputs: Input[];
  condition: Condition;
  onChange: (condition: Condition | null) => void;
}

function ConditionRow({ inputs, condition, onChange }: ConditionProps) {
  const input = inputs.find((one) => one.name === condition.input);
  return (
    <div className="condition">
      <select
        aria-label="Input"
        title={condition.input}
        value={condition.input}
        onChange={(e) => {
          const next = inputs.find((one) => one.name === e.target.value);
          if (next) onChange(begin(next));
        }}
      >
        {inputs.map((one) => (
          <option key={one.name} value={one.name}>
            {one.name.split("::").at(-1)}
          </option>
        ))}
      </select>
      {input?.type !== "trigger" && (
        <select
          aria-label="Compared"
          value={condition.op ?? "=="}
          onChange={(e) => onChange({ ...condition, op: e.target.value })}
        >
          {OPERATORS.map((operator) => (
            <option key={operator}>{operator}</option>
          ))}
        </select>
      )}
      {input?.type === "boolean" && (
        <select
          aria-label="Value"
          value={String(condition.value)}
          onChange={(e) => onChange({ ...condition, value: e.target.value === "true" })}
        >
          <option>true</option>
          <option>false</option>
        </select>
      )}
      {input?.type === "number" && (
        <Plain
          label="Value"
          type="number"
          value={String(condition.value ?? 0)}
          onCommit={(text) => onChange({ ...condition, value: Number(text) })}
        />
      )}
      <button
        type="button"
        aria-label={`Remove the condition on ${condition.input}`}
        onClick={() => onChange(null)}
      >
        ×
      </button>
    </div>
  );
}

function InputForm({ graph, onChange }: Pick<FormProps, "graph" | "onChange">) {
  const add = (form: FormData) => {
    const name = String(form.get("name")).trim();
    const type = String(form.get("type")) as Input["type"];
    const input: Input = { name, type, default: type === "number" ? 0 : false };
    onChange((old) =>
      old.inputs.some((one) => one.name === name) ? old : { ...old, inputs: [...old.inputs, input] },
    );
  };
  const [own, given] = [
    graph.inputs.filter((input) => !input.system),
    graph.inputs.filter((input) => input.system),
  ];
  const setDefault = (name: string, value: boolean | number) =>
    onChange((old) => ({
      ...old,
      inputs: old.inputs.map((one) => (one.name === name ? { ...one, default: value } : one)),
    }));
  return (
    <section className="stack" aria-label="Inputs">
      <h2>Inputs</h2>
      <p className="hint">What your app tells the mascot. Transitions listen to them.</p>
      <ul className="plain">
        {own.map((input) => (
          <li key={input.name} className="row input">
            <Plain
              label={`Name of the input ${input.name}`}
              type="text"
              value={input.name}
              onCommit={(text) => onChange((old) => renameInput(old, input.name, text.trim()))}
            />
            <Default input={input} onChange={(value) => setDefault(input.name, value)} />
            <button
              type="button"
              className="quiet"
              aria-label={`Remove the input ${input.name}`}
              disabled={countListeners(graph, input.name) > 0}
              title={countListeners(graph, input.name) > 0 ? "Transitions listen to it" : undefined}
              onClick={() => onChange((old) => removeInput(old, input.name))}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      {given.length > 0 && (
        <p className="hint">Desktop apps set {given.map((input) => input.name).join(", ")}.</p>
      )}
      <form action={add} className="row">
        <input name="name" required aria-label="Name of a new input" placeholder="name" />
        <select name="type" aria-label="Type of a new input">
          <option>trigger</option>
          <option>boolean</option>
          <option>number</option>
        </select>
        <button type="submit">Add</button>
      </form>
    </section>
  );
}

/** What an input is before anybody has said anything; a trigger has nothing to begin with. */
function Default({ input, onChange }: { input: Input; onChange: (value: boolean | number) => void }) {
  const label = `${input.name} at the beginning`;
  if (input.type === "trigger") return <span className="hint">trigger</span>;
  if (input.type === "boolean") {
    return (
      <select
        aria-label={label}
        value={String(input.default === true)}
        onChange={(e) => onChange(e.target.value === "true")}
      >
        <option>false</option>
        <option>true</option>
      </select>
    );
  }
  return (
    <Plain
      label={label}
      type="number"
      value={String(input.default ?? 0)}
      onCommit={(text) => onChange(Number(text))}
    />
  );
}

interface PlainProps {
  label: string;
  type: "text" | "number";
  value: string;
  onCommit: (value: string) => void;
}

/** A field in a row of fields: what it is stands beside it, its name is for those who do not see that. */
function Plain({ label, type, value, onCommit }: PlainProps) {
  return <input aria-label={label} type={type} {...useField(value, onCommit)} />;
}

interface TextProps {
  label: string;
  value: string;
  rows?: number;
  onCommit: (value: string) => void;
}

/** What is written in a field, until it is left or Enter is pressed: one change, not one for each letter. */
function useField(value: string, onCommit: (text: string) => void) {
  const [known, setKnown] = useState(value);
  const [text, setText] = useState(value);
  // Undoing, or somebody else, may change it meanwhile.
  if (known !== value) {
    setKnown(value);
    setText(value);
  }
  const commit = () => {
    if (text === value) return;
    // What is not taken does not stay there as if it were.
    setText(value);
    onCommit(text);
  };
  const press = (event: KeyboardEvent<HTMLElement>) => {
    if (event.key === "Enter" && event.currentTarget instanceof HTMLInputElement) commit();
    if (event.key === "Escape") setText(value);
  };
  return {
    value: text,
    onChange: (event: { target: { value: string } }) => setText(event.target.value),
    onBlur: commit,
    onKeyDown: press,
  };
}

interface TextProps {
  label: string;
  value: string;
  rows?: number;
  placeholder?: string;
  onCommit: (value: string) => void;
}

function Text({ label, value, rows, placeholder, onCommit }: TextProps) {
  const name = useId();
  const field = { id: name, placeholder, ...useField(value, onCommit) };
  return (
    <div className="field">
      <label htmlFor={name}>{label}</label>
      {rows ? <textarea {...field} rows={rows} /> : <input {...field} />}
    </div>
  );
}

interface FigureProps {
  label: string;
  value: number | null | undefined;
  step: number;
  placeholder?: string;
  onCommit: (value: number | null) => void;
}

function Figure({ label, value, step, placeholder, onCommit }: FigureProps) {
  const field = useField(value == null ? "" : String(value), (text) =>
    onCommit(text === "" ? null : Number(text)),
  );
  return (
    <label>
      {label}
      <input type="number" step={step} placeholder={placeholder} {...field} />
    </label>
  );
}
