"""Which of several explanations holds at every cell of a grid, when neighbours mostly share one.

Min-sum belief propagation with a truncated cost between neighbours, after Felzenszwalb and Huttenlocher,
"Efficient Belief Propagation for Early Vision" (IJCV 2006).
"""

from collections.abc import Callable, Sequence
from functools import reduce
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from poseloom.frames.flow import Channels
from poseloom.frames.image import Plane, Premultiplied

Labels: TypeAlias = NDArray[np.intp]
"""(h, w): the number of the explanation that holds; 0 is the flow, k the k-th part."""

_ROUNDS = 20
_DAMPING = np.float32(0.5)
_BOND = 0.6
_LEAST = 0.05
_CONTRAST = 0.35
PLAIN = 0.98 * _BOND * (1 + _LEAST)
"""Cuts that cost more cross plain colour."""
_FLAT = 0.9 * _BOND * (1 + _LEAST)
_FLAT_SHARE = 0.85
"""Where neighbours are the same, a cut shows less than across what is painted."""


def measure_bonds(image: Premultiplied) -> tuple[Plane, Plane]:
    """Return what it costs to part two neighbours, (h, w - 1) across and (h - 1, w) down: little along drawn edges."""
    across, down = (np.abs(np.diff(image, axis=axis)).sum(axis=2) for axis in (1, 0))
    return _bind(across), _bind(down)


def find_edges(bonds: tuple[Plane, Plane]) -> Plane:
    """Return, (h, w), what the cheapest cut beside each cell or its neighbours costs: little about drawn edges."""
    across, down = bonds
    least = np.full((down.shape[0] + 1, down.shape[1]), PLAIN, np.float32)
    for view, costs in ((least[:, 1:], across), (least[:, :-1], across), (least[1:], down), (least[:-1], down)):
        np.minimum(view, costs, out=view)
    return np.asarray(cv2.erode(least, np.ones((3, 3), np.uint8)), np.float32)


def assign_labels(costs: Channels, bonds: tuple[Plane, Plane]) -> Labels:
    """Return the labels that cost least, about.

    Args:
        costs: (k, h, w) float32, what each label costs at each cell.
        bonds: From `measure_bonds`.
    """
    if len(costs) == 2:
        # Of two labels, what one costs more than the other says everything.
        lead = _pass_messages(costs[1:] - costs[:1], bonds, _hold_lead)[0]
        return np.asarray(lead < 0, np.intp)
    return np.asarray(_pass_messages(costs, bonds, _hold_costs).argmin(axis=0), np.intp)


def _pass_messages(costs: Channels, bonds: tuple[Plane, Plane], hold: Callable[[Channels, Plane], None]) -> Channels:
    """Return what each label costs at each cell with what its neighbours say.

    Args:
        costs: (k, h, w) float32.
        bonds: From `measure_bonds`.
        hold: Changes what a cell believes, in place, into what it says across a bond.
    """
    count, height, width = costs.shape
    # Row after row, neighbours are steps of one and of a row; no bond leads from the end of one row to the next.
    across = np.pad(bonds[0], ((0, 0), (0, 1))).ravel()[:-1]
    costs = costs.reshape(count, height * width)
    # What a cell hears from its left, right, upper and lower neighbour.
    heard = np.zeros((4, *costs.shape), np.float32)
    said = np.zeros_like(heard)
    belief = costs.copy()
    ways = []
    for (first, second), step, bond in (((0, 1), 1, across), ((2, 3), width, bonds[1].ravel())):
        # What is said, what the speaker believes, and what that one heard, which is not said back.
        ways.append((said[first, :, step:], belief[:, :-step], heard[second, :, :-step], bond))
        ways.append((said[second, :, :-step], belief[:, step:], heard[first, :, step:], bond))
    for _ in range(_ROUNDS):
        for words, believed, answered, bond in ways:
            np.subtract(believed, answered, out=words)
            hold(words, bond)
        heard += said
        heard *= _DAMPING
        np.add.reduce(heard, axis=0, out=belief)
        belief += costs
    return belief.reshape(count, height, width)


def _hold_costs(words: Channels, bond: Plane) -> None:
    """Say what each label costs beyond the cheapest, (k, n), at most a cut."""
    words -= reduce(np.minimum, words)
    np.minimum(words, bond, out=words)


def _hold_lead(words: Channels, bond: Plane) -> None:
    """Say how much more one label costs than the other, (1, n), at most a cut."""
    np.minimum(words, bond, out=words)
    np.maximum(words, -bond, out=words)


def keep_labels(labels: tuple[Labels, Labels], kept: Sequence[int]) -> tuple[Labels, Labels]:
    """Return two grids with some of their labels alone, counted anew from 1; the rest is 0."""
    table = np.zeros(1 + max(int(side.max()) for side in labels) + len(kept), np.intp)
    table[list(kept)] = np.arange(1, len(kept) + 1)
    return table[labels[0]], table[labels[1]]


def measure_cut(labels: Labels, bonds: tuple[Plane, Plane]) -> float:
    """Return what it costs that neighbours are parted by `labels`."""
    across, down = _list_cuts(labels, bonds)
    return float(across.sum()) + float(down.sum())


def measure_roughness(mask: NDArray[np.bool_], bonds: tuple[Plane, Plane]) -> float:
    """Return what the outer outline of `mask` costs per cell: 0.03 along drawn edges, 0.54 across plain colour."""
    outlines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = cv2.drawContours(np.zeros(mask.shape, np.uint8), outlines, -1, 1, cv2.FILLED)
    cuts = np.concatenate(_list_cuts(filled, bonds))
    cuts[cuts > _FLAT] *= _FLAT_SHARE
    return float(cuts.mean()) if cuts.size else 0.0


def _list_cuts(labels: NDArray[np.generic], bonds: tuple[Plane, Plane]) -> tuple[Plane, Plane]:
    """Return what each cut costs, across and down."""
    return bonds[0][labels[:, 1:] != labels[:, :-1]], bonds[1][labels[1:] != labels[:-1]]


def _bind(contrast: Plane) -> Plane:
    return np.asarray(_BOND * (np.exp(-contrast / _CONTRAST) + _LEAST), np.float32)
