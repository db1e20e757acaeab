from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poseloom.core.manner import NEUTRAL, Manner, read_manner
from poseloom.core.vocabulary import Motion
from poseloom.frames.figure import Figure, study_figure
from poseloom.frames.hold import Hold, choose_motions, plan_hold
from poseloom.frames.image import Rgba, blank
from poseloom.frames.posture import UPRIGHT
from poseloom.frames.stance import Bearing, Stance, judge_stance
from poseloom.testing.subject import draw_subject
from tests.unit.frames.manners import manners

SIZE = 96


def study(pose: Rgba) -> Figure:
    figure = study_figure(pose)
    assert figure is not None
    return figure


def hold(
    pose: Rgba, manner: Manner, seconds: float, fps: float, *, loops: bool = True
) -> tuple[Figure, Hold, list[float]]:
    figure = study(pose)
    moments = [index / fps for index in range(round(seconds * fps))]
    plan = plan_hold(figure, judge_stance(figure), manner, seconds=moments[-1], fps=fps, loops=loops, moments=moments)
    return figure, plan, moments


def bear(bearing: Bearing) -> Stance:
    return replace(judge_stance(study(draw_subject(SIZE, 0))), bearing=bearing)


@settings(deadline=None, max_examples=60)
@given(
    manners,
    st.floats(0.5, 10),
    st.sampled_from([8.0, 24.0]),
    st.tuples(*[st.integers(0, 30)] * 4),
    st.booleans(),
)
def test_nothing_that_is_held_leaves_the_canvas(
    manner: Manner, seconds: float, fps: float, margins: tuple[int, int, int, int], loops: bool
) -> None:
    left, top, right, bottom = margins
    pose = np.ascontiguousarray(draw_subject(160, 0.2)[12 + top : 148 - bottom, 12 + left : 148 - right])
    figure, plan, moments = hold(pose, manner, seconds, fps, loops=loops)
    x0, y0, x1, y1 = figure.measure_reach(UPRIGHT)
    height, width = pose.shape[:2]
    for moment in moments:
        reach = figure.measure_reach(plan.find_posture(moment))
        assert reach[0] >= min(x0, 1) - 1e-3
        assert reach[1] >= min(y0, 1) - 1e-3
        assert reach[2] <= max(x1, width - 1) + 1e-3
        assert reach[3] <= max(y1, height - 1) + 1e-3


def test_a_pose_without_room_holds_still_rather_than_be_cut() -> None:
    pose = blank(SIZE)
    pose[:] = (200, 100, 50, 255)
    for said in ("", "bounce", "jump", "wave", "pulse", "float", "shake"):
        figure, plan, moments = hold(pose, read_manner(said), 4.0, 12.0)
        assert all(np.array_equal(figure.draw(plan.find_posture(moment)), pose) for moment in moments[::6])


@pytest.mark.parametrize(
    ("said", "bearing", "motions"),
    [
        ("", Bearing.STANDS, "breathe"),
        ("", Bearing.RESTS, "breathe"),
        ("", Bearing.HANGS, "breathe float"),
        ("no floating", Bearing.HANGS, "breathe"),
        ("no breathing", Bearing.STANDS, ""),
        ("stands still", Bearing.HANGS, ""),
        ("blinks", Bearing.STANDS, "breathe"),
        ("waves", Bearing.HANGS, "breathe wave"),
        ("waves without breathing", Bearing.STANDS, "wave"),
        ("bounces", Bearing.STANDS, "bounce"),
        ("bounces and waves", Bearing.STANDS, "bounce wave"),
        ("breathes", Bearing.STANDS, "breathe"),
    ],
)
def test_motions_are_those_asked_for_else_those_of_the_shape(said: str, bearing: Bearing, motions: str) -> None:
    chosen = choose_motions(read_manner(said), bear(bearing), loops=True)
    assert " ".join(chosen) == motions


def test_only_what_comes_round_floats_unasked() -> None:
    assert choose_motions(NEUTRAL, bear(Bearing.HANGS), loops=False) == (Motion.BREATHE,)


@pytest.mark.parametrize(("said", "sways"), [("", True), ("breathes", False), ("no swaying", False), ("blinks", True)])
def test_a_stander_shifts_its_weight_unless_it_is_told_what_to_do(said: str, sways: bool) -> None:
    figure = study(draw_subject(SIZE, 0.2))
    plan = plan_hold(figure, bear(Bearing.STANDS), read_manner(said), seconds=4, fps=24, loops=True, moments=[1.0, 3.0])
    assert bool(plan.find_posture(1.0).slide.any()) is sways
    rests = plan_hold(figure, bear(Bearing.RESTS), read_manner(said), seconds=4, fps=24, loops=True, moments=[1.0, 3.0])
    assert not rests.find_posture(1.0).slide.any()


def test_what_is_done_once_is_over_before_a_long_hold_is() -> None:
    _, plan, _ = hold(draw_subject(SIZE, 0.2), read_manner("shakes, no breathing"), 6.0, 24.0, loops=False)
    moved = [bool(plan.find_posture(index / 24).slide.any()) for index in range(144)]
    assert any(moved[:30])
    assert not any(moved[30:])


def test_a_hold_of_no_time_is_upright() -> None:
    figure = study(draw_subject(SIZE, 0.2))
    plan = plan_hold(
        figure, bear(Bearing.STANDS), read_manner("waves, nods"), seconds=0, fps=24, loops=False, moments=[]
    )
    assert len(plan.acts) == 3


def test_stillness_is_upright() -> None:
    _, plan, _ = hold(draw_subject(SIZE, 0.2), read_manner("motionless"), 4.0, 24.0)
    assert plan.find_posture(1.0) is UPRIGHT
