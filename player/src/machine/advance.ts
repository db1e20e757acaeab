import { holds, names } from "./condition.ts";
import { nextHops } from "./route.ts";
import { initialValues, place, withValue } from "./state.ts";
import type { Candidate, Edge, Effect, Machine, MachineEvent, State, Step, Value } from "./types.ts";

const COUNTED = new Set(["loopCount", "nodeTime"]);

/** The first step: arrival at the initial node. */
export function start(machine: Machine): Step {
  const state: State = {
    phase: "rest",
    node: machine.initialNode,
    edge: null,
    values: initialValues(machine),
    trigger: null,
    walk: null,
    held: null,
    goal: null,
  };
  return arrive(machine, state, machine.initialNode, 0);
}

/** One step. Pure: the same machine, state and event always give the same answer, and none of them is changed. */
export function advance(machine: Machine, state: State, event: MachineEvent): Step {
  switch (event.type) {
    case "set":
      return set(machine, state, event.input, event.value);
    case "fire":
      return fire(machine, state, event.input);
    case "go":
      return go(machine, { ...state, goal: event.node });
    case "clip_ended":
      return endClip(machine, state);
    case "loop_ended":
      return endLoop(machine, state);
    case "time":
      return passTime(machine, state, event.ms);
    default:
      return nothing(state);
  }
}

function set(machine: Machine, state: State, name: string, value: Value): Step {
  const input = machine.inputOf.get(name);
  const isSettable = input && input.type !== "trigger" && !COUNTED.has(name) && isValue(value);
  if (!isSettable || Number(state.values[name]) === Number(value)) return nothing(state);
  return decideAtRest(machine, withValue(state, name, value));
}

function isValue(value: unknown): value is Value {
  return typeof value === "boolean" || Number.isFinite(value);
}

function fire(machine: Machine, state: State, name: string): Step {
  if (machine.inputOf.get(name)?.type !== "trigger") return nothing(state);
  return decideAtRest(machine, { ...state, trigger: name });
}

/** Rule 12. */
function go(machine: Machine, state: State): Step {
  return decideAtRest(machine, state.phase === "play" ? state : aim(machine, state));
}

/** Forget a goal to which no clip leads from here. */
function aim(machine: Machine, state: State): State {
  return hop(machine, state) ? state : { ...state, goal: null };
}

function hop(machine: Machine, { node, goal }: State): Edge | undefined {
  return goal === null ? undefined : nextHops(machine.edges, goal).get(node);
}

function endClip(machine: Machine, state: State): Step {
  const edge = state.edge === null ? undefined : machine.edgeOf.get(state.edge);
  return edge && state.phase === "play" ? arrive(machine, state, edge.target, 0) : nothing(state);
}

function endLoop(machine: Machine, state: State): Step {
  if (state.phase === "play" || !place(machine, state).loop) return nothing(state);
  const count = Number(state.values.loopCount) + 1;
  return decideAtRest(machine, withValue(state, "loopCount", count), true);
}

function passTime(machine: Machine, state: State, ms: number): Step {
  const isLater = Number.isFinite(ms) && ms > Number(state.values.nodeTime);
  if (state.phase === "play" || !isLater) return nothing(state);
  return decideAtRest(machine, withValue(state, "nodeTime", ms));
}

/** Rules 7, 9 and 10: after a change, leave or stay; while playing nothing new starts. */
function decideAtRest(machine: Machine, state: State, isBoundary = false): Step {
  if (state.phase === "play") return { state, effects: [] };
  const decision = decide(machine, state);
  if (!decision) return nothing({ ...state, trigger: null });
  if (decision.edge.exit !== "loop_end" || isBoundary || !place(machine, state).loop) {
    return leave(machine, state, decision, 0);
  }
  return nothing({ ...state, trigger: namedTrigger(state, decision.edge) });
}

/** Rules 2 and 12: the way to the goal, else the first edge in rank whose conditions hold. */
function decide(machine: Machine, state: State): Candidate | undefined {
  const way = hop(machine, state);
  if (way) return { edge: way, step: way };
  return place(machine, state).candidates.find(({ edge }) => holds(machine, state, edge));
}

/** Rule 6, and the walk of rule 4: a walk that goes on lives on the trigger that it holds and consumes no other. */
function leave(machine: Machine, state: State, { edge, step }: Candidate, jumps: number): Step {
  const held = state.walk === edge.id ? state.held : null;
  const consumed = held === null ? namedTrigger(state, edge) : null;
  const isWalk = step !== edge && step.target !== edge.target;
  const left: State = {
    ...state,
    trigger: consumed === null ? state.trigger : null,
    walk: isWalk ? edge.id : null,
    held: isWalk ? (held ?? consumed) : null,
  };
  if (!step.clip) return arrive(machine, left, step.target, jumps + 1);
  return { state: { ...left, phase: "play", edge: step.id }, effects: [{ type: "play", edge: step.id }] };
}

function namedTrigger(state: State, edge: Edge): string | null {
  return state.trigger !== null && names(edge, state.trigger) ? state.trigger : null;
}

/** Rule 8. An arrival is a loop boundary: what decides here leaves at once. */
function arrive(machine: Machine, state: State, node: string, jumps: number): Step {
  const values = Object.freeze({ ...state.values, loopCount: 0, nodeTime: 0 });
  const here = aim(machine, { ...state, phase: "rest", node, edge: null, values });
  const decision = jumps < machine.nodes.length ? decide(machine, here) : undefined;
  return decision ? leave(machine, here, decision, jumps) : rest(machine, here);
}

function rest(machine: Machine, state: State): Step {
  const { loop } = place(machine, state);
  const effect: Effect = loop ? { type: "loop", edge: loop.id } : { type: "hold", node: state.node };
  return { state: { ...state, trigger: null, walk: null, held: null, goal: null }, effects: [effect] };
}

function nothing(state: State): Step {
  return { state, effects: [] };
}
