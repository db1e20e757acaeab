"""Prices: `(loops + forwards) × rate × duration_seconds`, exact (spec/plan.md)."""

from fractions import Fraction

CREDITS_PER_SECOND = Fraction(5)
"""Credits for a second of video; a generator may have another rate."""


def price_clip(duration_seconds: Fraction, rate: Fraction = CREDITS_PER_SECOND) -> Fraction:
    """Return the credits for one paid clip."""
    return rate * duration_seconds


def price_canvas(
    loops: int, forwards: int, duration_seconds: Fraction, rate: Fraction = CREDITS_PER_SECOND
) -> Fraction:
    """Return the credits for a canvas whose clips all have one length."""
    return (loops + forwards) * price_clip(duration_seconds, rate)
