/** The stacked pictures of a stage; one of them is seen. */

export function makeVideo(): HTMLVideoElement {
  const video = document.createElement("video");
  video.muted = video.defaultMuted = video.playsInline = video.disableRemotePlayback = true;
  video.disablePictureInPicture = true;
  video.preload = "auto";
  return asLayer(video);
}

export function makeImage(): HTMLImageElement {
  const image = document.createElement("img");
  image.alt = "";
  image.draggable = false;
  return asLayer(image);
}

export function reveal(layers: readonly HTMLElement[], seen: HTMLElement): void {
  for (const layer of layers) layer.classList.toggle("seen", layer === seen);
}

export function asLayer<Layer extends HTMLElement>(layer: Layer): Layer {
  layer.className = "layer";
  layer.ariaHidden = "true";
  return layer;
}
