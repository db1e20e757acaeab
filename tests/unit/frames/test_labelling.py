import numpy as np
import pytest

from poseloom.frames.flow import smooth
from poseloom.frames.labelling import PLAIN, assign_labels, find_edges, measure_bonds, measure_cut, measure_roughness


def test_lonely_doubts_are_settled_by_the_neighbours() -> None:
    costs = np.zeros((2, 20, 20), np.float32)
    costs[1, :, :10], costs[0, :, 10:] = 0.5, 0.5
    costs[:, 5, 5] = costs[::-1, 5, 5]
    labels = assign_labels(costs, measure_bonds(np.zeros((20, 20, 4), np.float32)))
    assert not labels[:, :10].any()
    assert labels[:, 10:].all()


def test_labels_part_where_an_edge_is_drawn() -> None:
    image = np.zeros((12, 20, 4), np.float32)
    image[:, 13:] = 1
    costs = np.zeros((2, 12, 20), np.float32)
    costs[1, :, :3], costs[0, :, 17:] = 1, 1
    labels = assign_labels(costs, measure_bonds(image))
    assert (np.diff(labels, axis=1).nonzero()[1] == 12).all()


def test_a_label_that_is_out_of_the_question_changes_nothing_between_two_others() -> None:
    chance = np.random.default_rng(4)
    image = 4 * smooth(chance.random((24, 30, 4)).astype(np.float32), 2)
    costs = smooth(chance.random((24, 30, 2)).astype(np.float32), 1.5).transpose(2, 0, 1)
    third = np.full((1, 24, 30), 9, np.float32)
    bonds = measure_bonds(image)
    labels = assign_labels(np.ascontiguousarray(costs), bonds)
    assert 0.1 < labels.mean() < 0.9
    assert (labels == assign_labels(np.concatenate([costs, third]), bonds)).all()


def test_a_cut_through_plain_colour_costs_more_than_one_along_an_edge() -> None:
    image = np.zeros((8, 8, 4), np.float32)
    image[:, 4:] = 1
    bonds = measure_bonds(image)
    along, through = np.zeros((8, 8), np.intp), np.zeros((8, 8), np.intp)
    along[:, 4:], through[4:] = 1, 1
    assert measure_cut(np.zeros((8, 8), np.intp), bonds) == 0
    assert measure_cut(along, bonds) < 0.2 * measure_cut(through, bonds)


def test_an_outline_is_rough_as_far_as_it_runs_across_plain_colour() -> None:
    image = np.zeros((9, 9, 4), np.float32)
    image[:, 3:] = 1
    bonds = measure_bonds(image)
    drawn, half, plain = (np.zeros((9, 9), bool) for _ in range(3))
    drawn[:, 3:], half[:, 3:6], plain[:, 6:] = True, True, True
    roughness = [measure_roughness(mask, bonds) for mask in (drawn, half, plain)]
    assert roughness[0] < 0.04
    assert roughness[1] == pytest.approx((roughness[0] + roughness[2]) / 2)
    assert 0.5 < roughness[2] < measure_cut(plain.astype(np.intp), bonds) / 9


def test_what_has_no_outline_is_not_rough() -> None:
    assert measure_roughness(np.ones((4, 4), bool), measure_bonds(np.zeros((4, 4, 4), np.float32))) == 0


def test_a_hole_makes_no_outline_rough() -> None:
    mask = np.ones((9, 9), bool)
    mask[4, 4] = False
    assert measure_roughness(mask, measure_bonds(np.zeros((9, 9, 4), np.float32))) == 0


def test_edges_are_found_beside_what_is_drawn_and_nowhere_else() -> None:
    image = np.zeros((9, 20, 4), np.float32)
    image[:, 10:] = 1
    edges = find_edges(measure_bonds(image))
    assert (edges[:, 8:12] < 0.1).all()
    assert edges[:, :8] == pytest.approx(PLAIN)
    assert edges[:, 12:] == pytest.approx(PLAIN)
