"""What guesses about parts promise beside what is read of a pair so far."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from poseloom.frames.comparison import Both, Comparison, Mask, count_cells, grow, measure_joint, measure_overlap
from poseloom.frames.flow import Field, smooth
from poseloom.frames.proposal import SUPPORT_CELLS, Proposal
from poseloom.frames.similarity import do_alike, invert, move_points, pull_back, read_turn
from poseloom.frames.support import find_support

LEAST_CELLS = 13
"""Less is no part."""
LEAST_WORTH = 4.0
"""Less says nothing."""
_ADVANTAGE = 0.05
_EXPLAINED = 0.25
"""A gap, summed over four channels, that is still the same thing."""
_SEED_CELLS = 4
_JOINT_CELLS = 6.3
_NEARBY_CELLS = 10.0
_NEARBY_WORTH = 0.5
_ALIKE_RADIANS = 0.15
_ALIKE_CELLS = 1.2
"""What lands farther apart is another guess: one that failed may only have been off by so much."""
_CALMER_RADIANS = math.radians(30)
_SAME_SOURCE_CELLS, _SAME_TARGET_CELLS = 6.0, 5.0


@dataclass(frozen=True, slots=True)
class Ranked:
    """A guess and what it promises.

    Attributes:
        worth: The faults that it would take away around its seed, in colour gaps times cells.
        proposal: The guess.
    """

    worth: float
    proposal: Proposal


def weigh_proposal(comparison: Comparison, proposal: Proposal, prices: Both, motions: tuple[Field, Field]) -> float:
    """Return what a proposal would explain around its seed, less when it fits badly to the rest.

    Args:
        comparison: Both poses.
        proposal: The guess.
        prices: What the reading so far leaves open in each pose.
        motions: Where each cell of each pose goes by that reading, (h, w, 2) each.
    """
    offered = comparison.price_turn(proposal.turn)
    advantage = [price - offer - np.float32(_ADVANTAGE) for price, offer in zip(prices, offered, strict=True)]
    better = [smooth(plane, 1.0) > 0 for plane in advantage]
    ways = (proposal.turn, invert(proposal.turn))
    here, there = proposal.side, 1 - proposal.side
    near_seed = np.zeros(comparison.shape, np.uint8)
    cv2.circle(near_seed, (round(proposal.seed[0]), round(proposal.seed[1])), _SEED_CELLS, 1, -1)
    regions = [np.zeros(comparison.shape, bool)] * 2
    regions[here] = _connect(better[here], near_seed > 0)
    if count_cells(regions[here]) < LEAST_CELLS:
        return 0.0
    landing = pull_back(grow(regions[here]).astype(np.float32), ways[there]) > 0.5
    regions[there] = _connect(better[there], landing)
    gain = sum(float(np.maximum(plane, 0)[region].sum()) for plane, region in zip(advantage, regions, strict=True))
    if count_cells(regions[there]) < LEAST_CELLS or gain < LEAST_WORTH:
        return 0.0
    overlap = measure_overlap(regions[0], regions[1], proposal.turn)
    torn = sum(
        measure_joint(region, way, motion, solid)
        for region, way, motion, solid in zip(regions, ways, motions, comparison.solid, strict=True)
    )
    return gain * overlap / (1 + (torn / 2 / _JOINT_CELLS) ** 2)


def claim_cells(comparison: Comparison, proposal: Proposal) -> tuple[Mask, Mask]:
    """Return the cells of each pose that belong to a guess's seed and that its turn explains; none beyond the grid."""
    height, width = comparison.shape
    if not all(0 <= round(x) < width and 0 <= round(y) < height for x, y in proposal.ends):
        return np.zeros(comparison.shape, np.bool_), np.zeros(comparison.shape, np.bool_)
    claims = []
    for pose, end, price, solid in zip(
        comparison.poses, proposal.ends, comparison.price_turn(proposal.turn), comparison.solid, strict=True
    ):
        explained = solid & (price < _EXPLAINED)
        # A seed right beside a thin arm means the arm.
        [support] = find_support(pose, [_find_nearest(explained, end)], SUPPORT_CELLS)
        claims.append(explained & (support > 0))
    near, far = claims
    return near, far


def _find_nearest(mask: Mask, place: tuple[float, float]) -> tuple[float, float]:
    """Return the place of `mask` that is nearest to `place`; `place` itself where even that is far off."""
    rows, columns = np.nonzero(mask)
    if not len(rows):
        return place
    away = np.hypot(columns - place[0], rows - place[1])
    nearest = int(np.argmin(away))
    return (float(columns[nearest]), float(rows[nearest])) if away[nearest] < _SEED_CELLS else place


def _connect(mask: Mask, seeds: Mask) -> Mask:
    """Return the connected pieces of `mask` that touch `seeds`."""
    count, pieces = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    is_touched = np.zeros(count, np.bool_)
    is_touched[pieces[seeds & mask]] = True
    is_touched[0] = False
    return np.asarray(is_touched[pieces])


def discount(ranked: Sequence[Ranked], failed: Proposal) -> list[Ranked]:
    """Return what else to try after a failure: nothing alike, and things about the same place later."""
    return [
        replace(one, worth=one.worth * (_NEARBY_WORTH if _is_near(one.proposal, failed) else 1.0))
        for one in ranked
        if one.proposal is not failed and not is_alike(one.proposal, failed)
    ]


def _is_near(proposal: Proposal, other: Proposal) -> bool:
    """Say whether two proposals are about the same place."""
    pairs = zip(proposal.ends, other.ends, strict=True)
    return any(math.dist(one, two) < _NEARBY_CELLS for one, two in pairs)


def is_alike(proposal: Proposal, other: Proposal) -> bool:
    """Say whether two proposals move about the same place alike."""
    return do_alike(proposal.turn, other.turn, proposal.seed, _ALIKE_RADIANS, _ALIKE_CELLS)


def list_calmer(proposals: Sequence[Proposal], part: Proposal) -> list[Proposal]:
    """Return guesses, none like another, that bring a part to the same place and turn it by clearly less.

    Args:
        proposals: Guesses about any place.
        part: What is read of the part, as if it were guessed for its middle in the source.
    """
    most = abs(read_turn(part.turn)) - _CALMER_RADIANS
    calmer: list[Proposal] = []
    for one in proposals:
        landed = move_points(np.array(part.seed), one.turn)
        is_there = math.dist(landed, part.ends[1]) <= _SAME_TARGET_CELLS
        if abs(read_turn(one.turn)) > most or math.dist(one.ends[0], part.seed) > _SAME_SOURCE_CELLS or not is_there:
            continue
        if not any(is_alike(one, other) for other in calmer):
            calmer.append(one)
    return calmer
