import type { Edge, Exit, Input, InputType, Operator, Value } from "./types.ts";

/** What a machine is built from: a manifest, or the plain form of the vectors (`clip: true` in place of videos). */
export interface MachineDocument {
  readonly initialNode: string;
  readonly nodes: readonly NodeDocument[];
  readonly edges: readonly EdgeDocument[];
  readonly inputs?: readonly InputDocument[] | null;
}

export interface NodeDocument {
  readonly id: string;
}

export interface Videos {
  readonly webm?: string | null;
  readonly hevc?: string | null;
  readonly stacked?: string | null;
}

export interface EdgeDocument {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  readonly conditions?: readonly ConditionDocument[] | null;
  readonly priority?: number | null;
  readonly exit?: string | null;
  readonly clip?: boolean;
  readonly videos?: Videos | null;
}

export interface ConditionDocument {
  readonly input: string;
  readonly op?: string | null;
  readonly value?: Value | null;
}

export interface InputDocument {
  readonly name: string;
  readonly type: string;
  readonly default?: Value | null;
}

export const BUILT_IN: readonly Input[] = [
  { name: "clicked", type: "trigger", default: false },
  { name: "mouseOver", type: "boolean", default: false },
  { name: "loopCount", type: "number", default: 0 },
  { name: "nodeTime", type: "number", default: 0 },
];

export function readEdge(document: EdgeDocument): Edge {
  const { webm, hevc, stacked } = document.videos ?? {};
  return {
    id: document.id,
    source: document.source,
    target: document.target,
    conditions: (document.conditions ?? []).map(({ input, op, value }) => ({
      input,
      op: (op ?? "==") as Operator,
      value: value ?? true,
    })),
    priority: document.priority ?? 0,
    exit: (document.exit ?? "now") as Exit,
    clip: document.videos ? Boolean(webm || hevc || stacked) : (document.clip ?? true),
  };
}

/** The declared inputs and the built-in ones, which no declaration can replace. */
export function readInputs(documents: readonly InputDocument[]): readonly Input[] {
  const declared = documents
    .filter(({ name }) => !isBuiltIn(name))
    .map(({ name, type, default: value }) => ({
      name,
      type: type as InputType,
      default: value ?? (type === "number" ? 0 : false),
    }));
  return [...declared, ...BUILT_IN];
}

export function isBuiltIn(name: string): boolean {
  return BUILT_IN.some((input) => input.name === name);
}
