import math

import cv2
import numpy as np
import pytest

from poseloom.frames.comparison import Comparison
from poseloom.frames.image import Premultiplied
from poseloom.frames.proposal import Proposal, Proposer
from poseloom.frames.similarity import form_similarity, read_turn

AXIS = 56
SHOULDER_ACROSS, SHOULDER_DOWN, ARM = 18, 50, 30
DOWN, UP = 20, 140
UNEXPLAINED = np.ones((112, 112), np.float32), np.ones((112, 112), np.float32)


def find_place(side: int, degrees: float, along: float = 0.5) -> tuple[float, float]:
    """Return a place on an arm that hangs at 0 degrees and rises outwards, 1 is its hand; side -1 is left."""
    angle, reach = math.radians(degrees), along * ARM
    return AXIS + side * (SHOULDER_ACROSS + reach * math.sin(angle)), SHOULDER_DOWN + reach * math.cos(angle)


def draw_figure(degrees: float) -> Premultiplied:
    canvas = np.zeros((112, 112, 4), np.float32)
    cv2.ellipse(canvas, (AXIS, 64), (20, 30), 0, 0, 360, (0.5, 0.4, 0.9, 1), -1)
    for side in (-1, 1):
        shoulder, hand = (AXIS + side * SHOULDER_ACROSS, SHOULDER_DOWN), find_place(side, degrees, 1)
        end = round(hand[0]), round(hand[1])
        cv2.line(canvas, shoulder, end, (0.3, 0.2, 0.5, 1), 8)
        cv2.circle(canvas, end, 6, (1, 0.9, 0.8, 1), -1)
    return canvas


@pytest.fixture
def proposer() -> Proposer:
    return Proposer(Comparison(draw_figure(DOWN), draw_figure(UP)))


@pytest.mark.parametrize(("side", "home"), [(0, (-1, UP)), (1, (1, DOWN))])
def test_an_arm_that_was_taken_for_its_twin_is_brought_back_to_its_own_side(
    proposer: Proposer, side: int, home: tuple[int, float]
) -> None:
    ends = find_place(-1, DOWN), find_place(1, UP)
    crossed = Proposal(turn=form_similarity(math.radians(-160), 1, *ends), seed=ends[side], side=side)
    [own] = proposer.uncross([crossed], UNEXPLAINED)
    assert math.dist(own.ends[1 - side], find_place(*home)) < 3
    assert abs(read_turn(own.turn)) == pytest.approx(math.radians(UP - DOWN), abs=0.2)


def test_a_part_that_keeps_its_side_is_left_alone(proposer: Proposer) -> None:
    ends = find_place(-1, DOWN), find_place(-1, UP)
    kept = Proposal(turn=form_similarity(math.radians(UP - DOWN), 1, *ends), seed=ends[0], side=0)
    assert proposer.uncross([kept], UNEXPLAINED) == []


def test_a_place_between_two_shapes_that_belongs_to_neither_has_no_guesses() -> None:
    railed = draw_figure(DOWN)
    railed[20:90, [5, 6, 10, 11]] = 1
    beside_the_figure = np.zeros((112, 112), np.float32)
    beside_the_figure[:, :16] = 1
    guesses = Proposer(Comparison(railed, draw_figure(UP))).propose((beside_the_figure, UNEXPLAINED[1]))
    # White is too far from nothing for the rails to belong to what lies between them, where most that is open is near.
    assert {guess.side for guess in guesses} == {1}
