import type {
  ConditionDocument,
  EdgeDocument,
  InputDocument,
  MachineDocument,
  NodeDocument,
} from "../machine/document.ts";

/** What the player reads of a manifest beyond its machine. */
export interface Manifest extends MachineDocument {
  readonly name: string;
  readonly width?: number;
  readonly height?: number;
  readonly nodes: readonly ManifestNode[];
  readonly edges: readonly ManifestEdge[];
  readonly inputs?: readonly ManifestInput[] | null;
}

export interface ManifestNode extends NodeDocument {
  readonly name?: string;
  readonly label?: string;
  readonly imageUrl?: string | null;
  readonly transparentThumbnailUrl?: string | null;
}

export interface ManifestEdge extends EdgeDocument {
  readonly duration?: number | null;
  readonly speed?: number | null;
}

export interface ManifestInput extends InputDocument {
  readonly label?: string;
  readonly system?: boolean;
}

/** The short form of the published page: a word in place of conditions, inputs with an id that name their target. */
interface PageManifest extends Omit<Manifest, "inputs" | "edges"> {
  readonly clickEffect?: string;
  readonly edges: readonly PageEdge[];
  readonly inputs?: readonly PageInput[] | null;
}

interface PageEdge extends ManifestEdge {
  readonly condition?: string;
}

interface PageInput extends Partial<ManifestInput> {
  readonly id?: string;
  readonly targetNode?: string;
  readonly defaultValue?: ManifestInput["default"];
}

/** Take a parsed document for a manifest, or say what is missing. A short form is written out; what says conditions and
 * names is left as it is. */
export function asManifest(document: unknown): Manifest {
  const page = document as PageManifest | null;
  if (!Array.isArray(page?.nodes) || !Array.isArray(page.edges))
    throw new Error("not a mascot manifest: it needs nodes and edges");
  const edges = page.edges.map((edge) => writeOut(edge, page));
  const inputs = readInputs(page, edges);
  return { ...page, initialNode: page.initialNode ?? page.nodes[0]?.id ?? "", inputs, edges };
}

/** The inputs; one of the short form adds an edge. */
function readInputs(page: PageManifest, edges: ManifestEdge[]): ManifestInput[] {
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

function writeOut(edge: PageEdge, { edges, clickEffect }: PageManifest): ManifestEdge {
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
