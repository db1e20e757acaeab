export { advance, start } from "./advance.ts";
export type { MachineDocument } from "./document.ts";
export { buildMachine } from "./machine.ts";
export { findRoute } from "./route.ts";
export { nextTime } from "./timer.ts";
export type {
  Condition,
  Edge,
  Effect,
  Exit,
  Input,
  InputType,
  Machine,
  MachineEvent,
  Node,
  Operator,
  State,
  Step,
  Value,
} from "./types.ts";
