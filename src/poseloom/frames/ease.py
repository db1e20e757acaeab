"""Easing: how time becomes progress. Every curve maps 0..1 to 0..1 with both ends pinned."""

import math
from collections.abc import Callable
from typing import TypeAlias

Curve: TypeAlias = Callable[[float], float]
"""Progress by time. Time outside 0..1 counts as the nearer end."""


def ease_linear(t: float) -> float:
    """Return `t` itself, kept within 0..1."""
    return min(1.0, max(0.0, t))


def ease_smooth(t: float) -> float:
    """Return 3t² - 2t³: at rest at both ends (the cubic of Hermite)."""
    t = ease_linear(t)
    return t * t * (3 - 2 * t)


def ease_smoother(t: float) -> float:
    """Return 6t⁵ - 15t⁴ + 10t³: at rest and unaccelerated at both ends (Perlin, SIGGRAPH 2002)."""
    t = ease_linear(t)
    # Beyond a half the mirror is the better conditioned of two equal forms.
    return 1 - ease_smoother(1 - t) if t > 0.5 else t * t * t * (t * (t * 6 - 15) + 10)


def ease_sine(t: float) -> float:
    """Return (1 - cos πt) / 2: at rest at both ends."""
    return 0.5 - 0.5 * math.cos(math.pi * ease_linear(t))


def reverse(curve: Curve) -> Curve:
    """Return `curve` played backwards and upside down: what it did at its end it does at its start."""
    return lambda t: 1 - curve(1 - ease_linear(t))


def chain(first: Curve, second: Curve, *, at: float = 0.5) -> Curve:
    """Return `first` in the time before `at` and `second` after it, each over its share of the way.

    Raises:
        ValueError: `at` is not between 0 and 1.
    """
    if not 0 < at < 1:
        message = f"at must lie between 0 and 1, not {at}"
        raise ValueError(message)

    def follow(t: float) -> float:
        t = ease_linear(t)
        return at * first(t / at) if t < at else at + (1 - at) * second((t - at) / (1 - at))

    return follow


def mix(first: Curve, second: Curve, *, share: float) -> Curve:
    """Return the average of two curves, `share` of it from `second`."""
    return lambda t: (1 - share) * first(t) + share * second(t)


def swell(t: float) -> float:
    """Return sin² πt: nothing at both ends, at rest there, and 1 in the middle. A bump, not a curve."""
    return math.sin(math.pi * ease_linear(t)) ** 2


CURVES: dict[str, Curve] = {
    "linear": ease_linear,
    "smooth": ease_smooth,
    "smoother": ease_smoother,
    "sine": ease_sine,
}
"""The curves by the names that files use."""
