import { readFileSync } from "node:fs";
import type { MachineDocument } from "../src/machine/document.ts";
import type { Effect, MachineEvent, State, Value } from "../src/machine/index.ts";

/** The forms of spec/vectors/machine.json and route.json. */
export interface MachineCase {
  readonly name: string;
  readonly machine: MachineDocument;
  readonly steps: readonly MachineStep[];
}

export interface MachineStep {
  readonly event?: MachineEvent;
  readonly effects: readonly Effect[];
  readonly state?: Partial<Omit<State, "values">> & {
    readonly values?: Record<string, Value>;
    readonly next_time?: number | null;
  };
}

export interface RouteCase {
  readonly name: string;
  readonly machine: MachineDocument;
  readonly source: string;
  readonly target: string;
  readonly route: readonly string[] | null;
}

export function readCases<Case>(name: string): readonly Case[] {
  const url = new URL(`../../spec/vectors/${name}.json`, import.meta.url);
  const { cases } = JSON.parse(readFileSync(url, "utf8")) as { cases: readonly Case[] };
  if (cases.length === 0) throw new Error(`${name}.json has no cases`);
  return cases;
}
