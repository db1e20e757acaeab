import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.build import render
from demo.rig import POSES
from poseloom.frames.eye import SURE, Eyes, find_eyes
from poseloom.frames.image import Rgba, blank
from tests.unit.frames.faces import BLIND, SEEING, SKIN, Sketch, draw, head

OPEN, SHUT = ("idle", "waving", "thinking"), ("sleeping", "celebrating")


def look(pose: Rgba) -> Eyes:
    eyes = find_eyes(pose)
    assert eyes is not None
    return eyes


def is_sure(pose: Rgba) -> bool:
    eyes = find_eyes(pose)
    return eyes is not None and eyes.confidence >= SURE


@pytest.mark.parametrize("name", OPEN)
@pytest.mark.parametrize("size", [256, 512, 1024])
def test_the_open_eyes_of_the_demo_are_found_where_they_are(name: str, size: int) -> None:
    eyes = look(render(POSES[name], size))
    assert eyes.confidence > 0.9
    left, right = eyes.pair
    assert left.x < right.x
    assert left.half_height == pytest.approx(0.053 * size, rel=0.15)
    assert right.half_height == pytest.approx(left.half_height, rel=0.12)
    assert eyes.apart_px == pytest.approx(0.19 * size, rel=0.05)


@pytest.mark.parametrize("name", SHUT)
@pytest.mark.parametrize("size", [256, 512, 1024])
def test_eyes_that_are_shut_are_not_found(name: str, size: int) -> None:
    assert not is_sure(render(POSES[name], size))


@pytest.mark.parametrize("name", sorted(SEEING))
def test_eyes_are_found_however_they_are_drawn(name: str) -> None:
    pose, half_height = SEEING[name]
    eyes = look(pose)
    assert eyes.confidence > 0.9, eyes.reasons
    assert all(eye.half_height == pytest.approx(half_height, abs=2.5) for eye in eyes.pair)
    assert np.abs(eyes.face - np.median(pose[pose[..., 3] == 255][:, :3], axis=0)).max() < 10


@pytest.mark.parametrize("name", sorted(BLIND))
def test_what_has_no_two_eyes_gets_none(name: str) -> None:
    assert not is_sure(BLIND[name])


@pytest.mark.parametrize("turns", [1, 3])
def test_nobody_has_eyes_above_each_other(turns: int) -> None:
    pose = np.ascontiguousarray(np.rot90(render(POSES["idle"], 256), turns))
    assert not is_sure(pose)


def test_tilted_eyes_tell_their_tilt() -> None:
    eyes = look(SEEING["tilted dots"][0])
    assert math.degrees(eyes.tilt) == pytest.approx(15, abs=1)


def test_every_reason_is_told_by_name() -> None:
    eyes = look(SEEING["dots"][0])
    assert eyes.confidence == min(eyes.reasons.values())
    assert {"level", "size", "solidity", "enclosed", "contrast", "alone", "likeness"} <= eyes.reasons.keys()


def test_a_picture_within_a_larger_canvas_has_its_eyes_there() -> None:
    pose, _ = SEEING["dots"]
    moved = blank(800)
    moved[200:712, 100:612] = pose
    for eye, other in zip(look(pose).pair, look(moved).pair, strict=True):
        assert (other.x - eye.x, other.y - eye.y) == pytest.approx((100, 200), abs=0.5)


@pytest.mark.parametrize("pose", [blank(16), np.full((16, 16, 4), 255, np.uint8), np.full((1, 1, 4), 200, np.uint8)])
def test_a_picture_of_nothing_has_no_eyes(pose: Rgba) -> None:
    assert find_eyes(pose) is None


def test_a_picture_that_is_see_through_has_no_eyes() -> None:
    pose = SEEING["dots"][0].copy()
    pose[..., 3] //= 2
    assert find_eyes(pose) is None


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.tuples(st.integers(120, 392), st.integers(120, 440)),
            st.tuples(st.integers(8, 50), st.integers(8, 50)),
            st.integers(0, 179),
        ),
        min_size=1,
        max_size=3,
    ).filter(lambda blots: len(blots) != 2)
)
def test_blots_that_are_no_pair_never_crash_and_hardly_ever_pass(
    blots: list[tuple[tuple[int, int], tuple[int, int], int]],
) -> None:
    def blot(sketch: Sketch) -> None:
        for middle, radii, degrees in blots:
            sketch.ellipse(middle, radii, (30, 20, 20), degrees=degrees)

    eyes = find_eyes(draw(head(SKIN), blot))
    if eyes is not None:
        assert 0 <= eyes.confidence <= 1
        assert len(blots) > 1 or eyes.confidence < SURE
