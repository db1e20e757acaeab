/** The stacked pictures of a stage; one of them is seen. */

export function makeVideo(): HTMLVideoElement {
  const video = asLayer(document.createElement("video"));
  video.muted = video.playsInline = video.disableRemotePlayback = video.disablePictureInPicture = true;
  video.preload = "auto";
  return video;
}

export function reveal(layers: readonly Element[], seen: Element): void {
  for (const layer of layers) layer.classList.toggle("seen", layer === seen);
}

export function asLayer<Layer extends HTMLElement>(layer: Layer): Layer {
  layer.className = "layer";
  layer.ariaHidden = "true";
  return layer;
}

/** The pose on the stages of one mascot. A picture that gets a new address may be blank until it is loaded, so the next pose is a picture
 * of its own, which takes the old one's place when it is there. */
export class Pose {
  #image = asLayer(new Image());
  #turn = 0;

  constructor(root: ParentNode) {
    root.prepend(this.#image);
  }

  get layer(): HTMLElement {
    return this.#image;
  }

  /** Call back when the pose is there, unless another was asked for or `forget` was called. */
  async show(url: string | null, shown: () => void): Promise<void> {
    const turn = ++this.#turn;
    const image = asLayer(new Image());
    image.src = url ?? "";
    try {
      await image.decode();
    } catch {
      return; // the old picture stays
    }
    if (turn !== this.#turn) return;
    this.#image.replaceWith(image);
    this.#image = image;
    shown();
  }

  forget(): void {
    this.#turn += 1;
  }
}
