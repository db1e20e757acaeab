import { changeEdge, changeNode, connect } from "./graph.ts";
import type { Condition, Edge, Graph, Input, Item, PoseNode, Status } from "./model.ts";

interface InspectorProps {
  graph: Graph;
  poses: Item[];
  selected: ReadonlySet<string>;
  status: Status | null;
  onChange: (edit: (graph: Graph) => Graph) => void;
  onRemove: () => void;
}

const OPERATORS = ["==", "!=", ">", "<", ">=", "<="];

/** What is known of the selected thing, to be changed; of the inputs when nothing is selected. */
export function Inspector({ graph, poses, selected, status, onChange, onRemove }: InspectorProps) {
  const node = graph.nodes.find((one) => selected.has(one.id));
  const edge = graph.edges.find((one) => selected.has(one.id));
  if (node) return <NodeForm key={node.id} {...{ graph, poses, node, onChange, onRemove }} />;
  const problem = edge && status?.edges.find((one) => one.edge_id === edge.id)?.error?.message;
  if (edge)
    return <EdgeForm key={edge.id} {...{ graph, edge, onChange, onRemove }} problem={problem ?? ""} />;
  return <InputForm graph={graph} onChange={onChange} />;
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

function EdgeForm({ graph, edge, problem, onChange, onRemove }: FormProps & { edge: Edge; problem: string }) {
  const change = (what: Partial<Edge>) => onChange((old) => changeEdge(old, edge.id, what));
  const conditions = edge.conditions ?? [];
  const setCondition = (index: number, what: Condition | null) =>
    change({ conditions: conditions.flatMap((old, at) => (at === index ? (what ? [what] : []) : [old])) });
  return (
    <section className="stack" aria-label="Transition">
      <h2>
        {edge.source === "*" ? "Any state" : edge.source} → {edge.target}
      </h2>
      {problem && <p role="alert">{problem}</p>}
      <Text
        label="What happens, in plain words"
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
            inputs={graph.inputs}
            condition={condition}
            onChange={(what) => setCondition(index, what)}
          />
        ))}
        <button
          type="button"
          disabled={graph.inputs.length === 0}
          onClick={() => graph.inputs[0] && change({ conditions: [...conditions, begin(graph.inputs[0])] })}
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
  return (
    <section className="stack" aria-label="Inputs">
      <h2>Inputs</h2>
      <p className="hint">What your app tells the mascot. Transitions listen to them.</p>
      <ul className="plain">
        {graph.inputs.map((input) => (
          <li key={input.name} className="row">
            <span>{input.name}</span>
            <span className="hint">{input.type}</span>
            <button
              type="button"
              aria-label={`Remove the input ${input.name}`}
              onClick={() =>
                onChange((old) => ({ ...old, inputs: old.inputs.filter((one) => one.name !== input.name) }))
              }
            >
              ×
            </button>
          </li>
        ))}
      </ul>
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

/** Text that is one change when it is left, not one for each letter. */
function Text({
  label,
  value,
  onCommit,
}: {
  label: string;
  value: string;
  onCommit: (value: string) => void;
}) {
  return (
    <label>
      {label}
      <input
        key={value}
        defaultValue={value}
        onBlur={(e) => e.target.value !== value && onCommit(e.target.value)}
      />
    </label>
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
