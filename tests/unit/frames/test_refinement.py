import math

import cv2
import numpy as np
import pytest

from demo.build import render
from demo.rig import POSES
from poseloom.frames.anatomy import Anatomy
from poseloom.frames.comparison import Mask
from poseloom.frames.flow import Field, list_positions
from poseloom.frames.image import Premultiplied, premultiply
from poseloom.frames.refinement import fit_stiffly, refine_turns
from poseloom.frames.similarity import Similarity, compose, form_similarity, move_points, read_turn

SIZE = 160
ROOT = np.array([80.0, 80.0])
TRUE_DEGREES = 60.0


def draw_limb(degrees: float) -> tuple[Premultiplied, Mask]:
    """Return a striped limb alone, (160, 160, 4) premultiplied, and where it is."""
    limb = np.zeros((SIZE, SIZE, 4), np.uint8)
    cv2.rectangle(limb, (80, 70), (144, 90), (40, 20, 60, 255), -1)
    cv2.rectangle(limb, (84, 74), (140, 86), (230, 180, 160, 255), -1)
    cv2.rectangle(limb, (120, 74), (140, 86), (90, 160, 240, 255), -1)
    turn = form_similarity(math.radians(degrees), 1.0, ROOT, ROOT)
    turned = np.asarray(cv2.warpAffine(limb, turn, (SIZE, SIZE), flags=cv2.INTER_LINEAR), np.uint8)
    return premultiply(turned), turned[..., 3] > 127


def refine(error_degrees: float, *, share: float = 1.0) -> float:
    """Return by how many degrees the turn is off after it was off by some; a share of the target shows the limb."""
    (near, near_mask), (far, far_mask) = draw_limb(0), draw_limb(TRUE_DEGREES)
    labels = [mask[::2, ::2].astype(np.intp) for mask in (near_mask, far_mask)]
    labels[1][round(share * len(labels[1])) :] = 0
    turn = form_similarity(math.radians(TRUE_DEGREES + error_degrees), 1.0, ROOT / 2, ROOT / 2)
    anatomy = Anatomy(velocity=np.zeros((80, 80, 2), np.float32), turns=(turn,), labels=(labels[0], labels[1]))
    [refined] = refine_turns(anatomy, (near, far)).turns
    return math.degrees(read_turn(refined)) - TRUE_DEGREES


@pytest.mark.parametrize("degrees", [-6.0, -3.0, 3.0, 6.0])
def test_of_the_cells_turn_and_of_the_flows_the_mean_is_taken(degrees: float) -> None:
    assert refine(degrees) == pytest.approx(degrees / 2, abs=0.25 * abs(degrees))


def test_a_true_turn_stays_as_it_is() -> None:
    assert refine(0.0) == pytest.approx(0.0, abs=0.3)


def test_a_part_that_the_other_pose_hardly_shows_tells_nothing() -> None:
    assert refine(4.0, share=0.0) == pytest.approx(4.0, abs=1e-6)


@pytest.mark.parametrize("degrees", [25.0, 45.0])
def test_what_seems_to_turn_much_farther_than_a_search_is_off_keeps_its_turn(degrees: float) -> None:
    """It bends, or was cut out badly: the flow alone would bring it nearer."""
    assert refine(degrees) == pytest.approx(degrees, abs=1e-6)


def test_a_reading_without_parts_stays_as_it_is() -> None:
    work = premultiply(render(POSES["idle"], 96)), premultiply(render(POSES["waving"], 96))
    nothing = np.zeros((48, 48), np.intp)
    anatomy = Anatomy(velocity=np.zeros((48, 48, 2), np.float32), turns=(), labels=(nothing, nothing))
    assert refine_turns(anatomy, work).turns == ()


def shear(places: Field) -> Field:
    """Return a motion that stretches along one axis as much as it shrinks along the other, about the middle."""
    return np.asarray(0.1 * (places - places.mean(axis=(0, 1))) * np.array([1, -1]), np.float32)


@pytest.mark.parametrize("degrees", [-20.0, 0.0, 35.0])
def test_a_stiff_motion_is_found_whatever_else_it_does(degrees: float) -> None:
    places = list_positions(40, 40)
    stiff: Similarity = form_similarity(math.radians(degrees), 1.0, (12, 20), (14.5, 19))
    weight = np.ones((40, 40), np.float32)
    for motion in (move_points(places, stiff) - places, move_points(places + shear(places), stiff) - places):
        assert fit_stiffly(np.asarray(motion, np.float32), weight) == pytest.approx(stiff, abs=1e-3)


def test_what_does_not_count_tells_nothing_and_the_weight_may_have_other_units() -> None:
    places = list_positions(40, 40)
    stiff = form_similarity(0.3, 1.0, (12, 20), (14.5, 19))
    motion = move_points(places, stiff) - places
    motion[:, 20:] = 7
    weight = np.zeros((80, 80), np.float32)
    weight[:, :40] = 0.5
    found = fit_stiffly(np.asarray(motion, np.float32), weight)
    at = np.array([[20.0, 30.0]])
    assert move_points(at, found) == pytest.approx(2 * move_points((at + 0.5) / 2 - 0.5, stiff) + 0.5, abs=1e-2)
    assert read_turn(compose(found, form_similarity(-0.3, 1.0, (0, 0), (0, 0)))) == pytest.approx(0, abs=1e-3)
