import cv2
import numpy as np

from poseloom.frames.comparison import Mask
from poseloom.frames.contour import Drawing, study_drawing
from poseloom.frames.cover import find_cover, uncover
from poseloom.frames.image import Rgba, blank

SIZE = 120
FUR, RING, INK = (140, 130, 240), (240, 110, 100), (30, 20, 50)
EAR, LOOP = ((60, 60), (20, 44)), ((86, 70), (16, 16))


def draw(*things: tuple[tuple[tuple[int, int], tuple[int, int]], tuple[int, int, int]]) -> Rgba:
    """Return ellipses with a line of 4 pixels around each, the last one in front."""
    pose = blank(SIZE)
    for (middle, (across, along)), colour in things:
        cv2.ellipse(pose, middle, (across, along), 0, 0, 360, (*INK, 255), -1)
        cv2.ellipse(pose, middle, (across - 4, along - 4), 0, 0, 360, (*colour, 255), -1)
    return pose


def hide_ear() -> tuple[Rgba, Mask, Drawing]:
    """Return an ear alone, and what is taken for it where a loop hides some of it: the line of the loop goes along."""
    pose = draw((EAR, FUR), (LOOP, RING))
    ear = (pose[..., :3] == FUR).all(axis=2)
    line = (pose[..., :3] == INK).all(axis=2) & (pose[..., 3] > 0)
    beside = cv2.dilate(ear.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    return draw((EAR, FUR)), ear | (line & beside), study_drawing(pose)


def test_the_line_of_a_loop_before_an_ear_is_covered_too() -> None:
    _, ear, drawing = hide_ear()
    cover = find_cover(ear, drawing, is_sheathed=True)
    assert ear[64:78, 72].all()
    assert cover[64:78, 72].all()
    assert cover[64:78, 82].all()


def test_the_line_of_an_ear_where_nothing_lies_before_it_is_not_covered() -> None:
    _, ear, drawing = hide_ear()
    cover = find_cover(ear, drawing, is_sheathed=True)
    assert ear[40:90, 41:44].any()
    assert not cover[:, :64].any()


def test_an_ear_goes_on_behind_a_loop_as_the_other_drawing_shows_it() -> None:
    whole, ear, drawing = hide_ear()
    seen = np.where(ear[..., None], drawing.pose, np.uint8(0))
    cover = find_cover(ear, drawing, is_sheathed=True)
    near, brought, _ = uncover(whole, seen, (np.zeros_like(ear), cover), is_still=True)
    assert (near == whole).all()
    inside = (whole[..., :3] == FUR).all(axis=2)
    assert (brought[inside] == (*FUR, 255)).all()
    assert (brought[whole[..., 3] > 0][:, 3] == 255).all()
