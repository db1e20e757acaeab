"""A pose cut out and measured, so that it can be drawn in any posture."""

import math
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from poseloom.frames.flow import double_pixels
from poseloom.frames.image import VISIBLE_ALPHA, Plane, Rgba, measure_bounds
from poseloom.frames.posture import HEIGHTS, UPRIGHT, Posture, Profile
from poseloom.frames.silhouette import extend_colour
from poseloom.frames.stage import Window

EDGE_ON = 0.06
"""A subject that stands edge-on is still as wide as this share of itself."""
_STAND_SHARE = 0.05
_PAD_PX = 2
_HALVINGS_LIMIT = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """How far a subject reaches in each row that shows something, in canvas pixels, top row first.

    Attributes:
        rows: (n,) the rows.
        lefts: (n,) where the row begins.
        rights: (n,) where it ends, exclusive.
    """

    rows: NDArray[np.float64]
    lefts: NDArray[np.float64]
    rights: NDArray[np.float64]

    def find_stand(self) -> tuple[float, float]:
        """Return between which columns the lowest rows lie."""
        lowest = len(self.rows) - max(1, round(_STAND_SHARE * len(self.rows)))
        return float(self.lefts[lowest:].min()), float(self.rights[lowest:].max())


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A pose, ready to be drawn; made by `study_figure`.

    Attributes:
        pose: (H, W, 4) uint8, straight alpha.
        window: The part of the canvas that it fills, and a little more.
        picture: What the pose shows there, its colour carried on beyond its edge, pixels doubled:
            read between pixels bilinearly it keeps its lines, as it would bicubically at its own size.
        outline: How far it reaches, row by row.
        feet: The canvas row, a border between pixels, on which it stands.
        stand: The column in the middle of what it stands on.
        middle: The column half-way between its left and its right end.
        height_px: From feet to top.
        narrowed: The picture at a half of its width, a quarter …, by the number of halvings, once it was needed.
    """

    pose: Rgba
    window: Window
    picture: Rgba
    outline: Outline
    feet: float
    stand: float
    middle: float
    height_px: float
    narrowed: dict[int, Rgba] = field(default_factory=dict, repr=False)

    def draw(self, posture: Posture) -> Rgba:
        """Return the pose in a posture, (H, W, 4) uint8, straight alpha; upright it is exact."""
        if posture is UPRIGHT:
            return self.pose.copy()
        frame = np.zeros_like(self.pose)
        shown = self._find_window(posture)
        halvings = min(_HALVINGS_LIMIT, round(-math.log2(abs(_turn(posture)))))
        columns, rows = self._find_places(posture, shown, 2**halvings)
        painted = cv2.remap(self._see(halvings), columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        view = frame[shown.y0 : shown.y1, shown.x0 : shown.x1]
        cv2.copyTo(painted, cv2.extractChannel(painted, 3), view)
        return frame

    def measure_reach(self, posture: Posture) -> tuple[float, float, float, float]:
        """Return `(x0, y0, x1, y1)` of the pose in a posture, in canvas pixels; it may lie beyond the canvas."""
        top, bottom = (self.feet - share * self.height_px for share in (posture.height + posture.lift, posture.lift))
        girth = np.interp(self.heights, HEIGHTS, posture.girth)
        slide = np.interp(self.heights, HEIGHTS, posture.slide) * self.height_px + self.stand - self.middle
        left = float(((self.outline.lefts - self.stand) * girth + slide).min())
        right = float(((self.outline.rights - self.stand) * girth + slide).max())
        near, far = sorted((_turn(posture) * left, _turn(posture) * right))
        return self.middle + near, top, self.middle + far, bottom

    @property
    def heights(self) -> Profile:
        """The height of each row of the outline."""
        return (self.feet - self.outline.rows - 0.5) / self.height_px

    def _see(self, halvings: int) -> Rgba:
        """Return the picture; for a subject so narrow that columns would be skipped, with their average."""
        if halvings == 0:
            return self.picture
        if halvings not in self.narrowed:
            self.narrowed[halvings] = _narrow(self.picture, 2**halvings)
        return self.narrowed[halvings]

    def _find_window(self, posture: Posture) -> Window:
        """Return the part of the canvas on which the pose is in a posture."""
        x0, y0, x1, y1 = self.measure_reach(posture)
        height, width = self.pose.shape[:2]
        left = min(max(int(x0) - _PAD_PX, 0), width - 1)
        top = min(max(int(y0) - _PAD_PX, 0), height - 1)
        right, bottom = min(int(x1) + 1 + _PAD_PX, width), min(int(y1) + 1 + _PAD_PX, height)
        return Window(x0=left, y0=top, x1=max(right, left + 1), y1=max(bottom, top + 1))

    def _find_places(self, posture: Posture, shown: Window, block: int) -> tuple[Plane, Plane]:
        """Return (h, w) float32 each: which column and row of `_see` is seen at each pixel of `shown`."""
        seen = self._find_heights(posture, np.arange(shown.y0, shown.y1, dtype=np.float64) + 0.5)
        girth = np.interp(seen, HEIGHTS, posture.girth)
        slide = np.interp(seen, HEIGHTS, posture.slide) * self.height_px
        # Undone one after the other: the turn about the middle, the slide, the girth about the stand.
        turn = _turn(posture)
        factor = 2 / (turn * girth)
        start = self.stand + (self.middle - self.middle / turn - slide - self.stand) / girth
        offset = 2 * (start - self.window.x0 - 0.5)
        if block > 1:
            # One column was added on the left.
            factor, offset = factor / block, (offset + block + 0.5) / block - 0.5
        across = np.arange(shown.x0, shown.x1, dtype=np.float32) + np.float32(0.5)
        columns: Plane = across[None, :] * factor.astype(np.float32)[:, None]
        columns += offset.astype(np.float32)[:, None]
        rows: Plane = np.empty_like(columns)
        rows[:] = (2 * (self.feet - seen * self.height_px - self.window.y0 - 0.5)).astype(np.float32)[:, None]
        return columns, rows

    def _find_heights(self, posture: Posture, rows: NDArray[np.float64]) -> Profile:
        """Return which height of the pose is seen at each of `rows`."""
        raised = posture.raised
        shown = (self.feet - rows) / self.height_px - posture.lift
        # Below the feet and above the top it goes on as it is there.
        below, above = np.minimum(shown, 0), np.maximum(shown - raised[-1], 0)
        inside = np.interp(shown, raised, HEIGHTS)
        return np.asarray(inside + below / posture.stretch[0] + above / posture.stretch[-1], np.float64)


def study_figure(pose: Rgba) -> Figure | None:
    """Return the figure of `pose`, (H, W, 4) uint8, or None when it shows nobody."""
    bounds = measure_bounds(pose)
    if bounds is None:
        return None
    x0, y0, x1, y1 = bounds
    outline = trace_outline(pose)
    # Doubled, its columns can be averaged in whole blocks.
    spare = -(x1 - x0 + 2 * _PAD_PX) % 2 ** (_HALVINGS_LIMIT - 1)
    window = Window(x0=x0 - _PAD_PX, y0=y0 - _PAD_PX, x1=x1 + _PAD_PX + spare, y1=y1 + _PAD_PX)
    return Figure(
        pose=pose,
        window=window,
        picture=double_pixels(extend_colour(window.cut(pose))),
        outline=outline,
        feet=float(y1),
        stand=sum(outline.find_stand()) / 2,
        middle=(x0 + x1) / 2,
        height_px=float(y1 - y0),
    )


def trace_outline(pose: Rgba) -> Outline:
    """Return how far `pose` reaches in each row that shows something."""
    visible = pose[..., 3] > VISIBLE_ALPHA
    rows = np.flatnonzero(visible.any(axis=1))
    seen = visible[rows]
    width = seen.shape[1]
    return Outline(
        rows=rows.astype(np.float64),
        lefts=seen.argmax(axis=1).astype(np.float64),
        rights=(width - seen[:, ::-1].argmax(axis=1)).astype(np.float64),
    )


def _narrow(picture: Rgba, block: int) -> Rgba:
    """Return `picture` with each block of columns averaged, and a transparent column at either side."""
    height, width = picture.shape[:2]
    narrow = cv2.resize(picture, (width // block, height), interpolation=cv2.INTER_AREA)
    padded = np.asarray(cv2.copyMakeBorder(narrow, 0, 0, 1, 1, cv2.BORDER_REPLICATE), np.uint8)
    padded[:, [0, -1], 3] = 0
    return padded


def _turn(posture: Posture) -> float:
    """Return the factor of widths of a subject that turns; never nothing."""
    return posture.facing if abs(posture.facing) >= EDGE_ON else (EDGE_ON if posture.facing >= 0 else -EDGE_ON)
