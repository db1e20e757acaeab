import { useId } from "react";
import { BUILT_IN } from "../../player/src/machine/document.ts";
import { ClipPanel } from "./ClipPanel.tsx";
import { ANY, changeEdge, changeNode, connect, countListeners, removeInput, renameInput } from "./graph.ts";
import type { Condition, Edge, Graph, Input, Item, PoseNode, Status } from "./model.ts";

interface InspectorProps {
  graph: Graph;
  poses: Item[];
  selected: ReadonlySet<string>;
  status: Status | null;
  path: string;
  isSaved: boolean;
  onChange: (edit: (graph: Graph) => Graph) => void;
  onRemove: () => void;
}

const OPERATORS = ["==", "!=", ">", "<", ">=", "<="];

/** What is known of the selected thing, to be changed; of the inputs when nothing is selected. */
export function Inspector(props: InspectorProps) {
  const { graph, poses, selected, status, path, isSaved, onChange, onRemove } = props;
  const node = graph.nodes.find((one) => selected.has(one.id));
  const edge = graph.edges.find((one) => selected.has(one.id));
  if (node) return <NodeForm key={node.id} {...{ graph, poses, node, onChange, onRemove }} />;
  if (!edge) return <InputForm graph={graph} onChange={onChange} />;
  return (
    <>
      <EdgeForm key={edge.id} {...{ graph, edge, onChange, onRemove }} />
      <ClipPanel
        key={`${edge.id} clip`}
        path={path}
        edge={edge}
        stand={status?.edges.find((one) => one.edge_id === edge.id)}
        isSaved={isSaved}
      />
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
      <label>
        Add a transition to
        <select value="" onChange={(e) => onChange((g) => connect(g, node.id, e.target.value))}>
          <option value="">choose …</option>
          {graph.nodes.map((other) => (
            <option key={other.id} value={other.id}>
              {other.id === node.id ? "itself (a loop)" : other.itemName || other.id}
            </option>
          ))}
        </select>
      </label>
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

function EdgeForm({ graph, edge, onChange, onRemove }: FormProps & { edge: Edge }) {
  const change = (what: Partial<Edge>) => onChange((old) => changeEdge(old, edge.id, what));
  const conditions = edge.conditions ?? [];
  const inputs = listInputs(graph, edge);
  const setCondition = (index: number, what: Condition | null) =>
    change({ conditions: conditions.flatMap((old, at) => (at === index ? (what ? [what] : []) : [old])) });
  return (
    <section className="stack" aria-label="Transition">
      <h2>
        {nameNode(graph, edge.source)} → {nameNode(graph, edge.target)}
      </h2>
      <Text
        label="What happens, in plain words"
        rows={3}
        value={edge.description ?? ""}
        onCommit={(text) => change({ description: text || null })}
      />
      <div className="row">
        <Figure
          label="Seconds"
          value={edge.duration}
          step={0.5}
          onCommit={(duration) => change({ duration })}
        />
        <Figure
          label="Priority"
          value={edge.priority}
          step={1}
          onCommit={(priority) => change({ priority: priority ?? 0 })}
        />
      </div>
      <fieldset>
        <legend>When</legend>
        {conditions.length === 0 && <p className="hint">Always.</p>}
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

function nameNode(graph: Graph, id: string): string {
  if (id === ANY) return "Any state";
  return graph.nodes.find((node) => node.id === id)?.itemName || id;
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
    <div className="row">
      <select
        aria-label="Input"
        value={condition.input}
        onChange={(e) => {
          const next = inputs.find((one) => one.name === e.target.value);
          if (next) onChange(begin(next));
        }}
      >
        {inputs.map((one) => (
          <option key={one.name}>{one.name}</option>
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
        <input
          aria-label="Value"
          type="number"
          value={Number(condition.value ?? 0)}
          onChange={(e) => onChange({ ...condition, value: Number(e.target.value) })}
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
            <input
              key={input.name}
              aria-label={`Name of the input ${input.name}`}
              defaultValue={input.name}
              onBlur={(e) => onChange((old) => renameInput(old, input.name, e.target.value.trim()))}
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
    <input
      key={String(input.default)}
      aria-label={label}
      type="number"
      defaultValue={Number(input.default ?? 0)}
      onBlur={(e) => onChange(Number(e.target.value))}
    />
  );
}

interface TextProps {
  label: string;
  value: string;
  rows?: number;
  onCommit: (value: string) => void;
}

/** Text that is one change when it is left, not one for each letter. */
function Text({ label, value, rows, onCommit }: TextProps) {
  const leave = (text: string) => text !== value && onCommit(text);
  const name = useId();
  const shared = { id: name, defaultValue: value };
  return (
    <div className="field">
      <label htmlFor={name}>{label}</label>
      {rows ? (
        <textarea {...shared} key={value} rows={rows} onBlur={(e) => leave(e.target.value)} />
      ) : (
        <input {...shared} key={value} onBlur={(e) => leave(e.target.value)} />
      )}
    </div>
  );
}

interface FigureProps {
  label: string;
  value: number | null | undefined;
  step: number;
  onCommit: (value: number | null) => void;
}

function Figure({ label, value, step, onCommit }: FigureProps) {
  const text = value == null ? "" : String(value);
  return (
    <label>
      {label}
      <input
        key={text}
        type="number"
        step={step}
        defaultValue={text}
        onBlur={(e) =>
          e.target.value !== text && onCommit(e.target.value === "" ? null : Number(e.target.value))
        }
      />
    </label>
  );
}
