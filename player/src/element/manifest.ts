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

/** Take a parsed document for a manifest, or say what is missing. */
export function asManifest(document: unknown): Manifest {
  const manifest = document as Partial<Manifest> | null;
  const isWhole = Array.isArray(manifest?.nodes) && Array.isArray(manifest.edges);
  if (!isWhole) throw new Error("not a mascot manifest: it needs nodes and edges");
  return fromPage(manifest as Manifest & PageManifest);
}

/** The short form of the published page: a word in place of conditions, inputs with an id that name their target. */
interface PageManifest {
  readonly clickEffect?: string;
  readonly edges: readonly (ManifestEdge & { readonly condition?: unknown })[];
  readonly inputs?: readonly PageInput[] | null;
}

interface PageInput extends Partial<ManifestInput> {
  readonly id?: string;
  readonly targetNode?: string;
  readonly defaultValue?: ManifestInput["default"];
}

const PAGE_WORDS: Readonly<Record<string, readonly ConditionDocument[]>> = {
  on_click: [{ input: "clicked" }],
  on_complete: [{ input: "loopCount", op: ">=", value: 1 }],
};

/** Write the short form out; what says conditions and names is left as it is. */
function fromPage(page: Manifest & PageManifest): Manifest {
  const given: readonly PageInput[] = page.inputs ?? [];
  const inputs = given.map((input) => ({
    ...input,
    name: input.name ?? input.id ?? "",
    type: input.type ?? "trigger",
    default: input.default ?? input.defaultValue ?? null,
  }));
  const { initialNode = page.nodes[0]?.id ?? "" } = page;
  const loops = new Set(page.edges.filter(isLoop).map((edge) => edge.source));
  const edges: ManifestEdge[] = page.edges.map((edge) =>
    Array.isArray(edge.conditions) || isLoop(edge)
      ? edge
      : { ...edge, conditions: readWord(edge, page.clickEffect, loops) },
  );
  for (const { id, name, targetNode: target } of given) {
    if (name === undefined && id && target)
      edges.push({ id: `*${id}`, source: "*", target, conditions: [{ input: id }] });
  }
  return { ...page, initialNode, inputs: [...inputs, ...undeclared(inputs, edges)], edges };
}

/** What hosts of other players set by themselves exists where a condition asks for it, declared or not. */
function undeclared(inputs: readonly ManifestInput[], edges: readonly ManifestEdge[]): ManifestInput[] {
  const declared = new Set(inputs.map((input) => input.name));
  const asked = edges.flatMap((edge) => edge.conditions ?? []).map((condition) => condition.input);
  const missing = new Set(asked.filter((name) => name.includes("::") && !declared.has(name)));
  return [...missing].map((name) => ({ name, system: true, ...guess(name) }));
}

function guess(name: string): Pick<ManifestInput, "type" | "default"> {
  if (name.endsWith("::sessionCount")) return { type: "number", default: 0 };
  return /::is[A-Z]/.test(name)
    ? { type: "boolean", default: name.endsWith("::isIdle") }
    : { type: "trigger", default: false };
}

function readWord(
  edge: ManifestEdge & { readonly condition?: unknown },
  clickEffect: string | undefined,
  loops: ReadonlySet<string>,
): readonly ConditionDocument[] {
  if (edge.condition === "on_complete" && !loops.has(edge.source)) {
    return [{ input: "nodeTime", op: ">=", value: 0 }];
  }
  const isNext = edge.condition === "default" && clickEffect === "next_state";
  return PAGE_WORDS[isNext ? "on_click" : String(edge.condition)] ?? [];
}

function isLoop(edge: ManifestEdge): boolean {
  return edge.source === edge.target;
}
