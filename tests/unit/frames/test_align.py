import numpy as np
import pytest

from poseloom.core.error import InvalidImage
from poseloom.core.framing import PADDING, PoseExtent, measure_framing
from poseloom.frames.align import align_poses, measure_extent, place_pose
from poseloom.frames.image import Rgba, blank, measure_bounds
from poseloom.testing.subject import draw_subject


def block(canvas: tuple[int, int], x0: int, y0: int, x1: int, y1: int) -> Rgba:
    picture = np.zeros((canvas[1], canvas[0], 4), np.uint8)
    picture[y0:y1, x0:x1] = (200, 90, 40, 255)
    return picture


def test_pictures_of_one_size_keep_their_places_relative_to_each_other() -> None:
    low = block((100, 100), 20, 50, 40, 80)
    high = block((100, 100), 30, 30, 50, 60)
    first, second = (measure_bounds(pose) for pose in align_poses([low, high], size=200))
    assert first is not None
    assert second is not None
    step = (second[0] - first[0], second[1] - first[1])
    scale = 200 * (1 - 2 * PADDING) / 50
    assert step == pytest.approx((10 * scale, -20 * scale), abs=1.5)


def test_pictures_of_different_sizes_stand_on_one_spot_at_one_scale() -> None:
    small = block((40, 60), 10, 10, 30, 50)
    tall = block((100, 120), 60, 20, 80, 100)
    first, second = (measure_bounds(pose) for pose in align_poses([small, tall], size=256))
    assert first is not None
    assert second is not None
    assert first[3] == second[3]
    assert first[0] == second[0]
    assert (second[3] - second[1]) / (first[3] - first[1]) == pytest.approx(2, rel=0.02)


@pytest.mark.parametrize("scale", [64, 300, 900])
def test_the_union_fills_the_canvas_but_for_its_padding(scale: int) -> None:
    (pose,) = align_poses([draw_subject(scale, 0.1)], size=200, padding=0.1)
    bounds = measure_bounds(pose)
    assert bounds is not None
    assert pose.shape == (200, 200, 4)
    assert min(bounds[0], bounds[1]) == pytest.approx(20, abs=3)
    assert max(bounds[2] - bounds[0], bounds[3] - bounds[1]) == pytest.approx(160, abs=4)


def test_a_pose_that_fits_already_comes_back_untouched() -> None:
    pose = block((100, 100), 8, 8, 92, 92)
    pose[..., :3][pose[..., 3] > 0] = np.random.default_rng(2).integers(0, 256, (84 * 84, 3))
    assert np.array_equal(align_poses([pose], size=100)[0], pose)


def test_shrinking_and_enlarging_leave_no_dark_rim() -> None:
    for side in (50, 700):
        pose = np.zeros((side, side, 4), np.uint8)
        yy, xx = np.mgrid[:side, :side] - side / 2
        pose[np.hypot(xx, yy) < side * 0.4] = (250, 250, 250, 255)
        (fitted,) = align_poses([pose], size=200)
        assert fitted[fitted[..., 3] > 30][:, :3].min() >= 240


def test_an_empty_pose_is_named() -> None:
    with pytest.raises(InvalidImage, match="pose 2 shows nothing") as caught:
        align_poses([draw_subject(32, 0), blank(32)], size=64)
    assert caught.value.fields == {"index": 1}


@pytest.mark.parametrize(("size", "padding"), [(63, 0.1), (0, 0.1), (64, 0.5), (64, -0.1)])
def test_impossible_canvases_are_refused(size: int, padding: float) -> None:
    with pytest.raises(ValueError, match="must be"):
        align_poses([draw_subject(32, 0)], size=size, padding=padding)


def test_no_poses_are_refused() -> None:
    with pytest.raises(ValueError, match="no poses"):
        align_poses([], size=64)


@pytest.mark.parametrize("sides", [(90, 90), (90, 140)])
def test_a_pose_placed_alone_lies_where_it_lies_among_the_others(sides: tuple[int, int]) -> None:
    poses = [draw_subject(side, phase) for side, phase in zip(sides, (0.1, 0.6), strict=True)]
    framing = measure_framing([measure_extent(pose) for pose in poses])
    together = align_poses(poses, size=96)
    assert all(
        np.array_equal(place_pose(pose, framing, size=96), among) for pose, among in zip(poses, together, strict=True)
    )


def test_an_extent_is_what_shows() -> None:
    pose = block((40, 60), 10, 20, 30, 50)
    pose[0, 0] = (200, 90, 40, 8)
    assert measure_extent(pose) == PoseExtent(width=40, height=60, left=10, top=20, right=30, bottom=50)


def test_an_empty_pose_cannot_be_placed() -> None:
    framing = measure_framing([measure_extent(draw_subject(32, 0))])
    with pytest.raises(InvalidImage, match="shows nothing"):
        place_pose(blank(32), framing, size=64)
