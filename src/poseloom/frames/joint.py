"""Where a limb hangs on what it was cut off: the line around the subject goes on there, on whichever layer."""

import cv2
import numpy as np
from numpy.typing import NDArray

from poseloom.frames.comparison import grow
from poseloom.frames.contour import Drawing
from poseloom.frames.image import Plane, Rgba, measure_colour_gap
from poseloom.frames.silhouette import Ink, measure_distance

_SOLID = 250
_EDGE_PX = 5
_LINE_LIKENESS = 36
_LINED_SHARE = 0.8
"""A painted rim, whose shade varies, is no line."""
_LIKENESS = 60
_BREAK_DEPTHS = 0.3, 0.8
"""How deep below the edge a line is asked for, in widths of it."""
_BREAK_WIDTHS = 2.5
_FADE_WIDTHS = 1.0
_EVENING_WIDTHS = 0.8
_FILL_WIDTHS = 0.25
"""An edge is evened by taking away rather than by filling up: corners between a limb and a body stay open."""


def is_lined(drawing: Drawing, joint: NDArray[np.floating], reach_px: float) -> bool:
    """Say whether what a drawing shows is edged with one clear line wherever that is within `reach_px` of `joint`."""
    if drawing.ink is None:
        return False
    alpha = drawing.pose[..., 3]
    rows, columns = np.nonzero((alpha >= _SOLID) & grow(alpha < _SOLID, _EDGE_PX))
    near = np.hypot(columns - joint[0], rows - joint[1]) < reach_px
    edge = drawing.pose[rows[near], columns[near]]
    gaps = measure_colour_gap(edge, drawing.ink.colour)
    return gaps.size == 0 or bool((gaps < _LINE_LIKENESS).mean() >= _LINED_SHARE)


def close_outline(picture: Rgba, ink: Ink, share: Plane) -> None:
    """Draw the line around a subject on where it breaks off, and even the edge there; `picture` is changed.

    Args:
        picture: (h, w, 4) uint8, straight alpha, black where it is transparent.
        ink: The line.
        share: (h, w) float32, 0..1, how far that is to be done.
    """
    distance = measure_distance(np.asarray(picture[..., 3], np.float32) * np.float32(1 / 255))
    share = share * _find_breaks(picture, distance, ink)
    x, y, width, height = cv2.boundingRect((share > 0).astype(np.uint8))
    if not width:
        return
    even = cv2.GaussianBlur(distance, (0, 0), _EVENING_WIDTHS * ink.width_px)
    box = np.s_[y : y + height, x : x + width]
    _draw_line(picture[box], ink, distance[box], np.asarray(even, np.float32)[box], share[box])


def _draw_line(picture: Rgba, ink: Ink, distance: Plane, even: Plane, share: Plane) -> None:
    alpha = np.asarray(picture[..., 3], np.float32) * np.float32(1 / 255)
    distance = distance + share * np.minimum(even - distance, np.float32(_FILL_WIDTHS * ink.width_px))
    line = np.where(alpha < 0.5, share > 0, np.clip(np.float32(ink.width_px) - distance, 0, 1) * share)
    # The soft rim is kept where hardly anything changes.
    solid = alpha + np.minimum(4 * share, 1) * (np.clip(distance + np.float32(0.5), 0, 1) - alpha)
    inked = np.full(picture.shape, (*ink.colour.round(), 255), np.uint8)
    line = np.asarray(line, np.float32)
    painted = cv2.blendLinear(np.ascontiguousarray(picture), inked, 1 - line, line)
    painted[..., 3] = (solid * 255 + np.float32(0.5)).astype(np.uint8)
    painted[painted[..., 3] == 0] = 0
    picture[:] = painted


def _find_breaks(picture: Rgba, distance: Plane, ink: Ink) -> Plane:
    """Return 0..1, (h, w): whether the line is missing nearby."""
    least, most = (depth * ink.width_px for depth in _BREAK_DEPTHS)
    missing = (distance > least) & (distance < most)
    missing[missing] = measure_colour_gap(picture[missing], ink.colour) > _LIKENESS
    away = cv2.distanceTransform((~missing).astype(np.uint8), cv2.DIST_L2, 3)
    return np.asarray(np.clip((_BREAK_WIDTHS - away / np.float32(ink.width_px)) / _FADE_WIDTHS, 0, 1), np.float32)
