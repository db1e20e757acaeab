from datetime import UTC, datetime, timedelta

import pytest

from poseloom.core.error import LinkSpent, OriginRefused, RateLimited
from poseloom.core.link import (
    LIFETIME_SECONDS,
    PAUSE_SECONDS,
    Link,
    check_link,
    check_origin,
    check_pause,
    hash_token,
    write_link,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LIFETIME = timedelta(seconds=LIFETIME_SECONDS)
INSTANT = timedelta(microseconds=1)


def test_a_fresh_link_opens() -> None:
    check_link(Link(made_at=NOON), NOON)
    check_link(Link(made_at=NOON), NOON + LIFETIME - INSTANT)


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        (None, "unknown"),
        (Link(made_at=NOON, is_used=True), "used"),
        (Link(made_at=NOON - LIFETIME), "expired"),
        (Link(made_at=NOON - LIFETIME, is_used=True), "used"),
    ],
)
def test_a_link_that_opens_nothing_says_why_and_what_to_do(link: Link | None, reason: str) -> None:
    with pytest.raises(LinkSpent, match="sign in with a key") as caught:
        check_link(link, NOON)
    assert caught.value.fields["reason"] == reason


def test_a_token_stands_where_browsers_keep_it_to_themselves() -> None:
    assert write_link("http://127.0.0.1:8000", "ab12") == "http://127.0.0.1:8000/#link=ab12"


def test_a_token_is_kept_as_its_hash_alone() -> None:
    assert hash_token("ab12") != hash_token("ab13")
    assert "ab12" not in hash_token("ab12")
    assert len(hash_token("ab12")) == 64


def test_links_are_made_with_a_pause_between_them() -> None:
    check_pause(None, NOON)
    check_pause(NOON, NOON + timedelta(seconds=PAUSE_SECONDS))
    with pytest.raises(RateLimited) as caught:
        check_pause(NOON, NOON + timedelta(seconds=PAUSE_SECONDS) - INSTANT)
    assert caught.value.fields["retry_after_seconds"] == PAUSE_SECONDS


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        (None, "127.0.0.1:8000"),
        ("null", "127.0.0.1:8000"),
        ("http://rebound.example:8000", "127.0.0.1:8000"),
        ("http://127.0.0.1:9000", "127.0.0.1:8000"),
        ("https://127.0.0.1:8000", "127.0.0.1:8000"),
        ("http://localhost:8000", "127.0.0.1:8000"),
        ("http://127.0.0.1:8000", None),
    ],
)
def test_a_page_of_another_origin_signs_nobody_in(origin: str | None, host: str | None) -> None:
    with pytest.raises(OriginRefused):
        check_origin(origin, host)


def test_the_servers_own_page_does() -> None:
    check_origin("http://127.0.0.1:8000", "127.0.0.1:8000")
    check_origin("http://localhost:8000", "LocalHost:8000")
