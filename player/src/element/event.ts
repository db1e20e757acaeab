import type { Value } from "../machine/types.ts";
import type { InputView } from "./inputs.ts";

export interface EdgeDetail {
  readonly edge: string;
  readonly source: string;
  readonly target: string;
}

/** What a mascot says. None of these bubble. */
export interface MascotEvents {
  readonly ready: CustomEvent<{ readonly node: string; readonly inputs: readonly InputView[] }>;
  readonly statechange: CustomEvent<{ readonly node: string; readonly from: string }>;
  readonly inputchange: CustomEvent<{ readonly input: string; readonly value: Value }>;
  readonly transitionstart: CustomEvent<EdgeDetail>;
  readonly transitionend: CustomEvent<EdgeDetail>;
  /** `edge` is null when nothing can be shown, else that clip fails and is skipped. */
  readonly error: CustomEvent<{ readonly message: string; readonly edge: string | null }>;
}
