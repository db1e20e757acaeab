"""What only one pose shows is not squeezed into a seam of the other.

A flow takes every place of one pose to some place of the other. An arm that the other pose does not have goes into
its shoulder, and would be seen to melt. It is given the motion of what it hangs on instead, and so stays whole until it
is exchanged (see `blend`).
"""

import cv2
import numpy as np

from poseloom.frames.comparison import Mask, count_cells, grow
from poseloom.frames.flow import Channels, Field, exponentiate, smooth
from poseloom.frames.image import Plane
from poseloom.frames.silhouette import find_nearest

_LEAST_LEFT = 0.3
"""A place that is left with less of its size than this, beside what most are left with, collapses."""
_SMALLEST_SHARE = 0.01
"""Less of a pose may fold away unseen."""
_SEEN = 0.5
_ROUNDS = 4
_SOFT_CELLS = 1.5
_SETTLING_ROUNDS = 200


def undo_collapse(velocity: Field, shades: tuple[Channels, Channels]) -> Field:
    """Return `velocity`, where it makes a part of either pose collapse as around that; itself where it does so nowhere.

    Args:
        velocity: (h, w, 2) float32, in cells.
        shades: (h, w) float32 each, 0..1, the alpha of source and target on the same grid.
    """
    seen = np.asarray(np.maximum(*shades) > _SEEN)
    collapsing = np.zeros(velocity.shape[:2], bool)
    for _ in range(_ROUNDS):
        found = _find_collapse(velocity, shades[0], 1) | _find_collapse(velocity, shades[1], -1)
        known = seen & ~(collapsing | grow(found))
        if not found.any() or not known.any():
            break
        collapsing |= grow(found)
        share = np.maximum(collapsing, smooth(grow(collapsing).astype(np.float32), _SOFT_CELLS))[..., None]
        velocity = velocity + share * (_extend(velocity, known) - velocity)
    return velocity


def _find_collapse(velocity: Field, shade: Channels, duration: float) -> Mask:
    """Return where a pose loses most of its size on its way, crumbs aside."""
    solid = np.asarray(shade > _SEEN)
    if not solid.any():
        return solid
    sizes = _measure_sizes(exponentiate(velocity, duration))
    low = solid & (sizes < _LEAST_LEFT * np.median(sizes[solid]))
    count, pieces, figures, _ = cv2.connectedComponentsWithStats(low.astype(np.uint8), connectivity=8)
    is_large = np.zeros(count, bool)
    is_large[1:] = figures[1:, cv2.CC_STAT_AREA] > _SMALLEST_SHARE * count_cells(solid)
    return np.asarray(is_large[pieces])


def _measure_sizes(field: Field) -> Plane:
    """Return (h, w) float32: what a cell becomes, in cells (the determinant of the Jacobian)."""
    along_x, along_y = np.gradient(field, axis=1), np.gradient(field, axis=0)
    sizes = (1 + along_x[..., 0]) * (1 + along_y[..., 1]) - along_y[..., 0] * along_x[..., 1]
    return np.asarray(sizes, np.float32)


def _extend(velocity: Field, known: Mask) -> Field:
    """Return `velocity` where it is known, and elsewhere as smoothly continued as can be."""
    extended = velocity.reshape(-1, 2)[find_nearest(known)].reshape(velocity.shape)
    for _ in range(_SETTLING_ROUNDS):
        means = cv2.blur(extended, (3, 3), borderType=cv2.BORDER_REPLICATE)
        extended[~known] = means[~known]
    return np.asarray(extended, np.float32)
