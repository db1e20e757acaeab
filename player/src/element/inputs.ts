import { isBuiltIn } from "../machine/document.ts";
import type { InputType, Machine, State, Value } from "../machine/types.ts";
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

export function viewInputs(
  manifest: Manifest,
  { machine, state }: { readonly machine: Machine; readonly state: State },
): readonly InputView[] {
  return machine.inputs.map(({ name, type }) => {
    const declared = manifest.inputs?.find((input) => input.name === name);
    return {
      name,
      label: declared?.label || name,
      type,
      value: state.values[name] ?? state.trigger === name,
      system: declared?.system === true || isBuiltIn(name),
    };
  });
}
