"""Similarities: how a part moves from one pose to another – a turn, a scale, a little stretch and a shift."""

import math
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from poseloom.frames.flow import Sampled

Similarity: TypeAlias = NDArray[np.float64]
"""(2, 3) float64: a map of (x, y, 1)."""


def form_similarity(turn_radians: float, scale: float, source: ArrayLike, target: ArrayLike) -> Similarity:
    """Return the map that turns and scales about the point `source` and carries it to the point `target`."""
    cosine, sine = math.cos(turn_radians) * scale, math.sin(turn_radians) * scale
    linear = np.array([[cosine, -sine], [sine, cosine]])
    shift = np.asarray(target, np.float64) - linear @ np.asarray(source, np.float64)
    return np.column_stack([linear, shift])


def read_turn(similarity: Similarity) -> float:
    """Return the turn in radians, within half a turn of 0."""
    return math.atan2(similarity[1, 0] - similarity[0, 1], similarity[0, 0] + similarity[1, 1])


def do_alike(
    similarity: Similarity, other: Similarity, place: tuple[float, float], most_radians: float, most_cells: float
) -> bool:
    """Say whether two maps turn by less than `most_radians` apart, and bring `place` less than `most_cells` apart.

    Cells are counted along each axis.
    """
    turned = math.remainder(read_turn(similarity) - read_turn(other), math.tau)
    shift = np.abs((similarity - other) @ np.array([*place, 1.0])).max()
    return abs(turned) < most_radians and float(shift) < most_cells


def measure_strain(similarity: Similarity) -> float:
    """Return the sum of the absolute logarithms of the scales along both axes; 0 is stiff."""
    scales = np.linalg.svd(similarity[:, :2], compute_uv=False)
    return float(np.abs(np.log(np.maximum(scales, 1e-6))).sum())


def take_share(
    similarity: Similarity, share: float, source: ArrayLike, target: ArrayLike, *, about_radians: float | None = None
) -> Similarity:
    """Return that `share` of a turn and of its scales, about the point `source`, which goes to `target`.

    Args:
        similarity: The whole turn.
        share: 0..1, or a little beyond.
        source: The place about which it turns.
        target: Where that place goes.
        about_radians: How far it turns and which way round; the short way by default.
    """
    turn = form_similarity(read_turn(similarity), 1, (0, 0), (0, 0))[:, :2]
    # What is left of a map without its turn is symmetric and scales along two axes.
    scales, axes = np.linalg.eigh(turn.T @ similarity[:, :2])
    radians = read_turn(similarity) if about_radians is None else about_radians
    part = form_similarity(radians * share, 1, (0, 0), (0, 0))[:, :2]
    linear = part @ (axes * np.maximum(scales, 1e-6) ** share) @ axes.T
    return np.column_stack([linear, np.asarray(target, np.float64) - linear @ np.asarray(source, np.float64)])


def invert(similarity: Similarity) -> Similarity:
    """Return the way back."""
    return np.asarray(cv2.invertAffineTransform(similarity), np.float64)


def compose(after: Similarity, before: Similarity) -> Similarity:
    """Return the map that does `before`, then `after`."""
    last = np.array([[0.0, 0.0, 1.0]])
    return np.asarray((np.vstack([after, last]) @ np.vstack([before, last]))[:2], np.float64)


def change_units(similarity: Similarity, scale_x: float, scale_y: float) -> Similarity:
    """Return the map for a grid with `scale_x`, `scale_y` times as many cells, whose centres are whole numbers."""
    units = np.array([[scale_x, 0, (scale_x - 1) / 2], [0, scale_y, (scale_y - 1) / 2], [0, 0, 1]])
    whole = np.vstack([similarity, [0, 0, 1]])
    return np.asarray((units @ whole @ np.linalg.inv(units))[:2], np.float64)


def change_origins(similarity: Similarity, source: ArrayLike, target: ArrayLike) -> Similarity:
    """Return the map between two cuttings, (x, y) of the first pixels of which in the pictures are given."""
    shift = similarity @ np.append(np.asarray(source, np.float64), 1.0) - np.asarray(target, np.float64)
    return np.column_stack([similarity[:, :2], shift])


def move_points(points: NDArray[np.floating], similarity: Similarity) -> NDArray[np.float32]:
    """Return where `points`, (…, 2), go."""
    moved = points.astype(np.float32) @ similarity[:, :2].T.astype(np.float32) + similarity[:, 2].astype(np.float32)
    return np.asarray(moved, np.float32)


def pull_back(
    image: Sampled,
    similarity: Similarity,
    *,
    interpolation: int = cv2.INTER_LINEAR,
    shape: tuple[int, int] | None = None,
) -> Sampled:
    """Return what `image` shows at the place to which each pixel goes; nothing beyond its border.

    Args:
        image: (h, w) or (h, w, c).
        similarity: From pixels of what is returned to those of `image`.
        interpolation: One of OpenCV's.
        shape: Height and width of what is returned, those of `image` by default.
    """
    height, width = shape or (image.shape[0], image.shape[1])
    size = (width, height)
    flags = interpolation | cv2.WARP_INVERSE_MAP
    pulled = cv2.warpAffine(image, similarity, size, flags=flags, borderMode=cv2.BORDER_CONSTANT)
    return np.asarray(pulled, image.dtype)
