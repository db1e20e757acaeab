import numpy as np
import pytest

from poseloom.frames.posture import HEIGHTS, UPRIGHT, Posture, combine, squash


def test_upright_every_height_is_where_it_was() -> None:
    assert np.allclose(UPRIGHT.raised, HEIGHTS)


def test_what_is_twice_as_high_is_half_as_wide() -> None:
    posture = squash(2.0)
    assert posture.raised[-1] == pytest.approx(2)
    assert np.allclose(posture.stretch * posture.girth, 1)


def test_postures_combine_in_any_order() -> None:
    some = [squash(1 + 0.1 * HEIGHTS), Posture(slide=0.2 * HEIGHTS, lift=0.3), Posture(facing=-0.5, lift=0.1)]
    one, other = combine(*some), combine(*reversed(some))
    for name in ("stretch", "girth", "slide", "lift", "facing"):
        assert np.allclose(getattr(one, name), getattr(other, name))
    assert one.lift == pytest.approx(0.4)
    assert one.facing == -0.5


def test_nothing_combined_is_upright() -> None:
    assert combine() is UPRIGHT
    assert combine(UPRIGHT) is UPRIGHT
