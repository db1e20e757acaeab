import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from poseloom.frames.image import Rgba, blank, measure_bounds, premultiply, unpremultiply

pictures = arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(4)))


@given(pictures)
def test_premultiplying_and_back_keeps_what_is_seen(picture: Rgba) -> None:
    back = unpremultiply(premultiply(picture))
    assert np.array_equal(back[..., 3], picture[..., 3])
    shown = picture[..., 3] > 0
    assert np.array_equal(back[shown], picture[shown])
    assert not back[~shown].any()


@given(pictures)
def test_premultiplied_colour_never_exceeds_its_alpha(picture: Rgba) -> None:
    dimmed = premultiply(picture)
    assert (dimmed[..., :3] <= dimmed[..., 3:]).all()


def test_values_beyond_their_range_are_clipped() -> None:
    wild = np.array([[[2.0, -1.0, 0.5, 1.5]]], np.float32)
    assert unpremultiply(wild).tolist() == [[[255, 0, 128, 255]]]


def test_a_blank_shows_nothing() -> None:
    assert blank(4).shape == (4, 4, 4)
    assert measure_bounds(blank(4)) is None


def test_bounds_ignore_dust() -> None:
    picture = blank(20)
    picture[3:7, 5:11, 3] = 255
    picture[0, 0, 3] = 8
    assert measure_bounds(picture) == (5, 3, 11, 7)
