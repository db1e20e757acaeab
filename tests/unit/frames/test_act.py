import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poseloom.core.vocabulary import Motion
from poseloom.frames.act import ACTS, Scene
from poseloom.frames.posture import HEIGHTS, Posture

KINDS = sorted(ACTS)
STANDING = [Motion.BREATHE, Motion.SWAY, Motion.SHAKE, Motion.WAVE, Motion.NOD, Motion.PULSE]
seconds_long = st.floats(0.5, 10)
rates = st.sampled_from([8.0, 12.0, 24.0, 30.0, 60.0])


def set_scene(seconds: float = 4.0, fps: float = 24.0, *, tempo: float = 1.0, size: float = 1.0) -> Scene:
    return Scene(seconds=seconds, fps=fps, tempo=tempo, size=size, chest=4 * HEIGHTS * (1 - HEIGHTS), room=0.1)


def measure_bend(posture: Posture) -> float:
    """Return how far a posture is from upright, in heights of the subject."""
    bends = np.abs([posture.stretch - 1, posture.girth - 1, posture.slide]).max()
    return max(float(bends), abs(posture.lift), abs(1 - posture.facing))


def measure_gap(one: Posture, other: Posture) -> float:
    pairs = ((one.stretch, other.stretch), (one.girth, other.girth), (one.slide, other.slide))
    gaps = [float(np.abs(first - second).max()) for first, second in pairs]
    return max(*gaps, abs(one.lift - other.lift), abs(one.facing - other.facing))


@settings(deadline=None)
@given(st.sampled_from(KINDS), seconds_long, rates, st.sampled_from([2 / 3, 1.0, 1.5]), st.sampled_from([0.5, 1, 1.5]))
def test_every_act_begins_and_ends_upright_and_at_rest(
    kind: Motion, seconds: float, fps: float, tempo: float, size: float
) -> None:
    act = ACTS[kind](set_scene(seconds, fps, tempo=tempo, size=size))
    moment = 1e-4
    assert measure_bend(act(0)) < 1e-9
    assert measure_bend(act(seconds)) < 1e-9
    assert measure_bend(act(moment)) / moment < 0.03
    assert measure_bend(act(seconds - moment)) / moment < 0.03


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(KINDS), seconds_long)
def test_no_act_jumps_from_place_to_place(kind: Motion, seconds: float) -> None:
    act = ACTS[kind](set_scene(seconds))
    moments = [seconds * index / 4000 for index in range(4001)]
    steps = [measure_gap(act(before), act(after)) for before, after in itertools.pairwise(moments)]
    assert max(steps) < 0.04


@pytest.mark.parametrize("kind", KINDS)
def test_every_act_is_seen(kind: Motion) -> None:
    act = ACTS[kind](set_scene())
    assert max(measure_bend(act(4.0 * index / 96)) for index in range(97)) > 0.01


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fps", [8.0, 12.0, 24.0])
def test_every_act_is_seen_however_few_frames_there_are(kind: Motion, fps: float) -> None:
    act = ACTS[kind](set_scene(4.0, fps))
    frames = [act(index / fps) for index in range(int(4 * fps))]
    assert max(measure_gap(one, other) for one, other in itertools.pairwise(frames)) > 0.001


@pytest.mark.parametrize("kind", STANDING)
def test_the_feet_of_whoever_stands_stay(kind: Motion) -> None:
    act = ACTS[kind](set_scene())
    for index in range(97):
        posture = act(4.0 * index / 96)
        assert posture.lift == 0
        assert posture.slide[0] == 0


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {Motion.PULSE, Motion.SPIN}))
def test_no_act_that_is_not_meant_to_makes_area(kind: Motion) -> None:
    act = ACTS[kind](set_scene())
    for index in range(97):
        posture = act(4.0 * index / 96)
        assert np.allclose(posture.stretch * posture.girth, 1)


@pytest.mark.parametrize(
    ("kind", "count"), [(Motion.BOUNCE, 6), (Motion.JUMP, 2), (Motion.SPIN, 2), (Motion.BREATHE, 1)]
)
def test_what_comes_again_comes_at_its_own_pace(kind: Motion, count: int) -> None:
    act = ACTS[kind](set_scene(4.0))
    bends = [measure_bend(act(4.0 * index / 960)) for index in range(961)]
    facings = [act(4.0 * index / 960).facing for index in range(961)]
    lifts = [act(4.0 * index / 960).lift for index in range(961)]
    series = {Motion.SPIN: [1 - facing for facing in facings], Motion.BREATHE: bends}.get(kind, lifts)
    middle = max(series) / 2
    assert sum(before < middle <= after for before, after in itertools.pairwise(series)) == count


def test_slow_takes_fewer_and_quick_more_in_the_same_time() -> None:
    def count(tempo: float) -> int:
        return set_scene(9.0, tempo=tempo).count(3.0)

    assert (count(1.5), count(1.0), count(2 / 3)) == (2, 3, 4)


def test_a_breath_that_must_be_short_is_shallow() -> None:
    def measure_depth(seconds: float) -> float:
        act = ACTS[Motion.BREATHE](set_scene(seconds))
        return max(measure_bend(act(seconds * index / 50)) for index in range(51))

    assert measure_depth(0.5) < 0.5 * measure_depth(3.4)


def test_a_jump_goes_no_higher_than_there_is_room() -> None:
    act = ACTS[Motion.JUMP](set_scene(4.0, size=1.5))
    assert max(act(4.0 * index / 200).lift for index in range(201)) <= 0.1


def test_the_head_comes_later_than_the_hips() -> None:
    act = ACTS[Motion.SWAY](set_scene(4.0))
    slides = np.array([act(4.0 * index / 400).slide / (HEIGHTS + 1e-9) for index in range(200)])
    assert slides[:, 256].argmax() > slides[:, 60].argmax()
