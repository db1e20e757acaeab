import { PoseloomMascot } from "./element/mascot.ts";

export type { EdgeDetail, MascotEvents } from "./element/event.ts";
export type { InputView } from "./element/inputs.ts";
export type { Manifest } from "./element/manifest.ts";
export type { Value } from "./machine/types.ts";
export { PoseloomMascot };

declare global {
  interface HTMLElementTagNameMap {
    "poseloom-mascot": PoseloomMascot;
  }
}

const registry = globalThis.customElements;
if (!registry?.get("poseloom-mascot")) registry?.define("poseloom-mascot", PoseloomMascot);
