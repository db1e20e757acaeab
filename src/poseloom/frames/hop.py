"""Leaving the ground and coming back: crouch, air, landing. Squash and stretch show the weight."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from poseloom.frames.track import Key, Track

_RELEASE_SHARE = 0.32
"""The part of a crouch in which the legs are stretched again."""
_STRETCH_SHARE = 0.55
"""How far it is stretched at take-off, as a share of how far it was pressed down."""
_SETTLING = ((0.25, -0.85), (0.55, 0.30), (0.78, -0.10), (1.0, 0.0))
"""After the last landing: when, as a share of the settling, and how far of the squash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HopTiming:
    """How long the parts of hops take, in seconds.

    Attributes:
        crouch: Down and up again, before the first.
        air: In the air, in the highest.
        contact: On the ground between two.
        settle: After the last.
    """

    crouch: float = 0.26
    air: float = 0.40
    contact: float = 0.22
    settle: float = 0.44

    def measure(self, heights: Sequence[float]) -> float:
        """Return how long hops of such heights take, from rest to rest."""
        contacts = self.contact * (len(heights) - 1)
        return self.crouch + sum(self.fly(height, heights) for height in heights) + contacts + self.settle

    def fly(self, height: float, heights: Sequence[float]) -> float:
        """Return how long one of them is in the air: a lower one falls sooner, as its root."""
        return self.air * math.sqrt(height / max(heights))

    def scale(self, factor: float) -> "HopTiming":
        """Return all of it `factor` times as long."""
        return HopTiming(
            crouch=self.crouch * factor,
            air=self.air * factor,
            contact=self.contact * factor,
            settle=self.settle * factor,
        )

    def count(self, seconds: float) -> int:
        """Return how many equal hops fill about `seconds`, at least one."""
        return max(1, round((seconds - self.crouch - self.settle + self.contact) / (self.air + self.contact)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Flight:
    """One hop's time off the ground."""

    takeoff_seconds: float
    landing_seconds: float
    height: float

    def find_lift(self, seconds: float) -> float:
        """Return how far it is off the ground: a parabola, as weight flies."""
        share = (seconds - self.takeoff_seconds) / (self.landing_seconds - self.takeoff_seconds)
        return self.height * 4 * share * (1 - share) if 0 < share < 1 else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hops:
    """Hops without a rest between them, from rest to rest; made by `plan_hops`.

    Attributes:
        stretch: Factor of the subject's height by time.
        flights: Each hop's time in the air, in heights of the subject.
    """

    stretch: Track
    flights: tuple[Flight, ...]

    def find_lift(self, seconds: float) -> float:
        """Return how far the subject is off the ground at a time."""
        return max(flight.find_lift(seconds) for flight in self.flights)


def plan_hops(heights: Sequence[float], *, squash: float, start_seconds: float, timing: HopTiming) -> Hops:
    """Return hops of `heights` (above 0, the first the highest) that begin at `start_seconds`.

    Args:
        heights: In any unit.
        squash: How far the subject is pressed down by the highest, as a share of its height.
        start_seconds: When it begins to crouch.
        timing: How long the parts take.
    """
    release = start_seconds + (1 - _RELEASE_SHARE) * timing.crouch
    keys: list[Key] = [(start_seconds, 1.0), (release, 1 - squash)]
    flights = []
    takeoff = start_seconds + timing.crouch
    for index, height in enumerate(heights):
        depth = squash * math.sqrt(height / max(heights))
        high = 1 + _STRETCH_SHARE * depth
        landing = takeoff + timing.fly(height, heights)
        if index > 0:
            keys.append((takeoff - timing.contact / 2, 1 - depth))
        keys += [(takeoff, high), ((takeoff + landing) / 2, 1.0), (landing, high)]
        flights.append(Flight(takeoff_seconds=takeoff, landing_seconds=landing, height=height))
        takeoff = landing + timing.contact
    rest = flights[-1].landing_seconds
    keys += [(rest + share * timing.settle, 1 + part * depth) for share, part in _SETTLING]
    return Hops(stretch=Track(tuple(keys)), flights=tuple(flights))
