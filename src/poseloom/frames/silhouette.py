"""Outlines: how far each pixel lies from the edge of a subject, and colour carried past that edge."""

import cv2
import numpy as np
from numpy.typing import NDArray

from poseloom.frames.image import Plane, Rgba

NOWHERE_PX = -99.0
"""The distance from an edge that does not exist."""
_SOLID = 128


def measure_distance(alpha: Plane) -> Plane:
    """Return (H, W) float32: pixels to the nearest edge, positive inside, `NOWHERE_PX` without a subject.

    The edge is where `alpha` (0..1) crosses one half. Beside it the anti-aliased alpha itself tells the
    distance below a pixel; farther off it is counted between pixel centres.
    """
    inside = np.asarray(alpha > 0.5, np.uint8)
    if not inside.any():
        return np.full(alpha.shape, NOWHERE_PX, np.float32)
    within = np.asarray(cv2.distanceTransform(inside, cv2.DIST_L2, 5), np.float32)
    without = np.asarray(cv2.distanceTransform(1 - inside, cv2.DIST_L2, 5), np.float32)
    return np.where(inside > 0, within - np.float32(0.5), np.float32(0.5) - without)


def extend_colour(image: Rgba) -> Rgba:
    """Return `image` with the nearest solid colour wherever it is less than half opaque; alpha untouched.

    Sampled between pixels, such a picture shows no dark rim. Without a solid pixel it comes back as it is.
    """
    solid = np.asarray(image[..., 3] >= _SOLID, np.uint8)
    if not solid.any():
        return image.copy()
    _, labels = cv2.distanceTransformWithLabels(1 - solid, cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL)
    nearest = _index_owners(np.asarray(labels, np.int32), solid)
    extended = image.reshape(-1, 4)[nearest].reshape(image.shape)
    cv2.mixChannels([image], [extended], [3, 3])
    return extended


def _index_owners(labels: NDArray[np.int32], solid: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Return, for every pixel, the flat index of the solid pixel whose label it carries."""
    owners = np.flatnonzero(solid)
    table = np.zeros(int(labels.max()) + 1, np.intp)
    table[labels.ravel()[owners]] = owners
    return table[labels.ravel()]
