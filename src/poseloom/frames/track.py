"""A quantity by time, given by its keys, as an animator sets them."""

from bisect import bisect_right
from dataclasses import dataclass

from poseloom.frames.ease import Curve, ease_sine

Key = tuple[float, float]
"""Seconds, and the value then."""


@dataclass(frozen=True, slots=True)
class Track:
    """Keys at growing times; between two of them it eases, and at each it is at rest.

    Attributes:
        keys: At least one; before the first and after the last their values hold.
        curve: How it goes from one key to the next.
    """

    keys: tuple[Key, ...]
    curve: Curve = ease_sine

    def read(self, seconds: float) -> float:
        """Return the value at a time."""
        after = bisect_right(self.keys, seconds, key=_tell_time)
        if after == 0:
            return self.keys[0][1]
        if after == len(self.keys):
            return self.keys[-1][1]
        (start, old), (end, new) = self.keys[after - 1 : after + 1]
        return old + (new - old) * self.curve((seconds - start) / (end - start))


def _tell_time(key: Key) -> float:
    return key[0]
