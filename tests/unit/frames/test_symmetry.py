import math

import cv2
import numpy as np
import pytest
from numpy.testing import assert_allclose

from demo.build import render
from demo.rig import POSES
from poseloom.frames.inbetween import prepare_morph
from poseloom.frames.similarity import form_similarity, move_points, read_turn
from poseloom.frames.symmetry import find_axis, flip_along, mirror_turn

AXIS = 66.0


def draw_figure() -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Return (112, 112, 4): a body about the axis, and a tail on its right."""
    canvas = np.zeros((112, 112, 4), np.float32)
    cv2.ellipse(canvas, (round(AXIS), 60), (20, 36), 0, 0, 360, (0.5, 0.4, 0.9, 1), -1)
    for side in (-1, 1):
        cv2.circle(canvas, (round(AXIS) + side * 8, 44), 4, (0, 0, 0, 1), -1)
        cv2.line(canvas, (round(AXIS) + side * 18, 56), (round(AXIS) + side * 34, 84), (0.3, 0.2, 0.5, 1), 7)
    cv2.line(canvas, (round(AXIS) + 12, 92), (round(AXIS) + 40, 96), (0.9, 0.3, 0.3, 1), 6)
    return canvas


def test_the_axis_of_a_figure_is_found_though_it_has_a_tail_on_one_side() -> None:
    assert find_axis(draw_figure()) == pytest.approx(AXIS, abs=1.5)


def test_an_empty_picture_mirrors_about_its_middle() -> None:
    assert find_axis(np.zeros((40, 61, 4), np.float32)) == 30


def test_the_twin_of_a_part_turns_the_other_way_and_lands_on_the_other_side() -> None:
    turn = form_similarity(math.radians(50), 1.1, (30, 40), (34, 38))
    twin = mirror_turn(turn, (50, 52))
    assert read_turn(twin) == pytest.approx(-read_turn(turn))
    assert_allclose(move_points(np.array([[70.0, 40.0]]), twin), [[2 * 52 - 34, 38]], atol=1e-4)


def test_what_is_flipped_along_itself_stays_on_its_own_line_and_changes_sides_across_it() -> None:
    limb = np.zeros((80, 80), np.float32)
    cv2.line(limb, (20, 60), (50, 30), 1.0, 7)
    flip = flip_along(limb)
    ends = np.array([[20.0, 60], [50, 30]])
    assert_allclose(move_points(ends, flip), ends, atol=1)
    assert_allclose(move_points(np.array([[35.0, 35]]), flip), [[45, 45]], atol=1)
    assert np.linalg.det(flip[:, :2]) == pytest.approx(-1)


def test_nothing_flips_about_the_middle_of_its_picture() -> None:
    assert_allclose(move_points(np.array([[10.0, 5]]), flip_along(np.zeros((40, 61), np.float32))), [[50, 5]])


@pytest.mark.parametrize("size_px", [320, 400, 448, 512, 640, 800])
def test_two_arms_that_rise_are_both_found_whatever_the_size(size_px: int) -> None:
    morph = prepare_morph(*(render(POSES[name], size_px) for name in ("idle", "celebrating")))
    degrees = [math.degrees(read_turn(limb.path.turn)) for limb in morph.limbs]
    assert any(100 < turn < 160 for turn in degrees)
    assert any(-160 < turn < -100 for turn in degrees)
