"""How a part goes on behind what lies before it: a tail that swings shows more of itself than either drawing does."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from poseloom.frames.comparison import Mask, grow
from poseloom.frames.flow import look_up
from poseloom.frames.image import Rgba, premultiply, unpremultiply

_SOLID = 250
_EDGE_PX = 4
_RIM_PX = 2.0
_FEWEST_PX = 4
_RUN = 2.5
_LONGEST_WIDTHS = 2.0
"""A joint farther behind than so many widths of the part's end is not surely its own."""


def extend_root(part: Rgba, cover: Mask, joint: NDArray[np.floating]) -> Rgba:
    """Return a part that goes on straight where it is hidden, as broad as it ends there, beyond its joint.

    Args:
        part: (H, W, 4) uint8, straight alpha, the part alone.
        cover: (H, W), what lies before it, and the rim of the part there.
        joint: (x, y), about which it turns; one that is not covered is not hidden, and the part stays as it is.
    """
    own = (part[..., 3] >= _SOLID) & ~cover
    end = _find_end(own, cover, joint)
    if len(end) < _FEWEST_PX:
        return part
    middle = end.mean(axis=0)
    along = _find_direction(own, middle, math.sqrt(len(end)), joint)
    across = np.array([-along[1], along[0]])
    offsets = end - middle
    width = float(np.ptp(offsets @ across)) + 1
    ahead = offsets @ along
    length = float((joint - middle) @ along)
    # One that is covered along its side does not end there.
    if np.ptp(ahead) > max(width, 2 * _EDGE_PX) or not 0 < length < _LONGEST_WIDTHS * width:
        return part
    return _carry_on(part, cover, middle, along, (float(ahead.min()), length + width), width / 2)


def _find_end(own: Mask, cover: Mask, joint: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the places (n, 2) of a part beside what covers it, there where that is nearest to its joint."""
    end = own & grow(cover, 2 * _EDGE_PX + 1)
    x, y = joint.round().astype(np.intp)
    is_inside = 0 <= y < cover.shape[0] and 0 <= x < cover.shape[1]
    if not end.any() or not is_inside or not cover[y, x]:
        return np.zeros((0, 2))
    _, pieces = cv2.connectedComponents(end.astype(np.uint8), connectivity=8)
    places = np.argwhere(end)[:, ::-1]
    numbers = pieces[end]
    nearest = int(np.argmin(np.hypot(*(places - joint).T)))
    return np.asarray(places[numbers == numbers[nearest]], np.float64)


def _find_direction(
    own: Mask, middle: NDArray[np.floating], reach_px: float, joint: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Return the unit vector along which a part runs about `middle`, towards its joint."""
    places = np.argwhere(own)[:, ::-1] - middle
    nearby = places[np.hypot(*places.T) < _RUN * reach_px]
    _, axes = np.linalg.eigh(nearby.T @ nearby)
    along = axes[:, 1]
    return np.asarray(along * (1 if along @ (joint - middle) > 0 else -1), np.float64)


def _carry_on(
    part: Rgba,
    cover: Mask,
    middle: NDArray[np.floating],
    along: NDArray[np.floating],
    stretch: tuple[float, float],
    half_width: float,
) -> Rgba:
    """Return a part whose section at the start of a `stretch`, pixels `along` from its `middle`, goes on to its end."""
    rows, columns = np.nonzero(cover)
    offsets = np.stack([columns, rows], axis=1) - middle
    ahead, aside = offsets @ along, offsets @ np.array([-along[1], along[0]])
    # The end is round.
    reach = stretch[1] - half_width + np.sqrt(np.maximum(half_width**2 - aside**2, 0))
    inside = (ahead > stretch[0]) & (ahead < reach) & (np.abs(aside) < half_width + _RIM_PX)
    places = middle + stretch[0] * along + aside[inside, None] * np.array([-along[1], along[0]])
    seen = look_up(premultiply(part), places.astype(np.float32)[None], border=cv2.BORDER_CONSTANT)
    extended = part.copy()
    extended[rows[inside], columns[inside]] = unpremultiply(seen)[0]
    return extended
