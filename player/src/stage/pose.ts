import { asLayer } from "./layer.ts";

/** The pose on the stages of one mascot. */
export interface Pose {
  /** What holds all layers. */
  readonly root: ParentNode;
  /** Reveal the pose when it is there, unless another was asked for or `forget` was called. */
  show(url: string, shown?: () => void): void;
  forget(): void;
  /** Show this layer and none of the others. */
  reveal(layer: HTMLElement): void;
}

/** A picture that gets a new address may be blank until it is loaded, so the next pose is a picture of its own, which takes
 * the old one's place when it is there. */
export function makePose(root: ParentNode): Pose {
  let layer = asLayer(new Image());
  let turn = 0;
  root.prepend(layer);

  function reveal(seen: HTMLElement): void {
    for (const other of root.children) other.classList.toggle("seen", other === seen);
  }

  return {
    root,
    show(url, shown) {
      const own = ++turn;
      let image = layer;
      if (layer.src !== url) {
        image = asLayer(new Image());
        image.src = url;
      }
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
    forget() {
      turn += 1;
    },
    reveal,
  };
}
