from dataclasses import replace

import cv2
import numpy as np
import pytest

from benchmarks.inbetween.repertoire import list_rig_items
from benchmarks.inbetween.rig import RigItem
from benchmarks.inbetween.troupe import TroupeItem, list_chance_items, list_troupe_items
from poseloom.frames.comparison import Mask
from poseloom.frames.contour import study_drawing
from poseloom.frames.image import Rgba
from poseloom.frames.inbetween import Morph, prepare_morph
from poseloom.frames.silhouette import Ink
from poseloom.frames.tether import Grip, Tether, draw_tether, find_gap, find_grip

SIZE = 120
FUR, SHIRT, INK = (180, 160, 250, 255), (250, 240, 225, 255), (50, 30, 80, 255)
END = np.array([78.0, 60.0])
HALF_PX = 9.0


def draw_figure(arm_from: int, *, body: tuple[int, ...] = FUR) -> Rgba:
    """Return a body on the left, and an arm on the right of it that starts at `arm_from`, both with a line around."""
    canvas = np.zeros((SIZE, SIZE, 4), np.uint8)
    for inset, colour in ((0, None), (3, body)):
        cv2.rectangle(canvas, (20 + inset, 20 + inset), (60 - inset, 100 - inset), colour or INK, -1)
    for inset, colour in ((0, INK), (3, FUR)):
        cv2.rectangle(canvas, (arm_from + inset, 51 + inset), (112 - inset, 69 - inset), colour, -1)
    return canvas


def make_tether(*, inked: bool = True) -> Tether:
    ink = Ink(colour=np.array(INK[:3], np.float32), width_px=3.0)
    colour = np.array(FUR[:3], np.float32)
    return Tether(
        place=END,
        half_px=HALF_PX,
        area_px=500.0,
        colours=(colour, colour),
        inks=(ink, ink) if inked else None,
    )


def count_pieces(picture: Rgba) -> int:
    _, _, figures, _ = cv2.connectedComponentsWithStats((picture[..., 3] > 127).astype(np.uint8), connectivity=8)
    return int((figures[1:, cv2.CC_STAT_AREA] >= 25).sum())


def is_drawn_through(picture: Rgba, row: int, columns: slice) -> bool:
    return bool((np.abs(picture[row, columns].astype(int) - FUR) < 8).all())


def test_a_part_that_is_torn_off_is_drawn_on() -> None:
    canvas = draw_figure(70)
    assert count_pieces(canvas) == 2
    draw_tether(make_tether(), END, 0.5, canvas)
    assert count_pieces(canvas) == 1
    assert canvas[60, 65, 3] == 255


def test_what_is_drawn_on_has_the_line_on_both_sides_and_none_across() -> None:
    canvas = draw_figure(70)
    draw_tether(make_tether(), END, 0.5, canvas)
    assert is_drawn_through(canvas, 60, slice(50, 100))
    drawn = canvas[:, 65]
    rows = np.flatnonzero(drawn[:, 3] > 127)
    for edge in (rows[0], rows[-1]):
        assert np.abs(drawn[edge, :3].astype(int) - INK[:3]).max() < 40


def test_the_line_around_another_colour_stays() -> None:
    canvas = draw_figure(70, body=SHIRT)
    draw_tether(make_tether(), END, 0.5, canvas)
    assert count_pieces(canvas) == 1
    assert (np.abs(canvas[60, 58:61].astype(int) - INK) < 8).all()
    assert is_drawn_through(canvas, 60, slice(64, 100))


def test_without_lines_a_part_is_drawn_on_in_its_colour_alone() -> None:
    canvas = np.zeros((SIZE, SIZE, 4), np.uint8)
    cv2.rectangle(canvas, (20, 20), (60, 100), SHIRT, -1)
    cv2.rectangle(canvas, (70, 51), (112, 69), FUR, -1)
    before = canvas.copy()
    draw_tether(make_tether(inked=False), END, 0.5, canvas)
    changed = (canvas != before).any(axis=2)
    assert count_pieces(canvas) == 1
    assert (np.abs(canvas[changed & (canvas[..., 3] > 250)].astype(int) - FUR) < 8).all()
    assert not changed[before[..., 3] == 255].any()


def test_a_part_that_is_held_stays_as_it_is() -> None:
    canvas = draw_figure(50)
    before = canvas.copy()
    draw_tether(make_tether(), END, 0.5, canvas)
    assert np.array_equal(canvas, before)


def test_a_part_that_hangs_by_a_thread_is_drawn_on() -> None:
    canvas = draw_figure(70)
    canvas[59:61, 55:75] = INK
    draw_tether(make_tether(), END, 0.5, canvas)
    assert np.count_nonzero(canvas[:, 65, 3] > 127) > HALF_PX


@pytest.mark.parametrize("place", [(-90.0, 60.0), (60.0, -90.0), (300.0, 60.0), (60.0, 300.0)])
def test_a_part_that_has_left_the_canvas_is_not_drawn_on(place: tuple[float, float]) -> None:
    canvas = draw_figure(70)
    before = canvas.copy()
    draw_tether(make_tether(), np.array(place), 0.5, canvas)
    assert np.array_equal(canvas, before)


def test_what_is_far_away_holds_nothing() -> None:
    canvas = draw_figure(70)
    solid = canvas[..., 3] > 127
    assert find_gap(solid, END, HALF_PX, 500.0) is not None
    assert find_gap(solid, np.array([108.0, 60.0]), HALF_PX / 3, 500.0) is None


def grip_arm(canvas: Rgba, arm: Mask) -> Grip | None:
    return find_grip(arm, study_drawing(canvas), np.array([60.0, 60.0]))


def test_a_part_is_held_where_a_pose_shows_it_held_and_as_broad_as_it_is_there() -> None:
    canvas = draw_figure(50)
    arm = np.zeros((SIZE, SIZE), bool)
    arm[51:70, 61:113] = True
    grip = grip_arm(canvas, arm)
    assert grip is not None
    assert grip.place == pytest.approx([70, 60], abs=3)
    assert grip.half_px == pytest.approx(9.5, abs=1)
    assert grip.colour == pytest.approx(FUR[:3], abs=2)


def test_what_floats_in_a_pose_is_not_held() -> None:
    arm = np.zeros((SIZE, SIZE), bool)
    arm[51:70, 70:113] = True
    assert grip_arm(draw_figure(70), arm) is None


def test_a_part_that_is_not_there_is_not_held() -> None:
    assert grip_arm(draw_figure(50), np.zeros((SIZE, SIZE), bool)) is None


def prepare(pair_id: str) -> Morph:
    items: tuple[RigItem | TroupeItem, ...] = (*list_rig_items(), *list_troupe_items(), *list_chance_items())
    pair = next(item for item in items if item.id == pair_id).load()
    return prepare_morph(pair.source, pair.target)


@pytest.mark.parametrize("pair_id", ["pim_waving_thinking", "ball_idle_wave", "chance_ball_1"])
def test_no_limb_flies_alone(pair_id: str) -> None:
    # Small pieces that come apart would be left out.
    morph = replace(prepare(pair_id), pieces=0)
    moments = [step / 24 for step in range(1, 24)]
    assert {count_pieces(morph.draw(moment)) for moment in moments} == {1}
    torn = replace(morph, limbs=tuple(replace(limb, tether=None) for limb in morph.limbs))
    assert max(count_pieces(torn.draw(moment)) for moment in moments) > 1
