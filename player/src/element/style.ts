/** The shadow root's style. A layer that is not seen stays drawn at an opacity that rounds to nothing, for browsers do not
 * decode and present frames of what they do not draw. */
export const STYLE = `
:host{display:inline-block;position:relative;inline-size:320px;max-inline-size:100%;
aspect-ratio:var(--poseloom-ratio,1);-webkit-tap-highlight-color:transparent}
:host([hidden]){display:none}
:host([role=button]){cursor:pointer}
:host(:focus-visible){outline:2px solid Highlight;outline-offset:4px;border-radius:12px}
.layer{position:absolute;inset:0;inline-size:100%;block-size:100%;object-fit:contain;
opacity:.001;pointer-events:none;user-select:none}
.seen{opacity:1}
::slotted(img){inline-size:100%;block-size:100%;object-fit:contain}
slot[hidden]{display:none}`;
