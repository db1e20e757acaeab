/** The words of spec/machine.md as types. Everything is read-only: a step makes new values, it changes none. */

import type { WrittenEdge } from "./document.ts";

export type Value = boolean | number;
export type InputType = "boolean" | "number" | "trigger";

/** An edge of the document. Its source is a node, or `*` for an any-state edge. */
export interface Edge extends WrittenEdge {
  /** Whether the edge has a video. */
  readonly clip: boolean;
}

export interface Input {
  readonly name: string;
  readonly type: InputType;
  readonly default: Value;
}

export interface Node {
  readonly id: string;
}

/** An edge that may decide at a node, and the clip or jump that it starts there. */
export interface Candidate {
  readonly edge: Edge;
  readonly step: Edge;
}

/** What can happen at one node, in the order in which it is asked. */
export interface Place {
  readonly candidates: readonly Candidate[];
  readonly loop: Edge | undefined;
}

export interface Machine {
  readonly initialNode: string;
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge[];
  readonly inputs: readonly Input[];
  readonly places: ReadonlyMap<string, Place>;
  readonly edgeOf: ReadonlyMap<string | null, Edge>;
  readonly inputOf: ReadonlyMap<string, Input>;
}

export interface State {
  readonly phase: "rest" | "play";
  /** Where we are; while playing, the source. */
  readonly node: string;
  /** The clip that is on, or null. */
  readonly edge: string | null;
  readonly values: Readonly<Record<string, Value>>;
  /** The trigger that waits. */
  readonly trigger: string | null;
  /** The any-state edge that is being walked. */
  readonly walk: string | null;
  /** The trigger that the walk consumed. */
  readonly held: string | null;
  /** The node that a host has asked for. */
  readonly goal: string | null;
}

export type MachineEvent =
  | { readonly type: "set"; readonly input: string; readonly value: Value }
  | { readonly type: "fire"; readonly input: string }
  | { readonly type: "go"; readonly node: string }
  | { readonly type: "clip_ended" }
  | { readonly type: "loop_ended" }
  | { readonly type: "time"; readonly ms: number };

export type Effect =
  | { readonly type: "play"; readonly edge: string }
  | { readonly type: "loop"; readonly edge: string }
  | { readonly type: "hold"; readonly node: string };

export interface Step {
  readonly state: State;
  readonly effects: readonly Effect[];
}

export const ANY_STATE = "*";
