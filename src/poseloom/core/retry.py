"""When a job that failed is tried again (spec/service.md)."""

from typing import Protocol

ATTEMPTS_LIMIT = 5
PAUSE_MIN_SECONDS = 2.0
PAUSE_MAX_SECONDS = 120.0

_DOUBLINGS_LIMIT = 6
"""After so many the longest pause is reached."""


class Failure(Protocol):
    """An error, or what is kept of one."""

    @property
    def retryable(self) -> bool:
        """Whether the same work may succeed later, unchanged."""
        ...


def may_retry(failure: Failure, attempts: int) -> bool:
    """Say whether a job is tried again after so many attempts; a refusal never is."""
    return failure.retryable and attempts < ATTEMPTS_LIMIT


def choose_pause(attempt: int, chance: float) -> float:
    """Return how many seconds to wait after an attempt.

    Pauses double from 2 to 120 seconds; each is drawn between its half and its whole, so that jobs that failed
    together do not come back together.

    Args:
        attempt: The attempt that failed, from 1.
        chance: A random number in [0, 1).
    """
    longest = min(PAUSE_MIN_SECONDS * 2.0 ** min(attempt - 1, _DOUBLINGS_LIMIT), PAUSE_MAX_SECONDS)
    return longest * (1 + chance) / 2
