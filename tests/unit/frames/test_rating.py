import math

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from poseloom.core.confidence import Rendering
from poseloom.frames.anatomy import Anatomy
from poseloom.frames.comparison import Comparison
from poseloom.frames.image import Rgba, premultiply
from poseloom.frames.inbetween import prepare_morph
from poseloom.frames.rating import rate_parts
from poseloom.frames.similarity import form_similarity
from tests.unit.frames.hands import CALM, FACE, GRINNING, HANDS, SNEEZING, kiss
from tests.unit.frames.tears import laugh, weep

HINGE = np.array([60, 56])


def resize(pose: Rgba, size_px: int) -> Rgba:
    return np.asarray(cv2.resize(pose, (size_px, size_px), interpolation=cv2.INTER_AREA), np.uint8)


@pytest.mark.parametrize("size_px", [320, 416, 512])
@pytest.mark.parametrize("where", HANDS)
def test_a_hand_that_appears_is_no_piece_of_the_face_that_turns(where: str, size_px: int) -> None:
    morph = prepare_morph(resize(FACE, size_px), resize(HANDS[where], size_px))
    assert morph.judgement.rendering is Rendering.FLOWS


@pytest.mark.parametrize("size_px", [320, 400, 512])
def test_a_handkerchief_is_no_white_of_an_eye_that_turns(size_px: int) -> None:
    morph = prepare_morph(resize(CALM, size_px), resize(SNEEZING, size_px))
    assert morph.judgement.limbs == 0


@pytest.mark.parametrize(
    ("heart", "size_px"), [((380, 370, 55), 320), ((400, 340, 70), 400), ((360, 390, 50), 512), ((400, 370, 70), 320)]
)
def test_a_heart_is_no_mouth_that_turns(heart: tuple[int, int, int], size_px: int) -> None:
    morph = prepare_morph(resize(GRINNING, size_px), resize(kiss(*heart), size_px))
    assert morph.judgement.limbs == 0


def _outline_arm(degrees: float, hidden_cells: int) -> NDArray[np.int32]:
    along = np.array([math.cos(math.radians(degrees)), math.sin(math.radians(degrees))])
    aside = 6 * np.array([-along[1], along[0]])
    ends = HINGE - hidden_cells * along, HINGE + 34 * along
    corners = [ends[0] + aside, ends[1] + aside, ends[1] - aside, ends[0] - aside]
    return np.array(corners).round().astype(np.int32)


def _rate_arm(
    *,
    tints: tuple[int, int],
    hidden_cells: int = 0,
    body: tuple[int, int] = (40, 26),
    is_lined: bool = True,
    degrees: tuple[int, int] = (0, -60),
) -> float:
    """Return the rate of an arm that turns before a body.

    Args:
        tints: How far its colour is from the body's in the source and in the target, in levels.
        hidden_cells: How much longer it is at its hinge.
        body: Where the middle of the body is, from the left, and its radius, in cells.
        is_lined: Whether one line is said to go around everything.
        degrees: Where it points in the source and in the target, clockwise from the right.
    """
    poses, labels = [], []
    for angle, tint in zip(degrees, tints, strict=True):
        pose, mask = np.zeros((112, 112, 4), np.uint8), np.zeros((112, 112), np.uint8)
        cv2.circle(pose, (body[0], 56), body[1], (120, 120, 120, 255), -1)
        outline = _outline_arm(angle, hidden_cells)
        cv2.fillPoly(pose, [outline], (120 + tint, 120, 120 - tint, 255))
        cv2.fillPoly(mask, [outline], 1)
        poses.append(premultiply(pose))
        labels.append(mask.astype(np.intp))
    still, open_ = np.zeros((112, 112, 2), np.float32), np.full((112, 112), 0.6, np.float32)
    turn = form_similarity(math.radians(degrees[1] - degrees[0]), 1, HINGE, HINGE)
    anatomy = Anatomy(velocity=still, turns=(turn,), labels=(labels[0], labels[1]))
    [rate] = rate_parts(anatomy, Comparison(poses[0], poses[1], is_lined=is_lined), (open_, open_))
    return rate


def test_an_arm_that_is_drawn_apart_may_be_tinted_until_half_is_left_open() -> None:
    assert _rate_arm(tints=(0, 50)) > 1
    assert _rate_arm(tints=(0, 60)) == 0


def test_an_arm_that_is_hardly_drawn_apart_may_be_tinted_less() -> None:
    assert _rate_arm(tints=(0, 35), hidden_cells=12) > 1
    assert _rate_arm(tints=(0, 50), hidden_cells=12) == 0


@pytest.mark.parametrize("tint", [50, 60, 70])
def test_what_turns_inside_the_outline_is_a_limb_only_where_everything_has_a_line_around_it(tint: int) -> None:
    """Without lines, nothing tells it from an eye that becomes a bow."""
    body = (64, 46)
    assert _rate_arm(tints=(tint, tint), body=body) > 1
    assert _rate_arm(tints=(tint, tint), body=body, is_lined=False) == 0


def test_no_leg_swings_through_the_ground() -> None:
    legs, arms = (30, 150), (-30, -150)
    assert _rate_arm(tints=(60, 60), degrees=legs) == 0
    assert _rate_arm(tints=(60, 60), degrees=legs, body=(40, 34)) > 1
    assert _rate_arm(tints=(60, 60), degrees=arms) > 1


@pytest.mark.parametrize(
    ("laughing", "weeping"),
    [
        ((74, 75), ((51, 70, 268), (39, 25), (31, 110))),
        ((68, 71), ((50, 58, 255), (46, 15), (37, 106))),
        ((71, 74), ((35, 63, 256), (43, 24), (35, 109))),
        ((67, 66), ((54, 65, 267), (49, 17), (35, 123))),
    ],
)
def test_a_laughing_mouth_does_not_turn_over_into_a_weeping_one(
    laughing: tuple[int, int], weeping: tuple[tuple[int, int, int], tuple[int, int], tuple[int, int]]
) -> None:
    morph = prepare_morph(laugh(*laughing), weep(*weeping))
    assert morph.judgement.limbs == 0
