"""Turns fitted to whole parts, and parts that are one bending limb."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from poseloom.frames.anatomy import Anatomy
from poseloom.frames.comparison import Comparison, count_cells, grow
from poseloom.frames.image import Premultiplied, measure_gap
from poseloom.frames.labelling import Labels
from poseloom.frames.similarity import Similarity, invert, move_points

_POINTS = 200
_FEWEST_POINTS = 6
_ROUNDS = 9
_STEPS = np.array([0.12, 1.5, 1.5, 0.08, 0.12])
_MOVES = np.concatenate([np.eye(5), -np.eye(5)]) * _STEPS
_STRAIN_PRICE = 0.3
_TOUCH_CELLS = 3
_MERGE_EXCESS = 0.3
_MERGE_WORST = 0.6
_JOINT_PRICE = 1 / 21


def refit_turn(
    comparison: Comparison, labels: tuple[Labels, Labels], parts: Sequence[int], turn: Similarity
) -> tuple[Similarity, float]:
    """Return the turn near `turn` that brings `parts` of each pose onto the other best, and its mean colour gap."""
    fit = _begin_fit(comparison, labels, parts, turn)
    return (turn, 1.0) if fit is None else fit.run()


def _begin_fit(
    comparison: Comparison, labels: tuple[Labels, Labels], parts: Sequence[int], turn: Similarity
) -> "_Fit | None":
    """Return what tells how well a turn moves some parts; None where they are too small for that."""
    near, far = (
        _sample(
            np.isin(labels[side], parts) & comparison.solid[side], comparison.poses[side], comparison.poses[1 - side]
        )
        for side in (0, 1)
    )
    return None if len(near.points) + len(far.points) < _FEWEST_POINTS else _Fit((near, far), turn)


def iterate_merged(anatomy: Anatomy, comparison: Comparison) -> Iterator[Anatomy]:
    """Yield the anatomy with two parts joined, then two more, as long as some touch in both poses and move as one."""
    merged = _merge_two(anatomy, comparison)
    while merged is not None:
        yield merged
        merged = _merge_two(merged, comparison)


def _merge_two(anatomy: Anatomy, comparison: Comparison) -> Anatomy | None:
    """Return the anatomy with those two parts joined that one turn moves best, if one moves any two well enough."""
    best: tuple[float, Anatomy] | None = None
    for first, second in combinations(range(1, len(anatomy.turns) + 1), 2):
        if not all(_touch(side, first, second) for side in anatomy.labels):
            continue
        apart = _measure_apart(anatomy, comparison, (first, second))
        for like in (first, second):
            turn, cost = refit_turn(comparison, anatomy.labels, (first, second), anatomy.turns[like - 1])
            if cost > min(apart + _MERGE_EXCESS, _MERGE_WORST):
                continue
            merged = _join(anatomy, first, second, turn)
            excess = cost - apart + _JOINT_PRICE * merged.measure_looseness(comparison)[first - 1]
            if best is None or excess < best[0]:
                best = excess, merged
    return None if best is None else best[1]


def _touch(labels: Labels, first: int, second: int) -> bool:
    return count_cells(grow(labels == first) & (labels == second)) >= _TOUCH_CELLS


def _measure_apart(anatomy: Anatomy, comparison: Comparison, parts: tuple[int, int]) -> float:
    """Return the mean colour gap of two parts that move each for itself."""
    sizes = [sum(count_cells(side == part) for side in anatomy.labels) for part in parts]
    fits = [_begin_fit(comparison, anatomy.labels, (part,), anatomy.turns[part - 1]) for part in parts]
    gaps = [1.0 if fit is None else fit.measure() for fit in fits]
    return sum(size * gap for size, gap in zip(sizes, gaps, strict=True)) / sum(sizes)


def _join(anatomy: Anatomy, first: int, second: int, turn: Similarity) -> Anatomy:
    table = np.arange(len(anatomy.turns) + 1)
    table[second] = first
    table[second + 1 :] -= 1
    turns = list(anatomy.turns)
    turns[first - 1] = turn
    del turns[second - 1]
    labels = table[anatomy.labels[0]], table[anatomy.labels[1]]
    return Anatomy(velocity=anatomy.velocity, turns=tuple(turns), labels=labels)


@dataclass(frozen=True, slots=True)
class _Sample:
    """Places of a part, (n, 2), what is shown there, (n, 4), and the pose in which it is sought."""

    points: NDArray[np.float32]
    shown: Premultiplied
    there: Premultiplied

    def measure_gaps(self, linear: NDArray[np.floating], shift: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the sums of colour gaps for maps, (m, 2, 2) and (m, 2)."""
        if len(self.points) == 0:
            return np.zeros(len(linear))
        places = self.points @ linear.transpose(0, 2, 1) + shift[:, None]
        seen = cv2.remap(  # type: ignore[call-overload]
            self.there, places.astype(np.float32), None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT
        )
        return np.asarray(np.minimum(measure_gap(seen, self.shown), 1).sum(axis=1), np.float64)


class _Fit:
    """A turn made better: a pattern search over turn, place, scale, and stretch along the part."""

    def __init__(self, samples: tuple[_Sample, _Sample], turn: Similarity) -> None:
        points = samples[0].points if len(samples[0].points) else move_points(samples[1].points, invert(turn))
        self._samples = samples
        self._turn = turn
        self._count = sum(len(sample.points) for sample in samples)
        self._centre = points.mean(axis=0).astype(np.float64)
        arms = points - self._centre
        _, axes = np.linalg.eigh(arms.T.astype(np.float64) @ arms)
        self._along = np.outer(axes[:, 1], axes[:, 1])

    def measure(self) -> float:
        """Return the price of the turn as it is."""
        return float(self._judge(np.zeros((1, 5)))[0])

    def run(self) -> tuple[Similarity, float]:
        """Return the best map and its price."""
        best, reach = np.zeros(5), 1.0
        lowest = self.measure()
        for _ in range(_ROUNDS):
            tried = best + _MOVES * reach
            costs = self._judge(tried)
            nearest = int(np.argmin(costs))
            if costs[nearest] < lowest - 1e-4:
                best, lowest = tried[nearest], float(costs[nearest])
            else:
                reach /= 2
        linear, shift = self._form(best[None])
        return np.column_stack([linear[0], shift[0]]), lowest

    def _form(self, guesses: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        cosine, sine = np.cos(guesses[:, 0]), np.sin(guesses[:, 0])
        turns = np.array([[cosine, -sine], [sine, cosine]]).transpose(2, 0, 1)
        stretch = np.eye(2) + (np.exp(guesses[:, 4]) - 1)[:, None, None] * self._along
        linear = turns @ self._turn[:, :2] @ stretch * np.exp(guesses[:, 3])[:, None, None]
        place = self._turn[:, :2] @ self._centre + self._turn[:, 2] + guesses[:, 1:3]
        return linear, place - linear @ self._centre

    def _judge(self, guesses: NDArray[np.float64]) -> NDArray[np.float64]:
        linear, shift = self._form(guesses)
        back = np.linalg.inv(linear)
        gaps = self._samples[0].measure_gaps(linear, shift)
        gaps += self._samples[1].measure_gaps(back, -np.einsum("mij,mj->mi", back, shift))
        strain = np.abs(np.log(np.linalg.svd(linear, compute_uv=False))).sum(axis=1)
        return np.asarray(gaps / self._count + _STRAIN_PRICE * strain, np.float64)


def _sample(mask: NDArray[np.bool_], here: Premultiplied, there: Premultiplied) -> _Sample:
    """Return places of `mask`, evenly thinned."""
    rows, columns = np.nonzero(mask)
    chosen = np.linspace(0, len(rows) - 1, min(len(rows), _POINTS)).astype(np.intp)
    rows, columns = rows[chosen], columns[chosen]
    return _Sample(np.stack([columns, rows], axis=1).astype(np.float32), here[rows, columns], there)
