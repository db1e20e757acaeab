import math

import numpy as np
import pytest
from numpy.typing import NDArray

from poseloom.frames.anatomy import Path, steady_path
from poseloom.frames.similarity import form_similarity

PIVOT = np.array([30.0, 24.0])
ASIDE = np.array([3.0, -1.0])


def carry(shift: tuple[float, float]) -> NDArray[np.float32]:
    """Return a body that moves as a whole."""
    return np.full((64, 64, 2), shift, np.float32)


@pytest.mark.parametrize("shift", [(0.0, 0.0), (2.0, -1.5)])
@pytest.mark.parametrize("degrees", [40.0, -100.0, 170.0])
def test_a_joint_that_was_seen_aside_comes_half_way_to_where_the_part_is_still(
    degrees: float, shift: tuple[float, float]
) -> None:
    turn = form_similarity(math.radians(degrees), 1.0, PIVOT, PIVOT + shift)
    steadied = steady_path(Path(turn=turn, joint=PIVOT + ASIDE), carry(shift))
    assert steadied.joint == pytest.approx(PIVOT + ASIDE / 2, abs=0.05)
    assert steadied.turn is turn


def test_a_part_that_only_slides_keeps_the_joint_that_was_seen() -> None:
    path = Path(turn=form_similarity(0.0, 1.0, PIVOT, PIVOT + ASIDE), joint=PIVOT)
    assert steady_path(path, carry((0.0, 0.0))).joint == pytest.approx(PIVOT)


def test_a_place_far_off_is_no_joint() -> None:
    path = Path(turn=form_similarity(math.radians(60), 1.0, PIVOT, PIVOT), joint=PIVOT + 20.0)
    assert steady_path(path, carry((0.0, 0.0))) is path
