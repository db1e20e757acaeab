import type { Condition, Edge, Exit, Input, InputType, Node, Operator, Value } from "./types.ts";

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

export function readNode(document: NodeDocument): Node {
  return Object.freeze({ id: document.id });
}

export function readEdge(document: EdgeDocument): Edge {
  return Object.freeze({
    id: document.id,
    source: document.source,
    target: document.target,
    conditions: Object.freeze((document.conditions ?? []).map(readCondition)),
    priority: document.priority ?? 0,
    exit: (document.exit ?? "now") as Exit,
    clip: hasClip(document),
  });
}

/** The declared inputs and the built-in ones, which no declaration can replace. */
export function readInputs(documents: readonly InputDocument[]): readonly Input[] {
  const builtIn = new Set(BUILT_IN.map((input) => input.name));
  const declared = documents.filter((document) => !builtIn.has(document.name)).map(readInput);
  return Object.freeze([...declared, ...BUILT_IN]);
}

function readCondition(document: ConditionDocument): Condition {
  return Object.freeze({
    input: document.input,
    op: (document.op ?? "==") as Operator,
    value: document.value ?? true,
  });
}

function readInput(document: InputDocument): Input {
  const type = document.type as InputType;
  return Object.freeze({
    name: document.name,
    type,
    default: document.default ?? (type === "number" ? 0 : false),
  });
}

function hasClip(document: EdgeDocument): boolean {
  if (document.videos) {
    const { webm, hevc, stacked } = document.videos;
    return Boolean(webm || hevc || stacked);
  }
  return document.clip ?? true;
}
