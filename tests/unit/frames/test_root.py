import cv2
import numpy as np

from poseloom.frames.comparison import Mask
from poseloom.frames.contour import Drawing, study_drawing
from poseloom.frames.image import Rgba, blank
from poseloom.frames.root import draw_root, round_off

SIZE = 160
JOINT = (80, 70)
FUR, PAW, BODY = (140, 130, 240), (250, 240, 220), (40, 150, 120)
INK = (20, 10, 30)


def draw_limb(pose: Rgba, top: int, width_px: int, colour: tuple[int, int, int] = FUR) -> None:
    cv2.line(pose, (80, top), (80, 130), (*colour, 255), width_px)


def cut_below(pose: Rgba, row: int) -> Mask:
    below = pose[..., 3] > 0
    below[:row] = False
    return below


def draw_arm_before(colour: tuple[int, int, int]) -> tuple[Drawing, Mask]:
    """Return a body of a colour with an arm that comes out from behind it, and where that arm is seen."""
    pose = blank(SIZE)
    draw_limb(pose, 60, 20)
    cv2.circle(pose, (80, 50), 40, (*colour, 255), -1)
    return Drawing(pose, None, np.zeros((SIZE, SIZE), np.bool_)), cut_below(pose, 91)


def test_the_round_end_of_a_limb_has_the_colour_beside_its_joint_though_most_of_it_has_another() -> None:
    pose = blank(SIZE)
    draw_limb(pose, 70, 24)
    draw_limb(pose, 110, 24, PAW)
    rounded = round_off(cut_below(pose, 92), study_drawing(pose), np.array([80.0, 88.0]))
    assert rounded[86:92, 75:85].all()
    assert not rounded[:60].any()


def test_a_thin_limb_that_ends_before_its_joint_is_carried_on_to_it() -> None:
    pose = blank(SIZE)
    draw_limb(pose, 70, 8)
    below = cut_below(pose, 84)
    rounded = round_off(below, Drawing(pose, None, np.zeros_like(below)), np.array(JOINT, np.float64))
    assert rounded[70:84, 78:82].all()
    assert not (rounded & (pose[..., 3] == 0)).any()


def test_a_foot_takes_nothing_of_a_belly_of_its_colour_along_from_beyond_its_line() -> None:
    pose = blank(SIZE)
    for middle, axes in (((80, 60), (50, 50)), ((80, 110), (26, 16))):
        cv2.ellipse(pose, middle, (axes[0] + 4, axes[1] + 4), 0, 0, 360, (*INK, 255), -1)
        cv2.ellipse(pose, middle, axes, 0, 0, 360, (*PAW, 255), -1)
    drawing = study_drawing(pose)
    assert drawing.ink is not None
    # It was cut out a pixel beyond its line.
    foot = np.zeros((SIZE, SIZE), np.uint8)
    cv2.ellipse(foot, (80, 110), (31, 21), 0, 0, 360, 1, -1)
    rounded = round_off(foot > 0, drawing, np.array([80.0, 94.0]))
    assert (rounded == (foot > 0)).all()


def test_nothing_far_from_its_joint_is_rounded_off() -> None:
    pose = blank(SIZE)
    draw_limb(pose, 120, 8)
    below = cut_below(pose, 100)
    assert (round_off(below, study_drawing(pose), np.array([20.0, 20.0])) == below).all()


def test_an_arm_goes_on_behind_a_body_of_another_colour_up_to_its_joint() -> None:
    drawing, arm = draw_arm_before(BODY)
    root = draw_root(arm, drawing, np.array(JOINT, np.float64))
    assert root is not None
    assert (root[72:90, 76:85] == (*FUR, 255)).all()
    assert not root[:55].any()


def test_of_what_goes_on_nothing_is_seen_before_the_arm_moves() -> None:
    pose = blank(SIZE)
    draw_limb(pose, 80, 20)
    cv2.circle(pose, (80, 80), 12, (*BODY, 255), -1)
    arm = cut_below(pose, 93)
    root = draw_root(arm, Drawing(pose, None, np.zeros_like(arm)), np.array([80.0, 72.0]))
    assert root is not None
    assert root[70:90, 80].all()
    assert not root[pose[..., 3] == 0].any()


def test_where_the_body_has_the_colour_of_the_arm_its_round_end_is_enough() -> None:
    drawing, arm = draw_arm_before(FUR)
    assert draw_root(arm, drawing, np.array(JOINT, np.float64)) is None


def test_where_there_are_lines_they_are_drawn_on_instead() -> None:
    drawing, arm = draw_arm_before(BODY)
    pose = drawing.pose.copy()
    edge = (pose[..., 3] > 0) & (cv2.erode((pose[..., 3] > 0).astype(np.uint8), np.ones((9, 9), np.uint8)) == 0)
    pose[edge] = (*INK, 255)
    lined = study_drawing(pose)
    assert lined.ink is not None
    assert draw_root(arm, lined, np.array(JOINT, np.float64)) is None
