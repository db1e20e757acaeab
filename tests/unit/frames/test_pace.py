import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poseloom.core.confidence import measure_trust
from poseloom.core.manner import NEUTRAL, Manner, read_manner
from poseloom.core.vocabulary import Motion
from poseloom.frames.pace import (
    QUICKEST_MOVE_SECONDS,
    SLOWEST_MOVE_SECONDS,
    Beat,
    Pace,
    choose_move_seconds,
    plan_pace,
)
from tests.unit.frames.manners import EVERY, manners

shares = st.floats(0, 1)
durations = st.floats(0.5, 10)
rates = st.sampled_from([12.0, 24.0, 60.0])


def plan(confidence: float, seconds: float, change: float = 0.5, fps: float = 24.0, manner: Manner = NEUTRAL) -> Pace:
    return plan_pace(confidence=confidence, duration_seconds=seconds, fps=fps, change=change, manner=manner)


def list_beats(pace: Pace, steps: int) -> list[Beat]:
    return [pace.find_beat(pace.duration_seconds * index / steps) for index in range(steps + 1)]


def measure_gap(one: Beat, other: Beat) -> float:
    return max(
        abs(one.t - other.t),
        abs(one.stretch - other.stretch),
        abs(one.lift - other.lift),
        abs(one.facing - other.facing),
    )


@settings(deadline=None)
@given(shares, durations, shares, rates, manners)
def test_whatever_is_asked_it_begins_and_ends_at_rest_with_its_poses(
    confidence: float, seconds: float, change: float, fps: float, manner: Manner
) -> None:
    pace = plan(confidence, seconds, change, fps, manner)
    assert measure_gap(pace.find_beat(0), Beat(t=0.0)) == 0
    assert measure_gap(pace.find_beat(seconds), Beat(t=1.0)) == 0
    moment = seconds / 2000
    assert measure_gap(pace.find_beat(moment), Beat(t=0.0)) < 1e-3
    assert measure_gap(pace.find_beat(seconds - moment), Beat(t=1.0)) == 0
    assert 0 <= pace.start_seconds < pace.move_seconds[0] < pace.move_seconds[1] < pace.end_seconds < seconds


@settings(deadline=None, max_examples=40)
@given(shares, durations, manners)
def test_whatever_is_asked_nothing_jumps_and_nothing_bends_too_far(
    confidence: float, seconds: float, manner: Manner
) -> None:
    pace = plan(confidence, seconds, manner=manner)
    beats = list_beats(pace, 1000)
    begin, end = pace.move_seconds
    turned = {beat.t for beat in beats} == {0.0, 1.0}
    quickest = 4 / (end - begin) * seconds / 1000
    for before, after in itertools.pairwise(beats):
        # What turns around is exchanged while it is edge-on.
        assert abs(after.t - before.t) < quickest or (turned and abs(after.facing) < 8 * quickest)
        assert abs(after.facing - before.facing) < 8 * quickest
        assert abs(after.lift - before.lift) < 4 * quickest
        assert abs(after.stretch - before.stretch) < 4 * quickest
    for beat in beats:
        assert -0.06 <= beat.t <= 1.06
        assert 0.7 < beat.stretch < 1.3
        assert beat.lift >= 0


@given(shares, durations, shares)
def test_a_move_takes_between_three_tenths_of_a_second_and_one(
    confidence: float, seconds: float, change: float
) -> None:
    begin, end = plan(confidence, seconds, change).move_seconds
    assert end - begin <= SLOWEST_MOVE_SECONDS + 1e-9
    assert end - begin >= QUICKEST_MOVE_SECONDS - 1e-9 or pace_is_hurried(seconds)


def pace_is_hurried(seconds: float) -> bool:
    return seconds < 2.0


@given(shares, durations, manners)
def test_however_slow_a_move_is_never_smeared(confidence: float, seconds: float, manner: Manner) -> None:
    begin, end = plan(confidence, seconds, 1.0, 24.0, manner).move_seconds
    assert end - begin <= 2.0
    assert end - begin >= min(2 / 24, 0.12 * seconds)


def test_a_trusted_far_move_takes_longer_than_a_near_one_and_a_doubtful_one_is_quick() -> None:
    assert choose_move_seconds(1, 1) == SLOWEST_MOVE_SECONDS
    assert QUICKEST_MOVE_SECONDS < choose_move_seconds(1, 0) < 0.7
    assert choose_move_seconds(0, 1) == QUICKEST_MOVE_SECONDS
    assert (measure_trust(0.1), measure_trust(0.5), measure_trust(0.9)) == (0, 0.5, 1)


def test_a_doubtful_change_is_staged() -> None:
    doubtful, trusted = (list_beats(plan(confidence, 4.0), 400) for confidence in (0.0, 1.0))
    assert min(beat.stretch for beat in doubtful) < 0.85
    assert max(beat.stretch for beat in doubtful) > 1.08
    assert min(beat.stretch for beat in trusted) > 0.95
    assert not any(0.02 < beat.t < 0.98 for beat in doubtful if beat.stretch < 0.93)
    assert sum(0.05 < beat.t < 0.95 for beat in doubtful) <= 12 < sum(0.05 < beat.t < 0.95 for beat in trusted)


def test_a_trusted_move_draws_back_and_swings_past() -> None:
    moments = [beat.t for beat in list_beats(plan(1.0, 4.0), 400)]
    assert min(moments) == pytest.approx(-0.04, abs=0.002)
    assert max(moments) == pytest.approx(1.05, abs=0.002)
    swung = moments[moments.index(max(moments)) :]
    assert min(swung) == pytest.approx(0.985, abs=0.002)
    assert swung[-1] == 1


def test_it_waits_little_before_and_rests_long_after() -> None:
    pace = plan(1.0, 4.0)
    assert 0.1 < pace.start_seconds < 0.4
    assert 4.0 - pace.end_seconds > 1.0


@pytest.mark.parametrize(
    ("said", "low", "high"), [("jumps", 0.25, 0.31), ("bounces", 0.1, 0.13), ("floats", 0.05, 0.07)]
)
def test_what_leaves_the_ground_is_up_while_it_changes(said: str, low: float, high: float) -> None:
    beats = list_beats(plan(1.0, 4.0, manner=read_manner(said)), 400)
    assert low < max(beat.lift for beat in beats) < high
    half = next(beat for beat in beats if beat.t > 0.5)
    assert half.lift > 0.5 * max(beat.lift for beat in beats)


def test_a_bounce_goes_on_lower_and_lower() -> None:
    lifts = [beat.lift for beat in list_beats(plan(1.0, 4.0, manner=read_manner("bounces")), 2000)]
    peaks = [here for before, here, after in zip(lifts, lifts[1:], lifts[2:], strict=False) if before < here >= after]
    assert len(peaks) == 3
    assert peaks == sorted(peaks, reverse=True)


def test_a_turn_goes_around_once_and_changes_the_pose_edge_on() -> None:
    beats = list_beats(plan(1.0, 4.0, manner=read_manner("spins")), 4000)
    assert min(beat.facing for beat in beats) == pytest.approx(-1, abs=1e-3)
    changed = next(beat for beat in beats if beat.t == 1)
    assert abs(changed.facing) < 0.02
    assert {beat.t for beat in beats} == {0.0, 1.0}


@pytest.mark.parametrize("fps", [12.0, 24.0, 60.0])
def test_a_snap_changes_within_two_or_three_frames(fps: float) -> None:
    pace = plan(1.0, 4.0, fps=fps, manner=read_manner("snaps"))
    begin, end = pace.move_seconds
    assert 2 <= round((end - begin) * fps) <= 4
    assert end - begin < 0.25


def test_stillness_leaves_nothing_but_the_change() -> None:
    for beat in list_beats(plan(0.0, 4.0, manner=read_manner("motionless")), 400):
        assert (beat.stretch, beat.lift, beat.facing) == (1.0, 0.0, 1.0)
        assert 0 <= beat.t <= 1


def test_slow_takes_longer_and_quick_is_over_sooner() -> None:
    lasting = [
        pace.end_seconds - pace.start_seconds
        for pace in (plan(1.0, 6.0, manner=read_manner(said)) for said in ("quickly", None, "slowly"))
    ]
    assert lasting[0] == pytest.approx(lasting[1] * 2 / 3)
    assert lasting[2] == pytest.approx(lasting[1] * 1.5)


def test_big_and_small_are_how_far_it_goes() -> None:
    def measure(said: str) -> float:
        return max(beat.lift for beat in list_beats(plan(1.0, 4.0, manner=read_manner(said)), 400))

    assert measure("a small jump") < measure("jumps") < measure("a big jump")


@pytest.mark.parametrize(
    "manner", [manner for manner in EVERY if set(manner.motions) & {Motion.WAVE, Motion.NOD}], ids=str
)
def test_what_is_done_at_the_target_has_time_left(manner: Manner) -> None:
    assert 2.0 - plan(1.0, 2.0, manner=manner).end_seconds > 0.6
