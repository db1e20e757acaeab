import { advance, start } from "../machine/advance.ts";
import { nextTime } from "../machine/timer.ts";
import type { Edge, Effect, Machine, MachineEvent, State } from "../machine/types.ts";
import type { Audience, Clip, Stage } from "../stage/stage.ts";
import type { Cast } from "./cast.ts";

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What the director tells: every step that changed something, and clips that failed. */
export interface Critic {
  stepped(event: MachineEvent, before: State, after: State, effects: readonly Effect[]): void;
  failed(edge: string, reason: string): void;
}

/** Brings machine, stage and clock together. Knows no DOM. */
export class Director implements Audience {
  readonly machine: Machine;
  readonly #critic: Critic;
  readonly #now: () => number;
  readonly #queue: MachineEvent[] = [];
  #state: State;
  #cast: Cast | undefined;
  #stage: Stage | undefined;
  /** The last clip that failed: its last frame is not on the stage. */
  #failed: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Time since the arrival, without the time while nobody looks: what was before, and since when it runs. */
  #before = 0;
  #since: number | null = null;

  constructor(machine: Machine, critic: Critic, now: () => number = () => performance.now()) {
    this.machine = machine;
    this.#critic = critic;
    this.#now = now;
    this.#state = start(machine).state;
  }

  get state(): State {
    return this.#state;
  }

  /** Put what goes on now onto a stage. */
  mount(stage: Stage, cast: Cast): void {
    this.#stage = stage;
    this.#cast = cast;
    this.#holdPose();
    this.#perform(false, false);
  }

  unmount(): void {
    this.pause();
    this.#stage?.dispose();
    this.#stage = undefined;
  }

  pause(): void {
    this.#before = this.#ms();
    this.#since = null;
    this.#stage?.pause();
    this.#setTimer();
  }

  resume(): void {
    this.#since ??= this.#now();
    this.#stage?.resume();
    this.#setTimer();
  }

  /** Take an event. Events that come while one is being taken wait their turn. */
  dispatch(event: MachineEvent): void {
    if (this.#queue.push(event) > 1) return;
    for (let next: MachineEvent | undefined = event; next; next = this.#queue[0]) {
      this.#step(next);
      this.#queue.shift();
    }
    this.#setTimer();
  }

  ended(clip: Clip): void {
    if (this.#state.edge === clip.id) this.dispatch({ type: "clip_ended" });
  }

  cameRound(clip: Clip): void {
    if (this.#shown()?.id === clip.id) this.dispatch({ type: "loop_ended" });
  }

  failed(clip: Clip, reason: string): void {
    this.#critic.failed(clip.id, reason);
    if (this.#state.edge === null) this.#holdPose();
    this.#failed = clip.id;
    this.ended(clip);
  }

  #step(event: MachineEvent): void {
    const before = this.#state;
    const { state, effects } = advance(this.machine, before, event);
    this.#state = state;
    for (const { type } of effects) {
      if (type !== "play") {
        this.#before = 0;
        this.#since &&= this.#now();
      }
      this.#perform(event.type === "loop_ended", this.#showsPose(before.edge));
    }
    if (state !== before) this.#critic.stepped(event, before, state, effects);
  }

  /** Whether the last frame of the clip that has ended is the pose of the node. */
  #showsPose(ended: string | null): boolean {
    return ended !== this.#failed && this.#edge(ended)?.target === this.#state.node;
  }

  #edge(id: string | null): Edge | undefined {
    return this.machine.edgeOf.get(id ?? "");
  }

  #loop(node: string): Edge | null | undefined {
    return this.machine.places.get(node)?.loop;
  }

  /** What the state shows: a transition, a loop, or nothing but the pose. */
  #shown(): Edge | null | undefined {
    const { edge, node } = this.#state;
    return this.#edge(edge) ?? this.#loop(node);
  }

  #clip(edge: Edge | null | undefined): Clip | undefined {
    return this.#cast?.clips.get(edge?.id ?? "");
  }

  #holdPose(): void {
    this.#stage?.hold(this.#cast?.stills.get(this.#state.node) ?? null);
  }

  #perform(freeze: boolean, keep: boolean): void {
    const clip = this.#clip(this.#shown());
    if (clip) this.#stage?.show(clip, freeze);
    else if (keep) this.#stage?.hold(null);
    else this.#holdPose();
    this.#failed = null;
    const moves = this.#edge(this.#state.edge);
    const next = moves && this.#clip(this.#loop(moves.target));
    if (next) this.#stage?.warm(next);
  }

  #ms(): number {
    return this.#before + (this.#since === null ? 0 : this.#now() - this.#since);
  }

  #setTimer(): void {
    clearTimeout(this.#timer);
    const due = this.#since === null ? null : nextTime(this.machine, this.#state);
    if (due === null) return;
    this.#timer = setTimeout(() => this.#tellTime(due), Math.min(due - this.#ms(), LONGEST_TIMER_MS));
  }

  /** A timer may run a little early; what it stands for has come all the same. */
  #tellTime(due: number): void {
    const ms = this.#ms();
    const isFar = due - ms > 100;
    if (isFar) this.#setTimer();
    else this.dispatch({ type: "time", ms: Math.max(ms, due) });
  }
}
