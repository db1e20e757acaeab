"""Where a part hangs on: its round end, and what goes on of it behind a body of another colour."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from poseloom.frames.comparison import Mask
from poseloom.frames.contour import Drawing, crop, find_filled, find_inside, measure_breadth
from poseloom.frames.image import Plane, Rgba, measure_colour_gap

_SOLID = 250
_JOINT_WIDTH = 0.6
_JOINT_LIKENESS = 18
"""Another shade than the part's is the body's: cut out with the part, it would be seen to turn."""
_ROOT_WIDTH = 0.45
_LEAST_ROOT = 0.6
"""Where the body has the part's colour about most of the joint, the round end is enough."""
_OWN_COLOUR = 0.5


def round_off(mask: Mask, drawing: Drawing, joint: NDArray[np.float64]) -> Mask:
    """Return a part with a round end about its joint, of its own colour, which the body has too: so no gap opens."""
    end = find_end(mask, drawing, joint)
    if end is None:
        return mask
    rounded, nearby, part = mask.copy(), crop(drawing, end.around), mask[end.around]
    alike = measure_colour_gap(nearby.pose, end.colour) < _JOINT_LIKENESS
    plain = (part | (alike & (end.distance < end.radius_px))) & find_filled(nearby)
    _, labels = cv2.connectedComponents(plain.astype(np.uint8), connectivity=4)
    # What a line parts from it, its own one too, is not its end.
    rounded[end.around] |= plain & np.isin(labels, np.unique(labels[find_inside(part, nearby)]))
    return rounded


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """Where a part hangs on.

    Attributes:
        around: The rows and columns that tell.
        colour: (3,), the part's own there.
        radius_px: Half of how broad it ends, and a little more.
        distance: (h, w), how far each pixel lies from the joint, or from the way there of a part that ends before it.
    """

    around: tuple[slice, slice]
    colour: NDArray[np.floating]
    radius_px: float
    distance: Plane


def find_end(mask: Mask, drawing: Drawing, joint: NDArray[np.float64]) -> End | None:
    """Return where a part hangs on; None where nothing of it is near its joint."""
    if not mask.any():
        return None
    radius_px = _JOINT_WIDTH * measure_breadth(mask)
    around = _cut_around(joint, 3 * radius_px, mask.shape)
    distance = np.hypot(*(np.mgrid[around][::-1] - joint[:, None, None]))
    own = mask[around] & (distance < 3 * radius_px) & find_filled(drawing)[around]
    if not own.any():
        return None
    # A hand may be of another colour than the arm beside the joint.
    nearest = np.sort(distance[own])[: math.ceil((_OWN_COLOUR * radius_px) ** 2)][-1]
    colour = np.median(drawing.pose[around][own & (distance <= nearest)][:, :3], axis=0)
    if distance[own].min() > radius_px:
        # A part that ends before its joint is carried on to it.
        distance = np.minimum(distance, _measure_way(own, distance, joint - [around[1].start, around[0].start]))
    return End(
        around=around,
        colour=colour,
        radius_px=radius_px,
        distance=np.asarray(distance, np.float32),
    )


def draw_root(mask: Mask, drawing: Drawing, joint: NDArray[np.float64]) -> Rgba | None:
    """Return, (H, W, 4), what goes on of a part up to its joint, behind a body of another colour; None if nothing does.

    Args:
        mask: Where the part is.
        drawing: What shows it; where it has lines, those are drawn on instead.
        joint: (x, y), about which it turns.
    """
    end = find_end(mask, drawing, joint) if drawing.ink is None else None
    if end is None:
        return None
    rows, columns = np.nonzero(mask[end.around] & (end.distance < 2 * end.radius_px))
    if not len(rows):
        return None
    way = np.ones(end.distance.shape, np.uint8)
    x, y = (joint - [end.around[1].start, end.around[0].start]).round().astype(int)
    cv2.line(way, (int(x), int(y)), (round(columns.mean()), round(rows.mean())), 0)
    reach_px = _ROOT_WIDTH * measure_breadth(mask)
    alpha = np.clip(reach_px + 0.5 - cv2.distanceTransform(way, cv2.DIST_L2, 5), 0, 1)
    alpha *= drawing.pose[end.around][..., 3] >= _SOLID
    beyond = (alpha > 0) & ~mask[end.around]
    rounded = round_off(mask, drawing, joint)[end.around]
    if (beyond & ~rounded).sum() <= _LEAST_ROOT * beyond.sum():
        return None
    root = np.zeros_like(drawing.pose)
    root[end.around] = np.dstack([np.broadcast_to(end.colour, (*alpha.shape, 3)), 255 * alpha]).round()
    root[root[..., 3] == 0] = 0
    return root


def _measure_way(own: Mask, distance: NDArray[np.floating], joint: NDArray[np.floating]) -> Plane:
    """Return how far each pixel lies from the straight way between a joint and what of a part is nearest to it."""
    row, column = np.unravel_index(int(np.argmin(np.where(own, distance, np.inf))), own.shape)
    x, y = joint.round().astype(int)
    way = cv2.line(np.ones(own.shape, np.uint8), (int(column), int(row)), (int(x), int(y)), 0)
    return np.asarray(cv2.distanceTransform(way, cv2.DIST_L2, 5), np.float32)


def _cut_around(place: NDArray[np.floating], reach: float, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """Return the rows and columns of a picture of `shape` that may lie within `reach` of `place`."""
    rows, columns = (
        slice(max(0, min(math.floor(middle - reach), size)), max(0, min(math.ceil(middle + reach) + 1, size)))
        for middle, size in zip(place[::-1], shape, strict=True)
    )
    return rows, columns
