import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poseloom.frames.hop import HopTiming, plan_hops

TIMING = HopTiming()


def test_hops_begin_and_end_on_the_ground_unsquashed_and_at_rest() -> None:
    hops = plan_hops((1.0, 0.4), squash=0.1, start_seconds=1.0, timing=TIMING)
    end = 1.0 + TIMING.measure((1.0, 0.4))
    for seconds in (0.0, 1.0, end, end + 1):
        assert (hops.stretch.read(seconds), hops.find_lift(seconds)) == (1.0, 0.0)
    for seconds in (1.0, end):
        for near in (seconds - 1e-4, seconds + 1e-4):
            assert hops.stretch.read(near) == pytest.approx(1, abs=1e-6)


def test_it_is_highest_half_way_through_its_flight() -> None:
    hops = plan_hops((3.0,), squash=0.1, start_seconds=0.0, timing=TIMING)
    (flight,) = hops.flights
    middle = (flight.takeoff_seconds + flight.landing_seconds) / 2
    assert hops.find_lift(middle) == pytest.approx(3)
    assert hops.stretch.read(middle) == pytest.approx(1)


def test_it_is_pressed_down_on_the_ground_and_stretched_as_it_leaves_and_lands() -> None:
    hops = plan_hops((1.0, 1.0), squash=0.1, start_seconds=0.0, timing=TIMING)
    first, second = hops.flights
    assert hops.stretch.read((first.landing_seconds + second.takeoff_seconds) / 2) == pytest.approx(0.9)
    assert all(hops.stretch.read(flight.takeoff_seconds) > 1.05 for flight in hops.flights)
    assert all(hops.stretch.read(flight.landing_seconds) > 1.05 for flight in hops.flights)


def test_a_lower_hop_is_shorter_and_softer() -> None:
    first, second = plan_hops((1.0, 0.25), squash=0.1, start_seconds=0.0, timing=TIMING).flights
    assert second.landing_seconds - second.takeoff_seconds == pytest.approx(TIMING.air / 2)
    assert (first.height, second.height) == (1.0, 0.25)


@given(st.floats(0.5, 10), st.floats(0.5, 2))
def test_as_many_hops_as_fit_fill_about_the_time(seconds: float, factor: float) -> None:
    timing = TIMING.scale(factor)
    count = timing.count(seconds)
    assert count >= 1
    if count > 1:
        assert timing.measure((1.0,) * count) == pytest.approx(seconds, abs=(timing.air + timing.contact) / 2 + 1e-9)


@given(st.lists(st.floats(0.1, 1), min_size=1, max_size=4).map(lambda hops: sorted(hops, reverse=True)))
def test_hops_never_jump_from_place_to_place(heights: list[float]) -> None:
    hops = plan_hops(heights, squash=0.2, start_seconds=0.0, timing=TIMING)
    end = TIMING.measure(heights)
    moments = [end * index / 2000 for index in range(2001)]
    for before, after in itertools.pairwise(moments):
        assert abs(hops.stretch.read(after) - hops.stretch.read(before)) < 0.02
        assert abs(hops.find_lift(after) - hops.find_lift(before)) < 0.05
