"""What belongs to a place in a drawing: what can be reached from it on a short way that crosses no drawn line.

Geodesic support, after Hosni et al., "Local stereo matching using geodesic support weights" (ICIP 2009).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from poseloom.frames.image import Plane, Premultiplied

_CONTRAST_CELLS = 5.0
"""How many cells it is out of the way to cross from one colour to its opposite in one channel."""
_SOFT_CELLS = 2.0


def find_support(image: Premultiplied, seeds: Sequence[tuple[float, float]], radius: int) -> list[Plane]:
    """Return, for each seed (x, y), how far each place belongs to it: (h, w) float32 in 0..1.

    Args:
        image: (h, w, 4).
        seeds: Places in `image`.
        radius: The longest way, in cells.
    """
    if not seeds:
        return []
    height, width = image.shape[:2]
    padded = np.pad(image, ((radius, radius), (radius, radius), (0, 0)))
    # In the padded picture, the window around a seed begins at the seed's own number.
    corners = [(round(y), round(x)) for x, y in seeds]
    side = 2 * radius + 1
    windows = np.stack([padded[row : row + side, column : column + side] for row, column in corners])
    shares = np.clip((radius - _measure_ways(windows)) / _SOFT_CELLS, 0, 1)
    planes = []
    for (row, column), share in zip(corners, shares, strict=True):
        plane = np.zeros((height + 2 * radius, width + 2 * radius), np.float32)
        plane[row : row + side, column : column + side] = share
        planes.append(plane[radius : radius + height, radius : radius + width])
    return planes


def _measure_ways(windows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the length of the shortest way from the middle of each window (n, s, s, 4) to each of its cells."""
    across, down = (1 + _CONTRAST_CELLS * np.abs(np.diff(windows, axis=axis)).sum(axis=3) for axis in (2, 1))
    middle = windows.shape[1] // 2
    ways = np.full(windows.shape[:3], np.inf, np.float32)
    ways[:, middle, middle] = 0
    for _ in range(2 * middle):
        before = ways.copy()
        np.minimum(ways[:, :, 1:], ways[:, :, :-1] + across, out=ways[:, :, 1:])
        np.minimum(ways[:, :, :-1], ways[:, :, 1:] + across, out=ways[:, :, :-1])
        np.minimum(ways[:, 1:], ways[:, :-1] + down, out=ways[:, 1:])
        np.minimum(ways[:, :-1], ways[:, 1:] + down, out=ways[:, :-1])
        if np.array_equal(before, ways):
            break
    return ways
