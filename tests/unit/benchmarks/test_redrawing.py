from dataclasses import replace

import numpy as np

from benchmarks.inbetween.pair import MIDDLE, STEPS
from benchmarks.inbetween.redrawing import RedrawnItem, list_redrawn_items
from benchmarks.inbetween.troupe import STANDS, TroupeItem
from poseloom.frames.image import Rgba

EXACT = TroupeItem(id="blob", level="hard", figure="blob", source=STANDS["idle"], target=STANDS["wave"])
ITEM = RedrawnItem(drawn=EXACT)


def measure_difference(one: Rgba, other: Rgba) -> float:
    return float(np.abs(one.astype(float) - other).mean())


def test_what_is_drawn_anew_is_the_same_every_time() -> None:
    first, second = ITEM.load(), ITEM.load()
    assert (first.target == second.target).all()
    assert all((picture == second.truth[t]).all() for t, picture in first.truth.items())


def test_the_first_pose_is_as_it_was_drawn_but_for_uneven_colours() -> None:
    exact, redrawn = EXACT.load(), ITEM.load()
    assert (redrawn.source[..., 3] == exact.source[..., 3]).all()
    assert 0 < np.abs(redrawn.source.astype(int) - exact.source).max() < 10


def test_nothing_is_drawn_where_nothing_is_seen() -> None:
    pair = ITEM.load()
    assert not pair.target[pair.target[..., 3] == 0].any()


def test_half_way_everything_is_half_as_far_amiss() -> None:
    exact, redrawn = EXACT.load(), ITEM.load()
    assert sorted(redrawn.truth) == [step / STEPS for step in range(STEPS + 1)]
    amiss = [measure_difference(redrawn.truth[t], exact.truth[t]) for t in (0.0, MIDDLE, 1.0)]
    assert amiss[0] < 0.1
    assert 0.3 < amiss[1] / amiss[2] < 0.7


def test_lines_lie_as_far_elsewhere_in_every_size() -> None:
    small, large = (
        measure_difference(
            replace(ITEM, size_px=size_px).load().truth[1.0], replace(EXACT, size_px=size_px).load().target
        )
        for size_px in (160, 320)
    )
    assert 0.7 < small / large < 1.4


def test_every_pair_of_the_troupe_is_drawn_anew() -> None:
    assert len({item.id for item in list_redrawn_items()}) == 108
    assert {item.split for item in list_redrawn_items()} == {"redrawn"}
