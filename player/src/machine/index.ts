export { advance, start } from "./advance.ts";
export { buildMachine } from "./build.ts";
export type { ConditionDocument, MachineDocument } from "./document.ts";
export { findRoute } from "./route.ts";
export { nextTime } from "./timer.ts";
export type {
  Edge,
  Effect,
  Input,
  InputType,
  Machine,
  MachineEvent,
  Node,
  State,
  Step,
  Value,
} from "./types.ts";
