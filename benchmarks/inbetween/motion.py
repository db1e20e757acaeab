"""Whether a transition moves smoothly, seen from all its frames."""

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from poseloom.frames.image import Rgba, premultiply

_BLURRED_PX = 40
_SOLID = 128
_PIECE_PX = 25
"""Of a picture of 320 pixels square: smaller is a crumb."""


def score_motion(frames: Sequence[Rgba]) -> dict[str, float]:
    """Return `pop`, `jitter` and `torn` of a transition's frames, (H, W, 4) uint8 each, evenly spaced in time.

    `pop` is the largest step from frame to frame as a multiple of the mean step: 1 for an even motion, the number of
    steps for a cut. `jitter` is the energy of the second differences as a multiple of that of the first ones, on
    frames of 40 pixels so that only what is seen from afar counts: 0 for a dissolve, 2 for a cut, 3 for noise.
    `torn` is the share of frames of which more pieces fly apart than of the first and of the last one.
    """
    pictures = [premultiply(frame) for frame in frames]
    steps = [float(np.abs(after - before).mean()) for before, after in pairwise(pictures)]
    mean = sum(steps) / len(steps)
    size = (_BLURRED_PX, _BLURRED_PX)
    small = np.array([cv2.resize(picture, size, interpolation=cv2.INTER_AREA) for picture in pictures], np.float32)
    first = np.diff(small, axis=0)
    energy = _square(first)
    return {
        "pop": max(steps) / mean if mean else 0.0,
        "jitter": _square(np.diff(first, axis=0)) / energy if energy else 0.0,
        "torn": _measure_torn(frames),
    }


def _measure_torn(frames: Sequence[Rgba]) -> float:
    counts = [_count_pieces(frame) for frame in frames]
    most = max(counts[0], counts[-1])
    return sum(count > most for count in counts) / len(counts)


def _count_pieces(frame: Rgba) -> int:
    solid = np.asarray(frame[..., 3] >= _SOLID, np.uint8)
    _, _, figures, _ = cv2.connectedComponentsWithStats(solid, connectivity=8)
    return int((figures[1:, cv2.CC_STAT_AREA] >= _PIECE_PX).sum())


def _square(values: NDArray[np.float32]) -> float:
    return float((values.astype(np.float64) ** 2).sum())
