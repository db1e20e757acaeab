import itertools
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from demo.build import render
from demo.rig import POSES
from poseloom.core.manner import NEUTRAL, Manner, read_manner
from poseloom.frames.forward import iterate_forward, measure_change
from poseloom.frames.image import Rgba, blank, measure_bounds, premultiply
from poseloom.testing.subject import draw_subject
from tests.unit.frames.manners import EVERY, manners

SIZE = 120
HALF_ALPHA = 128


def draw_pair(size: int = SIZE) -> tuple[Rgba, Rgba]:
    return draw_subject(size, 0.2), draw_subject(size, 0.7)


def move(source: Rgba, target: Rgba, frame_count: int = 48, fps: float = 24, manner: Manner = NEUTRAL) -> list[Rgba]:
    return list(iterate_forward(source, target, frame_count=frame_count, fps=fps, manner=manner))


def draw_strangers() -> tuple[Rgba, Rgba]:
    """Return two poses between which nobody would trust a flow."""
    source, target = blank(SIZE), blank(SIZE)
    source[30:110, 50:70] = (200, 40, 40, 255)
    target[80:110, 20:100] = (40, 60, 200, 255)
    return source, target


def find_bounds(frame: Rgba) -> tuple[int, int, int, int]:
    bounds = measure_bounds(frame)
    assert bounds is not None
    return bounds


def list_edges(frame: Rgba) -> list[NDArray[np.uint8]]:
    """Return the alpha at the top, the left and the right border."""
    return [frame[0, :, 3], frame[:, 0, 3], frame[:, -1, 3]]


@pytest.mark.parametrize(("frame_count", "fps"), [(2, 24), (3, 24), (12, 24), (24, 24), (30, 30), (96, 24), (240, 24)])
def test_a_transition_begins_and_ends_with_its_poses_exactly(frame_count: int, fps: float) -> None:
    source, target = draw_pair()
    frames = move(source, target, frame_count, fps)
    assert len(frames) == frame_count
    assert np.array_equal(frames[0], source)
    assert np.array_equal(frames[-1], target)
    assert all(frame.shape == source.shape and frame.dtype == np.uint8 for frame in frames)


@pytest.mark.parametrize("manner", EVERY, ids=str)
@pytest.mark.parametrize("draw", [draw_pair, draw_strangers])
def test_whatever_the_manner_its_ends_are_its_poses_and_at_rest(
    manner: Manner, draw: Callable[[], tuple[Rgba, Rgba]]
) -> None:
    source, target = draw()
    frames = move(source, target, 60, 24, manner)
    assert np.array_equal(frames[0], source)
    assert np.array_equal(frames[-1], target)
    seen = [premultiply(frame) for frame in frames]
    steps = [float(np.abs(after - before).mean()) for before, after in itertools.pairwise(seen)]
    assert max(steps[0], steps[-1]) < 0.12 * max(steps)


@settings(deadline=None, max_examples=25)
@given(manners, st.integers(6, 60), st.tuples(*[st.integers(0, 16)] * 4))
def test_nothing_is_cut_even_where_the_poses_touch_the_border(
    manner: Manner, frame_count: int, margins: tuple[int, int, int, int]
) -> None:
    left, top, right, bottom = margins
    source, target = (np.ascontiguousarray(pose[top : SIZE - bottom, left : SIZE - right]) for pose in draw_pair())
    touched = [
        any(pair)
        for pair in zip(*([edge.any() for edge in list_edges(pose)] for pose in (source, target)), strict=True)
    ]
    for frame in move(source, target, frame_count, 12, manner):
        for is_touched, edge in zip(touched, list_edges(frame), strict=True):
            # A soft rim may come to lie there, the subject not.
            assert is_touched or edge.max() < HALF_ALPHA


def test_poses_that_touch_the_border_keep_their_area() -> None:
    source, target = (np.ascontiguousarray(pose[16:104, 8:112]) for pose in draw_pair())
    for index, frame in enumerate(move(source, target)):
        area = frame[..., 3].sum() / source[..., 3].sum()
        assert area > 0.93, f"frame {index} lost a part"


@pytest.mark.parametrize("manner", EVERY, ids=str)
def test_a_transition_with_room_never_touches_the_border(manner: Manner) -> None:
    for frame in move(*draw_pair(), manner=manner):
        assert not frame[[0, -1], :, 3].any()
        assert not frame[:, [0, -1], 3].any()


@pytest.mark.parametrize("manner", EVERY, ids=str)
def test_a_transition_from_nothing_or_to_nothing_has_the_right_ends(manner: Manner) -> None:
    pose = draw_subject(SIZE, 0.2)
    appearing = move(blank(SIZE), pose, 24, manner=manner)
    assert not appearing[0].any()
    assert np.array_equal(appearing[-1], pose)
    vanishing = move(pose, blank(SIZE), 24, manner=manner)
    assert np.array_equal(vanishing[0], pose)
    assert not vanishing[-1].any()


def test_nobody_stays_nobody() -> None:
    assert not any(frame.any() for frame in move(blank(SIZE), blank(SIZE), 12))


def test_one_frame_is_no_transition() -> None:
    with pytest.raises(ValueError, match="at least 2 frames"):
        next(iterate_forward(*draw_pair(), frame_count=1, fps=24))


def test_poses_of_two_sizes_are_no_pair() -> None:
    with pytest.raises(ValueError, match="one size"):
        next(iterate_forward(blank(8), blank(9), frame_count=4, fps=24))


@pytest.mark.parametrize("said", ["", "jumps and waves", "spins"])
def test_the_same_poses_and_manner_give_the_same_frames(said: str) -> None:
    def draw() -> bytes:
        return b"".join(frame.tobytes() for frame in move(*draw_pair(), manner=read_manner(said)))

    assert draw() == draw()


def test_who_jumps_leaves_the_ground_and_lands() -> None:
    source, target = (render(POSES[name], 160) for name in ("idle", "waving"))
    source, target = (np.pad(pose, ((40, 0), (20, 20), (0, 0))) for pose in (source, target))
    ground = find_bounds(source)[3]
    feet = [find_bounds(frame)[3] for frame in move(source, target, manner=read_manner("jumps"))]
    assert min(feet) < ground - 20
    assert max(feet) <= ground + 3
    walking = [find_bounds(frame)[3] for frame in move(source, target)]
    assert min(walking) > ground - 6


def test_what_is_lifted_goes_as_high_as_there_is_room() -> None:
    source, target = draw_pair()
    for said in ("jumps", "a big jump", "floats", "bounces"):
        tops = [find_bounds(frame)[1] for frame in move(source, target, manner=read_manner(said))]
        assert min(tops) >= 1


def test_a_wave_follows_where_the_target_has_come() -> None:
    source, target = draw_pair()
    waved, plain = (move(source, target, 72, manner=read_manner(said)) for said in ("waves, no breath", "no breath"))
    assert np.array_equal(plain[-3], target)
    last = [index for index, frame in enumerate(waved) if not np.array_equal(frame, target)][-1]
    assert last > [index for index, frame in enumerate(plain) if not np.array_equal(frame, target)][-1]


def test_change_is_none_for_one_pose_and_whole_for_strangers() -> None:
    source, target = draw_pair()
    assert measure_change(source, source) == 0
    assert 0 < measure_change(source, target) < measure_change(*draw_strangers())
    assert measure_change(blank(8), blank(8)) == 0
    assert measure_change(blank(8), draw_subject(8, 0)) == pytest.approx(1)
