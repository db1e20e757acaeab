import math

import cv2
import numpy as np
import pytest

from poseloom.frames.comparison import Comparison
from poseloom.frames.image import Premultiplied
from poseloom.frames.proposal import Proposal
from poseloom.frames.ranking import claim_cells
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
