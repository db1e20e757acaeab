import numpy as np

from poseloom.frames.labelling import assign_labels, measure_bonds, measure_cut


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


def test_a_cut_through_plain_colour_costs_more_than_one_along_an_edge() -> None:
    image = np.zeros((8, 8, 4), np.float32)
    image[:, 4:] = 1
    bonds = measure_bonds(image)
    along, through = np.zeros((8, 8), np.intp), np.zeros((8, 8), np.intp)
    along[:, 4:], through[4:] = 1, 1
    assert measure_cut(np.zeros((8, 8), np.intp), bonds) == 0
    assert measure_cut(along, bonds) < 0.2 * measure_cut(through, bonds)
