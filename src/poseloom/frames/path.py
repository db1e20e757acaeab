"""How parts move: each turns about a joint that goes where the body goes, or with the part on which it hangs."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from poseloom.frames.comparison import Mask, find_ring, measure_gaps
from poseloom.frames.flow import Field, exponentiate, look_up
from poseloom.frames.labelling import Labels
from poseloom.frames.similarity import Similarity, change_units, move_points, read_turn, take_share

_BODY = 0
_LEAST_CELLS = 4
"""What touches less hangs nowhere, and turns about its own middle."""
_SURELY_CELLS = 1.0
"""A part hangs on the body unless it moves so much more clearly with another part."""
_FURTHEST_CELLS = 2.5
"""What moves farther apart does not hang together, if it may hang on the body."""
_EITHER_WAY_RADIANS = math.radians(130)
_CLEARLY = 0.6
_ON_THE_WAY = 0.3, 0.5, 0.7
_STILL_ROUNDS = 3
_STILL_CELLS = 8.0
_EVEN_CHORD = 0.25
"""The square of the chord of a turn, of a circle of radius 1, at which both places of a joint are equally sure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """How a part moves: it turns about a joint that goes where the body goes, or the part that carries it.

    Attributes:
        turn: From the source to the target.
        joint: (x, y) in the source, in cells.
        radians: How far it turns, and which way round.
        carrier: How the part moves on which this one hangs; None for the body.
    """

    turn: Similarity
    joint: NDArray[np.float64]
    radians: float
    carrier: "Path | None" = None

    def find(self, t: float, flows: tuple[Field, Field]) -> Similarity:
        """Return the map from the source to the moment `t`; at 1 it is the whole turn.

        Args:
            t: 0 is the source and 1 the target.
            flows: Where the body has gone by then, and on the whole way, (h, w, 2) each, in cells.
        """
        if self.carrier is None:
            there, whole = (self.joint + _follow(field, self.joint) for field in flows)
        else:
            ways = self.carrier.find(t, flows), self.carrier.turn
            there, whole = (move_points(self.joint, way).astype(np.float64) for way in ways)
        # What the joint drifts off what carries it, it drifts evenly.
        place = there + t * (move_points(self.joint, self.turn) - whole)
        return take_share(self.turn, t, self.joint, place, about_radians=self.radians)


@dataclass(frozen=True, slots=True)
class _Hinge:
    """Where a part may hang on something: (x, y), and how far apart, in cells, both move there."""

    gap: float
    joint: NDArray[np.float64]


def trace_paths(labels: Labels, turns: Sequence[Similarity], motion: Field, solid: Mask) -> list[Path]:
    """Return how each part moves, and what carries it.

    Args:
        labels: Which cells of the source belong to the body (0) and to the k-th part (k).
        turns: How each part moves to the target.
        motion: (h, w, 2), where each cell of the source goes, as a displacement.
        solid: Where the source is.
    """
    hinges = [_find_hinges(labels, part, turn, motion, solid) for part, turn in enumerate(turns, 1)]
    paths: dict[int, Path] = {}
    while len(paths) < len(turns):
        part, carrier, joint = _hang_next(hinges, paths)
        radians = _choose_way(labels, part, turns[part - 1], joint, solid)
        paths[part] = Path(turn=turns[part - 1], joint=joint, radians=radians, carrier=paths.get(carrier))
    return [paths[part] for part in range(1, len(turns) + 1)]


def _find_hinges(labels: Labels, part: int, turn: Similarity, motion: Field, solid: Mask) -> dict[int, _Hinge]:
    """Return, by number, what a part may hang on: the body and the parts that are beside it."""
    mask = labels == part
    ring = find_ring(mask, solid)
    places = np.argwhere(ring)[:, ::-1]
    if len(places) < _LEAST_CELLS:
        return {_BODY: _Hinge(math.inf, np.asarray(np.argwhere(mask)[:, ::-1].mean(axis=0), np.float64))}
    gaps, beside = measure_gaps(ring, turn, motion), labels[ring]
    count = max(3, len(places) // 10)
    hinges = {
        int(other): _form_hinge(places[beside == other], gaps[beside == other], count)
        for other in np.unique(beside)
        if (beside == other).sum() >= count
    }
    return hinges or {_BODY: _form_hinge(places, gaps, count)}


def _form_hinge(places: NDArray[np.intp], gaps: NDArray[np.float32], count: int) -> _Hinge:
    nearest = np.argsort(gaps, kind="stable")[:count]
    return _Hinge(float(gaps[nearest].mean()), np.asarray(np.median(places[nearest], axis=0), np.float64))


def _hang_next(hinges: Sequence[dict[int, _Hinge]], hung: Collection[int]) -> tuple[int, int, NDArray[np.float64]]:
    """Return the part that most clearly hangs on the body or on a part that is `hung`, on which, and where.

    So nothing hangs on itself, by whatever way round (Prim, "Shortest Connection Networks", 1957).
    """
    options = [
        (hinge.gap + (carrier != _BODY) * _SURELY_CELLS, part, carrier, hinge.joint)
        for part in range(1, len(hinges) + 1)
        for carrier in (_BODY, *hung)
        if part not in hung and (hinge := _choose_hinge(hinges, part, carrier)) is not None
    ]
    if options:
        _, part, carrier, joint = min(options, key=lambda option: option[0])
        return part, carrier, joint
    # Parts that hang on each other alone hang on the body where they hang together.
    part = min(set(range(1, len(hinges) + 1)) - set(hung))
    return part, _BODY, min(hinges[part - 1].values(), key=lambda hinge: hinge.gap).joint


def _choose_hinge(hinges: Sequence[dict[int, _Hinge]], part: int, carrier: int) -> _Hinge | None:
    """Return where a part may hang on the body or on another part, seen from either; None where it does not."""
    own = hinges[part - 1]
    if carrier == _BODY:
        return own.get(_BODY)
    seen = [hinge for hinge in (own.get(carrier), hinges[carrier - 1].get(part)) if hinge is not None]
    nearest = min(seen, key=lambda hinge: hinge.gap, default=None)
    if nearest is None or (nearest.gap >= _FURTHEST_CELLS and _BODY in own):
        return None
    return nearest


def _choose_way(labels: Labels, part: int, turn: Similarity, joint: NDArray[np.float64], solid: Mask) -> float:
    """Return how far a part turns: a turn by nearly a half goes either way round, and limbs swing clear of the body."""
    short = read_turn(turn)
    if abs(short) < _EITHER_WAY_RADIANS:
        return short
    ways = short, short - math.copysign(math.tau, short)
    cells = np.argwhere(labels == part)[:, ::-1].astype(np.float32)
    body = solid & (labels == _BODY)
    place = (joint + move_points(joint, turn)) / 2
    crossed = [
        sum(
            _count_on(move_points(cells, take_share(turn, share, joint, place, about_radians=way)), body)
            for share in _ON_THE_WAY
        )
        for way in ways
    ]
    return ways[1] if crossed[1] < _CLEARLY * crossed[0] else short


def _count_on(places: NDArray[np.float32], mask: Mask) -> int:
    x, y = places.round().astype(np.intp).T
    inside = (x >= 0) & (y >= 0) & (x < mask.shape[1]) & (y < mask.shape[0])
    return int(np.count_nonzero(mask[y[inside], x[inside]]))


def steady_path(path: Path, velocity: Field) -> Path:
    """Return `path` about a joint nearer to the place at which the part does not move against what carries it at all.

    The one is where the part is seen to hang, the other what its whole motion tells, also of a joint that is hidden:
    the farther the part turns, the surer. Where there is no such place nearby, the path stays as it is.
    """
    carrier = path.carrier and steady_path(path.carrier, velocity)
    if carrier is not path.carrier:
        path = replace(path, carrier=carrier)
    whole = exponentiate(velocity, 1.0)
    carried = np.eye(2) if carrier is None else carrier.turn[:, :2]
    apart = carried - path.turn[:, :2]
    still, back = path.joint, np.linalg.pinv(apart)
    for _ in range(_STILL_ROUNDS):
        landed = still + _follow(whole, still) if carrier is None else move_points(still, carrier.turn)
        still = still + back @ (move_points(still, path.turn) - landed)
    if math.dist(still, path.joint) > _STILL_CELLS:
        return path
    # That place is off by what the motion is off, over the chord of the turn; each is weighed by its inverse variance.
    squared_chord = float(np.square(apart).sum()) / 2
    share = squared_chord / (squared_chord + _EVEN_CHORD)
    return replace(path, joint=(1 - share) * path.joint + share * still)


def rescale_path(path: Path, scale_x: float, scale_y: float) -> Path:
    """Return a path on a grid with `scale_x`, `scale_y` times as many cells."""
    return Path(
        turn=change_units(path.turn, scale_x, scale_y),
        joint=(path.joint + 0.5) * np.array([scale_x, scale_y]) - 0.5,
        radians=path.radians,
        carrier=path.carrier and rescale_path(path.carrier, scale_x, scale_y),
    )


def _follow(field: Field, place: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(look_up(field, place.astype(np.float32)[None, None])[0, 0], np.float64)
