import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poseloom.frames.image import Rgba, blank, measure_bounds, premultiply
from poseloom.frames.loop import iterate_loop
from poseloom.testing.subject import draw_subject

SIZE = 128


def loop(pose: Rgba, frame_count: int = 49) -> list[Rgba]:
    return list(iterate_loop(pose, frame_count=frame_count, fps=24))


@pytest.mark.parametrize("frame_count", [2, 3, 24, 49, 96, 240])
def test_a_loop_begins_and_ends_with_its_pose_exactly(frame_count: int) -> None:
    pose = draw_subject(SIZE, 0.3)
    frames = loop(pose, frame_count)
    assert len(frames) == frame_count
    assert np.array_equal(frames[0], pose)
    assert np.array_equal(frames[-1], pose)


@settings(max_examples=8, deadline=None)
@given(st.floats(0, 1))
def test_no_area_appears_or_vanishes(phase: float) -> None:
    pose = draw_subject(SIZE, phase)
    for frame in loop(pose, 13):
        assert float(frame[..., 3].sum()) == pytest.approx(float(pose[..., 3].sum()), rel=0.005)


def test_taller_is_narrower() -> None:
    pose = blank(SIZE)
    pose[20:110, 40:88] = (200, 100, 50, 255)
    deepest = loop(pose)[24]
    rows = [int((deepest[row, :, 3] > 127).sum()) for row in (109, 80)]
    bounds = measure_bounds(deepest)
    assert bounds is not None
    assert bounds[1] < 20
    assert rows[0] == 48
    assert rows[1] < 48


def test_the_feet_stay_where_they_are() -> None:
    pose = draw_subject(SIZE, 0.3)
    bounds = measure_bounds(pose)
    assert bounds is not None
    for frame in loop(pose):
        moved = measure_bounds(frame)
        assert moved is not None
        assert moved[3] == bounds[3]
        lowest = frame[bounds[3] - 1].astype(int) - pose[bounds[3] - 1]
        assert np.abs(lowest[..., 3]).max() <= 8


def test_the_seam_is_the_slowest_moment() -> None:
    frames = [premultiply(frame) for frame in loop(draw_subject(SIZE, 0.3), 97)]
    steps = [float(np.abs(b - a).mean()) for a, b in itertools.pairwise(frames)]
    assert max(steps[0], steps[-1]) < 0.25 * max(steps)
    assert steps[0] == pytest.approx(steps[-1], rel=0.05)


def test_breath_never_jumps() -> None:
    frames = [premultiply(frame) for frame in loop(draw_subject(SIZE, 0.3), 97)]
    steps = [float(np.abs(b - a).mean()) for a, b in itertools.pairwise(frames)]
    assert np.abs(np.diff(steps)).max() < 0.4 * max(steps)


def test_a_pose_that_fills_its_canvas_is_not_clipped() -> None:
    pose = blank(SIZE)
    pose[:, :] = (200, 100, 50, 255)
    assert all(np.array_equal(frame, pose) for frame in loop(pose, 9))


def test_an_empty_pose_stays_empty() -> None:
    assert not any(frame.any() for frame in loop(blank(SIZE), 5))


def test_one_frame_is_no_loop() -> None:
    with pytest.raises(ValueError, match="at least 2 frames"):
        loop(blank(SIZE), 1)
