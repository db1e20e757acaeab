"""What the shape of a pose says of how it lives: where it breathes, and whether it stands, sits or hangs in the air."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np

from poseloom.frames.figure import Figure
from poseloom.frames.posture import HEIGHTS, Profile

_LOW_RATIO = 1.05
"""Wider than this many times its height, it lies or sits."""
_BROAD_BASE = 0.80
"""A base wider than this share of the whole does not shift its weight."""
_POINT, _TAPER = 0.08, 0.35
"""Whose lowest part is narrower than the one, and who is broader than the other a quarter up, tapers to a point."""
_CHEST = (0.38, 0.85, 0.47)
"""Heights: up to the first the breath grows, from the second up there is none, over the third it fades."""


class Bearing(StrEnum):
    """How a subject is held up."""

    STANDS = "stands"
    RESTS = "rests"
    HANGS = "hangs"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stance:
    """What a pose's shape says.

    Attributes:
        bearing: How it is held up.
        chest: 0..1 by height: where it breathes.
    """

    bearing: Bearing
    chest: Profile


def judge_stance(figure: Figure, chin: float | None = None) -> Stance:
    """Return what the shape of a pose says.

    Args:
        figure: The pose.
        chin: The height (0 feet, 1 top) above which a face is that must not be stretched, where it is known.
    """
    return Stance(bearing=_judge_bearing(figure), chest=_shape_chest(chin))


def _judge_bearing(figure: Figure) -> Bearing:
    outline = figure.outline
    heights = (figure.feet - outline.rows - 0.5) / figure.height_px
    widths = outline.rights - outline.lefts
    whole = float(outline.rights.max() - outline.lefts.min())

    def measure(low: float, high: float) -> float:
        """Return the width of what lies between two heights, as a share of the whole."""
        part = (heights >= low) & (heights <= high)
        return float(widths[part].max(initial=0)) / whole

    steps = [measure(low, low + 0.05) for low in (0.0, 0.05, 0.10, 0.15, 0.20)]
    tapers = all(lower < upper for lower, upper in pairwise(steps))
    if tapers and measure(0, 0.03) < _POINT and steps[-1] > _TAPER:
        return Bearing.HANGS
    left, right = outline.find_stand()
    if whole > _LOW_RATIO * figure.height_px or right - left > _BROAD_BASE * whole:
        return Bearing.RESTS
    return Bearing.STANDS


def _shape_chest(chin: float | None) -> Profile:
    """Return 0..1 by height: all in the trunk, nothing at the feet nor in the face."""
    grown, end, fading = _CHEST
    if chin is not None:
        end = min(end, max(chin, 0.3))
        grown, fading = min(grown, 0.6 * end), min(fading, 0.5 * end)
    nearer = np.minimum(np.clip(HEIGHTS / grown, 0, 1), np.clip((end - HEIGHTS) / fading, 0, 1))
    return np.asarray(nearer * nearer * (3 - 2 * nearer), np.float64)
