import math
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.inbetween.redrawing import RedrawnItem
from benchmarks.inbetween.score import score_picture
from benchmarks.inbetween.shape import Stand
from benchmarks.inbetween.troupe import STANDS, TroupeItem, list_chance_items, list_troupe_items
from demo.build import render
from demo.rig import POSES, Pose, interpolate
from poseloom.frames.anatomy import judge_anatomy
from poseloom.frames.candidate import choose_flow
from poseloom.frames.comparison import Comparison
from poseloom.frames.dissection import LONG_SIDES, Dissection, dissect
from poseloom.frames.flow import resample_field
from poseloom.frames.image import Premultiplied, Rgba, premultiply
from poseloom.frames.inbetween import prepare_morph
from poseloom.frames.registration import FeaturePyramid
from poseloom.frames.silhouette import are_lined
from poseloom.frames.similarity import read_turn
from poseloom.frames.stage import set_stage
from tests.unit.frames.puppet import draw_puppet


def take_apart(source: Rgba, target: Rgba) -> Dissection:
    comparison = compare(source, target)
    single = choose_flow(*cut(source, target))
    return dissect(comparison, resample_field(single.velocity, comparison.shape), single.start)


def compare(source: Rgba, target: Rgba) -> Comparison:
    poses = cut(source, target)
    return Comparison(*FeaturePyramid(*poses).see(LONG_SIDES[0], 0.0), is_lined=are_lined(*poses))


def cut(source: Rgba, target: Rgba) -> tuple[Premultiplied, Premultiplied]:
    stage = set_stage(source, target)
    assert stage is not None
    return premultiply(stage.cut(source)), premultiply(stage.cut(target))


def test_a_pair_that_flows_has_no_parts_and_misses_none() -> None:
    found = take_apart(draw_puppet(20), draw_puppet(24))
    assert not found.anatomy.turns
    assert not found.is_near_miss


def test_a_pair_whose_arm_is_found_misses_none() -> None:
    found = take_apart(draw_puppet(15), draw_puppet(125))
    assert len(found.anatomy.turns) == 1
    assert not found.is_near_miss


@pytest.mark.parametrize("degrees", [80, 100])
def test_an_arm_that_hangs_before_the_body_is_a_part(degrees: float) -> None:
    assert len(take_apart(draw_puppet(-10), draw_puppet(degrees)).anatomy.turns) == 1


def test_an_arm_without_a_line_around_it_is_no_part() -> None:
    assert not take_apart(draw_puppet(-15, painted=True), draw_puppet(-75, painted=True)).anatomy.turns


@pytest.mark.parametrize("degrees", [80, 120])
def test_an_arm_without_a_line_is_a_part_where_nothing_else_explains_it(degrees: float) -> None:
    anatomy = take_apart(draw_puppet(-10, painted=True), draw_puppet(degrees, painted=True)).anatomy
    near, far = anatomy.find(1)
    # Before the body in its own colour it is seen less, but belongs to the arm that is seen away from it.
    assert near.sum() > 0.8 * far.sum()


@pytest.mark.parametrize("size_px", [256, 400, 512])
def test_two_arms_that_do_different_things_are_both_found(size_px: int) -> None:
    found = take_apart(render(POSES["idle"], size_px), render(POSES["thinking"], size_px))
    assert sorted(map(read_turn, found.anatomy.turns)) == pytest.approx([math.radians(-70), math.radians(150)], abs=0.5)


@pytest.mark.parametrize("size_px", [320, 512, 640])
def test_an_eye_is_no_part_that_turns_into_a_mouth(size_px: int) -> None:
    laughing = replace(POSES["idle"], left_eye=0, right_eye=0, eye_smile=1, mouth_open=1, mouth_width=54, blush=1)
    assert not take_apart(render(POSES["idle"], size_px), render(laughing, size_px)).anatomy.turns


STRAIGHT = replace(POSES["idle"], left_elbow=6, left_reach=1.2)


@pytest.mark.parametrize(
    ("source", "target", "degrees"),
    [
        (replace(STRAIGHT, left_arm=25), replace(STRAIGHT, left_arm=145), 120),
        (POSES["idle"], POSES["waving"], 134),
        # The body's flow shrinks and grows this one so well that a turn explains hardly a cell better.
        (
            replace(STRAIGHT, head_turn=-0.6, left_arm=20),
            replace(STRAIGHT, head_turn=0.6, left_arm=130, left_elbow=24),
            122,
        ),
    ],
)
def test_an_arm_in_the_colour_of_the_body_is_found_up_to_its_shoulder(
    source: Pose, target: Pose, degrees: float
) -> None:
    anatomy = take_apart(render(source, 320, lined=False), render(target, 320, lined=False)).anatomy
    farthest = max(range(len(anatomy.turns)), key=lambda index: abs(read_turn(anatomy.turns[index])))
    assert math.degrees(read_turn(anatomy.turns[farthest])) == pytest.approx(degrees, abs=15)
    # Without the shoulder, which the body explains as well, it would be half as large.
    assert all(mask.sum() > 80 for mask in anatomy.find(farthest + 1))


@pytest.mark.parametrize(("size_px", "low", "high"), [(320, 25, 145), (512, 20, 120)])
def test_an_arm_that_the_body_could_shrink_takes_nothing_of_the_body_along(
    size_px: int, low: float, high: float
) -> None:
    """It is found with the body's help as well, but not as well as without."""
    source, target = (replace(STRAIGHT, left_arm=degrees) for degrees in (low, high))
    morph = prepare_morph(render(source, size_px, lined=False), render(target, size_px, lined=False))
    truth = render(interpolate(source, target, 0.5), size_px, lined=False)
    assert score_picture(morph.draw(0.5), truth)["psnr"] > 28


def test_a_mascot_more_transparent_than_not_has_no_limbs_and_moves_all_the_same() -> None:
    source, target = (render(POSES[name], 160) for name in ("idle", "celebrating"))
    for pose in (source, target):
        pose[..., 3] = pose[..., 3] * (127 / 255)
    morph = prepare_morph(source, target)
    assert not morph.limbs
    assert 100 < morph.draw(0.5)[..., 3].max() <= 127


def test_an_arm_that_is_found_with_the_body_as_well_is_taken_as_it_is_found() -> None:
    """Without the body's help it has slightly fewer faults, and is cut out worse."""
    low = replace(POSES["idle"], left_arm=5, left_elbow=-30, right_arm=5, right_elbow=30, right_reach=1.3)
    high = replace(low, right_arm=145, right_elbow=-30)
    drawn = prepare_morph(render(low, 400), render(high, 400)).draw(0.5)
    assert score_picture(drawn, render(interpolate(low, high, 0.5), 400))["psnr"] > 20


def test_an_arm_half_of_whose_outline_no_line_draws_is_a_part() -> None:
    idle = replace(STRAIGHT, right_elbow=6, right_reach=1.2)
    poses = replace(idle, right_arm=30), replace(idle, right_arm=26, right_elbow=-105)
    anatomy = take_apart(*(render(pose, 320, lined=False) for pose in poses)).anatomy
    assert [abs(math.degrees(read_turn(turn))) > 75 for turn in anatomy.turns] == [True]


def show(figure: str, target: Stand) -> tuple[Rgba, Rgba]:
    pair = TroupeItem(id=figure, level="hard", figure=figure, source=Stand(), target=target).load()
    return pair.source, pair.target


def test_wings_take_nothing_of_the_body_along() -> None:
    """Before plain colour a turn explains cells of the body as well: they are cut off where nothing is drawn."""
    cheer = Stand(left_arm=-140, right_arm=140, left_elbow=-15, right_elbow=15, mouth=1, lift=-14)
    poses = show("bird", cheer)
    anatomy = take_apart(*poses).anatomy
    assert len(anatomy.turns) == 2
    assert judge_anatomy(anatomy, compare(*poses)).score < 0.18


def test_a_wing_is_found_after_two_guesses_failed_where_the_flow_would_be_shown_slowly() -> None:
    low = Stand(left_arm=0, left_elbow=35, right_arm=25, right_elbow=5)
    high = replace(low, right_arm=140, right_elbow=20)
    pair = TroupeItem(id="bird", level="hard", figure="bird", source=high, target=low).load()
    [turn] = take_apart(pair.source, pair.target).anatomy.turns
    assert math.degrees(read_turn(turn)) == pytest.approx(115, abs=10)


@pytest.mark.parametrize(("source", "target"), [(-140, -70), (-70, -25)])
def test_a_wing_is_a_part_though_the_flow_melts_it_for_hardly_more(source: float, target: float) -> None:
    """The cut costs as much as the melting; in the second pair what is right around the wing melts along."""
    pair = TroupeItem(
        id="bird", level="hard", figure="bird", source=Stand(left_arm=source), target=Stand(left_arm=target)
    ).load()
    [turn] = take_apart(pair.source, pair.target).anatomy.turns
    assert math.degrees(read_turn(turn)) == pytest.approx(source - target, abs=5)


def test_an_arm_keeps_its_outline_when_the_body_could_have_some_of_it() -> None:
    assert len(take_apart(*show("girl", Stand(right_arm=95, tilt=-3))).anatomy.turns) == 1


def test_an_arm_whose_hand_the_head_covers_in_one_pose_is_a_part() -> None:
    """A quarter of the fox's arm lands on nothing of its own."""
    pair = TroupeItem(id="fox", level="hard", figure="fox", source=STANDS["wave"], target=STANDS["cheer"]).load()
    [turn] = take_apart(pair.source, pair.target).anatomy.turns
    assert math.degrees(read_turn(turn)) == pytest.approx(130, abs=15)


def test_an_arm_is_a_part_though_a_head_beside_it_that_was_tried_after_it_is_none() -> None:
    pair = TroupeItem(id="girl", level="hard", figure="girl", source=STANDS["wave"], target=STANDS["cheer"]).load()
    [turn] = take_apart(pair.source, pair.target).anatomy.turns
    assert math.degrees(read_turn(turn)) == pytest.approx(135, abs=10)


def test_parts_that_nearly_help_are_not_in_the_reading_but_are_told() -> None:
    found = take_apart(render(POSES["thinking"], 256), render(POSES["celebrating"], 256))
    assert not found.anatomy.turns
    assert found.is_near_miss
    assert all(not np.any(side) for side in found.anatomy.labels)


def test_both_arms_are_found_after_guesses_about_a_changed_face_failed() -> None:
    found = take_apart(render(POSES["thinking"], 320), render(POSES["celebrating"], 320)).anatomy
    assert sorted(map(read_turn, found.turns))[::2] == pytest.approx([math.radians(-160), math.radians(72)], abs=0.2)


@pytest.mark.parametrize("figure", ["ball", "robot"])
def test_upper_arms_and_forearms_that_turn_apart_are_parts_of_their_own(figure: str) -> None:
    turns = take_apart(*show(figure, STANDS["hips"])).anatomy.turns
    assert sorted(math.degrees(read_turn(turn)) for turn in turns) == pytest.approx([-52, -38, 38, 52], abs=4)


@pytest.mark.parametrize("size_px", [256, 512, 640])
def test_an_arm_that_touches_a_tail_is_not_joined_to_it(size_px: int) -> None:
    found = take_apart(render(POSES["waving"], size_px), render(POSES["celebrating"], size_px)).anatomy
    assert min(map(read_turn, found.turns)) < math.radians(-80)


def load(name: str, size_px: int) -> tuple[Rgba, Rgba]:
    [item] = [one for one in (*list_troupe_items(), *list_chance_items()) if one.id == name]
    pair = replace(item, size_px=size_px).load()
    return pair.source, pair.target


@pytest.mark.parametrize("size_px", [288, 416])
def test_the_search_goes_on_from_what_is_left_when_a_part_turns_out_to_be_none(size_px: int) -> None:
    """A hand that is found with half of its forearm is no part, and the whole forearm was then no longer tried."""
    turns = take_apart(*load("chance_ball_7", size_px)).anatomy.turns
    assert [math.degrees(read_turn(turn)) for turn in turns] == pytest.approx([110, 70], abs=6)


@pytest.mark.parametrize("size_px", [256, 352, 416, 640])
def test_two_arms_that_are_raised_alike_are_parts_though_both_make_little_difference(size_px: int) -> None:
    """They hang before fur of their own colour, so the body's flow has made up for much of them."""
    assert len(prepare_morph(*load("fox_idle_cheer", size_px)).limbs) == 2


@pytest.mark.parametrize(("source", "limbs"), [("idle", 2), ("wave", 1)])
def test_arms_that_clearly_turn_are_parts_though_the_other_drawing_is_not_exact(source: str, limbs: int) -> None:
    """What is a little off everywhere is a fault of every reading, so arms take away a smaller share of them."""
    exact = TroupeItem(id=source, level="hard", figure="fox", source=STANDS[source], target=STANDS["cheer"])
    pair = RedrawnItem(drawn=exact).load()
    assert len(prepare_morph(pair.source, pair.target).limbs) == limbs


def test_a_foot_that_goes_behind_a_hand_is_no_hand() -> None:
    """As a part, a quarter of it is nowhere in the other pose."""
    kick = replace(POSES["idle"], right_foot=62, right_step=70, right_heel=40, lean=-5)
    assert not take_apart(render(POSES["idle"], 320), render(kick, 320)).anatomy.turns


def test_what_moves_along_without_turning_is_no_part_unless_the_other_pose_shows_nearly_all_of_it() -> None:
    """Hands and belly sink together before feet that stay, and come to lie before something else."""
    sitting = replace(
        POSES["idle"], lift=-62, stretch=-0.06, left_foot=62, right_foot=62, left_heel=14, right_heel=14, sole=1
    )
    assert not take_apart(render(POSES["idle"], 320), render(sitting, 320)).anatomy.turns


def test_a_part_that_is_all_the_difference_in_its_place_is_in_the_reading() -> None:
    """The whole figure bows, too, so one arm takes away little of all the faults."""
    upright = replace(STRAIGHT, right_elbow=6, right_reach=1.2)
    bow = replace(
        upright, lean=7, stretch=-0.1, head_nod=0.8, head_tilt=8, right_arm=26, right_elbow=-100, left_arm=62,
        left_eye=0, right_eye=0,
    )  # fmt: skip
    found = take_apart(render(upright, 320, lined=False), render(bow, 320, lined=False))
    assert [abs(math.degrees(read_turn(turn))) > 60 for turn in found.anatomy.turns] == [True]


def test_parts_that_hardly_help_are_no_near_miss() -> None:
    found = take_apart(render(POSES["sleeping"], 256), render(POSES["celebrating"], 256))
    assert not found.anatomy.turns
    assert not found.is_near_miss


def test_a_ball_on_a_string_turns_no_farther_than_it_must() -> None:
    """It fits nearly as well at every turn; one of them tears its string off."""
    found = take_apart(*(render(POSES[name], 320) for name in ("waving", "celebrating")))
    arm, tail = sorted(abs(math.degrees(read_turn(turn))) for turn in found.anatomy.turns)[::-1]
    assert arm > 120
    assert 15 < tail < 60
