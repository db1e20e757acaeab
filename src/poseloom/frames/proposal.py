"""Guesses how parts of one pose come to be where they are in the other.

Around each place that the flow does not explain, a disc is cut out and sought in the other pose at every turn, by
correlation; the best finds are polished.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from poseloom.frames.affinity import fit_shape
from poseloom.frames.comparison import FURTHEST_GAP, Both, Comparison
from poseloom.frames.flow import Channels
from poseloom.frames.image import Plane, Premultiplied, measure_gap
from poseloom.frames.similarity import Similarity, compose, do_alike, form_similarity, invert, read_turn
from poseloom.frames.support import find_support
from poseloom.frames.symmetry import find_axis, flip_along, mirror, mirror_turn

Find: TypeAlias = tuple[float, tuple[float, float]]
"""A turn in radians, and where it brings what it is about."""

_SEEDS = 7
_SEED_SPREAD_CELLS = 2.8
_SEED_APART_CELLS = 6
_SEED_LEAST = 0.15
_SEED_SAME_CELLS = 3.0
SUPPORT_CELLS = 15
"""How far what belongs to a place reaches."""
_COARSE_LONG_SIDE = 80
_TURNS_DEGREES = tuple(range(-160, 181, 20))
_TURN_PRICE = 0.034
_FINDS = 2
_FIND_APART_CELLS = 4
_POLISHED = 24
_KEPT = 5
_SAME_RADIANS = 0.35
_SAME_CELLS = 3.0
_APART_RADIANS = 0.6
_APART_CELLS = 6.0
_POLISHED_POINTS = 160
_SCALE_PRICE = 0.15
_POLISHING = 8
_POLISHING_ALL = 3
_POLISHED_ON = 6
_LEAST_WEIGHT = 0.05
_SOLID = 0.5
_WORST_COST = 0.6
_SOUGHT_WORTH = 0.12
"""To land on what is left open there, too, is worth so much: plain colour fits anywhere else as well."""
_STEPS = np.array([0.12, 1.5, 1.5, 0.1])
_ALONE = np.concatenate([np.eye(4), -np.eye(4)])
_PAIRED = np.array(
    [
        [sign_a, sign_b * (axis == 1), sign_b * (axis == 2), 0]
        for axis in (1, 2)
        for sign_a in (1, -1)
        for sign_b in (1, -1)
    ]
)
_MOVES = np.concatenate([_ALONE, _PAIRED]) * _STEPS


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A guess.

    Attributes:
        turn: From the source to the target.
        seed: (x, y), the place that it was made for, in cells.
        side: The pose in which that place is: 0 the source, 1 the target.
    """

    turn: Similarity
    seed: tuple[float, float]
    side: int

    @property
    def ends(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Where the seed is in the source, and in the target."""
        x, y = _orient(self.turn, self.side) @ np.array([*self.seed, 1.0])
        there = float(x), float(y)
        return (self.seed, there) if self.side == 0 else (there, self.seed)


def _orient(turn: Similarity, side: int) -> Similarity:
    """Return a turn as a map from the pose `side` to the other one, or such a map as a turn."""
    return turn if side == 0 else invert(turn)


class Proposer:
    """Guesses turns for the places of two poses; what was guessed for a place once is remembered."""

    def __init__(self, comparison: Comparison) -> None:
        """Take two poses on one grid."""
        self._poses = comparison.poses
        self._axes: tuple[float, float] | None = None
        self._known: list[tuple[int, tuple[float, float], list[Proposal]]] = []

    def propose(self, unexplained: Both) -> list[Proposal]:
        """Return guesses for the places that are explained worst.

        Args:
            unexplained: What the explanations so far leave open in each pose, about 0..1.
        """
        proposals = []
        for side in (0, 1):
            seeds = _find_seeds(unexplained[side] * self._poses[side][..., 3])
            known = [self._recall(side, seed) for seed in seeds]
            new = [seed for seed, recalled in zip(seeds, known, strict=True) if recalled is None]
            proposals += [proposal for recalled in known for proposal in recalled or []]
            if not new:
                continue
            seeker = _Seeker(self._poses[side], self._poses[1 - side], unexplained[side], unexplained[1 - side])
            for seed, support in zip(new, find_support(self._poses[side], new, SUPPORT_CELLS), strict=True):
                proposals += self._seek(seeker, side, seed, support)
        return proposals

    def list_known(self) -> list[Proposal]:
        """Return everything that was guessed for some place, in that order."""
        return [proposal for _, _, proposals in self._known for proposal in proposals]

    def mirror(self, proposals: Sequence[Proposal], unexplained: Both) -> list[Proposal]:
        """Return guesses that the twins of some parts, on the other side of the body, do as these do.

        Args:
            proposals: What is guessed about the parts.
            unexplained: What the explanations so far leave open in each pose, about 0..1.
        """
        axes = self._find_axes()
        twins = []
        for side in (0, 1):
            mirrored = [
                (mirror_turn(proposal.turn, axes), (2 * axes[side] - proposal.seed[0], proposal.seed[1]))
                for proposal in proposals
                if proposal.side == side
            ]
            # A twin must be drawn, too.
            drawn = [(turn, seed) for turn, seed in mirrored if _is_solid(self._poses[side], seed)]
            supports = find_support(self._poses[side], [seed for _, seed in drawn], SUPPORT_CELLS)
            for (turn, seed), support in zip(drawn, supports, strict=True):
                twins += self._improve(_orient(turn, side), side, seed, support, unexplained)
        return twins

    def uncross(self, proposals: Sequence[Proposal], unexplained: Both) -> list[Proposal]:
        """Return guesses that parts which seem to change sides were taken for their twins, and stay on their own side.

        Args:
            proposals: What is guessed about the parts.
            unexplained: What the explanations so far leave open in each pose, about 0..1.
        """
        axes = self._find_axes()
        uncrossed = []
        for side in (0, 1):
            crossing = [one for one in proposals if one.side == side and _does_cross(one, axes)]
            supports = find_support(self._poses[side], [one.seed for one in crossing], SUPPORT_CELLS)
            for one, support in zip(crossing, supports, strict=True):
                # Mirrored by the other pose's axis it lands on its own side; mirrored along itself, too, it only turns.
                along = flip_along(support * self._poses[side][..., 3])
                way = compose(mirror(axes[1 - side]), compose(_orient(one.turn, side), along))
                uncrossed += self._improve(way, side, one.seed, support, unexplained)
        return uncrossed

    def _find_axes(self) -> tuple[float, float]:
        if self._axes is None:
            self._axes = find_axis(self._poses[0]), find_axis(self._poses[1])
        return self._axes

    def _improve(
        self, way: Similarity, side: int, seed: tuple[float, float], support: Plane, unexplained: Both
    ) -> list[Proposal]:
        """Return the guess that what belongs to `seed` goes about that `way` to the other pose, unless it does not."""
        weights = _weigh_cells(self._poses[side], unexplained[side]) * support
        polish = _Polish(self._poses[side], weights, self._poses[1 - side], unexplained[1 - side], seed)
        ways = polish.improve(way)
        return [Proposal(turn=_orient(better, side), seed=seed, side=side) for better in ways]

    def _recall(self, side: int, seed: tuple[float, float]) -> list[Proposal] | None:
        for known, place, proposals in self._known:
            if known == side and math.dist(place, seed) <= _SEED_SAME_CELLS:
                return proposals
        return None

    def _seek(self, seeker: "_Seeker", side: int, seed: tuple[float, float], support: Plane) -> list[Proposal]:
        ways = seeker.seek(seed, support)
        proposals = [Proposal(turn=_orient(way, side), seed=seed, side=side) for way in ways]
        self._known.append((side, seed, proposals))
        return proposals


def _does_cross(proposal: Proposal, axes: tuple[float, float]) -> bool:
    """Say whether a part changes sides."""
    (source_x, _), (target_x, _) = proposal.ends
    return (source_x - axes[0]) * (target_x - axes[1]) < 0


def _find_seeds(unexplained: Plane) -> list[tuple[float, float]]:
    heat = cv2.GaussianBlur(unexplained, (0, 0), _SEED_SPREAD_CELLS)
    seeds = []
    for _ in range(_SEEDS):
        _, hottest, _, place = cv2.minMaxLoc(heat)
        if hottest < _SEED_LEAST:
            break
        seeds.append((float(place[0]), float(place[1])))
        cv2.circle(heat, place, _SEED_APART_CELLS, 0, -1)
    return seeds


def _weigh_cells(pose: Premultiplied, unexplained: Plane) -> Plane:
    """Return how far each cell says where things went: what is explained already says little of the rest."""
    return np.asarray(pose[..., 3] * (np.float32(0.3) + np.float32(0.7) * np.minimum(unexplained, 1)), np.float32)


def _is_solid(pose: Premultiplied, place: tuple[float, float]) -> bool:
    x, y = round(place[0]), round(place[1])
    return 0 <= x < pose.shape[1] and 0 <= y < pose.shape[0] and bool(pose[y, x, 3] > _SOLID)


class _Seeker:
    """Seeks discs of one pose in another."""

    def __init__(self, here: Premultiplied, there: Premultiplied, unexplained: Plane, sought: Plane) -> None:
        self._here = here
        self._there = there
        self._sought = sought
        self._weights = _weigh_cells(here, unexplained)
        shape = fit_shape((here.shape[0], here.shape[1]), _COARSE_LONG_SIDE)
        self._scale = shape[0] / here.shape[0]
        self._coarse = _shrink(here, shape)
        self._rival = _Rival(_shrink(there, shape), _shrink(sought, shape), round(SUPPORT_CELLS * self._scale) + 1)

    def seek(self, seed: tuple[float, float], support: Plane) -> list[Similarity]:
        """Return the best few ways of what belongs to `seed`."""
        weights = support * self._weights
        # Least squares at a coarse size only guess: the best guess is seldom the truth, which polishing tells.
        finds = self._find(weights, seed)
        if not finds:
            return []
        polished = _Polish(self._here, weights, self._there, self._sought, seed).run(finds)
        kept: list[Similarity] = []
        for turn in (turn for cost, turn in polished if cost < _WORST_COST):
            # Guesses that polishing made one take no place from others.
            if not any(do_alike(turn, other, seed, _SAME_RADIANS, _SAME_CELLS) for other in kept):
                kept.append(turn)
        return kept[:_KEPT]

    def _find(self, weights: Plane, seed: tuple[float, float]) -> list[Find]:
        """Return turns, and where they bring the seed, best first."""
        centre = [(value + 0.5) * self._scale - 0.5 for value in seed]
        middle, side = (self._rival.radius,) * 2, 2 * self._rival.radius + 1
        ways = [form_similarity(math.radians(turn), 1, centre, middle) for turn in _TURNS_DEGREES]
        # Apart, because five channels are turned several times as slowly as four and one.
        discs, shares = (
            np.asarray([cv2.warpAffine(plane, way, (side, side)) for way in ways], np.float32)
            for plane in (self._coarse, _shrink(weights, (self._coarse.shape[0], self._coarse.shape[1])))
        )
        finds = []
        for index, cost, x, y in self._rival.match(discs, shares):
            turn_radians = math.radians(_TURNS_DEGREES[index])
            place = ((x + 0.5) / self._scale - 0.5, (y + 0.5) / self._scale - 0.5)
            finds.append((cost + _TURN_PRICE * abs(turn_radians), turn_radians, place))
        return _thin(sorted(finds))


class _Rival:
    """A pose in which discs are sought: least squares at every shift, by the Fourier transform."""

    def __init__(self, pose: Premultiplied, sought: Plane, radius: int) -> None:
        self.radius = radius
        # Discs that reach over an edge see what is empty; what reaches over two opposite edges may see the same.
        padded, wanted = (
            np.asarray(cv2.copyMakeBorder(plane, radius, 0, radius, 0, cv2.BORDER_CONSTANT), np.float32)
            for plane in (pose, np.minimum(sought, 1))
        )
        self._shape = (pose.shape[0], pose.shape[1])
        # Sizes without large prime factors transform fast; what is added is empty.
        self._size = (cv2.getOptimalDFTSize(padded.shape[0]), cv2.getOptimalDFTSize(padded.shape[1]))
        energy = np.square(padded).sum(axis=2) - _SOUGHT_WORTH * wanted
        planes = np.stack([*(-2 * padded[..., band] for band in range(4)), energy])
        self._spectrum = np.conj(np.fft.rfft2(planes, self._size).astype(np.complex64))

    def match(self, discs: Channels, weights: Channels) -> Iterator[tuple[int, float, int, int]]:
        """Yield, for each disc (n, side, side, 4), weighted (n, side, side), its number, low costs and their places."""
        weighted = np.concatenate([discs * weights[..., None], weights[..., None]], axis=3)
        spectra = np.fft.rfft2(weighted.transpose(0, 3, 1, 2), self._size)
        product = self._spectrum[0] * spectra[:, 0]
        for band in range(1, len(self._spectrum)):
            product += self._spectrum[band] * spectra[:, band]
        np.conj(product, out=product)
        costs = np.fft.irfft2(product, self._size)[:, : self._shape[0], : self._shape[1]]
        own = (np.square(discs).sum(axis=3) * weights).sum(axis=(1, 2))
        totals = np.maximum(weights.sum(axis=(1, 2)), 1e-3)
        for index, cost in enumerate(np.ascontiguousarray(costs, np.float32)):
            for _ in range(_FINDS):
                lowest, _, place, _ = cv2.minMaxLoc(cost)
                yield index, (lowest + float(own[index])) / float(totals[index]), place[0], place[1]
                cv2.circle(cost, place, _FIND_APART_CELLS, math.inf, -1)


def _thin(finds: list[tuple[float, float, tuple[float, float]]]) -> list[Find]:
    """Return the first few finds that differ."""
    kept: list[Find] = []
    for _, turn, place in finds:
        if all(
            abs(math.remainder(turn - other, math.tau)) > _APART_RADIANS or math.dist(place, there) > _APART_CELLS
            for other, there in kept
        ):
            kept.append((turn, place))
        if len(kept) == _POLISHED:
            break
    return kept


class _Polish:
    """Guesses about a disc of `here` in `there` made better: a pattern search over turn, place and scale."""

    def __init__(
        self, here: Premultiplied, weights: Plane, there: Premultiplied, sought: Plane, seed: tuple[float, float]
    ) -> None:
        rows, columns = np.nonzero(weights > _LEAST_WEIGHT)
        chosen = np.linspace(0, len(rows) - 1, min(len(rows), _POLISHED_POINTS)).astype(np.intp)
        rows, columns = rows[chosen], columns[chosen]
        self._seed = seed
        self._there = there
        self._sought = np.minimum(sought, 1)
        # (3, n): x, y and 1.
        self._arms = np.stack([columns - seed[0], rows - seed[1], np.ones(len(rows))])
        self._shown = here[rows, columns]
        self._share = weights[rows, columns] / max(float(weights[rows, columns].sum()), 1e-6)

    def run(self, finds: list[Find]) -> list[tuple[float, Similarity]]:
        """Return costs and maps, best first; finds that stay behind are given up half-way, and no place, no maps."""
        if not self._arms.size:
            # A seed between two shapes may belong to neither.
            return []
        best = np.array([(turn, *place, 0.0) for turn, place in finds])
        lowest, reach = self._judge(best), np.ones(len(best))
        for round_ in range(_POLISHING):
            if round_ == _POLISHING_ALL:
                ahead = np.argsort(lowest - self._favour(best), kind="stable")[:_POLISHED_ON]
                best, lowest, reach = best[ahead], lowest[ahead], reach[ahead]
            tried = best[:, None] + _MOVES * reach[:, None, None]
            costs = self._judge(tried.reshape(-1, 4)).reshape(len(best), -1)
            nearest = costs.argmin(axis=1)
            rows = np.arange(len(best))
            better = costs[rows, nearest] < lowest - 1e-4
            best = np.where(better[:, None], tried[rows, nearest], best)
            lowest = np.where(better, costs[rows, nearest], lowest)
            reach = np.where(better, reach, 0.55 * reach)
        lowest = lowest - self._favour(best)
        order = np.argsort(lowest, kind="stable")
        return [(float(lowest[index]), self._form(best[index])) for index in order]

    def improve(self, turn: Similarity) -> list[Similarity]:
        """Return a map near `turn` that fits better, unless even that does not fit."""
        place = turn @ np.array([*self._seed, 1.0])
        ways = self.run([(read_turn(turn), (float(place[0]), float(place[1])))])
        return [better for cost, better in ways if cost < _WORST_COST]

    def _form(self, guess: NDArray[np.float64]) -> Similarity:
        return form_similarity(guess[0], math.exp(guess[3]), self._seed, guess[1:3])

    def _go(self, guesses: NDArray[np.float64]) -> tuple[Plane, Plane]:
        """Return where guesses (n, 4) bring the places (m), x and y, (n, m) each."""
        spread = np.exp(guesses[:, 3])
        cosine, sine = np.cos(guesses[:, 0]) * spread, np.sin(guesses[:, 0]) * spread
        x = np.column_stack([cosine, -sine, guesses[:, 1]]) @ self._arms
        y = np.column_stack([sine, cosine, guesses[:, 2]]) @ self._arms
        return x.astype(np.float32), y.astype(np.float32)

    def _favour(self, guesses: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what it is worth that guesses (n, 4) land on what is left open, (n,)."""
        landed = _look(self._sought, *self._go(guesses))
        return np.asarray(_SOUGHT_WORTH * (landed * self._share).sum(axis=1), np.float64)

    def _judge(self, guesses: NDArray[np.float64]) -> NDArray[np.float64]:
        gap = np.minimum(measure_gap(_look(self._there, *self._go(guesses)), self._shown), 0.8 * FURTHEST_GAP)
        price = 0.02 * np.abs(guesses[:, 0]) + _SCALE_PRICE * np.abs(guesses[:, 3])
        return np.asarray((gap * self._share).sum(axis=1) + price, np.float64)


def _look(image: Premultiplied, x: Plane, y: Plane) -> Channels:
    return np.asarray(cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT), np.float32)


def _shrink(image: Channels, shape: tuple[int, int]) -> Channels:
    return np.asarray(cv2.resize(image, shape[::-1], interpolation=cv2.INTER_AREA), np.float32)
