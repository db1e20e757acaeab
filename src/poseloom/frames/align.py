"""Bring the pictures of one mascot onto one canvas, so that nothing jumps between them."""

from collections.abc import Sequence

import cv2
import numpy as np

from poseloom.core.error import InvalidImage
from poseloom.frames.image import Rgba, measure_bounds, premultiply, unpremultiply
from poseloom.frames.stage import Window

PADDING = 0.08
"""The part of the canvas left free on every side: room to breathe, jump back and swing past."""
_SMALLEST_SIZE_PX = 2


def align_poses(poses: Sequence[Rgba], *, size: int, padding: float = PADDING) -> list[Rgba]:
    """Return the poses on one square canvas, all at one scale.

    Pictures of equal dimensions keep their places relative to each other: those are the artist's. Others
    are stood on one spot, by the bottom centre of what they show, one pixel of each as large as one of
    any other. Either way the smallest rectangle that holds them all fills the canvas but for its padding.

    Args:
        poses: (H, W, 4) uint8 each, straight alpha; at least one.
        size: Width and height of the canvas in pixels, even.
        padding: Free part of the canvas on each side, 0 to under one half.

    Returns:
        One (size, size, 4) uint8 per pose, in order.

    Raises:
        InvalidImage: A pose is fully transparent; `index` says which.
        ValueError: The size is odd or no size, the padding leaves no room, or there are no poses.
    """
    _check(poses, size, padding)
    bounds = [_find_bounds(pose, index) for index, pose in enumerate(poses)]
    if len({pose.shape for pose in poses}) == 1:
        anchors = [(0, 0)] * len(poses)
    else:
        anchors = [((x0 + x1) // 2, y1) for x0, _, x1, y1 in bounds]
    window = _frame(bounds, anchors, padding)
    return [_fit(_shift(window, anchor).cut(pose), size) for pose, anchor in zip(poses, anchors, strict=True)]


def _check(poses: Sequence[Rgba], size: int, padding: float) -> None:
    if not poses:
        raise ValueError("there are no poses to align")
    if size < _SMALLEST_SIZE_PX or size % 2:
        message = f"size must be even and at least {_SMALLEST_SIZE_PX}, not {size}"
        raise ValueError(message)
    if not 0 <= padding < 0.5:
        message = f"padding must be at least 0 and under 0.5, not {padding}"
        raise ValueError(message)


def _find_bounds(pose: Rgba, index: int) -> tuple[int, int, int, int]:
    bounds = measure_bounds(pose)
    if bounds is None:
        message = f"pose {index + 1} shows nothing: every pixel is transparent; give a picture with a subject"
        raise InvalidImage(message, index=index)
    return bounds


def _frame(bounds: Sequence[tuple[int, int, int, int]], anchors: Sequence[tuple[int, int]], padding: float) -> Window:
    """Return the square around everything, its padding included, as seen from the anchors."""
    edges = np.array(
        [(x0 - x, y0 - y, x1 - x, y1 - y) for (x0, y0, x1, y1), (x, y) in zip(bounds, anchors, strict=True)]
    )
    left, top = int(edges[:, 0].min()), int(edges[:, 1].min())
    right, bottom = int(edges[:, 2].max()), int(edges[:, 3].max())
    side = int(np.ceil(max(right - left, bottom - top) / (1 - 2 * padding)))
    x0, y0 = (left + right - side) // 2, (top + bottom - side) // 2
    return Window(x0=x0, y0=y0, x1=x0 + side, y1=y0 + side)


def _shift(window: Window, anchor: tuple[int, int]) -> Window:
    x, y = anchor
    return Window(x0=window.x0 + x, y0=window.y0 + y, x1=window.x1 + x, y1=window.y1 + y)


def _fit(square: Rgba, size: int) -> Rgba:
    """Return `square` at `size` pixels, filtered premultiplied; at its own size it comes back untouched."""
    side = square.shape[0]
    if side == size:
        return square
    if side > size:
        # Averaging many pixels makes up for the rounding of eight bits, at a quarter of the memory.
        dimmed = cv2.cvtColor(square, cv2.COLOR_RGBA2mRGBA)
        small = cv2.resize(dimmed, (size, size), interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.cvtColor(small, cv2.COLOR_mRGBA2RGBA), np.uint8)
    large = cv2.resize(premultiply(square), (size, size), interpolation=cv2.INTER_CUBIC)
    return unpremultiply(np.asarray(large, np.float32))
