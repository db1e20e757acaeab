"""Durations: seconds at the doors, whole frames inside (spec/clip.md)."""

from fractions import Fraction

from poseloom.core.canvas import DEFAULT_DURATION_SECONDS, Edge
from poseloom.core.error import InvalidOrder
from poseloom.core.field import describe, is_number

DURATION_MIN_SECONDS = Fraction(1)
DURATION_MAX_SECONDS = Fraction(10)
DURATION_STEP_SECONDS = Fraction(1, 2)


def explain_duration(value: object) -> str | None:
    """Say what is wrong with a duration in seconds, or None when it is 1 to 10 in steps of 0.5."""
    rule = "a number of seconds from 1 to 10 in steps of 0.5"
    if isinstance(value, Fraction):
        value = float(value)
    if not is_number(value):
        return f"must be {rule}, not {describe(value)}"
    seconds = Fraction(value)
    if not DURATION_MIN_SECONDS <= seconds <= DURATION_MAX_SECONDS or seconds % DURATION_STEP_SECONDS:
        return f"must be {rule}, not {value}"
    return None


def read_duration(value: object, field: str = "duration") -> Fraction:
    """Read the duration of an order.

    Raises:
        InvalidOrder: It is not a number from 1 to 10 in steps of 0.5.
    """
    if (problem := explain_duration(value)) is not None:
        raise InvalidOrder(f"{field}: {problem}", field=field)
    assert isinstance(value, int | float | Fraction)
    return Fraction(value)


def choose_duration(edge: Edge, override: Fraction | None) -> Fraction:
    """Return an edge's length in seconds: the order's, else its own, else the default."""
    return override or edge.duration_seconds or DEFAULT_DURATION_SECONDS


def count_frames(duration_seconds: Fraction, fps: Fraction) -> int:
    """Return the number of frames of a clip, at least two: its first and its last pose."""
    return max(2, round(duration_seconds * fps))
