"""What more belongs to a part where plain colour hides it: up to its joint, and where the other pose shows it.

A shoulder in the colour of the body, or an arm before it, is explained by the body's flow as well as by the arm's
turn. It is given to the body, then, and the arm that is left hangs on nothing, or is found in one pose alone.
"""

from collections.abc import Collection, Sequence

import cv2
import numpy as np

from poseloom.frames.anatomy import LOOSE_FREE_CELLS, Anatomy
from poseloom.frames.comparison import Comparison, Mask, count_cells, grow, measure_gaps
from poseloom.frames.flow import Field
from poseloom.frames.labelling import Labels
from poseloom.frames.ranking import LEAST_CELLS
from poseloom.frames.similarity import Similarity, invert, pull_back

SLACK = 0.08
"""How much worse than the flow a turn may explain a cell, and still as well."""
_FURTHEST_CELLS = 16.0
_HIDDEN_CELLS = 7
_STILL_CELLS = 5.0


def attach_parts(anatomy: Anatomy, comparison: Comparison) -> Anatomy:
    """Return the anatomy with loose parts made longer, up to their joints, over cells that their turns explain too."""
    gaps = anatomy.measure_looseness(comparison)
    loose = [part for part, gap in enumerate(gaps, 1) if gap > LOOSE_FREE_CELLS]
    labels = anatomy.labels[0].copy(), anatomy.labels[1].copy()
    flows = comparison.price_flow(anatomy.velocity)
    fields = [comparison.follow(anatomy.velocity, duration) for duration in (1.0, -1.0)]
    for part in loose:
        turn = anatomy.turns[part - 1]
        for side, (price, way) in enumerate(zip(comparison.price_turn(turn), (turn, invert(turn)), strict=True)):
            ground = comparison.solid[side] & (labels[side] == 0) & (price <= flows[side] + SLACK)
            still = _find_still(way, fields[side])
            labels[side][_find_way(labels[side] == part, ground, still)] = part
    return Anatomy(velocity=anatomy.velocity, turns=anatomy.turns, labels=labels)


def land_parts(anatomy: Anatomy, comparison: Comparison, parts: Collection[int] | None = None) -> Anatomy:
    """Return the anatomy with parts also where they land from the other pose, as far as their turns explain that.

    Args:
        anatomy: What belongs to which part.
        comparison: Both poses.
        parts: Which of them, counted from 1; all by default.
    """
    sides = anatomy.labels[0].copy(), anatomy.labels[1].copy()
    flows = comparison.price_flow(anatomy.velocity)
    for part, turn in enumerate(anatomy.turns, 1):
        if parts is not None and part not in parts:
            continue
        prices, shown = comparison.price_turn(turn), anatomy.find(part)
        for here, there, way in ((0, 1, invert(turn)), (1, 0, turn)):
            ground = comparison.solid[there] & (anatomy.labels[there] == 0) & (prices[there] <= flows[there] + SLACK)
            sides[there][ground & (pull_back(shown[here].astype(np.float32), way) > 0.5)] = part
    return Anatomy(velocity=anatomy.velocity, turns=anatomy.turns, labels=sides)


def release_cells(anatomy: Anatomy, comparison: Comparison) -> Anatomy:
    """Return the anatomy with parts without the cells that the body's flow explains as well."""
    sides = anatomy.labels[0].copy(), anatomy.labels[1].copy()
    flows = comparison.price_flow(anatomy.velocity)
    for part, turn in enumerate(anatomy.turns, 1):
        for side, flow, price in zip(sides, flows, comparison.price_turn(turn), strict=True):
            side[(side == part) & (flow <= price)] = 0
    return Anatomy(velocity=anatomy.velocity, turns=anatomy.turns, labels=sides)


def drop_strays(labels: tuple[Labels, Labels], turns: Sequence[Similarity]) -> tuple[Labels, Labels]:
    """Return the labels without pieces, and edges of pieces, that do not land on their own part in the other pose."""
    sides = [side.copy() for side in labels]
    for part, turn in enumerate(turns, 1):
        for here, there, way in ((0, 1, turn), (1, 0, invert(turn))) * 2:
            cells = sides[here] == part
            landed = cells & (pull_back(grow(sides[there] == part, 3).astype(np.float32), way) > 0.5)
            # A little beyond is what the other pose may hide.
            kept = _drop_pieces(cells & grow(landed, _HIDDEN_CELLS), landed)
            sides[here][cells & ~kept] = 0
        for side, island in zip(sides, _find_islands(sides[0] == part, sides[1] == part, turn), strict=True):
            side[island] = 0
    return sides[0], sides[1]


def _find_islands(near: Mask, far: Mask, turn: Similarity) -> tuple[Mask, Mask]:
    """Return the cells of a part that hang together with most of it in neither pose."""
    brought = pull_back(far.astype(np.float32), turn) > 0.5
    count, pieces, figures, _ = cv2.connectedComponentsWithStats(
        grow(near | brought, 3).astype(np.uint8), connectivity=8
    )
    if count <= 2:
        return np.zeros_like(near), np.zeros_like(far)
    main = pieces == 1 + int(figures[1:, cv2.CC_STAT_AREA].argmax())
    return near & ~main, far & (pull_back(main.astype(np.float32), invert(turn)) <= 0.5)


def _find_still(way: Similarity, field: Field) -> Mask:
    """Return where a part does not move against the body."""
    everywhere = np.ones(field.shape[:2], np.bool_)
    return np.asarray(measure_gaps(everywhere, way, field).reshape(everywhere.shape) < _STILL_CELLS)


def _find_way(mask: Mask, ground: Mask, still: Mask) -> Mask:
    """Return what of `ground` leads from a part to the nearest place that is `still`, as broad as the part is."""
    _, pieces = cv2.connectedComponents((mask | ground).astype(np.uint8), connectivity=4)
    held = ground & np.isin(pieces, np.unique(pieces[mask]))
    away, nearest = cv2.distanceTransformWithLabels(
        (~mask).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    ends = held & still & (away < _FURTHEST_CELLS)
    if not ends.any():
        return ends
    row, column = np.unravel_index(int(np.argmin(np.where(ends, away, np.inf))), mask.shape)
    start_row, start_column = np.argwhere(mask & (nearest == nearest[row, column]))[0]
    line = np.ones(mask.shape, np.uint8)
    cv2.line(line, (int(start_column), int(start_row)), (int(column), int(row)), 0)
    half_breadth = float(cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5).max())
    return np.asarray(held & (cv2.distanceTransform(line, cv2.DIST_L2, 5) <= half_breadth))


def _drop_pieces(cells: Mask, landed: Mask) -> Mask:
    """Return the connected pieces of `cells` that are large enough and have mostly landed."""
    count, pieces = cv2.connectedComponents(cells.astype(np.uint8), connectivity=8)
    kept = np.zeros(cells.shape, bool)
    for piece in range(1, count):
        inside = pieces == piece
        if count_cells(inside) >= LEAST_CELLS and landed[inside].mean() >= 0.5:
            kept |= inside
    return kept
