"""How a service elsewhere is asked how an order stands: how often, and for how long (spec/generator.md)."""

from datetime import datetime, timedelta

POLL_MIN_SECONDS = 0.2
POLL_MAX_SECONDS = 5.0
OUTAGE_MIN_SECONDS = 2.0
OUTAGE_MAX_SECONDS = 120.0
PATIENCE = timedelta(days=1)
"""How long a job may take, whether its service is slow or silent: what was paid for there is worth waiting for."""

_GROWTH = 0.05
"""The part of the time that was waited already which is waited again: asking costs less than a twentieth."""


def choose_poll_pause(hint_seconds: float, waited_seconds: float) -> float:
    """Return how many seconds to wait before an order is looked after again.

    Args:
        hint_seconds: What the service asked for.
        waited_seconds: How long the order has been under way.
    """
    return min(max(POLL_MIN_SECONDS, hint_seconds, waited_seconds * _GROWTH), POLL_MAX_SECONDS)


def choose_outage_pause(silent_seconds: float, chance: float) -> float:
    """Return how many seconds to wait for a service that does not answer.

    Pauses grow with the silence; each is drawn between its half and its whole, so that jobs do not come back together.

    Args:
        silent_seconds: For how long it has not answered.
        chance: A random number in [0, 1).
    """
    longest = min(max(OUTAGE_MIN_SECONDS, silent_seconds), OUTAGE_MAX_SECONDS)
    return longest * (1 + chance) / 2


def is_overdue(started_at: datetime | None, now: datetime) -> bool:
    """Say whether a job has taken longer than anybody waits."""
    return started_at is not None and now - started_at >= PATIENCE
