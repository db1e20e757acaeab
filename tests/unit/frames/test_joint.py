import cv2
import numpy as np
from numpy.typing import NDArray

from poseloom.frames.contour import study_drawing
from poseloom.frames.image import Plane, Rgba, blank
from poseloom.frames.joint import close_outline, is_lined
from poseloom.frames.silhouette import Ink

SIZE = 100
CENTRE = np.array([50.0, 50.0])
LINE, FUR = (30, 20, 50), (140, 130, 240)
INK = Ink(colour=np.array(LINE, np.float32), width_px=5)
WHOLLY: Plane = np.ones((SIZE, SIZE), np.float32)


def draw_disc(line: tuple[int, int, int] = LINE) -> Rgba:
    disc = blank(SIZE)
    cv2.circle(disc, (50, 50), 40, (*line, 255), -1)
    cv2.circle(disc, (50, 50), 35, (*FUR, 255), -1)
    return disc


def find_line(picture: Rgba) -> NDArray[np.bool_]:
    return np.asarray((np.abs(picture[..., :3].astype(int) - LINE).max(axis=2) < 40) & (picture[..., 3] > 200))


def break_line(picture: Rgba) -> NDArray[np.bool_]:
    """Paint over the line at the top; return where it was."""
    gap = find_line(picture)
    gap[15:] = False
    gap[:, :40] = gap[:, 60:] = False
    picture[gap] = (*FUR, 255)
    return gap


def test_a_line_that_breaks_off_goes_on() -> None:
    disc = draw_disc()
    gap = break_line(disc)
    close_outline(disc, INK, WHOLLY)
    assert find_line(disc)[gap].mean() > 0.9


def test_a_whole_line_stays_as_it_was_drawn() -> None:
    disc = draw_disc()
    before = disc.copy()
    close_outline(disc, INK, WHOLLY)
    assert np.array_equal(disc, before)


def test_what_is_not_asked_for_stays_as_it_was() -> None:
    disc = draw_disc()
    break_line(disc)
    before = disc.copy()
    close_outline(disc, INK, 0 * WHOLLY)
    assert np.array_equal(disc, before)


def test_a_tooth_of_an_edge_without_a_line_is_evened() -> None:
    disc = draw_disc()
    break_line(disc)
    disc[6:10, 49:51] = (*FUR, 255)
    close_outline(disc, INK, WHOLLY)
    assert not (disc[6:8, 49:51, 3] > 128).any()
    assert (disc[disc[..., 3] == 0] == 0).all()


def test_an_empty_picture_stays_empty() -> None:
    picture = blank(SIZE)
    close_outline(picture, INK, WHOLLY)
    assert not picture.any()


def test_a_drawing_is_lined_where_its_edge_shows_one_line() -> None:
    assert is_lined(study_drawing(draw_disc()), CENTRE, 60)


def test_far_from_any_edge_nothing_speaks_against_a_line() -> None:
    assert is_lined(study_drawing(draw_disc()), CENTRE, 10)


def test_a_painted_rim_whose_shade_varies_is_no_line() -> None:
    disc = draw_disc()
    rim = find_line(disc)
    rim[:, :62] = False
    disc[rim, :3] = 110
    drawing = study_drawing(disc)
    assert drawing.ink is not None
    assert not is_lined(drawing, CENTRE, 60)


def test_a_flat_drawing_is_not_lined() -> None:
    assert not is_lined(study_drawing(draw_disc(FUR)), CENTRE, 60)
