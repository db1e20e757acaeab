"""A face that looks aside, on a body that stays."""

import cv2
import numpy as np
import pytest

from poseloom.frames.flow import Field, resample_field
from poseloom.frames.image import Rgba, blank, premultiply
from poseloom.frames.inbetween import prepare_morph
from poseloom.frames.registration import FeaturePyramid
from poseloom.frames.slide import find_slide

SIZE = 192
EYES_PX = 34
AT_REST = np.zeros((12, 12, 2), np.float32)


def draw_face(aside_px: int, *, eyes: bool = True) -> Rgba:
    """Return (SIZE, SIZE, 4): a ball with two eyes and a mouth, so far beside its middle."""
    picture = blank(SIZE)
    cv2.circle(picture, (96, 96), 84, (90, 60, 20, 255), -1, cv2.LINE_AA)
    cv2.circle(picture, (96, 96), 78, (245, 185, 75, 255), -1, cv2.LINE_AA)
    picture[..., :3][picture[..., 3] == 0] = 0
    if eyes:
        for side in (-1, 1):
            cv2.ellipse(picture, (96 + aside_px + side * EYES_PX // 2, 84), (7, 11), 0, 0, 360, (50, 30, 20, 255), -1)
        cv2.ellipse(picture, (96 + aside_px, 110), (12, 7), 0, 0, 180, (160, 40, 50, 255), -1)
    return picture


def find(source: Rgba, target: Rgba) -> Field | None:
    slide = find_slide(FeaturePyramid(premultiply(source), premultiply(target)), AT_REST)
    return None if slide is None else resample_field(slide, (SIZE, SIZE))


@pytest.mark.parametrize("aside_px", [-30, 24, 30])
def test_a_face_that_goes_farther_than_half_of_what_lies_between_its_eyes_is_found_again(aside_px: int) -> None:
    slide = find(draw_face(0), draw_face(aside_px))
    assert slide is not None
    assert slide[84, 96 - EYES_PX // 2] == pytest.approx((aside_px, 0), abs=5)
    assert slide[84, 96 + EYES_PX // 2] == pytest.approx((aside_px, 0), abs=8)


def test_the_outline_stays_while_the_face_slides() -> None:
    slide = find(draw_face(0), draw_face(24))
    assert slide is not None
    assert all(np.abs(slide[place]).max() < 4 for place in ((14, 96), (178, 96), (96, 14)))


def test_a_face_that_stays_does_not_slide() -> None:
    assert find(draw_face(0), draw_face(0)) is None
    assert find(draw_face(0), draw_face(2)) is None


def test_features_that_are_not_there_again_do_not_slide() -> None:
    assert find(draw_face(0), draw_face(0, eyes=False)) is None
    assert find(draw_face(24, eyes=False), draw_face(0)) is None


def test_half_way_there_is_one_face_half_way() -> None:
    middle, truth = prepare_morph(draw_face(0), draw_face(30)).draw(0.5), draw_face(15)
    dark = [(picture[..., :3].max(axis=2) < 90) & (picture[..., 3] > 200) for picture in (middle, truth)]
    eyes = [mask[70:98, 60:150] for mask in dark]
    assert (eyes[0] & eyes[1]).sum() > 0.7 * (eyes[0] | eyes[1]).sum()
