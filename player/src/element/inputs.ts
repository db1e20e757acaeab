import { BUILT_IN } from "../machine/document.ts";
import type { Input, InputType, Machine, State, Value } from "../machine/types.ts";
import type { Manifest } from "./manifest.ts";

/** An input as a page sees it. */
export interface InputView {
  readonly name: string;
  readonly label: string;
  readonly type: InputType;
  /** A trigger's value says whether it waits. */
  readonly value: Value;
  /** Whether the player or its host sets it by itself. */
  readonly system: boolean;
}

export function viewInputs(manifest: Manifest, machine: Machine, state: State): readonly InputView[] {
  return machine.inputs.map((input) => viewInput(input, manifest, state));
}

function viewInput({ name, type }: Input, manifest: Manifest, state: State): InputView {
  const declared = manifest.inputs?.find((input) => input.name === name);
  const value = type === "trigger" ? state.trigger === name : (state.values[name] ?? false);
  const system = declared?.system === true || BUILT_IN.some((input) => input.name === name);
  return { name, label: declared?.label || name, type, value, system };
}
