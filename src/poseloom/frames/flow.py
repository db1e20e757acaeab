"""Fields: where every pixel of a grid goes, and the smooth flows that carry pictures along.

A velocity field that stands still in time is integrated by scaling and squaring (Arsigny et al.,
"A Log-Euclidean Framework for Statistics on Diffeomorphisms", MICCAI 2006). What comes out can
always be undone, never folds, and runs on past its ends: the three things an in-between needs.
"""

import functools
import math
from typing import TypeAlias, TypeVar, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from poseloom.frames.image import Rgba

Field: TypeAlias = NDArray[np.float32]
"""(h, w, 2) float32: a displacement (x, y) per grid cell, in cells."""
Channels: TypeAlias = NDArray[np.float32]
"""(h, w, c) float32, any number of channels."""

Sampled = TypeVar("Sampled", NDArray[np.float32], NDArray[np.uint8])

_LONGEST_STEP_CELLS = 0.5
_HALF_WAY, _STILL = np.array([-3, 19, 19, -3]) / 32, np.ones(1)
"""Cubic interpolation (a = -0.75) between two pixels, and none."""


@functools.lru_cache(maxsize=32)
def list_positions(height: int, width: int) -> Field:
    """Return (height, width, 2) float32: each cell's own (x, y). Shared: do not write to it."""
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    positions = np.stack([columns, rows], axis=2)
    positions.flags.writeable = False
    return positions


def look_up(image: Sampled, places: Field, *, border: int = cv2.BORDER_REPLICATE) -> Sampled:
    """Return what `image` shows, bilinearly, at each of `places`, (h, w, 2) float32 pixels of `image`."""
    # OpenCV's stub forgets that the second map may be absent; an empty array instead reads wild memory.
    seen = cv2.remap(image, places, None, cv2.INTER_LINEAR, borderMode=border)  # type: ignore[call-overload]
    return cast("Sampled", seen)


def double_pixels(image: Rgba) -> Rgba:
    """Return `image` with a bicubic pixel after each of its own: its pixel (x, y) is now at (2x, 2y).

    Read bilinearly at doubled places, a picture that is moved by half a pixel keeps its lines, and one that
    is not moved keeps every value.
    """
    height, width = image.shape[:2]
    # Four bytes are one pixel.
    doubled = np.empty((height, 2, width, 2), np.uint32)
    doubled[:, 0, :, 0] = np.ascontiguousarray(image).view(np.uint32)[..., 0]
    for across, down in ((1, 0), (0, 1), (1, 1)):
        kernels = (_STILL, _HALF_WAY)[across], (_STILL, _HALF_WAY)[down]
        seen = cv2.sepFilter2D(image, -1, *kernels, anchor=(across, down), borderType=cv2.BORDER_REPLICATE)
        doubled[:, down, :, across] = np.asarray(seen, np.uint8).view(np.uint32)[..., 0]
    return doubled.view(np.uint8).reshape(2 * height, 2 * width, 4)


def warp(image: Channels, field: Field, *, border: int = cv2.BORDER_REPLICATE) -> Channels:
    """Return `image` looked up, bilinearly, at every cell's own place plus its displacement."""
    return look_up(image, list_positions(*field.shape[:2]) + field, border=border)


def count_squarings(velocity: Field, longest_step_cells: float = _LONGEST_STEP_CELLS) -> int:
    """Return how many squarings integrate `velocity` over one unit of time, by default with safely short steps."""
    longest = cv2.norm(velocity, cv2.NORM_INF)
    return max(0, math.ceil(math.log2(max(longest, 1e-6) / longest_step_cells)))


def exponentiate(velocity: Field, duration: float, *, squarings: int | None = None) -> Field:
    """Return the displacement after flowing along `velocity` for `duration` (negative: backwards).

    With a fixed number of `squarings` the result is smooth in `duration`.
    """
    field = velocity * np.float32(duration)
    if squarings is None:
        squarings = count_squarings(field)
    field *= np.float32(0.5**squarings)
    for _ in range(squarings):
        field = field + warp(field, field)
    return field


def resample_field(field: Field, shape: tuple[int, int]) -> Field:
    """Return `field` on a grid of `shape` (height, width), its displacements in the new cells."""
    height, width = field.shape[:2]
    if (height, width) == shape:
        return field
    resized = np.asarray(cv2.resize(field, shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)
    return resized * np.array([shape[1] / width, shape[0] / height], np.float32)


def smooth(channels: Channels, sigma_cells: float) -> Channels:
    """Return `channels` blurred by a Gaussian of `sigma_cells`."""
    return np.asarray(cv2.GaussianBlur(channels, (0, 0), sigma_cells), np.float32)
