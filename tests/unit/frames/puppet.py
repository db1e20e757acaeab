"""A puppet with one arm, whose true in-betweens are known."""

import math

import cv2
import numpy as np

from poseloom.frames.image import Rgba, unpremultiply

SIZE = 200
_FINER = 4
_INK, _FUR, _PAW = (0.12, 0.08, 0.2), (0.55, 0.5, 0.95), (1.0, 0.95, 0.85)
_PAINTED_INK = (0.46, 0.42, 0.8)
_LINE_PX = 3
_SHOULDER = np.array([82.0, 96.0])
_ARM_PX = 62.0


def draw_puppet(
    arm_degrees: float, *, arm: bool = True, body: bool = True, arm_in_front: bool = True, painted: bool = False
) -> Rgba:
    """Return (SIZE, SIZE, 4): a body, and an arm that hangs at 0 degrees and rises to the left.

    A `painted` one has hardly a line around anything.
    """
    canvas = np.zeros((SIZE * _FINER, SIZE * _FINER, 4), np.float32)
    ink = _PAINTED_INK if painted else _INK
    if arm and not arm_in_front:
        _draw_arm(canvas, arm_degrees, ink)
    if body:
        for grow, colour in ((_LINE_PX, ink), (0, _FUR)):
            _ellipse(canvas, (112, 128), (38 + grow, 50 + grow), colour)
        _ellipse(canvas, (116, 136), (20, 26), _PAW)
        for grow, colour in ((_LINE_PX, ink), (0, _FUR)):
            _ellipse(canvas, (112, 60), (40 + grow, 34 + grow), colour)
        for eye in (98, 126):
            _ellipse(canvas, (eye, 60), (5, 8), _INK)
    if arm and arm_in_front:
        _draw_arm(canvas, arm_degrees, ink)
    return unpremultiply(np.asarray(cv2.resize(canvas, (SIZE, SIZE), interpolation=cv2.INTER_AREA), np.float32))


def draw_plain_figure(left_degrees: float, right_degrees: float) -> Rgba:
    """Return (SIZE, SIZE, 4): somebody without lines whose sleeves have the colour of the shirt; arms rise outwards."""
    canvas = np.zeros((SIZE * _FINER, SIZE * _FINER, 4), np.float32)
    for x in (88, 112):
        _limb(canvas, np.array([x, 140.0]), np.array([x, 186.0]), 10, _INK)
    _limb(canvas, np.array([100.0, 92.0]), np.array([100.0, 130.0]), 23, _FUR)
    _ellipse(canvas, (100, 42), (20, 24), _PAW)
    for eye in (93, 107):
        _ellipse(canvas, (eye, 40), (3, 4), _INK)
    for side, degrees in ((-1, left_degrees), (1, right_degrees)):
        angle = math.radians(degrees)
        shoulder = np.array([100.0 + 21 * side, 82.0])
        _limb(canvas, shoulder, shoulder + 52 * np.array([side * math.sin(angle), math.cos(angle)]), 8, _FUR)
    return unpremultiply(np.asarray(cv2.resize(canvas, (SIZE, SIZE), interpolation=cv2.INTER_AREA), np.float32))


def _draw_arm(
    canvas: np.ndarray[tuple[int, ...], np.dtype[np.float32]], degrees: float, ink: tuple[float, float, float]
) -> None:
    angle = math.radians(degrees)
    hand = _SHOULDER + _ARM_PX * np.array([-math.sin(angle), math.cos(angle)])
    wrist = _SHOULDER + 0.7 * (hand - _SHOULDER)
    for grow, colour in ((_LINE_PX, ink), (0, _FUR)):
        _limb(canvas, _SHOULDER, hand, 11 + grow, colour)
    _limb(canvas, wrist, hand, 11, _PAW)


def _ellipse(
    canvas: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
    centre: tuple[float, float],
    radii: tuple[float, float],
    colour: tuple[float, float, float],
) -> None:
    middle, axes = ([round(value * _FINER) for value in pair] for pair in (centre, radii))
    cv2.ellipse(canvas, middle, axes, 0, 0, 360, (*colour, 1.0), -1)


def _limb(
    canvas: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
    start: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    end: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    radius: float,
    colour: tuple[float, float, float],
) -> None:
    ends = [[round(float(value) * _FINER) for value in point] for point in (start, end)]
    cv2.line(canvas, ends[0], ends[1], (*colour, 1.0), round(2 * radius * _FINER))
