"""Pictures to test with: a coloured mascot with an outline and a soft edge, at any phase of a wobble."""

import math

import cv2
import numpy as np

from poseloom.frames.image import Rgba, unpremultiply

_OVERSAMPLING = 4
_Point = tuple[float, float]


def draw_subject(size: int | tuple[int, int], phase: float) -> Rgba:
    """Return a mascot on a transparent ground.

    Args:
        size: The side in pixels, or (width, height).
        phase: 0..1, one turn of its wobble; 0 and 1 are the same picture.

    Returns:
        (H, W, 4) uint8, straight alpha; the same arguments give the same pixels.
    """
    width, height = (size, size) if isinstance(size, int) else size
    side = min(width, height) * _OVERSAMPLING
    canvas = np.zeros((height * _OVERSAMPLING, width * _OVERSAMPLING, 4), np.float32)
    turn = 2 * math.pi * phase
    centre = (canvas.shape[1] / 2 + 0.06 * side * math.sin(turn), canvas.shape[0] / 2)
    squash = 1 + 0.08 * math.cos(turn)
    _stamp(canvas, centre, (0.34 * side / squash, 0.34 * side * squash), (0.15, 0.08, 0.05))
    _stamp(canvas, centre, (0.32 * side / squash, 0.32 * side * squash), (0.95, 0.55, 0.15))
    _stamp(canvas, (centre[0], centre[1] + 0.1 * side), (0.18 * side, 0.15 * side), (1.0, 0.85, 0.6))
    for sign in (-1, 1):
        eye = (centre[0] + sign * 0.11 * side, centre[1] - 0.1 * side)
        _stamp(canvas, eye, (0.06 * side, 0.07 * side), (1.0, 1.0, 1.0))
        _stamp(canvas, (eye[0] + 0.02 * side * math.sin(turn), eye[1]), (0.03 * side,) * 2, (0.1, 0.2, 0.6))
    return unpremultiply(np.asarray(cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA)))


def _stamp(
    canvas: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
    centre: _Point,
    radii: _Point,
    colour: tuple[float, float, float],
) -> None:
    middle = (round(centre[0]), round(centre[1]))
    axes = (max(1, round(radii[0])), max(1, round(radii[1])))
    cv2.ellipse(canvas, middle, axes, 0, 0, 360, (*colour, 1.0), -1)
