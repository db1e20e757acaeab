"""The coarse question first: which turn, scale and shift brings one pose nearest to another?"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from poseloom.frames.flow import Channels, Field, list_positions, smooth
from poseloom.frames.image import Premultiplied

Matrix: TypeAlias = NDArray[np.float64]
"""(3, 3) float64, an affine map of (x, y, 1)."""

_LONG_SIDE = 40
_TURNS_DEGREES = (-40, -28, -18, -9, 0, 9, 18, 28, 40)
_SCALES = ((1.0, 1.0), (0.88, 0.88), (1.14, 1.14), (1.1, 0.85), (0.92, 1.18))
_REFINEMENTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Affinity:
    """A turn and scale about the source's centre of mass, then a shift, in cells of the coarse grid."""

    turn_radians: float = 0.0
    scale_x: float = 1.0
    scale_y: float = 1.0
    shift_x: float = 0.0
    shift_y: float = 0.0

    @property
    def price(self) -> float:
        """What this map costs for not being the identity: at equal fit the smaller motion wins."""
        return (
            1
            + 0.17 * abs(self.turn_radians)
            + 0.25 * (abs(self.scale_x - 1) + abs(self.scale_y - 1))
            + 0.005 * (abs(self.shift_x) + abs(self.shift_y))
        )

    def form_matrix(self, centre: NDArray[np.float64]) -> Matrix:
        """Return the (3, 3) map about `centre`."""
        cosine, sine = math.cos(self.turn_radians), math.sin(self.turn_radians)
        linear = np.array([[cosine * self.scale_x, -sine * self.scale_y], [sine * self.scale_x, cosine * self.scale_y]])
        matrix = np.eye(3)
        matrix[:2, :2] = linear
        matrix[:2, 2] = centre + np.array([self.shift_x, self.shift_y]) - linear @ centre
        return matrix


def find_affinity(source: Premultiplied, target: Premultiplied) -> Matrix:
    """Return the (3, 3) map from places of `source` to places of `target`, in cells of a 40-cell grid.

    Both are (H, W, 4) of one shape. A grid search, then three rounds of coordinate descent.
    """
    near, far = _shrink(source), _shrink(target)
    centre = _find_centre(near)
    drift = _find_centre(far) - centre

    def judge(candidate: Affinity) -> float:
        matrix = candidate.form_matrix(centre)[:2]
        moved = cv2.warpAffine(near, matrix, (near.shape[1], near.shape[0]))
        return cv2.norm(moved, far, cv2.NORM_L1) * candidate.price

    best = min(_list_candidates(drift), key=judge)
    lowest = judge(best)
    steps = Affinity(turn_radians=0.08, scale_x=0.06, scale_y=0.06, shift_x=1.0, shift_y=1.0)
    for finer in range(_REFINEMENTS):
        for name in [field.name for field in fields(Affinity)]:
            step = getattr(steps, name) * 0.6**finer
            for sign in (-1, 1):
                candidate = replace(best, **{name: getattr(best, name) + sign * step})
                cost = judge(candidate)
                if cost < lowest:
                    best, lowest = candidate, cost
    return best.form_matrix(centre)


def form_velocity(matrix: Matrix, shape: tuple[int, int]) -> Field:
    """Return the stationary velocity field, on a grid of `shape`, whose flow over one unit is `matrix`."""
    height, width = shape
    scale = max(shape) / _LONG_SIDE
    generator = _take_logarithm(matrix)
    places = (list_positions(height, width) + np.float32(0.5)) / np.float32(scale) - np.float32(0.5)
    velocity = places @ generator[:2, :2].T.astype(np.float32) + generator[:2, 2].astype(np.float32)
    return np.asarray(velocity * scale, np.float32)


def fit_shape(shape: tuple[int, int], long_side: int) -> tuple[int, int]:
    """Return (height, width) with the proportions of `shape` whose longer side is `long_side`."""
    scale = long_side / max(shape)
    return max(4, round(shape[0] * scale)), max(4, round(shape[1] * scale))


def _shrink(image: Premultiplied) -> Channels:
    height, width = fit_shape((image.shape[0], image.shape[1]), _LONG_SIDE)
    return smooth(np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.float32), 1)


def _find_centre(image: Channels) -> NDArray[np.float64]:
    alpha = image[..., 3].astype(np.float64)
    places = list_positions(*alpha.shape)
    total = max(float(alpha.sum()), 1e-9)
    return np.asarray(np.einsum("ij,ijk->k", alpha, places) / total, np.float64)


def _list_candidates(drift: NDArray[np.float64]) -> Iterator[Affinity]:
    x, y = float(drift[0]), float(drift[1])
    shifts = [(0, 0), (x, y), (x, y - 2), (x, y + 2), (0, -2), (0, 2), (0, -5), (0, 5), (3, 0), (-3, 0)]
    for turn in _TURNS_DEGREES:
        for scale_x, scale_y in _SCALES:
            for shift_x, shift_y in shifts:
                yield Affinity(
                    turn_radians=math.radians(turn),
                    scale_x=scale_x,
                    scale_y=scale_y,
                    shift_x=shift_x,
                    shift_y=shift_y,
                )


def _take_logarithm(matrix: Matrix) -> Matrix:
    """Return the matrix logarithm by inverse scaling and squaring; `matrix` is within half a turn of 1."""
    root, rooting = matrix, 8
    for _ in range(rooting):
        root = _take_root(root)
    small = root - np.eye(3)
    return (small - small @ small / 2 + small @ small @ small / 3) * 2.0**rooting


def _take_root(matrix: Matrix) -> Matrix:
    """Return the principal square root by the iteration of Denman and Beavers (1976)."""
    root, inverse = matrix, np.eye(3)
    for _ in range(8):
        root, inverse = (root + np.linalg.inv(inverse)) / 2, (inverse + np.linalg.inv(root)) / 2
    return root
