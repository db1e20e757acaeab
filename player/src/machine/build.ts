import { type MachineDocument, writeOut } from "./document.ts";
import { assembleMachine } from "./machine.ts";
import type { Machine } from "./types.ts";

/** Build a machine from any document. Throws when an edge or the start names no node. */
export function buildMachine(document: MachineDocument): Machine {
  return assembleMachine(writeOut(document));
}
