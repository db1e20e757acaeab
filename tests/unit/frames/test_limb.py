import itertools
import math
from dataclasses import replace

import cv2
import numpy as np
import pytest

from benchmarks.inbetween.score import score_picture
from demo import rig
from demo.build import render
from demo.rig import POSES, interpolate
from poseloom.frames.image import Rgba, blank, measure_colour_gap, premultiply
from poseloom.frames.inbetween import Morph, prepare_morph
from poseloom.frames.limb import lay_over
from poseloom.frames.silhouette import measure_distance
from poseloom.frames.similarity import read_turn
from poseloom.frames.stage import Placement
from tests.unit.frames.puppet import SIZE, draw_plain_figure, draw_puppet

LOW, HIGH = 15.0, 125.0
INK = np.array([int(rig.INK[place : place + 2], 16) for place in (1, 3, 5)], np.float32)


@pytest.fixture(scope="module")
def morph() -> Morph:
    return prepare_morph(draw_puppet(LOW), draw_puppet(HIGH))


def measure_overlap(first: Rgba, second: Rgba) -> float:
    solid = [image[..., 3] > 128 for image in (first, second)]
    return float((solid[0] & solid[1]).sum() / (solid[0] | solid[1]).sum())


def find_paw(image: Rgba) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Return the middle of the cream paw left of the body."""
    cream = (image[..., 3] > 200) & (image[..., :3].min(axis=2) > 200)
    cream[:, SIZE // 2 :] = False
    return np.asarray(np.argwhere(cream)[:, ::-1].mean(axis=0), np.float64)


def test_an_arm_that_rises_is_one_limb_that_turns_so_far(morph: Morph) -> None:
    [limb] = morph.limbs
    assert math.degrees(read_turn(limb.path.turn)) == pytest.approx(HIGH - LOW, abs=6)
    assert limb.is_front


@pytest.mark.parametrize("t", [0.25, 0.5, 0.75])
def test_a_hand_goes_round_in_an_arc_and_keeps_its_size(morph: Morph, t: float) -> None:
    truth = draw_puppet(LOW + (HIGH - LOW) * t)
    drawn = morph.draw(t)
    assert find_paw(drawn) == pytest.approx(find_paw(truth), abs=4)
    assert measure_overlap(drawn, truth) > 0.95


def test_the_body_behind_an_arm_is_whole(morph: Morph) -> None:
    """Half-way the arm stands out to the side: what it hid before is to be seen."""
    belly = np.s_[100:170, 100:140]
    truth = premultiply(draw_puppet((LOW + HIGH) / 2))[belly]
    assert np.abs(premultiply(morph.draw(0.5))[belly] - truth).mean() < 0.02


def test_a_limb_neither_tears_nor_leaves_crumbs(morph: Morph) -> None:
    for t in np.linspace(-0.05, 1.05, 23):
        solid = np.asarray(morph.draw(float(t))[..., 3] > 128, np.uint8)
        pieces, _ = cv2.connectedComponents(solid, connectivity=8)
        assert pieces == 2, f"in pieces at t={t}"


def test_nothing_jumps_on_the_way(morph: Morph) -> None:
    frames = [premultiply(morph.draw(float(t))) for t in np.linspace(0, 1, 41)]
    steps = [float(np.abs(after - before).mean()) for before, after in itertools.pairwise(frames)]
    assert max(steps) < 3 * float(np.mean(steps))


def test_the_reach_of_a_pose_includes_its_limbs(morph: Morph) -> None:
    for t in (0.0, 0.3, 0.5, 0.8):
        shown = morph.draw(t)[..., 3] > 16
        rows, columns = np.nonzero(shown)
        left, top, right, bottom = morph.measure_reach(t)
        assert left <= columns.min() + 4
        assert top <= rows.min() + 4
        assert right >= columns.max() - 4
        assert bottom >= rows.max() - 4


def test_a_limb_is_placed_with_its_body(morph: Morph) -> None:
    placed = morph.draw(0.5, Placement(scale_x=0.8, scale_y=0.8, pivot_x=SIZE / 2, pivot_y=SIZE / 2))
    shrink = np.array([[0.8, 0, 0.1 * SIZE - 0.1], [0, 0.8, 0.1 * SIZE - 0.1]])
    plain = cv2.warpAffine(morph.draw(0.5), shrink, (SIZE, SIZE))
    assert measure_overlap(placed, np.asarray(plain, np.uint8)) > 0.97


def test_a_limb_behind_the_body_stays_behind_it() -> None:
    low, high = (draw_puppet(degrees, arm_in_front=False) for degrees in (LOW + 25, HIGH))
    drawn, truth = prepare_morph(low, high).draw(0.5), draw_puppet((LOW + 25 + HIGH) / 2, arm_in_front=False)
    assert measure_overlap(drawn, truth) > 0.93
    middle = np.s_[90:170, 90:140]
    assert np.abs(premultiply(drawn)[middle] - premultiply(truth)[middle]).mean() < 0.03


def test_what_the_body_hides_of_a_limb_in_one_pose_is_taken_from_the_other() -> None:
    hanging, raised = (replace(POSES["idle"], tail=degrees, tail_curl=curl) for degrees, curl in ((-10, 20), (34, 110)))
    drawn = prepare_morph(render(hanging, 256), render(raised, 256)).draw(0.5)
    wrong = (drawn[..., 3] > 128) != (render(interpolate(hanging, raised, 0.5), 256)[..., 3] > 128)
    assert wrong.sum() < 360


def test_what_is_taken_from_the_other_pose_lies_where_this_one_has_it() -> None:
    """The tail bends as it swings in, so that the hidden half of its ball is not where the turn alone would put it."""
    hanging, raised = (replace(POSES["idle"], tail=degrees, tail_curl=curl) for degrees, curl in ((-10, 20), (34, 110)))
    morph = prepare_morph(render(hanging, 320), render(raised, 320))
    for t, psnr_db in ((0.75, 22), (0.9, 27)):
        truth = render(interpolate(hanging, raised, t), 320)
        assert score_picture(morph.draw(t), truth)["psnr"] > psnr_db


@pytest.mark.parametrize(("left", "right", "limbs"), [(12, 125, 1), (110, 110, 2)])
def test_arms_before_a_shirt_of_their_colour_are_raised_in_an_arc(left: float, right: float, limbs: int) -> None:
    """Where they hang, hardly a pixel tells them from the shirt: their edge is drawn in the other pose alone."""
    morph = prepare_morph(draw_plain_figure(12, 12), draw_plain_figure(left, right))
    assert len(morph.limbs) == limbs
    for t in (0.25, 0.5, 0.75):
        truth = draw_plain_figure(12 + (left - 12) * t, 12 + (right - 12) * t)
        assert measure_overlap(morph.draw(t), truth) > 0.93


def test_half_a_body_is_no_limb() -> None:
    """The black half of one pose would explain that of the other, but nobody turns half of himself."""
    facing = blank(SIZE)
    cv2.ellipse(facing, (100, 110), (46, 70), 0, 0, 360, (0, 0, 0, 255), -1)
    cv2.ellipse(facing, (76, 120), (16, 44), 0, 0, 360, (255, 255, 255, 255), -1)
    cv2.line(facing, (140, 90), (170, 120), (0, 0, 0, 255), 24)
    assert prepare_morph(facing, np.ascontiguousarray(facing[:, ::-1])).limbs == ()


@pytest.mark.parametrize("lined", [True, False])
def test_a_tail_that_swings_out_stays_behind_the_body_and_on_it(lined: bool) -> None:
    hanging, raised = (replace(POSES["idle"], tail=degrees, tail_curl=curl) for degrees, curl in ((-10, 20), (34, 110)))
    morph = prepare_morph(render(hanging, 320, lined=lined), render(raised, 320, lined=lined))
    assert [limb.is_front for limb in morph.limbs] == [False]
    for t in np.linspace(0.05, 0.95, 10):
        solid = np.asarray(morph.draw(float(t))[..., 3] > 128, np.uint8)
        _, _, figures, _ = cv2.connectedComponentsWithStats(solid, connectivity=8)
        assert figures[1:, cv2.CC_STAT_AREA].max() > 0.995 * solid.sum(), f"in pieces at t={t}"


def test_a_shoulder_shows_no_line_where_the_arm_goes_on_into_the_body() -> None:
    straight = replace(POSES["idle"], left_elbow=6, left_reach=1.2)
    low, middle, high = (render(replace(straight, left_arm=degrees), 320) for degrees in (85, 105, 125))
    gap = premultiply(prepare_morph(low, high).draw(0.5)) - premultiply(middle)
    seen = middle[..., 3] > 12
    assert -10 * math.log10(float(np.mean(gap[seen] ** 2))) > 36


@pytest.mark.parametrize("raised", ["waving", "thinking"])
def test_the_line_around_a_mascot_is_whole_while_its_arm_turns(raised: str) -> None:
    morph = prepare_morph(render(POSES["idle"], 320), render(POSES[raised], 320))
    assert any(limb.is_front for limb in morph.limbs)
    for t in np.linspace(0.1, 0.9, 9):
        drawn = morph.draw(float(t))
        depth = measure_distance(drawn[..., 3].astype(np.float32) / np.float32(255))
        edge = drawn[(depth > 1) & (depth < 2.5)]
        assert (measure_colour_gap(edge, INK) > 60).sum() <= 4


def test_two_searches_find_the_same(morph: Morph) -> None:
    again = prepare_morph(draw_puppet(LOW), draw_puppet(HIGH))
    assert np.array_equal(again.draw(0.37), morph.draw(0.37))


def test_a_body_without_limbs_has_none() -> None:
    leaning = cv2.warpAffine(
        draw_puppet(0, arm=False), cv2.getRotationMatrix2D((100, 180), 8, 1), (SIZE, SIZE), flags=cv2.INTER_LINEAR
    )
    assert prepare_morph(draw_puppet(0, arm=False), np.asarray(leaning, np.uint8)).limbs == ()


def test_laying_nothing_over_a_picture_changes_nothing() -> None:
    picture = draw_puppet(LOW)
    below = picture.copy()
    lay_over(below, blank(SIZE))
    assert np.array_equal(below, picture)
