"""How often a key may call: so many times in each minute and each hour (spec/service.md)."""

from dataclasses import dataclass
from math import ceil

from poseloom.core.error import RateLimited

MINUTE_SECONDS = 60
HOUR_SECONDS = 60 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimits:
    """Calls that are allowed; the hosted service's numbers."""

    per_minute: int = 60
    per_hour: int = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The calls of one key in the minute and the hour that its last call fell into.

    Attributes:
        minute: Minutes since 1970.
        hour: Hours since 1970.
    """

    minute: int = 0
    minute_count: int = 0
    hour: int = 0
    hour_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What is left.

    Attributes:
        remaining: Calls that are still allowed before `reset_at`.
        reset_at: When there are more again, in whole seconds since 1970.
    """

    remaining: int
    reset_at: int


def measure_allowance(tally: Tally, limits: RateLimits, now_seconds: float) -> Allowance:
    """Return what is left now: of the window that has the least left, and of two equals the one that ends later.

    Args:
        tally: The calls before.
        limits: What is allowed.
        now_seconds: Seconds since 1970.
    """
    tally = _open_windows(tally, now_seconds)
    by_minute = (limits.per_minute - tally.minute_count, -(tally.minute + 1) * MINUTE_SECONDS)
    by_hour = (limits.per_hour - tally.hour_count, -(tally.hour + 1) * HOUR_SECONDS)
    remaining, reset = min(by_minute, by_hour)
    return Allowance(remaining=max(0, remaining), reset_at=-reset)


def count_call(tally: Tally, limits: RateLimits, now_seconds: float) -> Tally:
    """Return the tally with one call more. A call that is refused does not count.

    Args:
        tally: The calls before.
        limits: What is allowed.
        now_seconds: Seconds since 1970.

    Raises:
        RateLimited: There are as many as are allowed; `retry_after_seconds` says when the next one is.
    """
    allowance = measure_allowance(tally, limits, now_seconds)
    if allowance.remaining == 0:
        wait_seconds = max(1, ceil(allowance.reset_at - now_seconds))
        raise RateLimited(
            f"{limits.per_minute} calls a minute and {limits.per_hour} an hour are allowed; call again in "
            f"{wait_seconds} s",
            retry_after_seconds=wait_seconds,
        )
    tally = _open_windows(tally, now_seconds)
    return Tally(
        minute=tally.minute,
        minute_count=tally.minute_count + 1,
        hour=tally.hour,
        hour_count=tally.hour_count + 1,
    )


def _open_windows(tally: Tally, now_seconds: float) -> Tally:
    """Return the tally in the windows of now; a new window begins with no calls."""
    minute, hour = int(now_seconds // MINUTE_SECONDS), int(now_seconds // HOUR_SECONDS)
    return Tally(
        minute=minute,
        minute_count=tally.minute_count if tally.minute == minute else 0,
        hour=hour,
        hour_count=tally.hour_count if tally.hour == hour else 0,
    )
