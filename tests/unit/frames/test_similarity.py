import math
from typing import TypeAlias

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from poseloom.frames.flow import smooth
from poseloom.frames.similarity import (
    change_origins,
    change_units,
    compose,
    do_alike,
    form_similarity,
    invert,
    measure_strain,
    move_points,
    pull_back,
    read_turn,
    take_share,
)

Point: TypeAlias = tuple[float, float]
TURNS = st.floats(-3.0, 3.0)
SCALES = st.floats(0.5, 2.0)
POINTS = st.tuples(st.floats(-50, 50), st.floats(-50, 50))


@given(TURNS, SCALES, POINTS, POINTS)
def test_a_similarity_tells_what_it_was_made_of(turn: float, scale: float, source: Point, target: Point) -> None:
    similarity = form_similarity(turn, scale, source, target)
    assert read_turn(similarity) == pytest.approx(turn)
    assert measure_strain(similarity) == pytest.approx(2 * abs(math.log(scale)), abs=1e-9)
    assert move_points(np.array(source), similarity) == pytest.approx(np.array(target), abs=1e-3)


@given(TURNS, SCALES, POINTS, POINTS)
def test_there_and_back_is_nowhere(turn: float, scale: float, source: Point, target: Point) -> None:
    similarity = form_similarity(turn, scale, source, target)
    assert compose(invert(similarity), similarity) == pytest.approx(np.eye(3)[:2], abs=1e-6)


@given(TURNS, SCALES, SCALES, POINTS)
def test_a_share_of_a_motion_runs_from_rest_to_the_whole(
    turn: float, scale: float, stretch: float, place: Point
) -> None:
    similarity = form_similarity(turn, scale, (0, 0), place)
    similarity[:, :2] @= np.diag([stretch, 1])
    landed = move_points(np.array([0.0, 0.0]), similarity)
    assert take_share(similarity, 0, (0, 0), (0, 0)) == pytest.approx(np.eye(3)[:2], abs=1e-6)
    assert take_share(similarity, 1, (0, 0), landed) == pytest.approx(similarity, abs=1e-3)
    assert read_turn(take_share(similarity, 0.5, (0, 0), landed)) == pytest.approx(turn / 2, abs=1e-6)


def test_a_finer_grid_sees_the_same_motion() -> None:
    similarity = form_similarity(0.4, 1.1, (3, 5), (7, 2))
    fine = change_units(similarity, 4, 4)
    centre = (move_points(np.array([3.0, 5.0]), similarity) + 0.5) * 4 - 0.5
    assert move_points((np.array([3.0, 5.0]) + 0.5) * 4 - 0.5, fine) == pytest.approx(centre, abs=1e-3)


def test_pulling_back_shows_what_is_where_a_pixel_goes() -> None:
    image = np.zeros((9, 9), np.float32)
    image[2, 6] = 1
    quarter = form_similarity(math.pi / 2, 1, (4, 4), (4, 4))
    assert pull_back(image, quarter)[2, 2] == pytest.approx(1)


def test_between_cuttings_the_same_is_seen_as_in_the_whole() -> None:
    image = smooth(np.random.default_rng(1).random((40, 50)).astype(np.float32), 2)
    turn = form_similarity(0.7, 1.1, (20, 18), (30, 22))
    whole = pull_back(image, turn)[8:28, 10:34]
    cut = pull_back(image[6:38, 12:49], change_origins(turn, (10, 8), (12, 6)), shape=(20, 24))
    assert cut.shape == whole.shape
    assert cut[4:-4, 4:-4] == pytest.approx(whole[4:-4, 4:-4], abs=0.01)
    assert whole.std() > 0.01


@pytest.mark.parametrize(
    ("turn", "target", "alike"),
    [(0.1, (51, 22), True), (0.3, (51, 22), False), (0.1, (54, 20), False), (math.tau - 0.1, (50, 20), True)],
)
def test_maps_are_alike_that_turn_about_as_far_and_bring_a_place_about_as_far(
    turn: float, target: Point, alike: bool
) -> None:
    place = 10.0, 20.0
    one, other = form_similarity(0, 1, place, (50, 20)), form_similarity(turn, 1, place, target)
    assert do_alike(one, other, place, 0.2, 3) is alike
