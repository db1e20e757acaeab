import numpy as np

from poseloom.frames.comparison import Comparison, measure_salience
from poseloom.frames.labelling import PLAIN
from poseloom.frames.similarity import form_similarity

HERE = form_similarity(0, 1, (20.0, 20.0), (20.0, 20.0))
SHIFTED = form_similarity(0, 1, (0.0, 0.0), (0.0, 6.0))


def draw(*, arm: bool, beside_px: int = 0) -> Comparison:
    """Return a plain wall, before which an arm of its colour is not seen, and the arm alone."""
    wall, alone = np.zeros((40, 40, 4), np.float32), np.zeros((40, 40, 4), np.float32)
    wall[4:36, 4:36] = 1
    if arm:
        alone[10 + beside_px : 30 + beside_px, 15:25] = 1
    return Comparison(wall, alone)


def test_an_edge_that_plain_colour_hides_is_drawn_in_the_other_pose() -> None:
    across, down = draw(arm=True).see_bonds(0, HERE)
    assert (across[12:28, 14] < 0.1).all()
    assert (down[9, 16:24] < 0.1).all()
    assert (across[12:28, 19] > PLAIN - 1e-6).all()


def test_it_is_sought_where_the_part_goes() -> None:
    assert (draw(arm=True, beside_px=6).see_bonds(0, SHIFTED)[1][9, 16:24] < 0.1).all()


def test_where_no_pose_draws_an_edge_a_cut_costs_what_it_costs() -> None:
    comparison = draw(arm=False)
    for lent, own in zip(comparison.see_bonds(0, HERE), comparison.bonds[0], strict=True):
        assert np.allclose(lent, np.where(own > PLAIN, PLAIN, own))


def test_what_is_drawn_here_is_asked_of_nobody() -> None:
    comparison = draw(arm=True)
    for lent, own in zip(comparison.see_bonds(1, HERE), comparison.bonds[1], strict=True):
        drawn = own < PLAIN
        assert np.array_equal(lent[drawn], own[drawn])


def test_what_is_remembered_of_a_flow_is_its_own_and_cannot_be_written_to() -> None:
    comparison = draw(arm=True)
    velocities = [np.full((40, 40, 2), cells, np.float32) for cells in (1.0, 3.0)]
    for _ in range(2):
        for velocity, cells in zip(velocities, (1.0, 3.0), strict=True):
            field = comparison.follow(velocity, 0.5)
            assert np.allclose(field, 0.5 * cells)
            assert not field.flags.writeable
    near, far = (comparison.price_flow(velocity) for velocity in velocities)
    assert not np.array_equal(near[0], far[0])
    for velocity, prices in zip(velocities, (near, far), strict=True):
        fresh = draw(arm=True).price_flow(velocity)
        assert all(np.array_equal(*sides) for sides in zip(prices, fresh, strict=True))


def test_a_stretch_of_plain_colour_is_hardly_seen() -> None:
    wall = np.zeros((40, 40, 4), np.float32)
    wall[4:36, 4:36] = 1
    wall[15:25, 15:25, :3] = 0.2
    salience = measure_salience(wall)
    assert salience[15, 15] > 3 * salience[8, 8]
    assert salience[8, 8] > 0
    assert not salience[wall[..., 3] == 0].any()
