/** Loaded only for a document that is not written out. */
export { readManifest } from "./read.ts";
