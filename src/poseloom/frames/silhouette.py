"""Outlines: how far each pixel lies from the edge of a subject, and colour carried past that edge."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from poseloom.frames.image import Plane, Premultiplied, Rgba, unpremultiply

NOWHERE_PX = -99.0
"""The distance from an edge that does not exist."""
_SOLID = 128
_DEEPEST_INK_PX = 14
_INK_SPREAD = 45
_INK_SHARE = 0.6
_FILL_SHARE = 0.75
"""A line is left behind below the edge: somewhere deeper a quarter less has its colour."""
_INK_LIKENESS = 60
"""How far the lines of two poses may differ in colour and still be one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ink:
    """The line that an artist drew around a subject.

    Attributes:
        colour: (3,) float32, 0..255.
        width_px: How deep it goes, from the edge inwards.
    """

    colour: NDArray[np.float32]
    width_px: float


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
    nearest = find_nearest(solid > 0)
    extended = image.reshape(-1, 4)[nearest].reshape(image.shape)
    cv2.mixChannels([image], [extended], [3, 3])
    return extended


def find_ink(image: Rgba, distance: Plane) -> Ink | None:
    """Return the line around what `image` shows, or None when most of its edge has no common colour.

    Args:
        image: (H, W, 4) uint8, straight alpha.
        distance: (H, W) float32, from `measure_distance`.
    """
    edge = image[(distance > 0.5) & (distance < 2.5)][:, :3].astype(np.float32)
    if len(edge) == 0:
        return None
    colour = np.median(edge, axis=0).astype(np.float32)
    shares = _measure_shares(image, distance, colour)
    width = next((depth for depth, share in enumerate(shares) if share < _INK_SHARE), _DEEPEST_INK_PX)
    # Where as much has its colour deeper down, it is what the subject is painted with.
    if not 0 < width < _DEEPEST_INK_PX or min(shares) > _FILL_SHARE * shares[0]:
        return None
    return Ink(colour=colour, width_px=width + 0.5)


def _measure_shares(image: Rgba, distance: Plane, colour: NDArray[np.float32]) -> list[float]:
    """Return how much of each ring below the edge, one pixel wide, has a colour."""
    rim = (distance > 0.5) & (distance <= _DEEPEST_INK_PX + 0.5)
    depths = np.ceil(distance[rim] - np.float32(0.5)).astype(np.intp) - 1
    alike = np.abs(image[rim][:, :3].astype(np.float32) - colour).max(axis=1) < _INK_SPREAD
    counts = np.bincount(depths, minlength=_DEEPEST_INK_PX)
    found = np.bincount(depths[alike], minlength=_DEEPEST_INK_PX)
    return [float(share) for share in found / np.maximum(counts, 1)]


def mix_inks(near: Ink | None, far: Ink | None, t: float) -> Ink | None:
    """Return the line at the moment `t` in 0..1 between two, or None when they are not one line."""
    if near is None or far is None or np.abs(near.colour - far.colour).max() > _INK_LIKENESS:
        return None
    return Ink(
        colour=near.colour * np.float32(1 - t) + far.colour * np.float32(t),
        width_px=near.width_px * (1 - t) + far.width_px * t,
    )


def are_lined(source: Premultiplied, target: Premultiplied) -> bool:
    """Say whether one line goes around what both poses show, (H, W, 4) each."""
    near, far = (find_ink(unpremultiply(pose), measure_distance(pose[..., 3])) for pose in (source, target))
    return mix_inks(near, far, 0.5) is not None


def find_nearest(known: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return, for every pixel, the flat index of the nearest pixel that is `known`; at least one must be."""
    unknown = np.asarray(~known, np.uint8)
    _, labels = cv2.distanceTransformWithLabels(unknown, cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL)
    owners = np.flatnonzero(known)
    table = np.zeros(int(labels.max()) + 1, np.intp)
    table[labels.ravel()[owners]] = owners
    return np.asarray(table[labels.ravel()], np.intp)
