import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from poseloom.frames.affinity import Affinity, find_affinity, form_velocity
from poseloom.frames.flow import double_pixels, exponentiate, list_positions, resample_field, smooth, warp
from poseloom.frames.image import premultiply
from poseloom.testing.subject import draw_subject


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_a_flow_can_be_undone(seed: int, duration: float) -> None:
    noise = np.random.default_rng(seed).normal(0, 40, (32, 40, 2)).astype(np.float32)
    velocity = smooth(noise, 6)
    forth, back = exponentiate(velocity, duration), exponentiate(velocity, -duration)
    round_trip = back + warp(forth, back)
    assert np.abs(round_trip[8:-8, 8:-8]).max() < 0.5


def test_flowing_for_no_time_goes_nowhere() -> None:
    velocity = np.ones((8, 8, 2), np.float32)
    assert not exponentiate(velocity, 0.0).any()


def test_a_uniform_velocity_is_a_shift() -> None:
    velocity = np.full((20, 20, 2), 3.0, np.float32)
    assert exponentiate(velocity, 0.5) == pytest.approx(1.5)


def test_a_field_on_a_finer_grid_moves_as_far() -> None:
    coarse = np.full((10, 20, 2), (1.0, 2.0), np.float32)
    assert resample_field(coarse, (30, 40))[15, 20].tolist() == [2.0, 6.0]


def test_the_velocity_of_a_turn_flows_into_that_turn() -> None:
    matrix = Affinity(turn_radians=0.5, scale_x=1.1, shift_x=2.0).form_matrix(np.array([20.0, 20.0]))
    field = exponentiate(form_velocity(matrix, (40, 40)), 1.0)
    places = list_positions(40, 40)
    truth = places @ matrix[:2, :2].T + matrix[:2, 2] - places
    assert np.abs(field - truth)[15:25, 15:25].max() < 0.1


def test_a_shifted_picture_is_found_by_its_shift() -> None:
    picture = premultiply(draw_subject(160, 0.1))
    moved = np.roll(picture, (8, -12), axis=(0, 1))
    matrix = find_affinity(picture, moved)
    here = np.array([20.0, 20.0, 1.0])
    assert (matrix @ here)[:2] - here[:2] == pytest.approx([-3, 2], abs=0.8)


def test_doubled_pixels_keep_every_value() -> None:
    picture = draw_subject(40, 0.3)
    assert np.array_equal(double_pixels(picture)[::2, ::2], picture)


def test_between_doubled_pixels_colours_go_on() -> None:
    rows, columns = np.mgrid[:12, :14]
    picture = np.repeat((8 * rows + 4 * columns)[..., None], 4, axis=2).astype(np.uint8)
    rows, columns = np.mgrid[:24, :28]
    doubled = double_pixels(picture)
    assert (doubled[2:-4, 2:-4, 3] == (4 * rows + 2 * columns)[2:-4, 2:-4]).all()
    # The last pixels have nothing beyond them to go on to.
    assert np.abs(doubled[-1, -1].astype(int) - picture[-1, -1]).max() <= 2
