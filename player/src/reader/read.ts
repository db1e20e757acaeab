import type { Manifest, ManifestInput } from "../element/manifest.ts";
import {
  type ConditionDocument,
  type EdgeDocument,
  type WrittenDocument,
  writeOut,
} from "../machine/document.ts";

/** The short form of the published page: a word in place of conditions, inputs with an id that name their target. */
interface PageManifest extends Omit<Manifest, "inputs" | "edges"> {
  readonly clickEffect?: string;
  readonly edges: readonly PageEdge[];
  readonly inputs?: readonly PageInput[] | null;
}

interface PageEdge extends EdgeDocument {
  readonly condition?: string;
}

interface PageInput extends Partial<ManifestInput> {
  readonly id?: string;
  readonly targetNode?: string;
  readonly defaultValue?: ManifestInput["default"];
}

/** Take a parsed document for a manifest, or say what is missing. A short form is written out; what says conditions and
 * names is left as it is. */
export function readManifest(document: unknown): Manifest & WrittenDocument {
  const page = document as PageManifest | null;
  if (!Array.isArray(page?.nodes) || !Array.isArray(page.edges))
    throw new Error("not a mascot manifest: it needs nodes and edges");
  const edges = page.edges.map((edge) => spellOut(edge, page));
  const inputs = readInputs(page, edges);
  return writeOut({ ...page, initialNode: page.initialNode ?? page.nodes[0]?.id ?? "", inputs, edges });
}

/** The inputs; one of the short form adds an edge. */
function readInputs(page: PageManifest, edges: EdgeDocument[]): ManifestInput[] {
  const inputs: ManifestInput[] = [];
  for (const input of page.inputs ?? []) {
    const { id = "", name = id, type = "trigger", targetNode: target, defaultValue } = input;
    inputs.push({ ...input, name, type, default: input.default ?? defaultValue ?? null });
    if (input.name === undefined && target)
      edges.push({ id: `*${id}`, source: "*", target, conditions: [{ input: id }] });
  }
  // What hosts of other players set by themselves exists where a condition asks for it, declared or not.
  for (const { input: name } of edges.flatMap((edge) => edge.conditions ?? [])) {
    if (name.includes("::") && !inputs.some((input) => input.name === name)) inputs.push(guess(name));
  }
  return inputs;
}

function guess(name: string): ManifestInput {
  const isCount = name.endsWith("::sessionCount");
  const type = isCount ? "number" : /::is[A-Z]/.test(name) ? "boolean" : "trigger";
  return { name, type, default: isCount ? 0 : name.endsWith("::isIdle"), system: true };
}

function spellOut(edge: PageEdge, { edges, clickEffect }: PageManifest): EdgeDocument {
  const { condition, source } = edge;
  const isLoop = ({ source, target }: PageEdge) => source === target;
  if (Array.isArray(edge.conditions) || isLoop(edge)) return edge;
  const conditions: ConditionDocument[] = [];
  if (condition === "on_click" || (condition === "default" && clickEffect === "next_state"))
    conditions.push({ input: "clicked" });
  if (condition === "on_complete") {
    const hasLoop = edges.some((one) => one.source === source && isLoop(one));
    conditions.push({ input: hasLoop ? "loopCount" : "nodeTime", op: ">=", value: Number(hasLoop) });
  }
  return { ...edge, conditions };
}
