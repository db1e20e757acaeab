"""Two poses on one small grid, and what it costs to explain each of them by the other."""

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from poseloom.frames.flow import Channels, Field, exponentiate, list_positions, smooth, warp
from poseloom.frames.image import Plane, Premultiplied, measure_gap
from poseloom.frames.labelling import PLAIN, Labels, assign_labels, find_edges, measure_bonds
from poseloom.frames.similarity import Similarity, invert, move_points, pull_back

Mask: TypeAlias = NDArray[np.bool_]
"""(h, w) bool."""
Both: TypeAlias = tuple[Plane, Plane]
"""A plane over the source and one over the target."""

FURTHEST_GAP = 1.5
"""A colour gap, summed over four channels, beyond which pixels are merely different."""
_SETTLED_GAP = 0.9
_BENDING_WEIGHT = 0.25
_BENDING_FREE = 0.25
_BENDING_MOST = 2.0
_TURN_PRICE = 0.05
_OUTSIDE_PRICE = 0.02
_STRUCTURE = 0.15
"""A slope of colour, summed over four channels, from which something is drawn there."""
_PLAIN_SALIENCE = 0.2
_RING = np.ones((7, 7), np.uint8)
_FURTHEST_JOINT_CELLS = 21.0


class Comparison:
    """Two poses, (h, w, 4) premultiplied, and what is asked of them again and again.

    Attributes:
        poses: Source and target.
        solid: Where each is more there than not.
        bonds: What it costs to cut each between two neighbours.
        is_lined: Whether both are drawn with one line around them, which a part has around it, too.
        salience: How far it is seen in each that a place is stretched, (h, w) float32, 0..1.
        places: (h, w, 2), each cell's own place.
    """

    __slots__ = (
        "_bonds",
        "_edges",
        "_flowed",
        "_followed",
        "_turned",
        "bonds",
        "is_lined",
        "places",
        "poses",
        "salience",
        "solid",
    )

    def __init__(self, source: Premultiplied, target: Premultiplied, *, is_lined: bool = False) -> None:
        self.poses = (np.ascontiguousarray(source), np.ascontiguousarray(target))
        self.solid: tuple[Mask, Mask] = (source[..., 3] > 0.5, target[..., 3] > 0.5)
        self.salience = (measure_salience(source), measure_salience(target))
        self.bonds = (measure_bonds(source), measure_bonds(target))
        self.is_lined = is_lined
        self._edges = find_edges(self.bonds[0]), find_edges(self.bonds[1])
        self._bonds: dict[tuple[int, bytes], tuple[Plane, Plane]] = {}
        self._turned: dict[bytes, Both] = {}
        # A velocity is known by its identity, so each is kept with what was asked of it.
        self._followed: dict[tuple[int, float], tuple[Field, Field]] = {}
        self._flowed: dict[int, tuple[Field, Both]] = {}
        self.places = list_positions(source.shape[0], source.shape[1])

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the grid."""
        return self.poses[0].shape[0], self.poses[0].shape[1]

    def follow(self, velocity: Field, duration: float) -> Field:
        """Return the displacement after flowing along `velocity` for `duration`, found once. It can't be written to."""
        key = id(velocity), duration
        if key not in self._followed:
            field = exponentiate(velocity, duration)
            field.flags.writeable = False
            self._followed[key] = velocity, field
        return self._followed[key][1]

    def price_flow(self, velocity: Field) -> Both:
        """Return what is left unexplained, and bent, when each pose flows into the other; 0 where nothing is."""
        if id(velocity) not in self._flowed:
            self._flowed[id(velocity)] = velocity, self._price_flow(velocity)
        return self._flowed[id(velocity)][1]

    def _price_flow(self, velocity: Field) -> Both:
        prices = []
        for here, there, duration in ((0, 1, 1.0), (1, 0, -1.0)):
            field = self.follow(velocity, duration)
            seen = warp(self.poses[there], field, border=cv2.BORDER_CONSTANT)
            bending = np.clip(measure_stretch(field) - _BENDING_FREE, 0, _BENDING_MOST)
            prices.append((self._price_gap(here, seen) + _BENDING_WEIGHT * bending) * self.poses[here][..., 3])
        return prices[0].astype(np.float32), prices[1].astype(np.float32)

    def price_turn(self, turn: Similarity) -> Both:
        """Return what is left unexplained when each pose moves into the other as one stiff body."""
        key = turn.tobytes()
        if key not in self._turned:
            self._turned[key] = self._price_turn(turn)
        return self._turned[key]

    def _price_turn(self, turn: Similarity) -> Both:
        prices = []
        for here, there, way in ((0, 1, turn), (1, 0, invert(turn))):
            gap = self._price_gap(here, pull_back(self.poses[there], way))
            alpha = self.poses[here][..., 3]
            prices.append((gap + _TURN_PRICE) * alpha + _OUTSIDE_PRICE * (alpha < 0.5))
        return prices[0].astype(np.float32), prices[1].astype(np.float32)

    def assign(self, velocity: Field, turns: list[Similarity]) -> tuple[Labels, Labels]:
        """Return which cells flow (0) and which move with the k-th turn (k), in each pose."""
        prices = [self.price_flow(velocity), *(self.price_turn(turn) for turn in turns)]
        near, far = (assign_labels(np.stack([price[side] for price in prices]), self.bonds[side]) for side in (0, 1))
        return near, far

    def see_bonds(self, side: int, turn: Similarity) -> tuple[Plane, Plane]:
        """Return what it costs to cut a pose about a part: edges that plain colour hides, the other pose may draw.

        Args:
            side: The pose, 0 the source.
            turn: How the part moves from the source to the target.
        """
        key = side, turn.tobytes()
        if key not in self._bonds:
            self._bonds[key] = self._see_bonds(side, turn)
        return self._bonds[key]

    def _see_bonds(self, side: int, turn: Similarity) -> tuple[Plane, Plane]:
        way = turn if side == 0 else invert(turn)
        lent = PLAIN - pull_back(PLAIN - self._edges[1 - side], way)
        across, down = self.bonds[side]
        return (
            np.where(across > PLAIN, np.minimum(across, np.maximum(lent[:, 1:], lent[:, :-1])), across),
            np.where(down > PLAIN, np.minimum(down, np.maximum(lent[1:], lent[:-1])), down),
        )

    def _price_gap(self, here: int, seen: Channels) -> Plane:
        gap = np.minimum(measure_gap(self.poses[here], seen), np.float32(FURTHEST_GAP))
        return np.minimum(smooth(gap, 0.8), np.float32(_SETTLED_GAP))


def measure_stretch(field: Field) -> Plane:
    """Return |log s1| + |log s2| per cell, at most 3, from the singular values of the Jacobian."""
    along_x, along_y = np.gradient(field, axis=1), np.gradient(field, axis=0)
    xx, xy, yx, yy = 1 + along_x[..., 0], along_y[..., 0], along_x[..., 1], 1 + along_y[..., 1]
    energy = xx**2 + xy**2 + yx**2 + yy**2
    area = xx * yy - xy * yx
    spread = np.sqrt(np.maximum(energy**2 - 4 * area**2, 0))
    longer = np.sqrt(np.maximum((energy + spread) / 2, 1e-6))
    shorter = np.sqrt(np.maximum((energy - spread) / 2, 1e-6))
    stretch = np.abs(np.log(longer)) + np.abs(np.log(shorter))
    return np.asarray(np.minimum(stretch, 3), np.float32)


def measure_salience(pose: Premultiplied) -> Plane:
    """Return (h, w) float32, 0..1, how far it is seen that a place is stretched: hardly in plain colour."""
    sums = sum(
        np.abs(cv2.Sobel(pose, cv2.CV_32F, *axis, ksize=3, scale=0.125)).sum(axis=2) for axis in ((1, 0), (0, 1))
    )
    structure = np.clip(smooth(np.asarray(sums, np.float32), 1.0) / np.float32(_STRUCTURE), 0, 1)
    return np.asarray(pose[..., 3] * (_PLAIN_SALIENCE + (1 - _PLAIN_SALIENCE) * structure), np.float32)


def count_cells(mask: Mask) -> int:
    """Return how many cells a mask has; several times as fast as its sum."""
    return int(np.count_nonzero(mask))


def grow(mask: Mask, width: int = 5) -> Mask:
    """Return `mask` grown by half of `width` cells on every side."""
    return np.asarray(cv2.dilate(mask.astype(np.uint8), np.ones((width, width), np.uint8)) > 0)


def find_ring(mask: Mask, solid: Mask) -> Mask:
    """Return what is solid right around `mask`."""
    return np.asarray((cv2.dilate(mask.astype(np.uint8), _RING) > 0) & ~mask & solid)


def measure_joint(mask: Mask, turn: Similarity, motion: Field, solid: Mask) -> float:
    """Return how far, in cells, a part is torn off what it hangs on: 0 is a perfect joint.

    Args:
        mask: Where the part is.
        turn: How it moves.
        motion: (h, w, 2), where everything else goes.
        solid: Where the pose is.
    """
    ring = find_ring(mask, solid)
    if count_cells(ring) < 3:
        return _FURTHEST_JOINT_CELLS
    gaps = np.sort(measure_gaps(ring, turn, motion))
    return float(gaps[: max(3, min(8, len(gaps) // 8))].mean())


def measure_overlap(near: Mask, far: Mask, turn: Similarity) -> float:
    """Return which share of the smaller of two masks, one in each pose, the other one covers when it is moved there."""
    pulled = pull_back(far.astype(np.float32), turn)
    return float(np.minimum(near, pulled).sum() / max(min(float(near.sum()), float(pulled.sum())), 1.0))


def measure_gaps(mask: Mask, turn: Similarity, motion: Field) -> NDArray[np.float32]:
    """Return how far apart, in cells, a turn and a motion, (h, w, 2), bring each cell of `mask`, row by row."""
    cells = np.flatnonzero(mask)
    places = list_positions(*mask.shape).reshape(-1, 2)[cells]
    gaps = move_points(places, turn) - places - motion.reshape(-1, 2)[cells]
    return np.asarray(np.sqrt(np.einsum("ij,ij->i", gaps, gaps)), np.float32)
