import cv2
import numpy as np
import pytest

from benchmarks.inbetween.method import prepare_dissolve
from benchmarks.inbetween.score import find_lines, measure_doubled, measure_line_distance, measure_ssim, score_picture
from demo.build import render
from demo.rig import POSES
from poseloom.frames.image import Rgba, blank, premultiply, unpremultiply

SIZE = 160


def draw_square(x: int, y: int = 40, side: int = 60) -> Rgba:
    picture = blank(SIZE)
    picture[y : y + side, x : x + side] = (200, 30, 60, 255)
    return picture


def dissolve(source: Rgba, target: Rgba) -> Rgba:
    return prepare_dissolve(source, target).draw(0.5)


@pytest.fixture(scope="module")
def idle() -> Rgba:
    return render(POSES["idle"], SIZE)


@pytest.fixture(scope="module")
def waving() -> Rgba:
    return render(POSES["waving"], SIZE)


def test_truth_has_the_best_of_every_score(idle: Rgba) -> None:
    scores = score_picture(idle, idle)
    best = {"psnr": 60, "ssim": 1, "iou": 1, "line_px": 0, "doubled": 0, "ghost": 0, "sharp": 1}
    assert scores == pytest.approx(best, abs=1e-5)


def test_every_score_sees_another_pose(idle: Rgba, waving: Rgba) -> None:
    scores = score_picture(waving, idle)
    assert scores["psnr"] < 20
    assert scores["ssim"] < 0.8
    assert scores["iou"] < 0.95
    assert scores["line_px"] > 0.5


def test_dissolve_has_ghosts_and_double_lines_and_another_pose_has_neither(idle: Rgba, waving: Rgba) -> None:
    mixed, other = score_picture(dissolve(idle, waving), idle), score_picture(waving, idle)
    assert mixed["ghost"] > 0.1
    assert abs(other["ghost"]) < 0.03
    assert mixed["doubled"] > 0.2
    assert mixed["doubled"] > 2 * other["doubled"]


def test_lines_of_a_shifted_square_are_apart_by_as_much_as_is_not_parallel() -> None:
    lines, true_lines = (find_lines(premultiply(draw_square(x))) for x in (40, 46))
    # Two sides move across by 6 pixels, two along themselves, where only their ends are left uncovered.
    assert measure_line_distance(lines, true_lines) == pytest.approx(3, abs=0.6)
    assert measure_line_distance(true_lines, lines) == pytest.approx(measure_line_distance(lines, true_lines))


def test_no_lines_are_as_far_as_lines_can_be() -> None:
    lines, nothing = find_lines(premultiply(draw_square(40))), find_lines(premultiply(blank(SIZE)))
    assert measure_line_distance(nothing, lines) == 30


def test_displaced_line_is_not_doubled_and_a_second_one_is() -> None:
    truth, displaced, doubled = (np.zeros((SIZE, SIZE), np.bool_) for _ in range(3))
    truth[:, 80] = displaced[:, 84] = True
    doubled[:, [76, 84]] = True
    assert measure_doubled(displaced, truth) < 0.15
    assert measure_doubled(doubled, truth) == pytest.approx(1, abs=0.15)


def test_missing_line_does_not_make_up_for_a_doubled_one() -> None:
    truth, ours = np.zeros((SIZE, SIZE), np.bool_), np.zeros((SIZE, SIZE), np.bool_)
    truth[10, :] = truth[150, :] = True
    ours[[8, 12], :] = True
    assert measure_doubled(ours, truth) > 0.3


def test_silhouette_of_half_a_square_is_half_of_it() -> None:
    half = draw_square(40)
    half[:, 70:] = 0
    assert score_picture(half, draw_square(40))["iou"] == pytest.approx(0.5, abs=1e-3)


def test_blur_is_less_sharp(idle: Rgba) -> None:
    blurred = unpremultiply(np.asarray(cv2.GaussianBlur(premultiply(idle), (0, 0), 2), np.float32))
    assert score_picture(blurred, idle)["sharp"] < 0.8


def test_structural_similarity_is_that_of_its_formula_on_flat_pictures() -> None:
    dark, light = (np.full((SIZE, SIZE, 3), value, np.float32) for value in (0.2, 0.6))
    seen = np.ones((SIZE, SIZE), np.bool_)
    expected = (2 * 0.2 * 0.6 + 1e-4) / (0.2**2 + 0.6**2 + 1e-4)
    assert measure_ssim(dark, light, seen) == pytest.approx(expected, abs=1e-6)
