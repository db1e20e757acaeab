"""Features that slide inside an outline that stays: a face that looks aside.

A flow finds them again as long as they move by less than half of what lies between them; an eye that goes farther is
nearer to where the other one was.
"""

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from poseloom.frames.comparison import Mask
from poseloom.frames.flow import Channels, Field, exponentiate, resample_field, smooth, warp
from poseloom.frames.image import Plane, Premultiplied, measure_gap
from poseloom.frames.registration import FeaturePyramid

Shift: TypeAlias = NDArray[np.intp]
"""(x, y), in cells."""

_LONG_SIDE = 48
_FURTHEST_CELLS = 12
_LEAST_CELLS = 2.0
"""A flow finds again by itself what goes less far."""
_INSIDE = 0.9
_SURROUNDINGS_CELLS = 3.0
_LEAST_CONTRAST = 0.1
"""Paler is a shade, no feature."""
_UNLIKE = 0.6
"""A colour gap beyond which cells are merely different."""
_LEAST_SHARE = 0.6
"""A shift leaves open no more of what the flow did."""
_LEAST_WEIGHT = 0.05
"""Features that weigh less than a twentieth of the heaviest are not asked."""
_SHIFT_PRICE = 0.003
"""Of two shifts that explain as much the shorter one is meant."""
_LEAST_GAIN = 0.05
_BETWEEN_CELLS = 9
"""What lies between features goes along, such as the ground between two eyes."""
_EDGE_CELLS = 2.0
_REACH = 1.3
"""The edge that blurs is brought outwards, so that small features go all the way."""


def find_slide(pyramid: FeaturePyramid, start: Field) -> Field | None:
    """Return where a flow is to begin that carries features to where they slid; None where none did.

    Args:
        pyramid: Both poses.
        start: (h, w, 2) on any grid, a flow that brings their outlines about together.
    """
    near, target = pyramid.see(_LONG_SIDE, 0.0)
    flow = resample_field(start, (near.shape[0], near.shape[1]))
    far = warp(target, exponentiate(flow, 1.0), border=cv2.BORDER_CONSTANT)
    both = np.minimum(near[..., 3], far[..., 3]) > _INSIDE
    inside = np.asarray(cv2.erode(both.astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=0) > 0)
    shift = _find_shift(near, far, inside)
    if shift is None:
        return None
    return flow + _spread(near, far, inside, shift)[..., None] * shift.astype(np.float32)


def _find_shift(near: Premultiplied, far: Premultiplied, inside: Mask) -> Shift | None:
    """Return the one shift that brings most of what is different inside to where the other pose has the same."""
    still = _measure_unlikeness(near, far)
    sides = [
        (near, far, _weigh_features(near) * still * inside, 1),
        (far, near, _weigh_features(far) * still * inside, -1),
    ]
    total = sum(float(weights.sum()) for _, _, weights, _ in sides)
    if not total:
        return None
    reach = np.arange(-_FURTHEST_CELLS, _FURTHEST_CELLS + 1)
    shifts = np.stack(np.meshgrid(reach, reach), axis=-1).reshape(-1, 2)
    prices = [_price_shifts(here, there, weights, way * shifts) for here, there, weights, way in sides]
    costs = (prices[0] + prices[1]) / total
    lengths = np.hypot(*shifts.T)
    best = int(np.argmin(costs + _SHIFT_PRICE * lengths))
    if lengths[best] < _LEAST_CELLS or costs[best] > _LEAST_SHARE * float(costs[lengths == 0][0]):
        return None
    return np.asarray(shifts[best], np.intp)


def _weigh_features(pose: Premultiplied) -> Plane:
    """Return (h, w), how far each cell differs from what is around it."""
    contrast = np.sqrt(np.square(pose - smooth(pose, _SURROUNDINGS_CELLS)).sum(axis=2))
    return np.asarray(np.maximum(contrast - _LEAST_CONTRAST, 0), np.float32)


def _price_shifts(here: Premultiplied, there: Premultiplied, weights: Plane, shifts: Shift) -> NDArray[np.float64]:
    """Return, for each of `shifts` (n, 2), the gap between what is here and what is there so far away, (n,)."""
    rows, columns = np.nonzero(weights > _LEAST_WEIGHT * weights.max())
    padded = np.pad(there, ((_FURTHEST_CELLS,) * 2, (_FURTHEST_CELLS,) * 2, (0, 0)))
    seen = padded[rows + shifts[:, 1:] + _FURTHEST_CELLS, columns + shifts[:, :1] + _FURTHEST_CELLS]
    gaps = _measure_unlikeness(seen, here[rows, columns])
    return np.asarray(np.einsum("sn,n->s", gaps, weights[rows, columns]), np.float64)


def _spread(near: Premultiplied, far: Premultiplied, inside: Mask, shift: Shift) -> Plane:
    """Return 0..1, (h, w): how far each cell goes along with what the shift explains, none of the outline."""
    place = np.array([[1, 0, -shift[0]], [0, 1, -shift[1]]], np.float32)
    shifted = np.asarray(cv2.warpAffine(far, place, (far.shape[1], far.shape[0])), np.float32)
    still, moved = (smooth(_measure_unlikeness(near, one), 1.0) for one in (far, shifted))
    better = ((still - moved > _LEAST_GAIN) & inside).astype(np.uint8)
    block = np.ones((_BETWEEN_CELLS, _BETWEEN_CELLS), np.uint8)
    whole = cv2.morphologyEx(better, cv2.MORPH_CLOSE, block) * inside.astype(np.uint8)
    grown: Plane = cv2.dilate(whole, np.ones((3, 3), np.uint8)).astype(np.float32)
    return np.asarray(np.minimum(_REACH * smooth(grown, _EDGE_CELLS), 1), np.float32)


def _measure_unlikeness(one: Channels, other: Channels) -> Plane:
    """Return how far colours differ, up to where they are merely different."""
    return np.asarray(np.minimum(measure_gap(one, other), np.float32(_UNLIKE)), np.float32)
