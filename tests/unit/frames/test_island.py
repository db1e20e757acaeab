import cv2
import pytest

from benchmarks.inbetween.troupe import STANDS, TroupeItem
from poseloom.frames.image import Rgba, blank
from poseloom.frames.inbetween import prepare_morph
from poseloom.frames.island import drop_islands, is_whole

SIZE = 120
FUR = (140, 130, 240, 255)


def draw_body() -> Rgba:
    pose = blank(SIZE)
    cv2.circle(pose, (50, 60), 30, FUR, -1, cv2.LINE_AA)
    return pose


def draw_beside(radius_px: int) -> Rgba:
    """Return the body and a disc apart from it."""
    pose = draw_body()
    cv2.circle(pose, (100, 60), radius_px, FUR, -1, cv2.LINE_AA)
    return pose


def test_a_small_piece_that_lies_apart_is_left_out_with_its_rim() -> None:
    picture = draw_beside(5)
    drop_islands(picture)
    assert (picture == draw_body()).all()


def test_a_large_piece_that_lies_apart_stays() -> None:
    picture = draw_beside(12)
    drop_islands(picture)
    assert (picture == draw_beside(12)).all()


def test_what_hangs_by_a_thread_of_one_pixel_stays() -> None:
    picture = draw_beside(5)
    cv2.line(picture, (50, 61), (100, 61), FUR, 1)
    threaded = picture.copy()
    drop_islands(picture)
    assert (picture == threaded).all()


@pytest.mark.parametrize("radius_px", [5, 12])
def test_a_pose_of_two_pieces_is_not_whole(radius_px: int) -> None:
    assert is_whole(draw_body())
    assert not is_whole(draw_beside(radius_px))


def test_a_crumb_beside_it_leaves_a_pose_whole() -> None:
    pose = draw_body()
    pose[10, 10] = FUR
    assert is_whole(pose)


def test_an_empty_pose_is_not_whole() -> None:
    assert not is_whole(blank(SIZE))


def test_no_tip_flies_before_what_it_hangs_on() -> None:
    pair = TroupeItem(id="ball", level="hard", figure="ball", source=STANDS["idle"], target=STANDS["think"]).load()
    morph = prepare_morph(pair.source, pair.target)
    assert morph.is_whole
    assert all(is_whole(morph.draw(step / 24)) for step in range(25))


def test_what_lies_apart_in_a_pose_is_drawn_between_poses_too() -> None:
    source, target = draw_beside(5), draw_beside(6)
    morph = prepare_morph(source, target)
    assert morph.draw(0.5)[60, 100, 3] == 255
