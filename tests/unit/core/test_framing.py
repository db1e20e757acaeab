from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poseloom.core.framing import PADDING, PoseExtent, find_anchor, fits, measure_framing

PAGE = PoseExtent(width=100, height=100, left=20, top=10, right=60, bottom=90)
WIDER = replace(PAGE, width=200)


@st.composite
def extents(draw: st.DrawFn, sides: st.SearchStrategy[int]) -> PoseExtent:
    """Draw a picture that shows something."""
    width, height = draw(sides), draw(sides)
    left, top = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
    right, bottom = draw(st.integers(left + 1, width)), draw(st.integers(top + 1, height))
    return PoseExtent(width=width, height=height, left=left, top=top, right=right, bottom=bottom)


sheets = st.integers(1, 4000)
# Few sides, so that pictures of equal dimensions come up often.
pages = extents(st.sampled_from([40, 41]))
many = st.lists(extents(sheets), min_size=1, max_size=6) | st.lists(pages, min_size=1, max_size=3)
paddings = st.sampled_from([0.0, PADDING, 0.1, 0.3, 0.49])


@given(many, paddings)
def test_every_pose_that_was_measured_fits(poses: list[PoseExtent], padding: float) -> None:
    framing = measure_framing(poses, padding)
    assert all(fits(pose, framing) for pose in poses)


@given(many, st.randoms(use_true_random=False))
def test_the_order_of_poses_does_not_matter(poses: list[PoseExtent], chance: Random) -> None:
    shuffled = list(poses)
    chance.shuffle(shuffled)
    assert measure_framing(shuffled) == measure_framing(poses)


@given(many)
def test_the_window_is_no_larger_than_its_padding_asks_for(poses: list[PoseExtent]) -> None:
    bare, padded = measure_framing(poses, 0), measure_framing(poses)
    assert bare.side / (1 - 2 * PADDING) <= padded.side < bare.side / (1 - 2 * PADDING) + 1


@given(many)
def test_the_free_part_is_shared_fairly_between_two_sides(poses: list[PoseExtent]) -> None:
    bare, padded = measure_framing(poses, 0), measure_framing(poses)
    for near, far in ((bare.left, padded.left), (bare.top, padded.top)):
        before, after = near - far, (far + padded.side) - (near + bare.side)
        assert abs(after - before) <= 2
        assert min(before, after) >= 0


@given(extents(sheets), st.integers(1, 50), st.integers(1, 50))
def test_a_wider_sheet_changes_nothing_for_pictures_that_stand_on_one_spot(
    pose: PoseExtent, right: int, down: int
) -> None:
    other = replace(pose, width=pose.width + 999)
    moved = replace(
        other, left=other.left + right, right=other.right + right, top=other.top + down, bottom=other.bottom + down,
        width=other.width + 1000, height=other.height + 1000,
    )  # fmt: skip
    assert measure_framing([pose, moved]) == measure_framing([pose, other])


def test_pictures_of_one_size_are_measured_from_their_corner() -> None:
    framing = measure_framing([PAGE, replace(PAGE, left=0)], 0)
    assert not framing.is_anchored
    assert (framing.left, framing.top, framing.side) == (-10, 10, 80)
    assert find_anchor(PAGE, is_anchored=False) == (0, 0)


def test_pictures_of_different_sizes_are_measured_from_where_they_stand() -> None:
    framing = measure_framing([PAGE, WIDER], 0)
    assert framing.is_anchored
    assert (framing.left, framing.top, framing.side) == (-40, -80, 80)
    assert find_anchor(PAGE, is_anchored=True) == (40, 90)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"left": 10, "right": 90}, True),
        ({"left": 9}, False),
        ({"right": 91}, False),
        ({"top": 9}, False),
        ({"bottom": 91}, False),
    ],
)
def test_a_later_pose_may_reach_the_edge_of_the_window_and_no_further(
    change: dict[str, int], *, expected: bool
) -> None:
    tall = replace(PAGE, left=30, right=70)
    framing = measure_framing([tall], 0)
    assert fits(replace(tall, **change), framing) is expected
