import { ANY_STATE, type Input, type Value } from "./types.ts";

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
  readonly duration?: number | null;
  readonly speed?: number | null;
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

/** A document in which every edge says its conditions, every end is a node, and every input has a name and a default. */
export interface WrittenDocument extends MachineDocument {
  readonly edges: readonly WrittenEdge[];
}

export interface WrittenEdge extends EdgeDocument {
  readonly conditions: readonly ConditionDocument[];
}

/** Write a document out. Throws when an edge or the start names no node. */
export function writeOut<Document extends MachineDocument>(document: Document): Document & WrittenDocument {
  const { initialNode, nodes, edges } = document;
  const ids = new Set(nodes.map(({ id }) => id));
  const refuseStranger = (who: string, node: string) => {
    if (!ids.has(node)) throw new Error(`${who} names "${node}", which is not a node`);
  };
  refuseStranger("initialNode", initialNode);
  for (const { id, source, target } of edges) {
    for (const end of [source, target]) if (end !== ANY_STATE) refuseStranger(`edge "${id}"`, end);
  }
  return { ...document, edges: edges.map(writeEdge), inputs: (document.inputs ?? []).map(writeInput) };
}

function writeEdge(edge: EdgeDocument): WrittenEdge {
  return {
    ...edge,
    conditions: (edge.conditions ?? []).map(({ input, op, value }) => ({
      input,
      op: op ?? "==",
      value: value ?? true,
    })),
    priority: edge.priority ?? 0,
    exit: edge.exit ?? "now",
  };
}

function writeInput(input: InputDocument): InputDocument {
  return { ...input, default: input.default ?? (input.type === "number" ? 0 : false) };
}

export function isBuiltIn(name: string): boolean {
  return BUILT_IN.some((input) => input.name === name);
}
