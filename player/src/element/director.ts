import { advance, loopAt, start } from "../machine/advance.ts";
import { nextMoment } from "../machine/timer.ts";
import type { Edge, Effect, Machine, MachineEvent, State } from "../machine/types.ts";
import type { Audience, Clip, Stage } from "../stage/stage.ts";
import type { Cast } from "./cast.ts";

/** Some 23 days; browsers take more than 2 ** 31 for none at all. */
const LONGEST_TIMER_MS = 2_000_000_000;

/** What the director tells: every step that changed something, and clips that failed. */
export interface Critic {
  stepped(event: MachineEvent, before: State, after: State, effects: readonly Effect[]): void;
  failed(edge: string, reason: string): void;
}

/** Brings machine, stage and clock together. Knows no DOM. */
export interface Director extends Audience {
  readonly state: State;
  /** Put what goes on now onto a stage. */
  mount(stage: Stage, cast: Cast): void;
  /** The stage is gone; the machine's state stays. */
  unmount(): void;
  /** Clock and stage go on, or stand still. */
  run(isOn: boolean): void;
  /** Take an event. Events that come while one is being taken wait their turn. */
  dispatch(event: MachineEvent): void;
}

export function makeDirector(machine: Machine, critic: Critic, now = () => performance.now()): Director {
  const queue: MachineEvent[] = [];
  let { state } = start(machine);
  let cast: Cast | undefined;
  let stage: Stage | undefined;
  /** Whether the clip that is on has failed: its last frame is not on the stage. */
  let isBroken = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Time since the arrival, without the time while nobody looks: what was before, and since when it runs. */
  let before = 0;
  let since: number | null = null;

  const { edgeOf } = machine;
  const clipOf = (edge: Edge | undefined) => edge && cast?.clip(edge);
  /** What the state shows: a transition, a loop, or nothing but the pose. */
  const shown = () => edgeOf.get(state.edge) ?? loopAt(machine, state.node);
  const elapsed = () => before + (since === null ? 0 : now() - since);
  const holdPose = () => stage?.hold(cast?.still(state.node));

  function step(event: MachineEvent): void {
    const old = state;
    const { state: after, effects } = advance(machine, old, event);
    state = after;
    if (effects.length > 0) {
      if (state.edge === null) {
        before = 0;
        since &&= now();
      }
      // Whether the last frame of the clip that has ended is the pose of the node.
      const showsPose = !isBroken && edgeOf.get(old.edge)?.target === state.node;
      perform(event.type === "loop_ended", showsPose);
    }
    if (state !== old) critic.stepped(event, old, state, effects);
  }

  function perform(freeze: boolean, keep: boolean): void {
    const clip = clipOf(shown());
    if (clip) stage?.show(clip, freeze);
    else if (keep) stage?.hold();
    else holdPose();
    isBroken = false;
    const moves = edgeOf.get(state.edge);
    const next = moves && clipOf(loopAt(machine, moves.target));
    if (next) stage?.warm(next);
  }

  function setTimer(): void {
    clearTimeout(timer);
    const due = nextMoment(machine, state);
    if (since === null || due > LONGEST_TIMER_MS) return;
    // A timer may run a little early; what it stands for has come all the same.
    timer = setTimeout(() => dispatch({ type: "time", ms: Math.max(elapsed(), due) }), due - elapsed());
  }

  function dispatch(event: MachineEvent): void {
    if (queue.push(event) > 1) return;
    for (; queue[0]; queue.shift()) step(queue[0]);
    setTimer();
  }

  function ended({ id, isLoop }: Clip): void {
    if (shown()?.id === id) dispatch({ type: isLoop ? "loop_ended" : "clip_ended" });
  }

  function run(isOn: boolean): void {
    before = elapsed();
    since = isOn ? now() : null;
    stage?.run(isOn);
    setTimer();
  }

  return {
    get state() {
      return state;
    },
    mount(newStage, newCast) {
      stage = newStage;
      cast = newCast;
      holdPose();
      perform(false, false);
    },
    unmount() {
      run(false);
      stage = undefined;
    },
    run,
    dispatch,
    ended,
    failed(clip, reason) {
      critic.failed(clip.id, reason);
      if (clip.isLoop) {
        holdPose();
      } else {
        isBroken = true;
        ended(clip);
      }
    },
  };
}
