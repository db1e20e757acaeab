from datetime import UTC, datetime, timedelta

import pytest

from poseloom.core.patience import (
    OUTAGE_MAX_SECONDS,
    OUTAGE_MIN_SECONDS,
    POLL_MAX_SECONDS,
    POLL_MIN_SECONDS,
    choose_outage_pause,
    choose_poll_pause,
    is_overdue,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hint", "waited", "pause"),
    [(0, 0, POLL_MIN_SECONDS), (1.5, 0, 1.5), (1.5, 60, 3.0), (60, 0, POLL_MAX_SECONDS), (0, 3600, POLL_MAX_SECONDS)],
)
def test_an_order_is_asked_after_as_the_service_likes_and_less_often_the_longer_it_takes(
    hint: float, waited: float, pause: float
) -> None:
    assert choose_poll_pause(hint, waited) == pause


@pytest.mark.parametrize(("silent", "longest"), [(0, OUTAGE_MIN_SECONDS), (30, 30), (9999, OUTAGE_MAX_SECONDS)])
def test_pauses_of_an_outage_grow_with_it_and_are_spread(silent: float, longest: float) -> None:
    assert choose_outage_pause(silent, 0) == longest / 2
    assert choose_outage_pause(silent, 0.5) == longest * 0.75


def test_a_job_is_overdue_after_a_day() -> None:
    assert not is_overdue(None, NOON)
    assert not is_overdue(NOON - timedelta(hours=23), NOON)
    assert is_overdue(NOON - timedelta(hours=24), NOON)
