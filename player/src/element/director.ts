import { advance, start } from "../machine/advance.ts";
import { nextTime } from "../machine/timer.ts";
import type { Effect, Machine, MachineEvent, State } from "../machine/types.ts";
import type { Audience, Clip, Stage } from "../stage/stage.ts";
import type { Cast } from "./cast.ts";
import { Stopwatch } from "./stopwatch.ts";

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What the director tells: every step that changed something, and clips that failed. */
export interface Critic {
  stepped(event: MachineEvent, before: State, after: State, effects: readonly Effect[]): void;
  failed(edge: string, reason: string): void;
}

/** Brings machine, stage and clock together. Knows no DOM. */
export class Director implements Audience {
  readonly #machine: Machine;
  #cast: Cast;
  readonly #critic: Critic;
  readonly #stopwatch: Stopwatch;
  readonly #queue: MachineEvent[] = [];
  #state: State;
  #stage: Stage | null = null;
  /** The last clip that failed: its last frame is not on the stage. */
  #failed: string | null = null;
  #isStepping = false;
  #isRunning = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(machine: Machine, cast: Cast, critic: Critic, now: () => number = () => performance.now()) {
    this.#machine = machine;
    this.#cast = cast;
    this.#critic = critic;
    this.#stopwatch = new Stopwatch(now);
    this.#state = start(machine).state;
  }

  get state(): State {
    return this.#state;
  }

  /** Play the same machine with other pictures, from the next stage on. */
  recast(cast: Cast): void {
    this.#cast = cast;
  }

  /** Put what goes on now onto a stage. */
  mount(stage: Stage): void {
    this.#stage = stage;
    stage.poster(this.#cast.stills.get(this.#state.node) ?? null);
    this.#perform(this.#present(), false, false);
  }

  unmount(): void {
    this.pause();
    this.#stage?.dispose();
    this.#stage = null;
  }

  pause(): void {
    this.#isRunning = false;
    this.#stopwatch.pause();
    this.#stage?.pause();
    clearTimeout(this.#timer);
  }

  resume(): void {
    this.#isRunning = true;
    this.#stopwatch.resume();
    this.#stage?.resume();
    this.#setTimer();
  }

  /** Take an event. Events that come while one is being taken wait their turn. */
  dispatch(event: MachineEvent): void {
    this.#queue.push(event);
    if (this.#isStepping) return;
    this.#isStepping = true;
    try {
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) this.#step(next);
    } finally {
      this.#isStepping = false;
    }
    this.#setTimer();
  }

  ended(clip: Clip): void {
    if (this.#state.edge === clip.id) this.dispatch({ type: "clip_ended" });
  }

  cameRound(clip: Clip): void {
    if (this.#present().edge === clip.id) this.dispatch({ type: "loop_ended" });
  }

  failed(clip: Clip, reason: string): void {
    this.#critic.failed(clip.id, reason);
    const still = this.#cast.stills.get(this.#state.node) ?? null;
    if (this.#state.phase === "rest") this.#stage?.hold(still, false);
    this.#failed = clip.id;
    this.ended(clip);
  }

  #step(event: MachineEvent): void {
    const before = this.#state;
    const { state, effects } = advance(this.#machine, before, event);
    this.#state = state;
    const isPoseShown = event.type === "clip_ended" && this.#showsPose(before.edge, state.node);
    for (const effect of effects) {
      if (effect.type !== "play") this.#stopwatch.restart();
      this.#perform(this.#present(), event.type === "loop_ended", isPoseShown);
    }
    if (state !== before) this.#critic.stepped(event, before, state, effects);
  }

  /** Whether the last frame of the clip that has ended is the pose of a node. */
  #showsPose(edge: string | null, node: string): boolean {
    return edge !== null && edge !== this.#failed && this.#machine.edgeOf.get(edge)?.target === node;
  }

  /** What the state shows: a transition, a loop, or the pose. */
  #present(): { readonly edge: string | null; readonly node: string } {
    const { edge, node } = this.#state;
    return { edge: edge ?? this.#machine.places.get(node)?.loop?.id ?? null, node };
  }

  #perform({ edge, node }: { edge: string | null; node: string }, freeze: boolean, keep: boolean): void {
    const clip = edge === null ? undefined : this.#cast.clips.get(edge);
    if (!clip) this.#stage?.hold(this.#cast.stills.get(node) ?? null, keep);
    else this.#stage?.show(clip, freeze);
    this.#failed = null;
    const loop = this.#state.edge && this.#machine.places.get(this.#target())?.loop;
    const next = loop && this.#cast.clips.get(loop.id);
    if (next) this.#stage?.warm(next);
  }

  #target(): string {
    return this.#machine.edgeOf.get(this.#state.edge ?? "")?.target ?? this.#state.node;
  }

  #setTimer(): void {
    clearTimeout(this.#timer);
    const due = this.#isRunning ? nextTime(this.#machine, this.#state) : null;
    if (due === null) return;
    const wait = Math.min(Math.max(due - this.#stopwatch.ms, 0), LONGEST_TIMER_MS);
    this.#timer = setTimeout(() => this.#tellTime(due), wait);
  }

  /** A timer may run a little early; what it stands for has come all the same. */
  #tellTime(due: number): void {
    const { ms } = this.#stopwatch;
    const isFar = due - ms > 100;
    if (isFar) this.#setTimer();
    else this.dispatch({ type: "time", ms: Math.max(ms, due) });
  }
}
