"""Where a drawing is nearly its own mirror image, as most characters are; and how the twin of a part moves."""

import cv2
import numpy as np

from poseloom.frames.affinity import fit_shape
from poseloom.frames.image import Plane, Premultiplied, measure_gap
from poseloom.frames.similarity import Similarity, compose

_LONG_SIDE = 56
_MIDDLE = 0.25
"""How far from the middle of what is seen an axis may lie, as a share of its width."""
_SOLID = 0.5
_LEAST_WEIGHT = 0.05


def find_axis(pose: Premultiplied) -> float:
    """Return the x, in pixels of `pose`, of the upright axis about which it mirrors best.

    Args:
        pose: (h, w, 4); an empty one mirrors about its middle.
    """
    shape = fit_shape((pose.shape[0], pose.shape[1]), _LONG_SIDE)
    small = np.asarray(cv2.resize(pose, shape[::-1], interpolation=cv2.INTER_AREA), np.float32)
    columns = np.flatnonzero((small[..., 3] > _SOLID).any(axis=0))
    if len(columns) == 0:
        return float(pose.shape[1] - 1) / 2
    first, last = int(columns[0]), int(columns[-1])
    reach = _MIDDLE * (last - first)
    # An axis at or between columns is half of the sum of two columns that are each other's image.
    sums = np.arange(round(first + last - reach), round(first + last + reach) + 1)
    gaps = [_measure_asymmetry(small, int(total)) for total in sums]
    scale = pose.shape[1] / shape[1]
    return float((sums[int(np.argmin(gaps))] / 2 + 0.5) * scale - 0.5)


def _measure_asymmetry(image: Premultiplied, total: int) -> float:
    """Return the summed colour gap between an image and its mirror image about `total / 2`."""
    width = image.shape[1]
    mirrored = total - np.arange(width)
    inside = (mirrored >= 0) & (mirrored < width)
    image_of = np.zeros_like(image)
    image_of[:, inside] = image[:, mirrored[inside]]
    return float(measure_gap(image, image_of).sum())


def mirror_turn(turn: Similarity, axes: tuple[float, float]) -> Similarity:
    """Return how the twin of a part moves, when it does what its twin does on the other side.

    Args:
        turn: How the part moves from the source to the target.
        axes: The x of the axis of each.
    """
    return compose(mirror(axes[1]), compose(turn, mirror(axes[0])))


def mirror(axis: float) -> Similarity:
    """Return the map that mirrors about an upright axis at x = `axis`."""
    return np.array([[-1.0, 0, 2 * axis], [0, 1, 0]])


def flip_along(weights: Plane) -> Similarity:
    """Return the map that mirrors a part about the line along which it is longest.

    Args:
        weights: (h, w), how far each place belongs to the part.
    """
    rows, columns = np.nonzero(weights > _LEAST_WEIGHT)
    if len(rows) == 0:
        return mirror((weights.shape[1] - 1) / 2)
    places = np.stack([columns, rows], axis=1).astype(np.float64)
    shares = weights[rows, columns].astype(np.float64)
    centre = np.average(places, axis=0, weights=shares)
    arms = places - centre
    _, axes = np.linalg.eigh((arms * shares[:, None]).T @ arms)
    linear = 2 * np.outer(axes[:, 1], axes[:, 1]) - np.eye(2)
    return np.column_stack([linear, centre - linear @ centre])
