import { asLayer } from "./layer.ts";

/** The pose on the stages of one mascot. */
export interface Pose {
  /** What holds all layers. */
  readonly root: ParentNode;
  /** Reveal the pose when it is there, unless something else was asked for or revealed before; an empty address asks for none. */
  show(url: string, shown?: () => void): void;
  /** Show this layer and none of the others; those that are inert belong to a stage that is gone, and go now. */
  reveal(layer?: HTMLElement): void;
}

/** A picture that gets a new address may be blank until it is loaded, so the next pose is a picture of its own, which takes
 * the old one's place when it is there. */
export function makePose(root: ParentNode): Pose {
  let layer = asLayer(new Image());
  let turn = 0;
  root.prepend(layer);

  function reveal(seen?: HTMLElement): void {
    turn++;
    for (const other of [...root.children] as HTMLVideoElement[]) {
      other.classList.toggle("seen", other === seen);
      if (!other.inert) continue;
      other.removeAttribute("src");
      other.load?.(); // lets go of the decoder, without a word
      other.remove();
    }
  }

  return {
    root,
    show(url, shown) {
      const own = ++turn;
      const image = asLayer(new Image());
      image.src = url;
      image.decode().then(
        () => {
          if (own !== turn) return;
          layer.replaceWith(image);
          layer = image;
          reveal(layer);
          shown?.();
        },
        () => {}, // the old picture stays
      );
    },
    reveal,
  };
}
