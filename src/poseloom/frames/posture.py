"""How a subject is bent at a moment: by height, row by row.

Everything that a loop does to a pose is of this one form. A row is raised, made wider or narrower, and slid
sideways; so feet can stay while a head moves, and no area appears or vanishes unless it is meant to.
"""

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Profile: TypeAlias = NDArray[np.float64]
"""(`STEPS`,) float64, a quantity by height: the first is at the feet, the last at the top."""

STEPS = 257
HEIGHTS: Profile = np.linspace(0, 1, STEPS)
"""The heights of a profile's values: 0 feet, 1 top. Shared: do not write to it."""
HEIGHTS.flags.writeable = False
_ONES: Profile = np.ones(STEPS)
_ONES.flags.writeable = False
_ZEROS: Profile = np.zeros(STEPS)
_ZEROS.flags.writeable = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Posture:
    """How a subject is bent. Lengths are in heights of the subject.

    Attributes:
        stretch: Factor of heights, by height.
        girth: Factor of widths, by height, about the middle of its stand.
        slide: How far each height is moved to the right.
        lift: How far all of it is off the ground.
        facing: Cosine of its turn: 1 towards us, -1 away, which shows its mirror image.
    """

    stretch: Profile = field(default_factory=lambda: _ONES)
    girth: Profile = field(default_factory=lambda: _ONES)
    slide: Profile = field(default_factory=lambda: _ZEROS)
    lift: float = 0.0
    facing: float = 1.0

    @property
    def height(self) -> float:
        """How high it has become, in heights of the subject."""
        return float(self.stretch.sum() - (self.stretch[0] + self.stretch[-1]) / 2) / (STEPS - 1)

    @property
    def raised(self) -> Profile:
        """Where each height has come to, above the feet and without the lift."""
        steps = (self.stretch[1:] + self.stretch[:-1]) / (2 * (STEPS - 1))
        return np.concatenate([[0.0], np.cumsum(steps)])


UPRIGHT = Posture()
"""The pose as it was drawn."""


def squash(stretch: Profile | float) -> Posture:
    """Return the posture that is `stretch` times as high, and as much narrower: the area stays."""
    profile = _ONES * stretch
    return Posture(stretch=profile, girth=1 / profile)


def combine(*postures: Posture) -> Posture:
    """Return all of them at once, in any order."""
    if len(postures) == 1:
        return postures[0]
    whole = UPRIGHT
    for posture in postures:
        whole = Posture(
            stretch=whole.stretch * posture.stretch,
            girth=whole.girth * posture.girth,
            slide=whole.slide + posture.slide,
            lift=whole.lift + posture.lift,
            facing=whole.facing * posture.facing,
        )
    return whole
