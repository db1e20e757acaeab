import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poseloom.frames.figure import EDGE_ON, Figure, study_figure
from poseloom.frames.image import Rgba, blank, measure_bounds
from poseloom.frames.posture import HEIGHTS, UPRIGHT, Posture, combine, squash
from poseloom.testing.subject import draw_subject

SIZE = 128
postures = st.builds(
    lambda stretch, slide, lift, facing: combine(
        squash(1 + stretch * np.sin(3 * HEIGHTS)), Posture(slide=slide * HEIGHTS**2, lift=lift, facing=facing)
    ),
    st.floats(-0.15, 0.15),
    st.floats(-0.05, 0.05),
    st.floats(0, 0.05),
    st.floats(-1, 1),
)


def study(pose: Rgba) -> Figure:
    figure = study_figure(pose)
    assert figure is not None
    return figure


def draw_block() -> Rgba:
    pose = blank(SIZE)
    pose[40:100, 50:80] = (200, 100, 50, 255)
    pose[40:60, 80:90] = (200, 100, 50, 255)
    return pose


def test_upright_a_pose_is_drawn_exactly() -> None:
    pose = draw_subject(SIZE, 0.3)
    drawn = study(pose).draw(UPRIGHT)
    assert np.array_equal(drawn, pose)
    assert drawn is not pose


def test_a_posture_that_changes_nothing_changes_no_visible_pixel() -> None:
    pose = draw_subject(SIZE, 0.3)
    drawn = study(pose).draw(Posture())
    assert np.array_equal(drawn[..., 3], pose[..., 3])
    solid = pose[..., 3] == 255
    assert np.array_equal(drawn[solid], pose[solid])


@settings(deadline=None)
@given(postures)
def test_a_figure_reaches_as_far_as_it_says(posture: Posture) -> None:
    figure = study(draw_block())
    said = figure.measure_reach(posture)
    found = measure_bounds(figure.draw(posture))
    assert found is not None
    assert all(abs(one - other) <= 2.5 for one, other in zip(said, found, strict=True))


def test_a_lift_and_a_slide_are_heights_of_the_subject() -> None:
    figure = study(draw_block())
    drawn = figure.draw(Posture(lift=0.1, slide=np.full_like(HEIGHTS, 0.2)))
    assert measure_bounds(drawn) == (50 + 12, 40 - 6, 90 + 12, 100 - 6)


def test_turned_away_it_is_its_mirror_image_in_the_same_place() -> None:
    figure = study(draw_block())
    drawn = figure.draw(Posture(facing=-1.0))
    assert np.array_equal(drawn[40:100, 50:90, 3], draw_block()[40:100, 50:90, 3][:, ::-1])


@pytest.mark.parametrize("facing", [0.02, -0.02, 0.1, -0.1, 0.3, -0.3, 0.6])
def test_turned_aside_it_is_as_narrow_as_the_turn_and_loses_nothing(facing: float) -> None:
    pose = draw_subject(SIZE, 0.3)
    drawn = study(pose).draw(Posture(facing=facing))
    share = float(drawn[..., 3].sum()) / float(pose[..., 3].sum())
    assert share == pytest.approx(max(abs(facing), EDGE_ON), rel=0.04)
    assert (drawn[..., 3].max(axis=1) > 0).sum() == pytest.approx((pose[..., 3].max(axis=1) > 0).sum(), abs=2)


def test_the_feet_are_the_middle_of_a_squash() -> None:
    figure = study(draw_block())
    assert (figure.stand, figure.middle, figure.feet) == (65, 70, 100)
    assert measure_bounds(figure.draw(squash(0.5))) == pytest.approx((35, 70, 115, 100), abs=1)


def test_a_figure_that_leaves_the_canvas_is_cut_there() -> None:
    figure = study(draw_block())
    assert measure_bounds(figure.draw(Posture(lift=0.9))) == (50, 0, 90, 46)
    assert not figure.draw(Posture(lift=50.0)).any()
    assert not figure.draw(Posture(slide=np.full_like(HEIGHTS, -50.0))).any()
    assert not figure.draw(Posture(lift=-50.0)).any()


def test_a_pose_that_fills_its_canvas_has_no_dark_rim() -> None:
    pose = blank(32)
    pose[:] = (250, 240, 230, 255)
    drawn = study(pose).draw(squash(0.8))
    seen = drawn[..., 3] > 0
    assert drawn[seen][:, :3].min() >= 225


def test_nobody_has_no_figure() -> None:
    assert study_figure(blank(8)) is None


def test_area_stays_whatever_is_squashed() -> None:
    pose = draw_subject(SIZE, 0.3)
    figure = study(pose)
    for turn in np.linspace(0, 1, 7):
        posture = squash(1 + 0.2 * math.sin(2 * math.pi * turn) * HEIGHTS * (1 - HEIGHTS))
        assert figure.draw(posture)[..., 3].sum() == pytest.approx(pose[..., 3].sum(), rel=0.01)
