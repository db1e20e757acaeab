import type {
  EdgeDocument,
  InputDocument,
  MachineDocument,
  NodeDocument,
  WrittenDocument,
  WrittenEdge,
} from "../machine/document.ts";
import { ANY_STATE } from "../machine/types.ts";

/** What the player reads of a manifest beyond its machine. */
export interface Manifest extends MachineDocument {
  readonly name: string;
  readonly width?: number;
  readonly height?: number;
  readonly nodes: readonly ManifestNode[];
  readonly edges: readonly EdgeDocument[];
  readonly inputs?: readonly ManifestInput[] | null;
}

export interface ManifestNode extends NodeDocument {
  readonly name?: string;
  readonly label?: string;
  readonly imageUrl?: string | null;
  readonly transparentThumbnailUrl?: string | null;
}

export interface ManifestInput extends InputDocument {
  readonly label?: string;
  readonly system?: boolean;
}

/** A manifest that plays as it stands. */
export type WrittenManifest = Manifest & WrittenDocument;

/** Whether a document is written out, as our exports are; others are read first. */
export function isWrittenOut(document: unknown): document is WrittenManifest {
  try {
    const { nodes, edges, inputs, initialNode } = document as WrittenManifest;
    const isNode = (name: string) => nodes.some(({ id }) => id === name);
    const known = inputs ?? [];
    const isFull = ({ source, target, conditions }: WrittenEdge) =>
      (source === ANY_STATE || isNode(source)) &&
      isNode(target) &&
      // What hosts set by themselves is declared; else an input that does not exist is just that.
      conditions.every(({ input }) => !input.includes("::") || known.some(({ name }) => name === input));
    return isNode(initialNode) && known.every((input) => input.default != null) && edges.every(isFull);
  } catch {
    return false;
  }
}
