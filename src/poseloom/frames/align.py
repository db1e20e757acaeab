"""Bring the pictures of one mascot onto one canvas, so that nothing jumps between them."""

from collections.abc import Sequence

import cv2
import numpy as np

from poseloom.core.error import InvalidImage
from poseloom.core.framing import PADDING, Framing, PoseExtent, find_anchor, measure_framing
from poseloom.frames.image import Rgba, measure_bounds, premultiply, unpremultiply
from poseloom.frames.stage import Window

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
    extents = [measure_extent(pose, index) for index, pose in enumerate(poses)]
    framing = measure_framing(extents, padding)
    return [_place(pose, extent, framing, size) for pose, extent in zip(poses, extents, strict=True)]


def place_pose(pose: Rgba, framing: Framing, *, size: int) -> Rgba:
    """Return one pose as it lies on the canvas of others.

    Args:
        pose: (H, W, 4) uint8, straight alpha.
        framing: Measured for the poses of that canvas.
        size: Width and height of the canvas in pixels, even.

    Returns:
        (size, size, 4) uint8; the same as `align_poses` gives, for poses that the framing was measured for.

    Raises:
        InvalidImage: The pose is fully transparent.
    """
    return _place(pose, measure_extent(pose), framing, size)


def measure_extent(pose: Rgba, index: int = 0) -> PoseExtent:
    """Return a picture's size and where in it something is visible.

    Args:
        pose: (H, W, 4) uint8, straight alpha.
        index: Its place among others, for the message.

    Raises:
        InvalidImage: The pose is fully transparent; `index` says which.
    """
    bounds = measure_bounds(pose)
    if bounds is None:
        message = f"pose {index + 1} shows nothing: every pixel is transparent; give a picture with a subject"
        raise InvalidImage(message, index=index)
    left, top, right, bottom = bounds
    height, width = pose.shape[:2]
    return PoseExtent(width=width, height=height, left=left, top=top, right=right, bottom=bottom)


def _check(poses: Sequence[Rgba], size: int, padding: float) -> None:
    if not poses:
        raise ValueError("there are no poses to align")
    if size < _SMALLEST_SIZE_PX or size % 2:
        message = f"size must be even and at least {_SMALLEST_SIZE_PX}, not {size}"
        raise ValueError(message)
    if not 0 <= padding < 0.5:
        message = f"padding must be at least 0 and under 0.5, not {padding}"
        raise ValueError(message)


def _place(pose: Rgba, extent: PoseExtent, framing: Framing, size: int) -> Rgba:
    x, y = find_anchor(extent, is_anchored=framing.is_anchored)
    left, top = framing.left + x, framing.top + y
    return _fit(Window(x0=left, y0=top, x1=left + framing.side, y1=top + framing.side).cut(pose), size)


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
