import type { EdgeDocument, InputDocument, MachineDocument, NodeDocument } from "../machine/document.ts";

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
  return manifest as Manifest;
}
