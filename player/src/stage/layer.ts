/** One of the stacked pictures of a stage. */
export function asLayer<Layer extends HTMLElement>(layer: Layer): Layer {
  return Object.assign(layer, { className: "layer", ariaHidden: "true" });
}
