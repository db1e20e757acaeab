import cv2
import numpy as np
import pytest

from poseloom.frames.image import Rgba, blank, premultiply
from poseloom.frames.silhouette import NOWHERE_PX, Ink, are_lined, extend_colour, find_ink, measure_distance, mix_inks


def draw_disc(line_px: int) -> Rgba:
    disc = blank(100)
    cv2.circle(disc, (50, 50), 40, (20, 10, 30, 255), -1)
    cv2.circle(disc, (50, 50), 40 - line_px, (250, 180, 60, 255), -1)
    return disc


def measure(picture: Rgba) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return measure_distance(picture[..., 3].astype(np.float32) / np.float32(255))


def test_distance_is_counted_from_the_edge_both_ways() -> None:
    distance = measure(draw_disc(4))
    assert distance[50, 50] == pytest.approx(40, abs=1)
    assert distance[50, 0] == pytest.approx(-10, abs=1)


def test_without_a_subject_the_edge_is_nowhere() -> None:
    assert (measure(blank(8)) == NOWHERE_PX).all()


def test_colour_goes_on_beyond_the_edge_and_alpha_does_not() -> None:
    disc = draw_disc(4)
    extended = extend_colour(disc)
    assert extended[0, 0].tolist() == [20, 10, 30, 0]
    assert np.array_equal(extended[disc[..., 3] == 255], disc[disc[..., 3] == 255])
    assert np.array_equal(extend_colour(blank(8)), blank(8))


@pytest.mark.parametrize("line_px", [3, 6])
def test_an_artist_s_line_is_found_with_its_width(line_px: int) -> None:
    disc = draw_disc(line_px)
    ink = find_ink(disc, measure(disc))
    assert ink is not None
    assert ink.colour.tolist() == [20, 10, 30]
    assert ink.width_px == pytest.approx(line_px, abs=1)


def test_a_flat_shape_and_an_empty_picture_have_no_line() -> None:
    disc = draw_disc(40)
    assert find_ink(disc, measure(disc)) is None
    assert find_ink(blank(9), measure(blank(9))) is None


def test_paint_that_goes_on_below_the_edge_is_no_line() -> None:
    """Most of the edge is of one colour, and nearly as much deeper down."""
    disc = draw_disc(0)
    disc[disc[..., 3] > 0, :3] = (240, 130, 50)
    rows, columns = np.mgrid[: disc.shape[0], : disc.shape[1]]
    turn = np.arctan2(rows - 50, columns - 50)
    depth = measure(disc)
    belly = (depth > 0) & ((turn > 1.0) | ((turn > 0.4) & (depth > 4)))
    disc[belly, :3] = (250, 250, 250)
    share = 1 - belly[(depth > 0.5) & (depth < 4)].mean()
    assert share > 0.6 > 1 - belly[(depth > 4) & (depth < 14)].mean()
    assert find_ink(disc, depth) is None


def form_ink(shade: int, width_px: float) -> Ink:
    return Ink(colour=np.full(3, shade, np.float32), width_px=width_px)


def test_a_line_changes_evenly_from_one_drawing_to_the_other() -> None:
    ink = mix_inks(form_ink(0, 4), form_ink(40, 8), 0.25)
    assert ink is not None
    assert ink.colour.tolist() == [10, 10, 10]
    assert ink.width_px == 5


def test_lines_of_other_colours_and_of_one_drawing_alone_are_not_one_line() -> None:
    assert mix_inks(form_ink(0, 4), form_ink(90, 4), 0.5) is None
    assert mix_inks(form_ink(0, 4), None, 0.5) is None
    assert mix_inks(None, form_ink(0, 4), 0.5) is None


@pytest.mark.parametrize(("other_line_px", "is_lined"), [(4, True), (0, False)])
def test_poses_are_lined_when_one_line_goes_around_both(other_line_px: int, *, is_lined: bool) -> None:
    assert are_lined(premultiply(draw_disc(4)), premultiply(draw_disc(other_line_px))) is is_lined
