import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from poseloom.frames.bleed import BLEED_FLOOR, bleed
from poseloom.frames.image import Rgba

pictures = arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40), st.just(4)))


@given(pictures)
def test_alpha_and_visible_colour_stay_untouched(picture: Rgba) -> None:
    before = picture.copy()
    bled = bleed(picture)
    assert np.array_equal(picture, before)
    assert np.array_equal(bled[..., 3], picture[..., 3])
    visible = picture[..., 3] >= BLEED_FLOOR
    assert np.array_equal(bled[visible], picture[visible])


@given(st.tuples(*[st.integers(0, 255)] * 3), st.integers(1, 70), st.integers(1, 70))
def test_one_colour_fills_everything_but_for_rounding(colour: tuple[int, ...], height: int, width: int) -> None:
    picture = np.zeros((height, width, 4), np.uint8)
    picture[height // 2, width // 2] = (*colour, 255)
    assert np.abs(bleed(picture)[..., :3].astype(int) - np.array(colour)).max() <= 4


def test_the_colour_of_a_fully_transparent_picture_becomes_black() -> None:
    hidden = np.full((9, 14, 4), (200, 100, 50, 0), np.uint8)
    assert not bleed(hidden).any()


def test_colour_comes_from_the_near_side() -> None:
    picture = np.zeros((64, 64, 4), np.uint8)
    picture[:, :8] = (255, 0, 0, 255)
    picture[:, 56:] = (0, 0, 255, 255)
    bled = bleed(picture)
    assert (bled[:, 8:16, 0] == 255).all()
    assert (bled[:, 48:56, 2] == 255).all()
