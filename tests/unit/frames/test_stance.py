import cv2
import numpy as np
import pytest

from demo.build import render
from demo.rig import POSES
from poseloom.frames.figure import study_figure
from poseloom.frames.image import Rgba, blank
from poseloom.frames.posture import HEIGHTS
from poseloom.frames.stance import Bearing, Stance, judge_stance

INK = (200, 100, 50, 255)


def judge(pose: Rgba, chin: float | None = None) -> Stance:
    figure = study_figure(pose)
    assert figure is not None
    return judge_stance(figure, chin)


def draw(*shapes: list[tuple[int, int]]) -> Rgba:
    pose = blank(200)
    for shape in shapes:
        cv2.fillPoly(pose, [np.array(shape, np.int32)], INK)
    return pose


BOX = [(60, 40), (140, 40), (140, 120), (60, 120)]
STANDER = draw([(50, 20), (150, 20), (150, 110), (50, 110)], [(80, 110), (120, 110), (120, 180), (80, 180)])
BLOB = draw([(20, 100), (180, 100), (180, 160), (20, 160)])
GHOST = draw([(60, 20), (140, 20), (140, 100), (100, 180), (60, 100)])
FLAMINGO = draw(BOX, [(98, 120), (103, 120), (103, 180), (98, 180)])
TOWER = draw([(60, 20), (140, 20), (140, 180), (60, 180)])


@pytest.mark.parametrize(
    ("pose", "bearing"),
    [
        (STANDER, Bearing.STANDS),
        (BLOB, Bearing.RESTS),
        (TOWER, Bearing.RESTS),
        (GHOST, Bearing.HANGS),
        (FLAMINGO, Bearing.STANDS),
        (draw(BOX), Bearing.RESTS),
    ],
    ids=["stander", "blob", "tower", "ghost", "flamingo", "box"],
)
def test_the_shape_says_how_a_subject_is_held_up(pose: Rgba, bearing: Bearing) -> None:
    assert judge(pose).bearing is bearing


@pytest.mark.parametrize("name", sorted(POSES))
def test_no_pose_of_the_demo_hangs_in_the_air(name: str) -> None:
    assert judge(render(POSES[name], 256)).bearing is not Bearing.HANGS


def test_a_point_is_judged_at_any_size() -> None:
    assert judge(draw([(100, 100)])).bearing is not Bearing.HANGS
    assert judge(draw([(100, 20), (100, 21)])).bearing is not Bearing.HANGS


def test_the_chest_is_between_feet_and_face() -> None:
    chest = judge(STANDER).chest
    assert chest[0] == 0
    assert chest.max() == pytest.approx(1, abs=0.01)
    assert not chest[HEIGHTS > 0.86].any()


@pytest.mark.parametrize("chin", [0.2, 0.45, 0.7])
def test_a_known_face_is_not_stretched(chin: float) -> None:
    chest = judge(STANDER, chin).chest
    assert not chest[max(chin, 0.3) < HEIGHTS].any()
    assert chest.max() > 0.97
