import math

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from poseloom.frames.blend import Side, blend_sides, prepare_side
from poseloom.frames.flow import list_positions
from poseloom.frames.image import Rgba
from poseloom.frames.stage import Placement, Window, sample_places

SIZE, MIDDLE = 128, 64
INK, FUR = (30, 20, 50, 255), (140, 130, 240, 255)
EVERYWHERE = np.ones((SIZE, SIZE), np.bool_)


def draw_disc(radius: int, *, cut: bool = False) -> Rgba:
    """Return a disc with a line around it; a cut one has none on its right."""
    image = np.zeros((SIZE, SIZE, 4), np.uint8)
    cv2.circle(image, (MIDDLE, MIDDLE), radius, INK, -1)
    cv2.circle(image, (MIDDLE, MIDDLE), radius - 5, FUR, -1)
    if cut:
        right = image[:, MIDDLE + radius // 2 :]
        right[right[..., 3] > 0] = FUR
    return image


def blend(sides: tuple[Side, Side], t: float, *, far_px: float = math.inf) -> Rgba:
    whole = Window(x0=0, y0=0, x1=SIZE, y1=SIZE)
    lattice = sample_places(list_positions(SIZE, SIZE), whole, Placement(), whole)
    return blend_sides(sides, (lattice, lattice), (SIZE, SIZE), t, far_px=far_px)


def find_rim(image: Rgba) -> NDArray[np.int64]:
    """Return the colour just within the right edge."""
    last = int(np.flatnonzero(image[MIDDLE, :, 3] > 200).max())
    return np.asarray(image[MIDDLE, last - 2, :3], np.int64)


def test_an_edge_that_travels_takes_the_line_along_that_either_drawing_has() -> None:
    drawn = blend((prepare_side(draw_disc(40, cut=True)), prepare_side(draw_disc(44))), 0.3)
    assert np.abs(find_rim(drawn) - FUR[:3]).max() > 90


def test_no_line_is_drawn_along_an_open_end() -> None:
    right = list_positions(SIZE, SIZE)[..., 0] > MIDDLE
    sides = prepare_side(draw_disc(40, cut=True), right), prepare_side(draw_disc(44), right)
    assert np.abs(find_rim(blend(sides, 0.3)) - FUR[:3]).max() < 30


def test_drawings_with_lines_and_open_ends_all_around_have_an_edge_that_travels() -> None:
    sides = prepare_side(draw_disc(30), EVERYWHERE), prepare_side(draw_disc(50), EVERYWHERE)
    area = float((blend(sides, 0.5)[..., 3] > 127).sum())
    assert 0.95 < area / (np.pi * 40**2) < 1.05


def reach(image: Rgba) -> int:
    """Return how far it is seen from the middle on the right."""
    return int(np.flatnonzero(image[MIDDLE, :, 3] > 127).max()) - MIDDLE


def test_an_edge_that_has_far_to_go_is_exchanged_half_way_and_a_near_one_travels() -> None:
    small, large = prepare_side(draw_disc(20)), prepare_side(draw_disc(50))
    assert [reach(blend((small, large), t, far_px=2)) for t in (0.4, 0.6)] == pytest.approx([20, 50], abs=4)
    assert [reach(blend((small, large), t, far_px=40)) for t in (0.4, 0.6)] == pytest.approx([32, 38], abs=1)


def test_an_arm_that_reaches_far_is_exchanged_from_its_root_on_and_what_merely_bulges_beside_it_travels() -> None:
    armed = draw_disc(30)
    armed[MIDDLE - 6 : MIDDLE + 6, MIDDLE : MIDDLE + 60] = armed[MIDDLE, MIDDLE]
    armed[MIDDLE - 40 : MIDDLE, MIDDLE - 6 : MIDDLE + 6] = armed[MIDDLE, MIDDLE]
    sides = prepare_side(draw_disc(30)), prepare_side(armed)
    before, after = (blend(sides, t, far_px=10)[..., 3] > 127 for t in (0.4, 0.6))
    root = np.s_[:, MIDDLE + 33]
    assert [np.count_nonzero(shown[root]) for shown in (before, after)] == [0, pytest.approx(12, abs=1)]
    bulges = [MIDDLE - int(np.flatnonzero(shown[:, MIDDLE]).min()) for shown in (before, after)]
    assert bulges == pytest.approx([34, 36], abs=1)
