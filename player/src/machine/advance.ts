import { holds, names } from "./condition.ts";
import { nextHops } from "./route.ts";
import type { Candidate, Edge, Machine, MachineEvent, State, Step, Value } from "./types.ts";

/** What of a state a rest leaves behind. */
const REST = { phase: "rest", edge: null, trigger: null, walk: null, held: null, goal: null } as const;

/** The first step: arrival at the initial node. */
export function start(machine: Machine): Step {
  const levels = machine.inputs.filter((input) => input.type !== "trigger");
  const values = Object.fromEntries(levels.map((input) => [input.name, input.default]));
  return arrive(machine, { ...REST, node: "", values }, machine.initialNode, 0);
}

/** One step. Pure: the same machine, state and event always give the same answer, and none of them is changed. */
export function advance(machine: Machine, state: State, event: MachineEvent): Step {
  const { type } = event;
  const ended = type === "clip_ended" && machine.edgeOf.get(state.edge);
  if (ended) return arrive(machine, state, ended.target, 0);
  const heard = hear(machine, state, event);
  if (heard?.edge !== null) return { state: heard ?? state, effects: [] };
  // Rules 7, 9 and 10: after a change, leave or stay; while playing nothing new starts.
  const decision = decide(machine, heard);
  const waits = decision?.edge.exit === "loop_end" && type !== "loop_ended" && loopAt(machine, state.node);
  if (decision && !waits) return leave(machine, heard, decision, 0);
  return { state: { ...heard, trigger: namedTrigger(heard, decision) }, effects: [] };
}

/** What an event changes by itself; undefined when it is none for this moment. */
function hear(machine: Machine, state: State, event: MachineEvent): State | undefined {
  const { edge, node, values } = state;
  const isResting = edge === null;
  const give = (input: string, value: Value) => ({ ...state, values: { ...values, [input]: value } });
  if (event.type === "go") {
    const aimed = { ...state, goal: event.node }; // rule 12
    return isResting ? aim(machine, aimed) : aimed;
  }
  if (event.type === "fire" && machine.inputOf.get(event.input)?.type === "trigger")
    return { ...state, trigger: event.input };
  if (event.type === "set" && isSettable(machine, values, event)) return give(event.input, event.value);
  if (event.type === "loop_ended" && isResting && loopAt(machine, node))
    return give("loopCount", Number(values.loopCount) + 1);
  if (event.type === "time" && isResting && event.ms > Number(values.nodeTime) && event.ms < Infinity)
    return give("nodeTime", event.ms);
  return undefined;
}

/** Rule 11: a boolean is true or false, triggers have no value, and the machine counts two by itself. */
function isSettable(
  { inputOf }: Machine,
  values: State["values"],
  { input, value }: { readonly input: string; readonly value: Value },
): boolean {
  const isNumber = inputOf.get(input)?.type === "number";
  return (
    (typeof value === "boolean" || (isNumber ? Number.isFinite(value) : value === 0 || value === 1)) &&
    Object.hasOwn(values, input) &&
    input !== "loopCount" &&
    input !== "nodeTime" &&
    Number(values[input]) !== Number(value)
  );
}

/** What plays at a node while nothing else does. */
export function loopAt({ places }: Machine, node: string): Edge | undefined {
  return places.get(node)?.loop;
}

/** Forget a goal to which no clip leads from here. */
function aim(machine: Machine, state: State): State {
  return hop(machine, state) ? state : { ...state, goal: null };
}

function hop(machine: Machine, { node, goal }: State): Edge | null | undefined {
  return nextHops(machine.edges, goal).get(node);
}

/** Rules 2 and 12: the way to the goal, else the first edge in rank whose conditions hold. */
function decide(machine: Machine, state: State): Candidate | undefined {
  const way = hop(machine, state);
  if (way) return { edge: way, step: way };
  return machine.places.get(state.node)?.candidates.find(({ edge }) => holds(machine, state, edge));
}

/** Rule 6, and the walk of rule 4: a walk that goes on lives on the trigger that it holds and consumes no other. */
function leave(machine: Machine, state: State, decision: Candidate, jumps: number): Step {
  const { edge, step } = decision;
  const held = state.walk === edge.id ? state.held : null;
  const consumed = held ?? namedTrigger(state, decision);
  const isWalk = step !== edge && step.target !== edge.target;
  const left: State = {
    ...state,
    trigger: held === consumed ? state.trigger : null,
    walk: isWalk ? edge.id : null,
    held: isWalk ? consumed : null,
  };
  if (!step.clip) return arrive(machine, left, step.target, jumps + 1);
  return { state: { ...left, phase: "play", edge: step.id }, effects: [{ type: "play", edge: step.id }] };
}

function namedTrigger({ trigger }: State, decision: Candidate | undefined): string | null {
  return decision && names(decision.edge, trigger) ? trigger : null;
}

/** Rule 8. An arrival is a loop boundary: what decides here leaves at once. */
function arrive(machine: Machine, state: State, node: string, jumps: number): Step {
  const values = { ...state.values, loopCount: 0, nodeTime: 0 };
  const here = aim(machine, { ...state, phase: "rest", node, edge: null, values });
  const decision = jumps < machine.nodes.length ? decide(machine, here) : undefined;
  if (decision) return leave(machine, here, decision, jumps);
  const loop = loopAt(machine, node);
  return {
    state: { ...here, ...REST },
    effects: [loop ? { type: "loop", edge: loop.id } : { type: "hold", node }],
  };
}
