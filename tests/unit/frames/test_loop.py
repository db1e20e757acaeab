import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from poseloom.core.manner import NEUTRAL, Manner, read_manner
from poseloom.core.vocabulary import Motion, Size, Tempo
from poseloom.frames.image import Rgba, blank, measure_bounds, premultiply
from poseloom.frames.loop import iterate_loop
from poseloom.testing.subject import draw_subject
from tests.unit.frames.manners import EVERY, manners

SIZE = 128
AIRBORNE = {Motion.FLOAT, Motion.BOUNCE, Motion.JUMP}


def loop(pose: Rgba, frame_count: int = 97, fps: float | Fraction = 24, manner: Manner = NEUTRAL) -> list[Rgba]:
    return list(iterate_loop(pose, frame_count=frame_count, fps=fps, manner=manner))


def measure_steps(frames: list[Rgba]) -> list[float]:
    """Return how much changes from frame to frame."""
    seen = [premultiply(frame) for frame in frames]
    return [float(np.abs(after - before).mean()) for before, after in itertools.pairwise(seen)]


def find_bounds(frame: Rgba) -> tuple[int, int, int, int]:
    bounds = measure_bounds(frame)
    assert bounds is not None
    return bounds


@pytest.mark.parametrize("frame_count", [2, 3, 12, 24, 49, 96, 240])
@pytest.mark.parametrize("manner", EVERY, ids=str)
def test_a_loop_begins_and_ends_with_its_pose_exactly(frame_count: int, manner: Manner) -> None:
    pose = draw_subject(64, 0.3)
    frames = loop(pose, frame_count, manner=manner)
    assert len(frames) == frame_count
    assert np.array_equal(frames[0], pose)
    assert np.array_equal(frames[-1], pose)
    assert all(frame.shape == pose.shape and frame.dtype == np.uint8 for frame in frames)


@pytest.mark.parametrize(("frame_count", "fps"), [(97, 24), (49, 24), (240, 24), (121, Fraction(30000, 1001))])
@pytest.mark.parametrize("manner", EVERY[:-2], ids=str)
def test_a_loop_rests_at_its_seam_and_goes_on_as_it_came(
    manner: Manner, frame_count: int, fps: float | Fraction
) -> None:
    if Motion.BLINK in manner.motions:
        return
    steps = measure_steps(loop(draw_subject(SIZE, 0.3), frame_count, fps, manner))
    assert max(steps[0], steps[-1]) < 0.34 * max(steps)
    assert abs(steps[0] - steps[-1]) < 0.2 * max(steps)


@settings(max_examples=8, deadline=None)
@given(st.floats(0, 1))
def test_breath_makes_no_area_and_loses_none(phase: float) -> None:
    pose = draw_subject(SIZE, phase)
    for frame in loop(pose, 25, 6, read_manner("breathes")):
        assert float(frame[..., 3].sum()) == pytest.approx(float(pose[..., 3].sum()), rel=0.005)


@pytest.mark.parametrize("said", ["", "sways", "bounces", "jumps", "waves", "shakes", "nods", "floats"])
def test_nothing_but_a_pulse_and_a_turn_changes_the_area(said: str) -> None:
    pose = draw_subject(SIZE, 0.3)
    for frame in loop(pose, 49, 12, read_manner(said)):
        assert float(frame[..., 3].sum()) == pytest.approx(float(pose[..., 3].sum()), rel=0.02)


def test_taller_is_narrower() -> None:
    pose = blank(SIZE)
    pose[20:110, 40:88] = (200, 100, 50, 255)
    frames = loop(pose, manner=read_manner("breathes"))
    deepest = min(frames, key=lambda frame: find_bounds(frame)[1])
    rows = [int((deepest[row, :, 3] > 127).sum()) for row in (109, 80)]
    assert find_bounds(deepest)[1] < 20
    assert rows[0] == 48
    assert rows[1] < 48


@pytest.mark.parametrize("said", ["", "breathes", "sways", "waves", "shakes", "nods", "a big slow sway", "still"])
def test_the_feet_stay_where_they_are(said: str) -> None:
    pose = draw_subject(SIZE, 0.3)
    bottom = find_bounds(pose)[3]
    for frame in loop(pose, 49, 12, read_manner(said)):
        assert find_bounds(frame)[3] == bottom
        lowest = frame[bottom - 1].astype(int) - pose[bottom - 1]
        assert np.abs(lowest[..., 3]).max() <= 12


@pytest.mark.parametrize("said", ["floats", "bounces", "jumps"])
def test_the_feet_leave_the_ground_and_come_back(said: str) -> None:
    pose = draw_subject(SIZE, 0.3)
    bottoms = [find_bounds(frame)[3] for frame in loop(pose, manner=read_manner(said))]
    assert min(bottoms) < bottoms[0] - 2
    assert max(bottoms) <= bottoms[0] + 1


def test_what_turns_around_shows_its_mirror_image() -> None:
    pose = draw_subject(SIZE, 0.2)
    x0, _, x1, _ = find_bounds(pose)
    frames = loop(pose, manner=read_manner("spins"))
    mirrored = pose.copy()
    mirrored[:, x0:x1] = pose[:, x0:x1][:, ::-1]
    gaps = [float(np.abs(premultiply(frame) - premultiply(mirrored)).mean()) for frame in frames]
    own = [float(np.abs(premultiply(frame) - premultiply(pose)).mean()) for frame in frames]
    assert min(gaps) < 0.25 * max(own)


@pytest.mark.parametrize("manner", [manner for manner in EVERY if Motion.SPIN not in manner.motions], ids=str)
def test_no_loop_jumps(manner: Manner) -> None:
    steps = measure_steps(loop(draw_subject(SIZE, 0.3), 193, 48, manner))
    assert np.abs(np.diff(steps)).max() < 0.8 * max(*steps, 1e-9)


@pytest.mark.parametrize("manner", EVERY, ids=str)
def test_a_pose_that_fills_its_canvas_is_not_cut(manner: Manner) -> None:
    pose = blank(48)
    pose[:, :] = (200, 100, 50, 255)
    area = float(pose[..., 3].sum())
    for frame in loop(pose, 25, 6, manner):
        share = float(frame[..., 3].sum()) / area
        assert share == 1 or Motion.SPIN in manner.motions


@settings(max_examples=20, deadline=None)
@given(manners, st.integers(12, 60))
@example(Manner(motions=(Motion.SWAY, Motion.JUMP), tempo=Tempo.SLOW, size=Size.BIG), 57)
def test_a_loop_with_room_never_touches_the_border(manner: Manner, frame_count: int) -> None:
    for frame in loop(draw_subject(SIZE, 0.3), frame_count, 12, manner):
        assert not frame[[0, -1], :, 3].any()
        assert not frame[:, [0, -1], 3].any()


@pytest.mark.parametrize("manner", EVERY, ids=str)
def test_the_same_pose_and_manner_give_the_same_frames(manner: Manner) -> None:
    def draw() -> bytes:
        return b"".join(frame.tobytes() for frame in loop(draw_subject(64, 0.3), 24, 12, manner))

    assert draw() == draw()


def test_big_goes_further_than_small() -> None:
    def measure(said: str) -> float:
        return max(measure_steps(loop(draw_subject(SIZE, 0.3), manner=read_manner(said))))

    assert measure("a small wave") < 0.8 * measure("waves") < 0.8 * measure("a big wave")


def test_stillness_changes_nothing() -> None:
    pose = draw_subject(SIZE, 0.3)
    assert all(np.array_equal(frame, pose) for frame in loop(pose, manner=read_manner("stands still")))


def test_an_empty_pose_stays_empty() -> None:
    assert not any(frame.any() for frame in loop(blank(SIZE), 5))


def test_one_frame_is_no_loop() -> None:
    with pytest.raises(ValueError, match="at least 2 frames"):
        loop(blank(SIZE), 1)
