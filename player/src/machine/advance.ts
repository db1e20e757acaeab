import { holds, names } from "./condition.ts";
import { nextHops } from "./route.ts";
import type { Candidate, Edge, Machine, MachineEvent, State, Step, Value } from "./types.ts";

/** The first step: arrival at the initial node. */
export function start(machine: Machine): Step {
  const levels = machine.inputs.filter((input) => input.type !== "trigger");
  const state: State = {
    phase: "rest",
    node: machine.initialNode,
    edge: null,
    values: Object.fromEntries(levels.map((input) => [input.name, input.default])),
    trigger: null,
    walk: null,
    held: null,
    goal: null,
  };
  return arrive(machine, state, machine.initialNode, 0);
}

/** One step. Pure: the same machine, state and event always give the same answer, and none of them is changed. */
export function advance(machine: Machine, state: State, event: MachineEvent): Step {
  if (event.type === "clip_ended") {
    const ended = machine.edgeOf.get(state.edge ?? "");
    return ended ? arrive(machine, state, ended.target, 0) : { state, effects: [] };
  }
  const heard = hear(machine, state, event);
  return heard ? decideAtRest(machine, heard, event.type === "loop_ended") : { state, effects: [] };
}

/** What an event changes by itself; null when it is none for this moment. */
function hear(machine: Machine, state: State, event: MachineEvent): State | null {
  const isResting = state.edge === null;
  switch (event.type) {
    case "fire":
      return typeOf(machine, event.input) === "trigger" ? { ...state, trigger: event.input } : null;
    case "go": {
      const aimed = { ...state, goal: event.node }; // rule 12
      return isResting ? aim(machine, aimed) : aimed;
    }
    case "set":
      return isSettable(machine, state, event) ? give(state, event.input, event.value) : null;
    default:
      return isResting ? count(machine, state, event) : null;
  }
}

function count(machine: Machine, state: State, event: MachineEvent): State | null {
  const { loopCount, nodeTime } = state.values;
  if (event.type === "loop_ended" && loopAt(machine, state))
    return give(state, "loopCount", Number(loopCount) + 1);
  const isLater = event.type === "time" && Number.isFinite(event.ms) && event.ms > Number(nodeTime);
  return isLater ? give(state, "nodeTime", event.ms) : null;
}

function typeOf(machine: Machine, input: string): string | undefined {
  return machine.inputOf.get(input)?.type;
}

function isSettable(
  machine: Machine,
  { values }: State,
  { input, value }: { readonly input: string; readonly value: Value },
): boolean {
  const isValue = typeof value === "boolean" || Number.isFinite(value);
  const isCounted = input === "loopCount" || input === "nodeTime";
  const isNew = Number(values[input]) !== Number(value);
  return isValue && isNew && !isCounted && (typeOf(machine, input) ?? "trigger") !== "trigger";
}

function give(state: State, input: string, value: Value): State {
  return { ...state, values: { ...state.values, [input]: value } };
}

function loopAt(machine: Machine, { node }: State): Edge | null | undefined {
  return machine.places.get(node)?.loop;
}

/** Forget a goal to which no clip leads from here. */
function aim(machine: Machine, state: State): State {
  return hop(machine, state) ? state : { ...state, goal: null };
}

function hop(machine: Machine, { node, goal }: State): Edge | undefined {
  return goal === null ? undefined : nextHops(machine.edges, goal).get(node);
}

/** Rules 7, 9 and 10: after a change, leave or stay; while playing nothing new starts. */
function decideAtRest(machine: Machine, state: State, isBoundary: boolean): Step {
  if (state.edge !== null) return { state, effects: [] };
  const decision = decide(machine, state);
  const waits = decision?.edge.exit === "loop_end" && !isBoundary && loopAt(machine, state);
  if (decision && !waits) return leave(machine, state, decision, 0);
  return { state: { ...state, trigger: namedTrigger(state, decision) }, effects: [] };
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
  return decision && trigger !== null && names(decision.edge, trigger) ? trigger : null;
}

/** Rule 8. An arrival is a loop boundary: what decides here leaves at once. */
function arrive(machine: Machine, state: State, node: string, jumps: number): Step {
  const values = { ...state.values, loopCount: 0, nodeTime: 0 };
  const here = aim(machine, { ...state, phase: "rest", node, edge: null, values });
  const decision = jumps < machine.nodes.length ? decide(machine, here) : undefined;
  if (decision) return leave(machine, here, decision, jumps);
  const loop = loopAt(machine, here);
  return {
    state: { ...here, trigger: null, walk: null, held: null, goal: null },
    effects: [loop ? { type: "loop", edge: loop.id } : { type: "hold", node }],
  };
}
