"""Turns fitted to whole parts, and parts that are one bending limb."""

import math
from collections.abc import Sequence
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from poseloom.frames.anatomy import Anatomy
from poseloom.frames.comparison import Comparison, grow
from poseloom.frames.image import Premultiplied
from poseloom.frames.labelling import Labels
from poseloom.frames.similarity import Similarity, form_similarity, invert, move_points, read_scale, read_turn

_POINTS = 200
_FEWEST_POINTS = 6
_ROUNDS = 9
_STEPS = np.array([0.12, 1.5, 1.5, 0.08])
_MOVES = np.concatenate([np.eye(4), -np.eye(4)]) * _STEPS
_SCALE_PRICE = 0.3
_TOUCH_CELLS = 3
_MERGE_EXCESS = 0.3
_MERGE_WORST = 0.6
_JOINT_PRICE = 1 / 21


def refit_turn(
    comparison: Comparison, labels: tuple[Labels, Labels], parts: Sequence[int], turn: Similarity
) -> tuple[Similarity, float]:
    """Return the turn near `turn` that brings `parts` of each pose onto the other best, and its mean colour gap."""
    samples = [
        _sample(
            np.isin(labels[side], parts) & comparison.solid[side], comparison.poses[side], comparison.poses[1 - side]
        )
        for side in (0, 1)
    ]
    count = sum(len(points) for points, _, _ in samples)
    if count < _FEWEST_POINTS:
        return turn, 1.0
    points = samples[0][0]
    centre = points.mean(axis=0) if len(points) else move_points(samples[1][0], invert(turn)).mean(axis=0)

    def form(guess: NDArray[np.float64]) -> Similarity:
        return form_similarity(guess[0], math.exp(guess[3]), centre, guess[1:3])

    def judge(guess: NDArray[np.float64]) -> float:
        way = form(guess)
        gap = sum(_measure_gap(*sample, how) for sample, how in zip(samples, (way, invert(way)), strict=True))
        return gap / count + _SCALE_PRICE * abs(float(guess[3]))

    place = move_points(centre, turn)
    best = np.array([read_turn(turn), place[0], place[1], math.log(read_scale(turn))])
    lowest, reach = judge(best), 1.0
    for _ in range(_ROUNDS):
        costs = [judge(best + move * reach) for move in _MOVES]
        nearest = int(np.argmin(costs))
        if costs[nearest] < lowest - 1e-4:
            best, lowest = best + _MOVES[nearest] * reach, costs[nearest]
        else:
            reach /= 2
    return form(best), lowest


def merge_parts(anatomy: Anatomy, comparison: Comparison) -> Anatomy:
    """Return the anatomy with parts joined that touch in both poses and that one turn moves well enough."""
    while True:
        merged = _merge_two(anatomy, comparison)
        if merged is None:
            return anatomy
        anatomy = merged


def _merge_two(anatomy: Anatomy, comparison: Comparison) -> Anatomy | None:
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
            excess = cost - apart + _JOINT_PRICE * merged.measure_looseness(comparison, first)
            if best is None or excess < best[0]:
                best = excess, merged
    return None if best is None else best[1]


def _touch(labels: Labels, first: int, second: int) -> bool:
    return int((grow(labels == first) & (labels == second)).sum()) >= _TOUCH_CELLS


def _measure_apart(anatomy: Anatomy, comparison: Comparison, parts: tuple[int, int]) -> float:
    """Return the mean colour gap of two parts that move each for itself."""
    sizes = [sum(int((side == part).sum()) for side in anatomy.labels) for part in parts]
    gaps = [refit_turn(comparison, anatomy.labels, (part,), anatomy.turns[part - 1])[1] for part in parts]
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


def _sample(
    mask: NDArray[np.bool_], here: Premultiplied, there: Premultiplied
) -> tuple[NDArray[np.float32], NDArray[np.float32], Premultiplied]:
    """Return (n, 2) places of `mask`, evenly thinned, what `here` shows there, and `there`."""
    rows, columns = np.nonzero(mask)
    chosen = np.linspace(0, len(rows) - 1, min(len(rows), _POINTS)).astype(np.intp)
    rows, columns = rows[chosen], columns[chosen]
    return np.stack([columns, rows], axis=1).astype(np.float32), here[rows, columns], there


def _measure_gap(
    points: NDArray[np.float32], shown: NDArray[np.float32], there: Premultiplied, way: Similarity
) -> float:
    if len(points) == 0:
        return 0.0
    places = move_points(points, way)[None]
    seen = cv2.remap(there, places, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)  # type: ignore[call-overload]
    return float(np.minimum(np.abs(seen[0] - shown).sum(axis=1), 1).sum())
