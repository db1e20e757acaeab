import { isBuiltIn } from "../machine/document.ts";
import type { Input, InputType, Machine, State, Value } from "../machine/types.ts";
import type { ManifestInput } from "./manifest.ts";

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

export function viewInputs({ inputs }: Machine, { values, trigger }: State): readonly InputView[] {
  return inputs.map((input: ManifestInput & Input) => {
    const { name, type, label, system = isBuiltIn(name) } = input;
    return { name, label: label || name, type, value: values[name] ?? trigger === name, system };
  });
}
