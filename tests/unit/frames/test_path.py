import math

import numpy as np
import pytest
from numpy.typing import NDArray

from poseloom.frames.path import Path, rescale_path, steady_path, trace_paths
from poseloom.frames.similarity import Similarity, form_similarity, move_points

PIVOT = np.array([30.0, 24.0])
ASIDE = np.array([3.0, -1.0])


def carry(shift: tuple[float, float]) -> NDArray[np.float32]:
    """Return a body that moves as a whole."""
    return np.full((64, 64, 2), shift, np.float32)


@pytest.mark.parametrize("shift", [(0.0, 0.0), (2.0, -1.5)])
@pytest.mark.parametrize(("degrees", "left"), [(41.41, 0.333), (-90.0, 0.111), (180.0, 0.059)])
def test_a_joint_that_was_seen_aside_comes_nearer_to_where_the_part_is_still_the_farther_it_turns(
    degrees: float, left: float, shift: tuple[float, float]
) -> None:
    turn = form_similarity(math.radians(degrees), 1.0, PIVOT, PIVOT + shift)
    steadied = steady_path(Path(turn=turn, joint=PIVOT + ASIDE, radians=math.radians(degrees)), carry(shift))
    assert steadied.joint == pytest.approx(PIVOT + left * ASIDE, abs=0.03)
    assert steadied.turn is turn


def test_a_part_that_only_slides_keeps_the_joint_that_was_seen() -> None:
    path = Path(turn=form_similarity(0.0, 1.0, PIVOT, PIVOT + ASIDE), joint=PIVOT, radians=0.0)
    assert steady_path(path, carry((0.0, 0.0))).joint == pytest.approx(PIVOT)


def test_a_place_far_off_is_no_joint() -> None:
    path = Path(turn=form_similarity(1.0, 1.0, PIVOT, PIVOT), joint=PIVOT + 20.0, radians=1.0)
    assert steady_path(path, carry((0.0, 0.0))) is path


STILL = np.zeros((64, 64, 2), np.float32)
SHOULDER, ELBOW = np.array([20.0, 32.0]), np.array([36.0, 32.0])


def trace(labels: NDArray[np.intp], turns: list[Similarity], solid: NDArray[np.bool_]) -> list[Path]:
    """Return the paths of parts on a body that stays."""
    rows, columns = np.mgrid[:64, :64]
    places, motion = np.dstack([columns, rows]).astype(np.float32), STILL.copy()
    for part, turn in enumerate(turns, 1):
        motion[labels == part] = (move_points(places, turn) - places)[labels == part]
    return trace_paths(labels, turns, motion, solid)


def draw_arm() -> NDArray[np.intp]:
    """Return a body at the left (0), an upper arm that points right from it (1), and a forearm (2)."""
    labels = np.zeros((64, 64), np.intp)
    labels[29:36, 20:36], labels[29:36, 36:52] = 1, 2
    return labels


def find_solid(labels: NDArray[np.intp]) -> NDArray[np.bool_]:
    solid = labels > 0
    solid[10:54, 4:20] = True
    return solid


def bend(upper_degrees: float, fore_degrees: float) -> list[Similarity]:
    upper = form_similarity(math.radians(upper_degrees), 1.0, SHOULDER, SHOULDER)
    return [upper, form_similarity(math.radians(fore_degrees), 1.0, ELBOW, move_points(ELBOW, upper))]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_forearm_hangs_on_the_upper_arm_at_every_moment(order: tuple[int, int]) -> None:
    """Wherever it stands in the list; on the body alone it would take the chord of the elbow's way."""
    labels = np.array([0, 1 + order.index(0), 1 + order.index(1)])[draw_arm()]
    paths = trace(labels, [bend(-80, -170)[part] for part in order], find_solid(labels))
    upper, fore = (paths[order.index(part)] for part in (0, 1))
    assert upper.carrier is None
    assert fore.carrier is upper
    for t in (0.25, 0.5, 0.75):
        ends = [move_points(ELBOW, path.find(t, (STILL, STILL))) for path in (upper, fore)]
        assert math.dist(*ends) < 1.5


def test_a_path_that_another_carries_is_the_same_on_a_finer_grid() -> None:
    labels = draw_arm()
    fore = trace(labels, bend(-80, -170), find_solid(labels))[1]
    finer = np.zeros((128, 128, 2), np.float32)
    there = move_points(ELBOW, fore.find(0.5, (STILL, STILL)))
    again = move_points(2 * ELBOW + 0.5, rescale_path(fore, 2, 2).find(0.5, (finer, finer)))
    assert again == pytest.approx(2 * there + 0.5, abs=0.01)


def test_a_forearm_is_steadied_against_the_arm_that_carries_it() -> None:
    labels = draw_arm()
    upper, fore = trace(labels, bend(-80, -170), find_solid(labels))
    aside = Path(turn=fore.turn, joint=ELBOW + ASIDE, radians=fore.radians, carrier=upper)
    # Against the upper arm it turns by a quarter, though by nearly a half in all.
    assert steady_path(aside, STILL).joint == pytest.approx(ELBOW + 0.111 * ASIDE, abs=0.03)


def test_of_two_parts_that_hang_on_each_other_alone_one_hangs_on_the_body() -> None:
    labels = draw_arm()
    turns = [form_similarity(math.radians(50), 1.0, ELBOW, ELBOW + ASIDE * 4)] * 2
    paths = trace(labels, turns, labels > 0)
    assert [path.carrier is None for path in paths].count(True) == 1


def test_what_borders_an_arm_alone_hangs_on_it_however_badly_it_is_seen_to() -> None:
    """A ball hangs on its stem, and not on the body that the stem alone is beside."""
    labels = draw_arm()
    upper, fore = bend(-80, -170)
    fore[:, 2] += 3 * ASIDE
    hanging, held = trace(labels, [upper, fore], find_solid(labels))
    assert hanging.carrier is None
    assert held.carrier is hanging


def test_what_hardly_touches_the_body_and_an_arm_hangs_on_the_body() -> None:
    labels = np.zeros((64, 64), np.intp)
    labels[10:15, 10:15], labels[10:12, 15] = 1, 2
    solid = labels > 0
    solid[13:15, 15] = True
    paths = trace(labels, bend(30, 60), solid)
    assert paths[0].carrier is None


@pytest.mark.parametrize("degrees", [170, -170])
def test_an_arm_that_turns_by_nearly_a_half_swings_clear_of_the_body(degrees: float) -> None:
    """From up to down at the right of it, both turns go the same way round: outside."""
    labels = np.zeros((64, 64), np.intp)
    labels[6:30, 24:30] = 1
    solid = labels > 0
    solid[4:60, 4:27] = True
    joint = np.array([27.0, 30.0])
    [path] = trace(labels, [form_similarity(math.radians(degrees), 1.0, joint, joint)], solid)
    x, y = move_points(np.array([27.0, 8.0]), path.find(0.5, (STILL, STILL)))
    assert x > 45
    assert y == pytest.approx(30, abs=6)


def test_an_arm_that_turns_less_goes_the_short_way_whatever_it_crosses() -> None:
    labels = np.zeros((64, 64), np.intp)
    labels[6:30, 24:30] = 1
    solid = labels > 0
    solid[4:60, 4:27] = True
    joint = np.array([27.0, 30.0])
    [path] = trace(labels, [form_similarity(math.radians(-120), 1.0, joint, joint)], solid)
    assert path.radians == pytest.approx(math.radians(-120))
