from dataclasses import replace

import numpy as np
import pytest

from demo.build import render
from demo.rig import POSES
from poseloom.frames.anatomy import LOOSE_FREE_CELLS, Anatomy, trace_anatomy
from poseloom.frames.attachment import attach_parts, drop_strays, land_parts, release_cells
from poseloom.frames.candidate import choose_flow
from poseloom.frames.comparison import Comparison
from poseloom.frames.dissection import LONG_SIDES, dissect
from poseloom.frames.flow import resample_field
from poseloom.frames.image import premultiply
from poseloom.frames.registration import FeaturePyramid
from poseloom.frames.similarity import move_points

Case = tuple[Anatomy, Comparison]


@pytest.fixture(scope="module")
def arm() -> Case:
    """Return an arm in the colour of the body, found whole."""
    low, high = (replace(POSES["idle"], left_elbow=6, left_reach=1.2, left_arm=degrees) for degrees in (25, 145))
    poses = premultiply(render(low, 320, lined=False)), premultiply(render(high, 320, lined=False))
    comparison = Comparison(*FeaturePyramid(*poses).see(LONG_SIDES[0], 0.0))
    single = choose_flow(*poses)
    return dissect(comparison, resample_field(single.velocity, comparison.shape), single.start).anatomy, comparison


def cut_short(anatomy: Anatomy, comparison: Comparison, reach_cells: float) -> Anatomy:
    """Return the anatomy with what lies about the shoulder given to the body."""
    [path] = trace_anatomy(anatomy, comparison)
    joints = path.joint, move_points(path.joint, path.turn)
    labels = [
        np.where(np.linalg.norm(comparison.places - np.asarray(joint, np.float32), axis=2) < reach_cells, 0, side)
        for side, joint in zip(anatomy.labels, joints, strict=True)
    ]
    return replace(anatomy, labels=(labels[0], labels[1]))


def test_a_part_that_hangs_on_stays_as_it_is(arm: Case) -> None:
    anatomy, comparison = arm
    for before, after in zip(anatomy.labels, attach_parts(anatomy, comparison).labels, strict=True):
        assert np.array_equal(before, after)


def test_a_part_that_was_cut_short_reaches_towards_its_joint_again(arm: Case) -> None:
    short = cut_short(*arm, 11)
    [before] = short.measure_looseness(arm[1])
    [after] = attach_parts(short, arm[1]).measure_looseness(arm[1])
    assert before > LOOSE_FREE_CELLS
    assert after < 0.6 * before


def test_a_part_grows_where_it_turns_alone(arm: Case) -> None:
    anatomy, comparison = arm
    short = cut_short(*arm, 9)
    for side in (0, 1):
        grown = (attach_parts(short, comparison).labels[side] == 1) & (short.labels[side] == 0)
        assert 0 < grown.sum() < 0.5 * (short.labels[side] == 1).sum()
        assert comparison.solid[side][grown].all()
    assert anatomy.turns == short.turns


def test_a_part_whose_joint_is_far_off_stays_loose(arm: Case) -> None:
    short = cut_short(*arm, 24)
    for before, after in zip(short.labels, attach_parts(short, arm[1]).labels, strict=True):
        assert np.array_equal(before, after)


def test_a_part_that_was_found_in_one_pose_is_there_where_it_lands_in_the_other(arm: Case) -> None:
    anatomy, comparison = arm
    hidden = replace(anatomy, labels=(np.zeros_like(anatomy.labels[0]), anatomy.labels[1]))
    landed = land_parts(hidden, comparison).labels
    found, truth = landed[0] == 1, anatomy.labels[0] == 1
    assert np.array_equal(landed[1], anatomy.labels[1])
    assert (found & truth).sum() > 0.6 * truth.sum()
    assert comparison.solid[0][found].all()


def test_a_part_does_not_land_on_what_its_turn_does_not_explain(arm: Case) -> None:
    anatomy, comparison = arm
    away = replace(anatomy, turns=tuple(turn + np.array([[0, 0, 40.0], [0, 0, 0]]) for turn in anatomy.turns))
    for before, after in zip(anatomy.labels, land_parts(away, comparison).labels, strict=True):
        assert (after != before).sum() < 0.25 * (before == 1).sum()


def test_plain_cells_far_from_a_part_go_back_to_the_body(arm: Case) -> None:
    anatomy, comparison = arm
    labels = anatomy.labels[0].copy(), anatomy.labels[1].copy()
    flows, turns = comparison.price_flow(anatomy.velocity), comparison.price_turn(anatomy.turns[0])
    for side, flow, turn in zip(labels, flows, turns, strict=True):
        side[(side == 0) & (flow < turn)] = 1
    released = release_cells(replace(anatomy, labels=labels), comparison)
    for here, (before, after) in enumerate(zip(anatomy.labels, released.labels, strict=True)):
        assert not after[before == 0].any()
        assert after.sum() > 0.6 * before.sum()
        assert (after <= labels[here]).all()


@pytest.mark.parametrize("sides", [(0,), (1,), (0, 1)])
def test_pieces_that_hang_together_with_most_of_a_part_in_neither_pose_are_dropped(sides: tuple[int, ...]) -> None:
    """One part moves by ten cells; a second piece is in one pose alone, or in both and lands on itself by chance."""
    turn = np.array([[1.0, 0, 10], [0, 1, 0]])
    near, far = np.zeros((60, 60), np.intp), np.zeros((60, 60), np.intp)
    near[10:30, 10:20] = far[10:30, 20:30] = 1
    more = near.copy(), far.copy()
    for side in sides:
        more[side][40:50, 10 + 10 * side : 20 + 10 * side] = 1
    kept = drop_strays(more, [turn])
    assert np.array_equal(kept[0], near)
    assert np.array_equal(kept[1], far)


def test_a_part_of_which_one_pose_hides_the_middle_stays_whole() -> None:
    still = np.array([[1.0, 0, 0], [0, 1, 0]])
    near, far = np.zeros((60, 60), np.intp), np.zeros((60, 60), np.intp)
    near[10:50, 10:20] = far[10:50, 10:20] = 1
    far[25:31] = 0
    kept = drop_strays((near, far), [still])
    assert np.array_equal(kept[0], near)
    assert np.array_equal(kept[1], far)


def test_a_part_keeps_a_little_beyond_what_the_other_pose_shows_of_it() -> None:
    still = np.array([[1.0, 0, 0], [0, 1, 0]])
    near, far = np.zeros((60, 60), np.intp), np.zeros((60, 60), np.intp)
    near[10:50, 10:20], far[10:40, 10:20] = 1, 1
    longer, shown = drop_strays((near, far), [still])
    assert longer[40:44, 10:20].all()
    assert not longer[48:50].any()
    assert np.array_equal(shown, far)
