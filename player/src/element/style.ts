/** The shadow root's style. A layer that is not seen stays drawn at an opacity that rounds to nothing, for browsers do not
 * decode and present frames of what they do not draw. What the page put inside stands until a layer is seen. */
export const STYLE =
  ":host{display:inline-block;position:relative;width:320px;max-width:100%;" +
  "aspect-ratio:var(--poseloom-ratio,1);-webkit-tap-highlight-color:transparent}" +
  ":host([hidden]),.seen~slot{display:none}" +
  ":host([role=button]){cursor:pointer}" +
  ".layer,::slotted(img){width:100%;height:100%;object-fit:contain}" +
  ".layer{position:absolute;inset:0;opacity:.001;pointer-events:none}" +
  ".seen{opacity:1}";
