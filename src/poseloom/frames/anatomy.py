"""What a pair of poses is made of: a body that flows, and stiff parts that turn about their joints."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from poseloom.core.confidence import Fault, FaultKind
from poseloom.frames.comparison import Comparison, Mask, count_cells, grow, measure_joint, measure_stretch
from poseloom.frames.flow import Channels, Field, warp
from poseloom.frames.image import Plane, measure_gap
from poseloom.frames.labelling import Labels, measure_cut
from poseloom.frames.path import Path, trace_paths
from poseloom.frames.similarity import (
    Similarity,
    compose,
    invert,
    measure_strain,
    move_points,
    pull_back,
)

_WORST_GAP = 1.2
_DISTORTION_WEIGHT = 0.3
_HIDDEN_WEIGHT = 0.1
_CUT_WEIGHT = 6.0
_PART_PRICE = 0.004
_LOOSE_WEIGHT = 0.021
LOOSE_FREE_CELLS = 3.5
_LOOSE_MOST_CELLS = 17.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Anatomy:
    """A reading of a pair of poses.

    Attributes:
        velocity: (h, w, 2), how the body flows over one unit of time, in cells.
        turns: How each part moves from the source to the target.
        labels: Which cells of the source, and of the target, belong to the body (0) and to the k-th part (k).
    """

    velocity: Field
    turns: tuple[Similarity, ...]
    labels: tuple[Labels, Labels]

    def find(self, part: int) -> tuple[Mask, Mask]:
        """Return where a part, counted from 1, is in both poses."""
        return self.labels[0] == part, self.labels[1] == part

    def measure_motion(self, comparison: Comparison) -> tuple[Field, Field]:
        """Return where each cell of the source goes, and where each of the target came from, as displacements."""
        motions = []
        for side, duration in ((0, 1.0), (1, -1.0)):
            motion = comparison.follow(self.velocity, duration).copy()
            for part, turn in enumerate(self.turns, 1):
                cells, way = np.flatnonzero(self.labels[side] == part), turn if side == 0 else invert(turn)
                places = comparison.places.reshape(-1, 2)[cells]
                motion.reshape(-1, 2)[cells] = move_points(places, way) - places
            motions.append(motion)
        return motions[0], motions[1]

    def measure_looseness(self, comparison: Comparison) -> list[float]:
        """Return how far, in cells, each part is torn off in the mean of both poses."""
        return _measure_looseness(self, comparison, self.measure_motion(comparison))


def _measure_looseness(anatomy: Anatomy, comparison: Comparison, motions: tuple[Field, Field]) -> list[float]:
    return [
        sum(
            measure_joint(mask, way, motion, solid)
            for mask, way, motion, solid in zip(
                anatomy.find(part), (turn, invert(turn)), motions, comparison.solid, strict=True
            )
        )
        / 2
        for part, turn in enumerate(anatomy.turns, 1)
    ]


def trace_anatomy(anatomy: Anatomy, comparison: Comparison) -> list[Path]:
    """Return how each part moves."""
    motion, _ = anatomy.measure_motion(comparison)
    return trace_paths(anatomy.labels[0], anatomy.turns, motion, comparison.solid[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The faults of an anatomy.

    Attributes:
        mismatch: Mean colour gap half-way, on the silhouettes, where both poses know something; 0..1.2.
        distortion: Mean absolute log-stretch along both axes; 0 is rigid.
        hidden: Share of the silhouettes half-way that only one pose knows, or neither.
        cut: What it costs to cut the parts out where no line is drawn, per cell of the silhouettes.
        looseness: How badly parts are torn off, weighted by their size.
        parts: How many parts there are.
    """

    mismatch: float
    distortion: float
    hidden: float = 0.0
    cut: float = 0.0
    looseness: float = 0.0
    parts: int = 0

    @property
    def score(self) -> float:
        """The sum of faults; lower is better."""
        return (
            self.mismatch
            + _DISTORTION_WEIGHT * self.distortion
            + _HIDDEN_WEIGHT * self.hidden
            + _CUT_WEIGHT * self.cut
            + _LOOSE_WEIGHT * self.looseness
            + _PART_PRICE * self.parts
        )

    def list_faults(self) -> tuple[Fault, ...]:
        """Return the same faults one by one."""
        return (
            Fault(kind=FaultKind.DIFFERS, amount=self.mismatch / _WORST_GAP, weight=self.mismatch),
            # As both axes count, the mean factor of one is the root.
            Fault(
                kind=FaultKind.STRETCHES,
                amount=math.expm1(self.distortion / 2),
                weight=_DISTORTION_WEIGHT * self.distortion,
            ),
            Fault(kind=FaultKind.HIDDEN, amount=self.hidden, weight=_HIDDEN_WEIGHT * self.hidden),
            Fault(kind=FaultKind.CUT, amount=self.cut, weight=_CUT_WEIGHT * self.cut),
            Fault(kind=FaultKind.TORN, amount=self.looseness, weight=_LOOSE_WEIGHT * self.looseness),
            Fault(kind=FaultKind.PARTS, amount=self.parts, weight=_PART_PRICE * self.parts),
        )


def judge_anatomy(anatomy: Anatomy, comparison: Comparison) -> Verdict:
    """Return the faults of a reading: both poses are brought half-way and compared."""
    motions = anatomy.measure_motion(comparison)
    paths = trace_paths(anatomy.labels[0], anatomy.turns, motions[0], comparison.solid[0])
    (near, near_known), (far, far_known) = (_bring_half_way(anatomy, comparison, paths, side) for side in (0, 1))
    shown = np.maximum(near[..., 3], far[..., 3])
    known = np.minimum(near_known, far_known)
    gap = np.minimum(measure_gap(near, far), np.float32(_WORST_GAP))
    total = max(float(shown.sum()), 1e-6)
    return Verdict(
        mismatch=float((gap * shown * known).sum()) / total,
        distortion=sum(_measure_distortion(anatomy, comparison, side) for side in (0, 1)) / 2,
        hidden=float((shown * (1 - known)).sum()) / total,
        cut=sum(_measure_cut(anatomy, comparison, side) for side in (0, 1)) / 2,
        looseness=_weigh_looseness(anatomy, comparison, motions) if paths else 0.0,
        parts=len(paths),
    )


def _bring_half_way(anatomy: Anatomy, comparison: Comparison, paths: list[Path], side: int) -> tuple[Channels, Plane]:
    """Return a pose half-way to the other, (h, w, 4), and how far it is known there."""
    pose, labels = comparison.poses[side], anatomy.labels[side]
    is_body = (~grow(labels > 0, 3)).astype(np.uint8)
    field = comparison.follow(anatomy.velocity, -0.5 if side == 0 else 0.5)
    flows = comparison.follow(anatomy.velocity, 0.5), comparison.follow(anatomy.velocity, 1.0)
    # Apart, because five channels are moved several times as slowly as four and one.
    picture = warp(_keep(pose, is_body), field, border=cv2.BORDER_CONSTANT)
    known: Plane = warp(is_body.astype(np.float32), field, border=cv2.BORDER_CONSTANT)
    for part, path in enumerate(paths, 1):
        mask = (labels == part).astype(np.uint8)
        back = invert(path.find(0.5, flows))
        way = back if side == 0 else compose(path.turn, back)
        layer, cover = pull_back(_keep(pose, mask), way), pull_back(mask.astype(np.float32), way)
        x, y, width, height = cv2.boundingRect((cover > 0).astype(np.uint8))
        box = np.s_[y : y + height, x : x + width]
        picture[box] = picture[box] * (1 - cover[box][..., None]) + layer[box]
        known = np.maximum(known, cover)
    return picture, known


def _keep(pose: Channels, mask: NDArray[np.uint8]) -> Channels:
    """Return a pose where a mask is not 0, and nothing elsewhere."""
    return np.asarray(cv2.copyTo(pose, mask), np.float32)


def _measure_distortion(anatomy: Anatomy, comparison: Comparison, side: int) -> float:
    stretch = measure_stretch(comparison.follow(anatomy.velocity, 1.0 if side == 0 else -1.0))
    for part, turn in enumerate(anatomy.turns, 1):
        stretch[anatomy.labels[side] == part] = measure_strain(turn)
    salience = comparison.salience[side]
    return float((stretch * salience).sum() / max(float(salience.sum()), 1e-6))


def _measure_cut(anatomy: Anatomy, comparison: Comparison, side: int) -> float:
    labels, (across, down) = anatomy.labels[side], (plane.copy() for plane in comparison.bonds[side])
    for part, turn in enumerate(anatomy.turns, 1):
        lent_across, lent_down = comparison.see_bonds(side, turn)
        mask = labels == part
        beside = mask[:, 1:] | mask[:, :-1], mask[1:] | mask[:-1]
        across[beside[0]] = np.minimum(across, lent_across)[beside[0]]
        down[beside[1]] = np.minimum(down, lent_down)[beside[1]]
    return measure_cut(labels, (across, down)) / max(count_cells(comparison.solid[side]), 1)


def _weigh_looseness(anatomy: Anatomy, comparison: Comparison, motions: tuple[Field, Field]) -> float:
    total = max(count_cells(comparison.solid[0]), 1)
    return sum(
        min(max(gap - LOOSE_FREE_CELLS, 0.0), _LOOSE_MOST_CELLS) * math.sqrt(count_cells(anatomy.find(part)[0]) / total)
        for part, gap in enumerate(_measure_looseness(anatomy, comparison, motions), 1)
    )
