import itertools

import numpy as np
import pytest

from poseloom.frames.forward import iterate_forward
from poseloom.frames.image import Rgba, blank, measure_bounds, premultiply
from poseloom.frames.pace import plan_pace
from poseloom.testing.subject import draw_subject

SIZE = 120


def draw_pair() -> tuple[Rgba, Rgba]:
    return draw_subject(SIZE, 0.2), draw_subject(SIZE, 0.7)


@pytest.mark.parametrize(("frame_count", "fps"), [(2, 24), (3, 24), (24, 24), (30, 30), (96, 24), (240, 24)])
def test_a_transition_begins_and_ends_with_its_poses_exactly(frame_count: int, fps: float) -> None:
    source, target = draw_pair()
    frames = list(iterate_forward(source, target, frame_count=frame_count, fps=fps))
    assert len(frames) == frame_count
    assert np.array_equal(frames[0], source)
    assert np.array_equal(frames[-1], target)
    assert all(frame.shape == source.shape and frame.dtype == np.uint8 for frame in frames)


def test_a_transition_is_at_rest_at_both_ends() -> None:
    frames = [premultiply(frame) for frame in iterate_forward(*draw_pair(), frame_count=72, fps=24)]
    steps = [float(np.abs(b - a).mean()) for a, b in itertools.pairwise(frames)]
    assert max(steps[0], steps[-1]) < 0.1 * max(steps)


def test_nothing_is_clipped_even_where_the_poses_touch_the_border() -> None:
    source, target = (np.ascontiguousarray(pose[16:104, 8:112]) for pose in draw_pair())
    for index, frame in enumerate(iterate_forward(source, target, frame_count=48, fps=24)):
        bounds = measure_bounds(frame)
        assert bounds is not None
        area = frame[..., 3].sum() / source[..., 3].sum()
        assert area > 0.93, f"frame {index} lost a part"


def test_a_transition_with_room_never_touches_the_border() -> None:
    for frame in iterate_forward(*draw_pair(), frame_count=48, fps=24):
        assert not frame[[0, -1], :, 3].any()
        assert not frame[:, [0, -1], 3].any()


def test_a_transition_from_nothing_ends_with_its_pose() -> None:
    target = draw_subject(SIZE, 0.2)
    frames = list(iterate_forward(blank(SIZE), target, frame_count=24, fps=24))
    assert not frames[0].any()
    assert np.array_equal(frames[-1], target)


def test_one_frame_is_no_transition() -> None:
    with pytest.raises(ValueError, match="at least 2 frames"):
        next(iterate_forward(*draw_pair(), frame_count=1, fps=24))


@pytest.mark.parametrize("confidence", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("duration_seconds", [0.2, 1.0, 4.0, 10.0])
def test_a_pace_has_no_jumps(confidence: float, duration_seconds: float) -> None:
    pace = plan_pace(confidence=confidence, duration_seconds=duration_seconds)
    steps = 8000
    beats = [pace.find_beat(duration_seconds * index / steps) for index in range(steps + 1)]
    quickest = 12 / min(1.0, duration_seconds) * duration_seconds / steps
    for before, after in itertools.pairwise(beats):
        assert abs(after.t - before.t) < quickest
        assert abs(after.stretch - before.stretch) < quickest
    assert (beats[0].t, beats[0].stretch) == (0.0, 1.0)
    assert beats[-1].t == 1.0
    assert beats[-1].stretch == pytest.approx(1)


def test_a_trusted_flow_moves_slowly_and_a_doubtful_one_snaps() -> None:
    def measure_seconds(confidence: float) -> float:
        pace = plan_pace(confidence=confidence, duration_seconds=4.0)
        moments = [pace.find_beat(index / 100).t for index in range(400)]
        return sum(0.02 < t < 0.98 for t in moments) / 100

    assert measure_seconds(1.0) > 2 * measure_seconds(0.0)
