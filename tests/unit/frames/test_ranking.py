import math

import cv2
import numpy as np
import pytest

from poseloom.frames.comparison import Comparison
from poseloom.frames.image import Premultiplied
from poseloom.frames.proposal import Proposal
from poseloom.frames.ranking import Ranked, claim_cells, discount, list_calmer
from poseloom.frames.similarity import form_similarity

SHOULDER = 50, 30
DOWN, UP = (50, 60), (80, 30)


def draw(hand: tuple[int, int]) -> Premultiplied:
    """Return a wall and an arm of another colour before it."""
    canvas = np.zeros((100, 100, 4), np.float32)
    canvas[20:90, 20:60] = (0.9, 0.3, 0.2, 1)
    cv2.line(canvas, SHOULDER, hand, (0.2, 0.3, 0.9, 1), 9)
    return canvas


@pytest.fixture
def comparison() -> Comparison:
    return Comparison(draw(DOWN), draw(UP))


def test_a_guess_claims_the_part_that_its_turn_explains_in_both_poses(comparison: Comparison) -> None:
    turn = form_similarity(math.radians(-90), 1, SHOULDER, SHOULDER)
    near, far = claim_cells(comparison, Proposal(turn=turn, seed=(50.0, 48.0), side=0))
    assert near[40:56, 49:52].all()
    assert far[29:32, 60:76].all()
    for claimed, pose in zip((near, far), comparison.poses, strict=True):
        assert (pose[claimed][:, 2] > 0.5).mean() > 0.9


def test_a_guess_that_leads_beyond_the_picture_claims_nothing(comparison: Comparison) -> None:
    away = form_similarity(0, 1, SHOULDER, (50.0, -40.0))
    for claimed in claim_cells(comparison, Proposal(turn=away, seed=(50.0, 48.0), side=0)):
        assert not claimed.any()


def guess(degrees: float, seed: tuple[float, float], place: tuple[float, float]) -> Proposal:
    """Return the guess that what is about `seed` turns and goes to a place."""
    return Proposal(turn=form_similarity(math.radians(degrees), 1, seed, place), seed=seed, side=0)


BALL, THERE = (30.0, 40.0), (60.0, 50.0)


def test_a_ball_may_go_to_its_place_by_calmer_ways() -> None:
    half, still = guess(60, BALL, THERE), guess(-5, BALL, THERE)
    assert list_calmer([half, still], guess(120, BALL, THERE)) == [half, still]


def test_ways_that_are_alike_count_once() -> None:
    half, same = guess(60, BALL, THERE), guess(62, BALL, THERE)
    assert list_calmer([half, same], guess(-120, BALL, THERE)) == [half]


def test_a_turn_by_hardly_less_is_not_calmer() -> None:
    assert not list_calmer([guess(100, BALL, THERE), guess(-115, BALL, THERE)], guess(120, BALL, THERE))


def test_what_goes_elsewhere_or_is_about_something_else_is_no_calmer_way() -> None:
    elsewhere, other = guess(0, BALL, (60.0, 58.0)), guess(0, (30.0, 48.0), (60.0, 58.0))
    assert not list_calmer([elsewhere, other], guess(120, BALL, THERE))


def test_a_failure_rules_out_what_is_alike_and_puts_what_lands_beside_it_later() -> None:
    failed, alike = (Ranked(8.0, guess(40, (30.0, 30.0), (50.0, y))) for y in (40.0, 40.5))
    beside, elsewhere = (
        Ranked(8.0, guess(40, (30.0, 30.0), (50.0, 42.0))),
        Ranked(8.0, guess(40, (5.0, 5.0), (9.0, 5.0))),
    )
    left = discount([failed, alike, beside, elsewhere], failed.proposal)
    assert [(one.proposal, one.worth) for one in left] == [(beside.proposal, 4.0), (elsewhere.proposal, 8.0)]
