import { PoseloomMascot } from "./element/mascot.ts";

export type { InputView } from "./element/inputs.ts";
export type { Manifest } from "./element/manifest.ts";
export * from "./machine/index.ts";
export { PoseloomMascot };

declare global {
  interface HTMLElementTagNameMap {
    "poseloom-mascot": PoseloomMascot;
  }
}

if (!customElements.get("poseloom-mascot")) customElements.define("poseloom-mascot", PoseloomMascot);
