import numpy as np
import pytest

from poseloom.frames.comparison import Mask, grow
from poseloom.frames.image import Rgba, blank
from poseloom.frames.root import extend_root

SIZE = 120
FUR, LINE = (220, 90, 80, 255), (30, 20, 50, 255)
BODY = 70
"""The column up to which the body hides what is behind it."""
ROWS = slice(50, 66)
BEHIND_IT = np.array([58.0, 58.0])


def draw_tail() -> Rgba:
    """Return a tail with a line along both sides that comes out from behind the body."""
    tail = blank(SIZE)
    tail[ROWS, BODY:110] = FUR
    for row in (50, 51, 64, 65):
        tail[row, BODY:110] = LINE
    return tail


def cover() -> Mask:
    """Return where the body is, and the tail's rim beside it."""
    mask = np.zeros((SIZE, SIZE), np.bool_)
    mask[20:100, 20:BODY] = True
    return grow(mask, 5)


def test_a_tail_goes_on_behind_the_body_as_broad_as_it_ends_there_and_beyond_its_joint() -> None:
    whole = extend_root(draw_tail(), cover(), BEHIND_IT)
    assert (whole[52:64, 50:BODY] == FUR).all()
    for line in (slice(50, 52), slice(64, 66)):
        assert (whole[line, 60:BODY] == LINE).all()
    assert not whole[:49].any()
    assert not whole[67:].any()
    assert not whole[:, :30].any()


def test_what_is_seen_of_a_tail_stays_as_it_was_drawn() -> None:
    seen = ~cover()
    assert np.array_equal(extend_root(draw_tail(), cover(), BEHIND_IT)[seen], draw_tail()[seen])


@pytest.mark.parametrize(
    ("joint", "why"),
    [((90.0, 58.0), "it is seen"), ((25.0, 58.0), "it is too far"), ((-4.0, 58.0), "it is outside of the picture")],
)
def test_a_tail_whose_joint_is_not_hidden_close_by_stays_as_it_is(joint: tuple[float, float], why: str) -> None:
    assert np.array_equal(extend_root(draw_tail(), cover(), np.array(joint)), draw_tail()), why


def test_a_tail_that_is_hidden_along_its_side_does_not_end_there() -> None:
    along = np.zeros((SIZE, SIZE), np.bool_)
    along[56:100, 20:112] = True
    assert np.array_equal(extend_root(draw_tail(), along, np.array([90.0, 70.0])), draw_tail())


def test_a_part_that_is_hidden_altogether_stays_as_it_is() -> None:
    everything = np.ones((SIZE, SIZE), np.bool_)
    assert np.array_equal(extend_root(draw_tail(), everything, BEHIND_IT), draw_tail())
