"""What a picture is in this room, and the two ways its transparency is written down."""

import hashlib
from functools import reduce
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Rgba: TypeAlias = NDArray[np.uint8]
"""(H, W, 4) uint8, red-green-blue-alpha, straight alpha: the colour is not dimmed by its alpha."""
Premultiplied: TypeAlias = NDArray[np.float32]
"""(H, W, 4) float32 in 0..1, the colour multiplied by its alpha: what may be filtered and averaged."""
Plane: TypeAlias = NDArray[np.float32]
"""(H, W) float32, one number per pixel."""

VISIBLE_ALPHA = 8
"""Alpha at or under this is dust: nobody sees it, and it must not decide where a subject ends."""


def premultiply(image: Rgba) -> Premultiplied:
    """Return `image` with its colour multiplied by its alpha, (H, W, 4) float32 in 0..1."""
    scaled = np.multiply(image, np.float32(1 / 255), dtype=np.float32)
    alpha = scaled[..., 3].copy()
    # Plane by plane, here and below: over a short last axis numpy is several times as slow.
    for channel in range(3):
        scaled[..., channel] *= alpha
    return scaled


def unpremultiply(image: Premultiplied) -> Rgba:
    """Return straight 8-bit colour; values outside 0..1 are clipped, colour under alpha 0 is black."""
    alpha: Plane = np.clip(image[..., 3], 0, 1)
    divisor, is_there = np.maximum(alpha, np.float32(1e-6)), alpha > 0
    straight = np.empty(image.shape, np.uint8)
    for channel in range(3):
        colour = image[..., channel] / divisor
        np.clip(colour, 0, 1, out=colour)
        colour *= is_there
        straight[..., channel] = colour * np.float32(255) + np.float32(0.5)
    straight[..., 3] = alpha * np.float32(255) + np.float32(0.5)
    return straight


def measure_gap(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how far two pictures are apart at each place, summed over their channels (the last axis)."""
    gap = first - second
    np.abs(gap, out=gap)
    return np.asarray(reduce(np.add, (gap[..., channel] for channel in range(gap.shape[-1]))), np.float32)


def measure_colour_gap(image: NDArray[np.uint8], colour: NDArray[np.floating]) -> Plane:
    """Return how far each pixel's red, green or blue is from that of `colour`, whichever is furthest, 0..255.

    Args:
        image: (H, W, 3 or 4) uint8.
        colour: Red, green and blue, 0..255.
    """
    gaps = [np.abs(image[..., channel] - np.float32(colour[channel])) for channel in range(3)]
    return np.asarray(np.maximum(np.maximum(gaps[0], gaps[1]), gaps[2]), np.float32)


def blank(size: int) -> Rgba:
    """Return a fully transparent square of `size` pixels, black under its alpha."""
    return np.zeros((size, size, 4), np.uint8)


def measure_bounds(image: Rgba) -> tuple[int, int, int, int] | None:
    """Return `(x0, y0, x1, y1)`, ends exclusive, of what is visible; None when nothing is.

    Visible means alpha above `VISIBLE_ALPHA`.
    """
    visible = np.asarray(image[..., 3] > VISIBLE_ALPHA, np.uint8)
    x, y, width, height = cv2.boundingRect(visible)
    if width == 0:
        return None
    return x, y, x + width, y + height


def fingerprint(image: Rgba) -> str:
    """Return a name for a picture's pixels, 64 hex digits."""
    return hashlib.sha256(repr(image.shape).encode() + image.tobytes()).hexdigest()
