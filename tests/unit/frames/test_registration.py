from dataclasses import replace

import numpy as np
import pytest

from demo.build import render
from demo.rig import POSES
from poseloom.frames.image import premultiply
from poseloom.frames.registration import CALM_BEGUN, FIRM, STIFF, FeaturePyramid, Stiffness, register

SIZE_PX = 128


@pytest.fixture(scope="module")
def pair() -> FeaturePyramid:
    """An arm is raised, and the head leans."""
    return FeaturePyramid(*(premultiply(render(POSES[name], SIZE_PX)) for name in ("idle", "waving")))


@pytest.mark.parametrize(("stiffness", "slow_cells"), [(FIRM, 0.89), (CALM_BEGUN, 0.46)])
def test_few_rounds_bring_a_flow_near_to_where_many_would(
    pair: FeaturePyramid, stiffness: Stiffness, slow_cells: float
) -> None:
    """Without momentum, as many rounds leave it `slow_cells` from there."""
    patient = replace(stiffness, rounds=tuple((cells, 20 * count) for cells, count in stiffness.rounds))
    assert np.abs(register(pair, stiffness) - register(pair, patient)).mean() < 0.65 * slow_cells


def test_poses_that_are_alike_stay_at_rest() -> None:
    pose = premultiply(render(POSES["idle"], SIZE_PX))
    assert np.abs(register(FeaturePyramid(pose, pose), STIFF)).max() < 1e-4


def test_a_flow_is_the_same_to_the_bit_wherever_in_memory_it_is_reckoned(pair: FeaturePyramid) -> None:
    flows, kept = set(), []
    for index in range(24):
        # What is kept moves all that follows on by a few bytes.
        kept.append(bytearray(2000 + 16 * index))
        flows.add(register(pair, FIRM).tobytes())
    assert len(flows) == 1
