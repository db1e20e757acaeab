"""A transition: every frame from one pose to another."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from poseloom.frames.image import Rgba, measure_bounds
from poseloom.frames.inbetween import Morph, prepare_morph
from poseloom.frames.pace import Beat, Pace, plan_pace
from poseloom.frames.stage import Placement

_PROBES = 17


def iterate_forward(source: Rgba, target: Rgba, *, frame_count: int, fps: float | Fraction) -> Iterator[Rgba]:
    """Yield the frames of a transition.

    Args:
        source: (H, W, 4) uint8, straight alpha: exactly the first frame.
        target: The same shape: exactly the last frame.
        frame_count: How many frames, at least 2.
        fps: Frames per second.

    Raises:
        ValueError: Fewer than 2 frames, or poses of different sizes.
    """
    if frame_count < 2:
        message = f"a transition has at least 2 frames, not {frame_count}"
        raise ValueError(message)
    morph = prepare_morph(source, target)
    pace = plan_pace(confidence=morph.confidence, duration_seconds=(frame_count - 1) / float(fps))
    ground = _survey(morph, pace)
    yield morph.draw(0.0)
    for index in range(1, frame_count - 1):
        beat = pace.find_beat(index / float(fps))
        yield morph.draw(beat.t, ground.place(beat))
    yield morph.draw(1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """Where the subject stands and how far it reaches, so that nothing leaves the canvas.

    Attributes:
        moments: (n,) the probed moments, ascending.
        reach: (n, 4) `x0, y0, x1, y1` of the subject then, in canvas pixels.
        feet: (n, 2) the point on which it stands then.
        width: Of the canvas.
        height: Of the canvas.
    """

    moments: NDArray[np.float64]
    reach: NDArray[np.float64]
    feet: NDArray[np.float64]
    width: int
    height: int

    def place(self, beat: Beat) -> Placement:
        """Return the squash or stretch of `beat`, as far as the canvas has room for it."""
        x0, y0, x1, y1 = (float(np.interp(beat.t, self.moments, edge)) for edge in self.reach.T)
        x, y = (float(np.interp(beat.t, self.moments, axis)) for axis in self.feet.T)
        room_x = min(_find_room(x, x - x0), _find_room(self.width - x, x1 - x))
        scale_x = min(1 / beat.stretch, room_x)
        scale_y = min(beat.stretch, _find_room(y, y - y0))
        if scale_x == scale_y == 1.0 and y1 <= self.height:
            return Placement()
        below = y + (y1 - y) * scale_y - self.height
        return Placement(scale_x=scale_x, scale_y=scale_y, pivot_x=x, pivot_y=y, lift_px=max(0.0, below))


def _find_room(available_px: float, needed_px: float) -> float:
    """Return the largest factor of `needed_px` that stays within `available_px`, a pixel kept free."""
    if needed_px <= 0:
        return float("inf")
    limit = available_px / needed_px
    return limit if limit < 1 else max(1.0, (available_px - 1) / needed_px)


def _survey(morph: Morph, pace: Pace) -> _Ground:
    moments = np.linspace(-pace.back, 1 + pace.past, _PROBES)
    rough = np.array([morph.measure_reach(float(moment)) for moment in moments])
    height, width = morph.source.shape[:2]
    whole = (0, 0, width, height)
    known = np.array([measure_bounds(pose) or whole for pose in (morph.source, morph.target)], np.float64)
    share = np.clip(moments, 0, 1)[:, None]
    # What the coarse grid says is a cell off; at both ends the truth is known, so the error is too.
    error = known - np.array([morph.measure_reach(0.0), morph.measure_reach(1.0)])
    reach = rough + error[0] * (1 - share) + error[1] * share
    standing = known[0] * (1 - share) + known[1] * share
    feet = np.stack([(standing[:, 0] + standing[:, 2]) / 2, standing[:, 3]], axis=1)
    return _Ground(moments=moments, reach=reach, feet=feet, width=width, height=height)
