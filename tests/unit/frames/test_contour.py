import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from poseloom.frames.comparison import Mask
from poseloom.frames.contour import Drawing, add_rim, complete_fields, share_out, study_drawing, trim_parts
from poseloom.frames.image import Rgba, blank
from poseloom.frames.similarity import Similarity, form_similarity, move_points

SIZE = 160
SHOULDER = (80.0, 70.0)
FUR, PAW, INK, SCARF = (140, 130, 240), (250, 240, 220), (30, 20, 50), (230, 70, 60)
TURN: Similarity = form_similarity(np.radians(70), 1, SHOULDER, SHOULDER)
HERE: Similarity = form_similarity(0, 1, SHOULDER, SHOULDER)

Points = list[tuple[float, float]]


def draw_arm(pose: Rgba, way: Similarity) -> Mask:
    """Draw an arm that hangs from the shoulder with a line around it and a cuff across it; return where it is."""
    shape = np.zeros(pose.shape[:2], np.uint8)
    arm: Points = [SHOULDER, (80.0, 120.0)]
    stroke(shape, arm, way, 24, 255)
    stroke(pose, arm, way, 24, (*INK, 255))
    stroke(pose, arm, way, 18, (*FUR, 255))
    stroke(pose, [(80.0, 114.0), (80.0, 120.0)], way, 18, (*PAW, 255))
    stroke(pose, [(71.0, 102.0), (89.0, 102.0)], way, 3, (*INK, 255))
    return np.asarray(shape > 0)


def stroke(image: NDArray[np.uint8], line: Points, way: Similarity, width_px: int, colour: object) -> None:
    ends = [tuple(int(value) for value in point.round()) for point in move_points(np.array(line, np.float32), way)]
    cv2.line(image, ends[0], ends[1], colour, width_px)  # type: ignore[call-overload]


def draw_pair() -> tuple[tuple[Rgba, Rgba], tuple[Mask, Mask]]:
    poses = blank(SIZE), blank(SIZE)
    masks = draw_arm(poses[0], HERE), draw_arm(poses[1], TURN)
    return poses, masks


def study(poses: tuple[Rgba, Rgba]) -> tuple[Drawing, Drawing]:
    return study_drawing(poses[0]), study_drawing(poses[1])


def draw_with(strokes: list[tuple[Points, int, tuple[int, int, int]]]) -> tuple[Rgba, Mask, Mask]:
    """Return the source with strokes behind the arm, where the arm is, and where the strokes show beside it."""
    pose = blank(SIZE)
    # What holds them belongs to the body.
    for x in (25.0, 135.0):
        stroke(pose, [(x, 60.0), (x, 140.0)], HERE, 30, (*INK, 255))
        stroke(pose, [(x, 62.0), (x, 138.0)], HERE, 24, (*FUR, 255))
    body = pose[..., 3] > 0
    for line, width_px, colour in strokes:
        stroke(pose, line, HERE, width_px, (*colour, 255))
    behind = (pose[..., 3] > 0) & ~body
    arm = draw_arm(pose, HERE)
    return pose, arm, behind & ~arm


def test_a_part_that_is_alone_stays_as_it_is() -> None:
    poses, masks = draw_pair()
    for trimmed, mask, pose in zip(trim_parts(masks, study(poses), TURN), masks, poses, strict=True):
        assert (trimmed & (pose[..., 3] > 0) == mask).all()


def test_a_piece_of_what_is_behind_a_part_is_not_taken_along() -> None:
    (_, target), (_, far) = draw_pair()
    # A scarf as broad as the arm crosses behind it and goes on to the side, where the body is.
    pose, arm, beside = draw_with([([(20.0, 90.0), (140.0, 90.0)], 14, INK), ([(20.0, 90.0), (140.0, 90.0)], 8, SCARF)])
    near, _ = trim_parts((arm | beside, far), study((pose, target)), TURN)
    assert (near & beside).sum() < 0.05 * beside.sum()
    assert (near & arm).sum() > 0.97 * arm.sum()


def test_lines_that_meet_a_part_are_not_taken_along() -> None:
    (_, target), (_, far) = draw_pair()
    pose, arm, beside = draw_with([([(30.0, 72.0), (130.0, 106.0)], 3, INK), ([(30.0, 130.0), (130.0, 122.0)], 3, INK)])
    near, _ = trim_parts((arm | beside, far), study((pose, target)), TURN)
    far_off = cv2.distanceTransform((~arm).astype(np.uint8), cv2.DIST_L2, 5) > 3
    assert not (near & beside & far_off).any()
    assert (near & arm).sum() > 0.97 * arm.sum()


def test_a_part_hangs_together_across_a_line_that_is_drawn_on_it() -> None:
    poses, masks = draw_pair()
    near, _ = trim_parts(masks, study(poses), TURN)
    paw = masks[0] & (np.abs(poses[0][..., :3].astype(int) - PAW).max(axis=2) < 8)
    assert paw.any()
    assert near[paw].all()


def test_a_piece_of_the_body_beyond_the_line_of_a_part_is_not_taken_along() -> None:
    pose, target = blank(SIZE), blank(SIZE)
    stroke(pose, [(110.0, 60.0), (110.0, 130.0)], HERE, 50, (*INK, 255))
    stroke(pose, [(110.0, 60.0), (110.0, 130.0)], HERE, 44, (*FUR, 255))
    arm, far = draw_arm(pose, HERE), draw_arm(target, HERE)
    # Right of the arm's own line, where the body has the same colour.
    scrap = np.zeros_like(arm)
    scrap[86:96, 92:104] = True
    scrap &= ~arm
    near, _ = trim_parts((arm | scrap, far), study((pose, target)), HERE)
    assert not (near & scrap & (pose[..., :3] == FUR).all(axis=2)).any()
    assert (near & arm).sum() > 0.97 * arm.sum()


def test_a_piece_of_a_part_beside_a_stripe_that_the_other_drawing_hides_is_no_piece_of_the_body() -> None:
    source, target = blank(SIZE), blank(SIZE)
    near, far = draw_arm(source, HERE), draw_arm(target, TURN)
    paw = (source[..., :3] == PAW).all(axis=2)
    source[paw] = (*FUR, 255)
    stroke(source, [(71.0, 110.0), (89.0, 110.0)], HERE, 3, (*SCARF, 255))
    # It stands on something, and in the target it is hidden beyond its cuff.
    stroke(source, [(50.0, 128.0), (110.0, 128.0)], HERE, 16, (*INK, 255))
    stroke(source, [(50.0, 128.0), (110.0, 128.0)], HERE, 10, (*SCARF, 255))
    near[119:] = False
    shown = np.zeros_like(far, np.uint8)
    stroke(shown, [(80.0, 40.0), (80.0, 68.0)], TURN, 60, 1)
    trimmed, _ = trim_parts((near, far & (shown > 0)), study((source, target)), TURN)
    between = np.s_[105:108, 73:88]
    assert near[between].all()
    assert trimmed[between].all()


def test_what_looks_like_the_rest_of_a_field_stays_with_a_part_whatever_the_other_drawing_shows_there() -> None:
    (_, target), (_, far) = draw_pair()
    # Lines on both sides hold it.
    pose, near, _ = draw_with([([(20.0, 74.0), (140.0, 74.0)], 4, INK)])
    # In the target, what is next to the shoulder is the scarf's, and throws its colour on the arm below.
    stroke(target, [(70.0, 84.0), (90.0, 84.0)], TURN, 6, (*SCARF, 255))
    shown = np.zeros_like(far, np.uint8)
    stroke(shown, [(80.0, 111.0), (80.0, 140.0)], TURN, 60, 1)
    hidden = near.copy()
    hidden[80:] = False
    trimmed, _ = trim_parts((near, far & (shown > 0)), study((pose, target)), TURN)
    assert hidden.sum() > 200
    assert (trimmed & hidden).sum() > 0.9 * hidden.sum()


def test_what_would_hang_in_the_air_stays_with_the_part() -> None:
    (_, target), (_, far) = draw_pair()
    pose = blank(SIZE)
    arm = draw_arm(pose, HERE)
    crumb = np.zeros_like(arm)
    crumb[118:124, 100:106] = True
    pose[crumb] = (*FUR, 255)
    near, _ = trim_parts((arm | crumb, far), study((pose, target)), TURN)
    assert near[crumb].all()


@pytest.mark.parametrize("side", [0, 1])
def test_a_drawing_of_lines_alone_stays_as_it_is(side: int) -> None:
    poses, masks = draw_pair()
    lines = np.abs(poses[side][..., :3].astype(int) - INK).max(axis=2) < 8
    poses[side][~lines] = 0
    own = (masks[0] & lines, masks[1]) if side == 0 else (masks[0], masks[1] & lines)
    for trimmed, mask in zip(trim_parts(own, study(poses), TURN), own, strict=True):
        assert (trimmed == mask).all()


def test_two_drawings_that_have_little_in_common_stay_as_they_are() -> None:
    (source, target), (near, far) = draw_pair()
    elsewhere = form_similarity(np.radians(70), 1, SHOULDER, (40.0, 40.0))
    for trimmed, mask in zip(trim_parts((near, far), study((source, target)), elsewhere), (near, far), strict=True):
        assert (trimmed == mask).all()


def draw_boxes(*boxes: tuple[int, int, int, int]) -> Mask:
    """Return where any of the boxes is, each as left, top, right, bottom."""
    mask = np.zeros((SIZE, SIZE), np.bool_)
    for left, top, right, bottom in boxes:
        mask[top:bottom, left:right] = True
    return mask


def show(mask: Mask) -> Rgba:
    return np.where(mask[..., None], np.array((*FUR, 255), np.uint8), np.uint8(0))


def test_scraps_that_only_a_part_holds_go_with_it() -> None:
    body, arm, tip = (20, 20, 80, 140), (80, 60, 130, 80), (130, 60, 140, 80)
    [whole] = share_out([draw_boxes(arm)], study_drawing(show(draw_boxes(body, arm, tip))))
    assert (whole == draw_boxes(arm, tip)).all()


def test_the_greater_half_of_a_ball_takes_the_rest_along() -> None:
    body, tail, half, rest = (20, 20, 80, 140), (80, 60, 100, 70), (100, 50, 120, 80), (120, 50, 132, 80)
    [whole] = share_out([draw_boxes(tail, half)], study_drawing(show(draw_boxes(body, tail, half, rest))))
    assert (whole == draw_boxes(tail, half, rest)).all()


def test_each_of_two_parts_takes_the_scrap_that_touches_it_more() -> None:
    body, arm, leg, between = (20, 20, 80, 140), (80, 40, 130, 60), (80, 70, 130, 90), (100, 60, 104, 69)
    near, far = share_out([draw_boxes(arm), draw_boxes(leg)], study_drawing(show(draw_boxes(body, arm, leg, between))))
    assert (near == draw_boxes(arm, between)).all()
    assert (far == draw_boxes(leg)).all()


def test_a_scrap_between_two_parts_goes_with_the_one_that_has_its_colour() -> None:
    """A stem that lines part from its ball and from an arm is of the ball, though more of it lies beside the arm."""
    pose = show(draw_boxes((20, 20, 80, 140), (80, 40, 130, 60)))
    pose[64:140, 100:112] = pose[100:140, 100:140] = (*SCARF, 255)
    for line in (np.s_[60:64, 80:130], np.s_[96:100, 96:144]):
        pose[line] = (*INK, 255)
    arm, ball = draw_boxes((80, 40, 130, 64)), draw_boxes((96, 96, 144, 100), (100, 100, 140, 140))
    near, far = share_out([arm, ball], Drawing(pose, None, (pose[..., :3] == INK).all(axis=2)))
    assert (near == arm).all()
    assert (far == ball | draw_boxes((100, 64, 112, 96))).all()


def test_neither_a_foot_as_large_as_an_arm_nor_what_floats_beside_it_goes_with_the_arm() -> None:
    body, arm, foot, spark = (20, 20, 80, 100), (20, 100, 80, 120), (20, 120, 80, 140), (100, 100, 104, 104)
    mask = draw_boxes(arm)
    [same] = share_out([mask], study_drawing(show(draw_boxes(body, arm, foot, spark))))
    assert (same == mask).all()


def test_a_rim_is_what_is_soft_beside_a_part_but_not_what_is_beside_something_else() -> None:
    pose = blank(SIZE)
    pose[40:80, 40:80] = (*FUR, 255)
    pose[40:80, 38:40] = pose[40:80, 80:82] = (*FUR, 120)
    pose[60:80, 82:100] = (*SCARF, 255)
    part = np.zeros((SIZE, SIZE), np.bool_)
    part[40:80, 40:80] = True
    rim = add_rim(part, pose) & ~part
    assert rim[40:80, 38:40].all()
    assert rim[40:58, 80:82].all()
    assert not rim[62:80, 81:].any()
    assert not rim[pose[..., 3] == 0].any()


def draw_fields() -> tuple[Drawing, Mask, Mask]:
    """Return a body beside an arm of two fields, a sleeve and a hand, with lines around each, and where those are."""
    pose = blank(SIZE)
    for box, colour in (((10, 40, 70, 140), SCARF), ((80, 40, 110, 80), FUR), ((84, 84, 106, 116), PAW)):
        x0, y0, x1, y1 = box
        cv2.rectangle(pose, (x0 - 4, y0 - 4), (x1 + 4, y1 + 4), (*INK, 255), -1)
        cv2.rectangle(pose, (x0, y0), (x1, y1), (*colour, 255), -1)
    drawing = study_drawing(pose)
    assert drawing.ink is not None
    return drawing, (pose[..., :3] == FUR).all(axis=2), (pose[..., :3] == PAW).all(axis=2)


def test_a_hand_between_lines_of_which_a_part_has_half_is_the_part_s_as_a_whole() -> None:
    drawing, sleeve, hand = draw_fields()
    half = hand.copy()
    half[:100] = False
    whole = complete_fields(sleeve | half, drawing)
    assert whole[hand].all()
    # With the line around it.
    assert whole[92, 82]


def test_a_hand_of_which_a_part_has_little_stays_as_it_is() -> None:
    drawing, sleeve, hand = draw_fields()
    little = hand.copy()
    little[:108] = False
    assert not complete_fields(sleeve | little, drawing)[88:104, 88:102].any()


def test_a_body_of_which_a_part_has_half_does_not_go_with_it() -> None:
    drawing, sleeve, _ = draw_fields()
    body = (drawing.pose[..., :3] == SCARF).all(axis=2)
    half = body.copy()
    half[:88] = False
    assert not complete_fields(sleeve | half, drawing)[45:85, 15:65].any()


def test_without_lines_there_are_no_fields() -> None:
    drawing, sleeve, _ = draw_fields()
    plain = Drawing(drawing.pose, None, np.zeros_like(sleeve))
    assert (complete_fields(sleeve, plain) == sleeve).all()
