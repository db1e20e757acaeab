"""Lids over the eyes of a pose, and when they fall."""

import math
from dataclasses import dataclass, replace
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from poseloom.frames.eye import Eye, Eyes
from poseloom.frames.figure import Figure
from poseloom.frames.flow import double_pixels
from poseloom.frames.image import Plane, Rgba
from poseloom.frames.stage import Window
from poseloom.frames.track import Key, Track

_CLOSING_SECONDS, _SHUT_SECONDS, _OPENING_SECONDS = 0.085, 0.055, 0.125
_CLEAR_SECONDS = 0.4
"""No eye is shut so near to the seam."""
_MOMENTS = {1: (0.62,), 2: (0.29, 0.74)}
"""When it blinks, as shares of the clip, by how often: never in the middle, never evenly."""
_ONCE_FROM_SECONDS, _TWICE_FROM_SECONDS, _TWICE_WHEN_ASKED_FROM_SECONDS = 1.2, 5.5, 2.0
_LIKE_FACE = 42
_LINE_SHARE, _LINE_SHARE_APART = 0.15, 0.035
"""A lid's line is so thick at least, as shares of half the eye's height and of how far the eyes are apart."""
_PAD_PX = 6

Spot: TypeAlias = tuple[slice, slice]


def plan_blinks(seconds: float, fps: float, *, is_asked: bool) -> Track:
    """Return how far the eyes are shut over the time of a clip, 0 open, 1 shut; each blink is shut on a frame at least.

    Args:
        seconds: First frame to last.
        fps: Frames per second.
        is_asked: Whether blinking was asked for.
    """
    twice_from = _TWICE_WHEN_ASKED_FROM_SECONDS if is_asked else _TWICE_FROM_SECONDS
    count = 2 if seconds >= twice_from else int(seconds >= _ONCE_FROM_SECONDS)
    keys: list[Key] = [(0.0, 0.0)]
    for share in _MOMENTS.get(count, ()):
        shut = round(share * seconds * fps) / fps
        keys += [
            (shut - _CLOSING_SECONDS, 0.0),
            (shut, 1.0),
            (shut + _SHUT_SECONDS, 1.0),
            (shut + _SHUT_SECONDS + _OPENING_SECONDS, 0.0),
        ]
    return Track(tuple(keys))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lids:
    """The lids of a figure; made by `prepare_lids`."""

    figure: Figure
    views: tuple["_View", ...]

    def shut(self, share: float) -> Figure:
        """Return the figure with its eyes shut to a share, 0 open to 1 shut.

        A lid of the face's colour comes down over each eye, with a line of the eye's own dark along its edge, and a
        lower one meets it. Nothing but the eyes is changed.
        """
        pose, picture = self.figure.pose.copy(), self.figure.picture.copy()
        for view in self.views:
            pose[view.spot] = _paint_lids(pose[view.spot], view, share)
            _renew(picture, self.figure.window, pose, view.spot)
        return replace(self.figure, pose=pose, picture=picture, narrowed={})


def prepare_lids(figure: Figure, eyes: Eyes) -> Lids:
    """Return the lids of a figure's eyes."""
    return Lids(figure=figure, views=tuple(_see(eye, eyes, figure.pose) for eye in eyes.pair))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _View:
    """An eye in the part of the canvas around it.

    Attributes:
        spot: That part.
        cover: (h, w) float32, 0..1, the eye with its soft edge.
        along: (h, w) float32, the place along the line between both eyes, -1..1 within the eye.
        across: (h, w) float32, pixels below that line.
        half_height: Of the eye, in pixels.
        line_px: How thick the line of a lid is.
        ink: (3,) float32, 0..255.
        skin: (h, w, 3) float32, 0..255, the face's colour carried on over the eye.
    """

    spot: Spot
    cover: Plane
    along: Plane
    across: Plane
    half_height: float
    line_px: float
    ink: NDArray[np.float32]
    skin: NDArray[np.float32]


def _see(eye: Eye, eyes: Eyes, pose: Rgba) -> _View:
    wide = _cut_spot(eye, pose, 1.6 * math.hypot(eye.half_width, eye.half_height) + _PAD_PX)
    skin = _spread_face(pose[wide], _cover(eye, wide), eyes.face, 0.45 * eye.half_height + 1)
    spot = _cut_spot(eye, pose, math.hypot(eye.half_width, eye.half_height) + _PAD_PX)
    rows, columns = np.mgrid[spot].astype(np.float32)
    right, down = columns + np.float32(0.5 - eye.x), rows + np.float32(0.5 - eye.y)
    cosine, sine = np.float32(math.cos(eyes.tilt)), np.float32(math.sin(eyes.tilt))
    top, left = spot[0].start - wide[0].start, spot[1].start - wide[1].start
    return _View(
        spot=spot,
        cover=_cover(eye, spot),
        along=(right * cosine + down * sine) / np.float32(eye.half_width),
        across=down * cosine - right * sine,
        half_height=eye.half_height,
        line_px=max(1.5, _LINE_SHARE * eye.half_height, _LINE_SHARE_APART * eyes.apart_px),
        ink=eye.ink,
        skin=skin[top : top + right.shape[0], left : left + right.shape[1]],
    )


def _cut_spot(eye: Eye, pose: Rgba, reach_px: float) -> Spot:
    """Return the part of a pose that reaches so far around an eye."""
    height, width = pose.shape[:2]
    top, left = max(0, int(eye.y - reach_px)), max(0, int(eye.x - reach_px))
    return np.s_[top : min(height, int(eye.y + reach_px) + 1), left : min(width, int(eye.x + reach_px) + 1)]


def _cover(eye: Eye, spot: Spot) -> Plane:
    """Return 0..1 in a part of the canvas: the eye, as far out as its soft edge goes, and a little more."""
    top, left = spot[0].start, spot[1].start
    size = (spot[1].stop - left, spot[0].stop - top)
    move = np.array(
        [
            [1 / eye.grain_px, 0, (left + 0.5 - eye.corner[0]) / eye.grain_px - 0.5],
            [0, 1 / eye.grain_px, (top + 0.5 - eye.corner[1]) / eye.grain_px - 0.5],
        ]
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    shape = cv2.warpAffine(eye.shape.astype(np.float32), move, size, flags=flags)
    grown = cv2.dilate(np.asarray(shape > 0.3, np.float32), _disc(math.ceil(eye.grain_px) + 1))
    return np.asarray(cv2.GaussianBlur(grown, (0, 0), 0.7), np.float32)


def _paint_lids(image: Rgba, view: _View, share: float) -> Rgba:
    """Return the part of a pose with lids over the eye in it."""
    arc = np.sqrt(np.clip(1 - view.along**2, 0, 1)) * np.float32(1.06 * view.half_height)
    shut = (np.float32(0.25) + np.float32(0.30) * np.clip(1 - view.along**2, 0, 1)) * np.float32(view.half_height)
    upper = -arc + (shut + arc) * np.float32(share)
    lower = arc + (shut - arc) * np.float32(max(0.0, 2 * share - 1))
    # At the line of the shut eye both lids meet, so nothing is left between them.
    is_shut = np.float32(share >= 1)
    lid = np.maximum(_soften(upper - view.across), np.maximum(_soften(view.across - lower), is_shut)) * view.cover
    line = _soften(np.float32(view.line_px / 2) - np.abs(view.across - upper)) * view.cover
    line *= _soften((1 - np.abs(view.along)) * np.float32(view.half_height)) * np.float32(min(1.0, 3 * share))
    colour = image[..., :3].astype(np.float32)
    colour += (view.skin - colour) * lid[..., None]
    colour += (view.ink - colour) * line[..., None]
    painted = image.copy()
    painted[..., :3] = np.clip(colour + np.float32(0.5), 0, 255).astype(np.uint8)
    return painted


def _spread_face(image: Rgba, cover: Plane, face: NDArray[np.float32], sigma_px: float) -> NDArray[np.float32]:
    """Return the face's colour carried on over an eye, with its shading: an average of what is near and like it."""
    colour = image[..., :3].astype(np.float32)
    like = np.abs(colour - face).max(axis=2) < _LIKE_FACE
    known = (like & (image[..., 3] == 255) & (cv2.dilate(cover, _disc(2)) < 0.02)).astype(np.float32)
    weight = cv2.GaussianBlur(known, (0, 0), sigma_px)
    seen = cv2.GaussianBlur(colour * known[..., None], (0, 0), sigma_px)
    trust = np.clip(weight * np.float32(200), 0, 1)[..., None]
    return np.asarray(seen / np.maximum(weight, 1e-6)[..., None] * trust + face * (1 - trust), np.float32)


def _renew(picture: Rgba, window: Window, pose: Rgba, spot: Spot) -> None:
    """Draw a changed part of a pose anew in the doubled picture of it."""
    rows, columns = spot
    wide = Window(x0=columns.start - 3, y0=rows.start - 3, x1=columns.stop + 3, y1=rows.stop + 3)
    doubled = double_pixels(wide.cut(pose))
    # The part of it that lies in the picture, the pad for interpolation left out.
    top, left = max(rows.start, window.y0), max(columns.start, window.x0)
    bottom, right = min(rows.stop, window.y1), min(columns.stop, window.x1)
    fresh = doubled[2 * (top - wide.y0) : 2 * (bottom - wide.y0), 2 * (left - wide.x0) : 2 * (right - wide.x0)]
    old = picture[2 * (top - window.y0) : 2 * (bottom - window.y0), 2 * (left - window.x0) : 2 * (right - window.x0)]
    # The soft edge of the subject keeps the colour that was carried on over it.
    cv2.copyTo(fresh, np.asarray(fresh[..., 3] == 255, np.uint8), old)


def _soften(distance: NDArray[np.float32]) -> Plane:
    """Return 0..1 by pixels to an edge, positive inside."""
    return np.asarray(np.clip(distance + np.float32(0.5), 0, 1), np.float32)


def _disc(radius_px: int) -> NDArray[np.uint8]:
    side = 2 * radius_px + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)
