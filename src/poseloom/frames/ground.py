"""Where a subject stands during a transition and how far it reaches, so that nothing leaves the canvas."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from poseloom.frames.figure import trace_outline
from poseloom.frames.image import Rgba, measure_bounds
from poseloom.frames.inbetween import Morph
from poseloom.frames.pace import Beat
from poseloom.frames.stage import Placement

_PROBES = 17
_FREE_PX = 2.0
_LEVELLING = 0.6
"""Turned further than the angle of this cosine, source and target come to one height."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where the subject stands and how far it reaches; made by `survey_ground`.

    Attributes:
        moments: (n,) the probed moments `t`, ascending.
        reach: (n, 4) `x0, y0, x1, y1` of the subject then, in canvas pixels.
        stand: (n, 2) the point on which it stands then.
        shape: Height and width of the canvas.
        lift_share: How much of a lift the canvas has room for.
    """

    moments: NDArray[np.float64]
    reach: NDArray[np.float64]
    stand: NDArray[np.float64]
    shape: tuple[int, int]
    lift_share: float = 1.0

    def place(self, beat: Beat) -> Placement:
        """Return the squash, stretch and lift of `beat`, as far as the canvas has room for them."""
        x0, y0, x1, y1 = self._see(self.reach, beat.t)
        x, y = self._see(self.stand, beat.t)
        height, width = self.shape
        stretch = beat.stretch * self._level(beat)
        scale_x = min(1 / beat.stretch, _find_room(x, x - x0), _find_room(width - x, x1 - x))
        scale_y = min(stretch, _find_room(y, y - y0))
        below = y + (y1 - y) * scale_y - height
        lift_px = max(0.0, below, beat.lift * (y - y0) * self.lift_share)
        if scale_x == scale_y == 1.0 and lift_px == 0:
            return Placement()
        return Placement(scale_x=scale_x, scale_y=scale_y, pivot_x=x, pivot_y=y, lift_px=lift_px)

    def measure_lift_share(self, beats: Iterable[Beat]) -> float:
        """Return how much of the lifts of `beats` the canvas has room for, 0..1."""
        share = 1.0
        for beat in beats:
            if beat.lift > 0:
                _, y0, _, y1 = self._see(self.reach, beat.t)
                free = y1 - (y1 - y0) * beat.stretch - _FREE_PX
                share = min(share, max(0.0, free) / (beat.lift * (y1 - y0)))
        return share

    def _level(self, beat: Beat) -> float:
        """Return the factor that makes source and target of one height when they are seen edge-on."""
        tall = (self.stand[:, 1] - self.reach[:, 1])[[0, -1]]
        edge_on = max(0.0, 1 - abs(beat.facing) / _LEVELLING)
        if edge_on == 0 or tall.min() <= 0:
            return 1.0
        own = tall[int(beat.t > 0.5)]
        return float((np.sqrt(tall.prod()) / own) ** (edge_on * edge_on * (3 - 2 * edge_on)))

    def _see(self, values: NDArray[np.float64], t: float) -> tuple[float, ...]:
        return tuple(float(np.interp(t, self.moments, column)) for column in values.T)


def survey_ground(morph: Morph, poses: tuple[Rgba, Rgba], beats: Sequence[Beat]) -> Ground:
    """Return where the subject of `morph`, from one of `poses` to the other, stands and how far it reaches.

    Args:
        morph: What lies between the poses.
        poses: Source and target.
        beats: Every moment at which it is drawn.
    """
    moments = np.linspace(min(beat.t for beat in beats), max(beat.t for beat in beats), _PROBES)
    rough = np.array([morph.measure_reach(float(moment)) for moment in moments])
    known = np.array([_measure(pose) for pose in poses])
    share = np.clip(moments, 0, 1)[:, None]
    # What the coarse grid says is a cell off; at both ends the truth is known, so the error is too.
    error = known[:, :4] - np.array([morph.measure_reach(0.0), morph.measure_reach(1.0)])
    ground = Ground(
        moments=moments,
        reach=rough + error[0] * (1 - share) + error[1] * share,
        stand=known[0, [4, 3]] * (1 - share) + known[1, [4, 3]] * share,
        shape=(poses[0].shape[0], poses[0].shape[1]),
    )
    return replace(ground, lift_share=ground.measure_lift_share(beats))


def _measure(pose: Rgba) -> tuple[float, ...]:
    """Return `x0, y0, x1, y1` of what a pose shows, and the column on which it stands."""
    bounds = measure_bounds(pose)
    if bounds is None:
        height, width = pose.shape[:2]
        return 0, 0, width, height, width / 2
    return *bounds, sum(trace_outline(pose).find_stand()) / 2


def _find_room(available_px: float, needed_px: float) -> float:
    """Return the largest factor of `needed_px` that stays within `available_px`, a little of it kept free."""
    if needed_px <= 0:
        return float("inf")
    limit = available_px / needed_px
    return limit if limit < 1 else max(1.0, (available_px - _FREE_PX) / needed_px)
