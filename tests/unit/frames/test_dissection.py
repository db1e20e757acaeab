import numpy as np

from demo.build import render
from demo.rig import POSES
from poseloom.frames.candidate import choose_flow
from poseloom.frames.comparison import Comparison
from poseloom.frames.dissection import LONG_SIDES, Dissection, dissect
from poseloom.frames.flow import resample_field
from poseloom.frames.image import Rgba, premultiply
from poseloom.frames.registration import FeaturePyramid
from tests.unit.frames.puppet import draw_puppet


def take_apart(source: Rgba, target: Rgba) -> Dissection:
    poses = premultiply(source), premultiply(target)
    comparison = Comparison(*FeaturePyramid(*poses).see(LONG_SIDES[0], 0.0))
    return dissect(comparison, resample_field(choose_flow(*poses).velocity, comparison.shape))


def test_a_pair_that_flows_has_no_parts_and_misses_none() -> None:
    found = take_apart(draw_puppet(20), draw_puppet(24))
    assert not found.anatomy.turns
    assert not found.is_near_miss


def test_a_pair_whose_arm_is_found_misses_none() -> None:
    found = take_apart(draw_puppet(15), draw_puppet(125))
    assert len(found.anatomy.turns) == 1
    assert not found.is_near_miss


def test_parts_that_hardly_help_are_not_in_the_reading_but_are_told() -> None:
    found = take_apart(render(POSES["idle"], 320), render(POSES["thinking"], 320))
    assert not found.anatomy.turns
    assert found.is_near_miss
    assert all(not np.any(side) for side in found.anatomy.labels)
