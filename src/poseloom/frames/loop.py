"""A pose that lives: it breathes on the spot, and ends exactly as it began."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import cv2
import numpy as np
from numpy.typing import NDArray

from poseloom.frames.flow import Field, double_pixels, look_up
from poseloom.frames.image import Rgba, measure_bounds
from poseloom.frames.silhouette import extend_colour
from poseloom.frames.stage import Window

_BREATH_SECONDS = 2.0
_SWELL = 0.045
"""The most that a row of the chest is stretched."""
_HEIGHT_STEPS = 512


def iterate_loop(pose: Rgba, *, frame_count: int, fps: float | Fraction) -> Iterator[Rgba]:
    """Yield the frames of a breathing pose: its first and its last frame are exactly `pose`.

    Every row that is stretched is narrowed by as much, so no area appears or vanishes (the oldest rule
    of squash and stretch); the feet stay where they are, and the head rides along undistorted.

    Args:
        pose: (H, W, 4) uint8, straight alpha.
        frame_count: How many frames, at least 2.
        fps: Frames per second; about one breath per two seconds is drawn, and a whole number of them.

    Raises:
        ValueError: Fewer than 2 frames.
    """
    if frame_count < 2:
        message = f"a loop has at least 2 frames, not {frame_count}"
        raise ValueError(message)
    body = _study(pose)
    duration_seconds = (frame_count - 1) / float(fps)
    breaths = max(1, round(duration_seconds / _BREATH_SECONDS))
    for index in range(frame_count):
        turn = index * breaths / (frame_count - 1)
        air = 0.5 - 0.5 * math.cos(2 * math.pi * turn)
        if body is None or air < 1e-6:
            yield pose.copy()
        else:
            yield body.inhale(air)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Body:
    """A pose, cut out and measured.

    Attributes:
        canvas: (height, width) of the frames.
        window: The part of the canvas that holds every frame of the breath.
        picture: What the pose shows there, its colour carried on beyond its edge, pixels doubled:
            read between pixels bilinearly it keeps its lines, as it would bicubically at its own size.
        feet: The canvas row (a border between pixels) that stays, and the column of the middle.
        height_px: From feet to top.
        swell: The most that a row is stretched, as far as the canvas has room.
    """

    canvas: tuple[int, int]
    window: Window
    picture: Rgba
    feet: tuple[float, float]
    height_px: float
    swell: float

    def inhale(self, air: float) -> Rgba:
        """Return the frame with `air` (0..1) in the chest."""
        rows, stretch = self._stretch_rows(air)
        height, width = self.window.shape
        middle = self.feet[1] - self.window.x0 - 0.5
        places: Field = np.empty((height, width, 2), np.float32)
        columns = np.arange(width, dtype=np.float32) - np.float32(middle)
        np.multiply(columns[None, :], stretch[:, None] * 2, out=places[..., 0])
        places[..., 0] += np.float32(2 * middle)
        places[..., 1] = rows[:, None] * 2
        painted = look_up(self.picture, places)
        frame = np.zeros((*self.canvas, 4), np.uint8)
        view = frame[self.window.y0 : self.window.y1, self.window.x0 : self.window.x1]
        cv2.copyTo(painted, cv2.extractChannel(painted, 3), view)
        return frame

    def _stretch_rows(self, air: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return, per row of the window, the row that is seen there and how far it is stretched."""
        heights = np.linspace(0, 1, _HEIGHT_STEPS)
        local = 1 + self.swell * air * _shape_chest(heights)
        raised = np.concatenate([[0.0], np.cumsum((local[1:] + local[:-1]) / 2)]) / (_HEIGHT_STEPS - 1)
        row_centres = np.arange(self.window.y0, self.window.y1) + 0.5
        shown = (self.feet[0] - row_centres) / self.height_px
        # Below the feet and above the top nothing is stretched: places run on with slope one.
        seen = np.interp(shown, raised, heights) + np.minimum(shown, 0) + np.maximum(shown - raised[-1], 0)
        stretch = np.interp(seen, heights, local)
        rows = self.feet[0] - seen * self.height_px - self.window.y0 - 0.5
        return rows.astype(np.float32), stretch.astype(np.float32)


def _shape_chest(heights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 0..1 by height (0 feet, 1 top): all in the trunk, nothing at the feet nor in the face."""
    rise = np.clip(heights / 0.38, 0, 1)
    fall = np.clip((0.80 - heights) / 0.42, 0, 1)
    nearer = np.minimum(rise, fall)
    return np.asarray(nearer * nearer * (3 - 2 * nearer), np.float64)


def _study(pose: Rgba) -> _Body | None:
    """Return the body of `pose`, or None when there is nobody."""
    bounds = measure_bounds(pose)
    if bounds is None:
        return None
    x0, y0, x1, y1 = bounds
    height, width = pose.shape[:2]
    lift = float(np.mean(_shape_chest(np.linspace(0, 1, _HEIGHT_STEPS))))
    room_px = max(0, y0 - 1)
    swell = min(_SWELL, room_px / (lift * (y1 - y0)))
    raised_px = math.ceil(swell * lift * (y1 - y0)) + 2
    window = Window(x0=max(0, x0 - 2), y0=max(0, y0 - raised_px), x1=min(width, x1 + 2), y1=min(height, y1 + 2))
    return _Body(
        canvas=(height, width),
        window=window,
        picture=double_pixels(extend_colour(window.cut(pose))),
        feet=(float(y1), (x0 + x1) / 2),
        height_px=float(y1 - y0),
        swell=swell,
    )
