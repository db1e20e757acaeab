import type { Effect, Machine, MachineEvent, State, Value } from "../machine/types.ts";
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

export function say<Name extends keyof MascotEvents>(
  element: HTMLElement,
  name: Name,
  detail: MascotEvents[Name]["detail"],
): void {
  element.dispatchEvent(new CustomEvent(name, { detail }));
}

/** Say what a step of the machine has changed, in the order in which it happened. */
export function sayStep(
  element: HTMLElement,
  { edgeOf }: Machine,
  event: MachineEvent,
  before: State,
  after: State,
  effects: readonly Effect[],
): void {
  const sayEdge = (name: "transitionstart" | "transitionend", id: string | null) => {
    const edge = edgeOf.get(id);
    if (edge) say(element, name, { edge: edge.id, source: edge.source, target: edge.target });
  };
  if (event.type === "fire") say(element, "inputchange", { input: event.input, value: true });
  for (const [input, value] of Object.entries(after.values)) {
    if (value !== before.values[input]) say(element, "inputchange", { input, value });
  }
  if (event.type === "clip_ended") sayEdge("transitionend", before.edge);
  if (after.node !== before.node) say(element, "statechange", { node: after.node, from: before.node });
  if (effects.length > 0) sayEdge("transitionstart", after.edge);
}
