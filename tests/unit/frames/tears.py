"""A flat face without lines that laughs, and one that weeps: a mouth turned over is nearly the other."""

import cv2
import numpy as np
from numpy.typing import NDArray

from poseloom.frames.image import Rgba, blank

SIDE = 320
_SKIN, _DARK, _WHITE, _TEAR = (255, 204, 77, 255), (41, 47, 51, 255), (250, 250, 250, 255), (93, 173, 236, 255)


def laugh(half_width: int, depth: int) -> Rgba:
    face = _draw_face()
    left, right = 160 - half_width, 160 + half_width
    _fill_between(face, _bend(left, right, 205, 14), _bend(left, right, 205, depth), _DARK)
    _fill_between(face, _bend(left + 10, right - 10, 211, 14), _bend(left + 10, right - 10, 211, 26), _WHITE)
    return face


def weep(corners: tuple[int, int, int], depths: tuple[int, int], tear: tuple[int, int]) -> Rgba:
    """Return a face that weeps.

    Args:
        corners: How far the corners of the mouth are from the middle, left and right, and their height.
        depths: How far the mouth bends, and how much less below.
        tear: How wide it is to either side, and where it is.
    """
    face = _draw_face()
    left, right, height = 160 - corners[0], 160 + corners[1], corners[2]
    _fill_between(
        face, _bend(left, right, height, -depths[0]), _bend(left, right, height, depths[1] - depths[0]), _DARK
    )
    for x, slant in ((90, -30), (230, 30)):
        cv2.ellipse(face, (x, 88), (32, 18), slant, 180, 360, _DARK, 9)
    width, middle = tear
    cv2.circle(face, (middle, 255), width, _TEAR, -1)
    cv2.fillPoly(face, [np.array([(middle - width + 1, 248), (middle, 155), (middle + width - 1, 248)])], _TEAR)
    return face


def _draw_face() -> Rgba:
    face = blank(SIDE)
    cv2.ellipse(face, (160, 170), (136, 124), 0, 0, 360, _SKIN, -1)
    for x in (115, 205):
        cv2.ellipse(face, (x, 125), (15, 25), 0, 0, 360, _DARK, -1)
    return face


def _bend(left: int, right: int, height: int, depth: int) -> NDArray[np.float64]:
    """Return a bow from left to right that hangs by a depth."""
    along = np.linspace(0, 1, 30)
    return np.stack([left + (right - left) * along, height + depth * 4 * along * (1 - along)], axis=1)


def _fill_between(face: Rgba, upper: NDArray[np.float64], lower: NDArray[np.float64], colour: tuple[int, ...]) -> None:
    cv2.fillPoly(face, [np.concatenate([upper, lower[::-1]]).round().astype(np.int32)], colour)
