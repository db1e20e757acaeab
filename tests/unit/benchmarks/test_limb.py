"""The limb's own score: full for the truth, nothing without the limb, little for ghosts of it."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.inbetween.limb import score_limb
from benchmarks.inbetween.method import prepare_dissolve
from benchmarks.inbetween.pair import MIDDLE, SIZE_PX, Mask
from benchmarks.inbetween.rig import RigItem, draw_without, find_far_limbs
from demo.build import render
from demo.rig import POSES
from poseloom.frames.image import Rgba

LOW, HIGH = (
    replace(POSES["idle"], left_arm=degrees, left_elbow=6, left_reach=1.2, tail=0, tail_curl=30)
    for degrees in (30, 130)
)
ITEM = RigItem(id="wave", level="hard", source=LOW, target=HIGH)
ARM = "left-arm"


@pytest.fixture(scope="module")
def truth() -> Rgba:
    return render(ITEM.pose(MIDDLE), SIZE_PX)


@pytest.fixture(scope="module")
def bare() -> Rgba:
    return draw_without(ITEM.pose(MIDDLE), ARM, ITEM.size_px)


@pytest.fixture(scope="module")
def region() -> Mask:
    return ITEM.trace(ARM)


def test_the_limb_that_turns_far_is_found() -> None:
    assert find_far_limbs(LOW, HIGH) == [ARM]
    assert find_far_limbs(LOW, replace(LOW, left_arm=80)) == []
    assert find_far_limbs(LOW, replace(LOW, right_elbow=40)) == ["right-arm"]
    assert find_far_limbs(LOW, replace(LOW, tail_curl=95)) == ["tail"]


def test_truth_has_all_of_its_limb(truth: Rgba, bare: Rgba, region: Mask) -> None:
    assert score_limb(truth, truth, bare, region) == 1


def test_picture_without_the_limb_has_none_of_it(truth: Rgba, bare: Rgba, region: Mask) -> None:
    assert score_limb(bare, truth, bare, region) == 0


def test_limb_at_either_end_is_not_the_limb_half_way(truth: Rgba, bare: Rgba, region: Mask) -> None:
    for pose in (LOW, HIGH):
        assert (score_limb(render(pose, SIZE_PX), truth, bare, region) or 0) < 0.25


def test_ghosts_of_a_dissolve_are_hardly_a_limb(truth: Rgba, bare: Rgba, region: Mask) -> None:
    ghost = prepare_dissolve(render(LOW, SIZE_PX), render(HIGH, SIZE_PX)).draw(MIDDLE)
    assert (score_limb(ghost, truth, bare, region) or 0) < 0.2


def test_limb_that_is_half_transparent_or_of_a_foreign_colour_does_not_count(
    truth: Rgba, bare: Rgba, region: Mask
) -> None:
    limb = np.abs(truth.astype(np.int16) - bare).max(axis=2) > 20
    faint, green = truth.copy(), truth.copy()
    faint[limb, 3] //= 2
    green[limb] = (0, 255, 0, 255)
    for picture in (faint, green):
        assert (score_limb(picture, truth, bare, region) or 0) < 0.15


def test_limb_a_little_off_is_worth_more_than_one_far_off(truth: Rgba, bare: Rgba, region: Mask) -> None:
    scores = [score_limb(render(ITEM.pose(t), SIZE_PX), truth, bare, region) or 0 for t in (0.5, 0.54, 0.6, 0.8)]
    assert scores == sorted(scores, reverse=True)
    assert scores[1] > 0.5


def test_whole_body_a_pixel_off_costs_little(truth: Rgba, bare: Rgba, region: Mask) -> None:
    assert (score_limb(np.roll(truth, 1, axis=1), truth, bare, region) or 0) > 0.75
    assert (score_limb(np.roll(bare, 1, axis=1), truth, bare, region) or 0) < 0.05


def test_limb_that_nobody_can_see_is_not_asked_for(bare: Rgba, region: Mask) -> None:
    assert score_limb(bare, bare, bare, region) is None
