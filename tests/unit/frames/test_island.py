import cv2
import pytest

from benchmarks.inbetween.troupe import STANDS, TroupeItem
from poseloom.frames.image import Rgba, blank
from poseloom.frames.inbetween import prepare_morph
from poseloom.frames.island import count_pieces, drop_islands

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
    drop_islands(picture, 1)
    assert (picture == draw_body()).all()


def test_a_large_piece_that_lies_apart_stays() -> None:
    picture = draw_beside(12)
    drop_islands(picture, 1)
    assert (picture == draw_beside(12)).all()


def test_what_hangs_by_a_thread_of_one_pixel_stays() -> None:
    picture = draw_beside(5)
    cv2.line(picture, (50, 61), (100, 61), FUR, 1)
    threaded = picture.copy()
    drop_islands(picture, 1)
    assert (picture == threaded).all()


def test_of_three_pieces_the_smallest_is_left_out_where_a_pose_has_two() -> None:
    picture = draw_beside(5)
    cv2.circle(picture, (100, 20), 4, FUR, -1, cv2.LINE_AA)
    drop_islands(picture, 2)
    assert (picture == draw_beside(5)).all()


@pytest.mark.parametrize("radius_px", [5, 12])
def test_a_pose_and_a_disc_beside_it_are_two_pieces(radius_px: int) -> None:
    assert count_pieces(draw_body()) == 1
    assert count_pieces(draw_beside(radius_px)) == 2


def test_a_crumb_beside_it_leaves_a_pose_whole() -> None:
    pose = draw_body()
    pose[10, 10] = FUR
    assert count_pieces(pose) == 1


def test_an_empty_pose_has_no_pieces() -> None:
    assert count_pieces(blank(SIZE)) == 0


def test_no_tip_flies_before_what_it_hangs_on() -> None:
    pair = TroupeItem(id="ball", level="hard", figure="ball", source=STANDS["idle"], target=STANDS["think"]).load()
    morph = prepare_morph(pair.source, pair.target)
    assert morph.pieces == 1
    assert all(count_pieces(morph.draw(step / 24)) == 1 for step in range(25))


def test_what_lies_apart_in_a_pose_is_drawn_between_poses_too() -> None:
    source, target = draw_beside(5), draw_beside(6)
    morph = prepare_morph(source, target)
    assert morph.draw(0.5)[60, 100, 3] == 255
