import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poseloom.frames.ease import ease_linear
from poseloom.frames.track import Track

TRACK = Track(((0.0, 1.0), (0.5, 3.0), (2.0, -1.0)))


def test_a_track_holds_its_keys_exactly_and_its_ends_beyond() -> None:
    assert [TRACK.read(seconds) for seconds in (-1, 0, 0.5, 2, 9)] == [1, 1, 3, -1, -1]


@given(st.floats(0, 2))
def test_a_track_stays_between_its_keys(seconds: float) -> None:
    assert -1 <= TRACK.read(seconds) <= 3


def test_a_track_is_at_rest_at_its_keys() -> None:
    for before, after in itertools.pairwise([0.5 - 1e-4, 0.5, 0.5 + 1e-4]):
        assert abs(TRACK.read(after) - TRACK.read(before)) < 1e-6


def test_another_curve_may_lead_from_key_to_key() -> None:
    assert Track(((0.0, 0.0), (2.0, 4.0)), ease_linear).read(0.5) == pytest.approx(1)


def test_a_single_key_is_always_true() -> None:
    assert {Track(((1.0, 7.0),)).read(seconds) for seconds in (0, 1, 2)} == {7}


def test_two_keys_at_one_time_are_a_step() -> None:
    track = Track(((0.0, 0.0), (1.0, 1.0), (1.0, 5.0), (2.0, 5.0)))
    assert [track.read(seconds) for seconds in (1.0, 1.5)] == [5, 5]
