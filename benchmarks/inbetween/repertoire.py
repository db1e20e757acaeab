"""What the rig is asked to do: small motions one by one, combinations of them, and all pairs of the demo's poses."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

from benchmarks.inbetween.rig import RigItem, find_far_limbs
from demo.rig import POSES, Pose

Numbers = dict[str, float]
Row = tuple[str, str, Pose, Numbers, Numbers]

_IDLE = POSES["idle"]
_STRAIGHT = replace(_IDLE, left_elbow=6, left_reach=1.2, right_elbow=6, right_reach=1.2)


def list_rig_items() -> list[RigItem]:
    """Return every pair of the rig, and those in which a limb turns far once more without lines around shapes."""
    elementary = [
        RigItem(id=f"rig_{name}", level=level, source=replace(base, **source), target=replace(base, **target))
        for name, level, base, source, target in (*_list_arms(), *_list_heads(), *_list_bodies(), *_list_wholes())
    ]
    whole = [
        RigItem(id=f"pim_{one}_{other}", level="hard", source=POSES[one], target=POSES[other])
        for one, other in combinations(POSES, 2)
    ]
    lined = [*elementary, *whole]
    return [*lined, *(_hide_lines(item) for item in lined if find_far_limbs(item.source, item.target))]


def _hide_lines(item: RigItem) -> RigItem:
    return replace(item, id=f"flat_{item.id.removeprefix('rig_')}", is_lined=False)


def _list_arms() -> Iterator[Row]:
    for degrees, level in ((40, "easy"), (80, "medium"), (120, "hard")):
        yield f"arm_up_{degrees}", level, _STRAIGHT, {"left_arm": 25}, {"left_arm": 25 + degrees}
        yield f"arm_down_{degrees}", level, _STRAIGHT, {"right_arm": 140}, {"right_arm": 140 - degrees}
    yield "arm_in_air", "easy", _STRAIGHT, {"left_arm": 85}, {"left_arm": 125}
    yield "forearm_40", "easy", _STRAIGHT, {"left_arm": 70, "left_elbow": 0}, {"left_arm": 70, "left_elbow": 40}
    yield "forearm_90", "medium", _STRAIGHT, {"left_arm": 75, "left_elbow": -20}, {"left_arm": 75, "left_elbow": 70}
    yield "forearm_in", "medium", _STRAIGHT, {"right_arm": 40, "right_elbow": 10}, {"right_arm": 40, "right_elbow": -80}
    yield "palm", "easy", _STRAIGHT, {"left_arm": 110}, {"left_arm": 110, "left_palm": 1}
    yield "arm_across", "hard", _STRAIGHT, {"right_arm": 30}, {"right_arm": 26, "right_elbow": -105}
    yield "hand_to_mouth", "hard", _IDLE, {}, {"right_arm": 68, "right_elbow": -208, "right_reach": 1.56}
    yield "arms_crossing", "hard", _STRAIGHT, {}, {
        "left_arm": 30, "right_arm": 26, "left_elbow": -112, "right_elbow": -100,
    }  # fmt: skip
    yield "arms_out", "medium", _STRAIGHT, {"left_arm": 25, "right_arm": 25}, {"left_arm": 85, "right_arm": 85}
    yield "arms_up", "hard", _STRAIGHT, {"left_arm": 25, "right_arm": 25}, {"left_arm": 130, "right_arm": 130}
    yield "arms_swap", "hard", _STRAIGHT, {"left_arm": 25, "right_arm": 120}, {"left_arm": 120, "right_arm": 25}


def _list_heads() -> Iterator[Row]:
    yield "head_tilt_10", "easy", _IDLE, {"head_tilt": -5}, {"head_tilt": 5}
    yield "head_tilt_28", "medium", _IDLE, {"head_tilt": -14}, {"head_tilt": 14}
    yield "head_turn_small", "easy", _IDLE, {"head_turn": -0.25}, {"head_turn": 0.25}
    yield "head_turn", "medium", _IDLE, {"head_turn": -0.9}, {"head_turn": 0.9}
    yield "head_nod", "medium", _IDLE, {"head_nod": -0.6}, {"head_nod": 0.7}
    yield "head_look_round", "hard", _IDLE, {"head_turn": -0.9, "head_tilt": -10}, {
        "head_turn": 0.9, "head_tilt": 10, "head_nod": -0.4,
    }  # fmt: skip
    yield "ears_small", "easy", _IDLE, {}, {"left_ear": 26, "right_ear": 6}
    yield "ear_droops", "medium", _IDLE, {}, {"left_ear": 58, "left_ear_bend": 88}
    yield "ears_perk", "hard", _IDLE, {"left_ear": 60, "left_ear_bend": 80, "right_ear": 60, "right_ear_bend": 80}, {
        "left_ear": 8, "left_ear_bend": -10, "right_ear": 8, "right_ear_bend": -10,
    }  # fmt: skip
    yield "blink", "easy", _IDLE, {}, {"left_eye": 0, "right_eye": 0, "eye_smile": 1}
    yield "wink", "easy", _IDLE, {}, {"left_eye": 0, "eye_smile": 1}
    yield "gaze", "easy", _IDLE, {"gaze_x": -1}, {"gaze_x": 1, "gaze_y": -0.6}
    yield "mouth_opens", "easy", _IDLE, {}, {"mouth_open": 0.9, "mouth_width": 46}
    yield "frown", "easy", _IDLE, {}, {"smile": -0.8, "brow_tilt": 18, "left_brow": -0.8, "right_brow": -0.8}
    yield "laugh", "medium", _IDLE, {}, {
        "left_eye": 0, "right_eye": 0, "eye_smile": 1, "mouth_open": 1, "mouth_width": 54, "blush": 1,
    }  # fmt: skip


def _list_bodies() -> Iterator[Row]:
    yield "lean_8", "easy", _IDLE, {"lean": -4}, {"lean": 4}
    yield "lean_20", "medium", _IDLE, {"lean": -10}, {"lean": 10}
    yield "squat", "medium", _IDLE, {}, {"lift": -44, "stretch": -0.14}
    yield "stretch", "easy", _IDLE, {"stretch": -0.03}, {"stretch": 0.06}
    yield "jump", "medium", _IDLE, {}, {"lift": 56, "stretch": 0.06, "left_step": 50, "right_step": 50}
    yield "squat_jump", "hard", _IDLE, {"lift": -40, "stretch": -0.12}, {
        "lift": 60, "stretch": 0.08, "left_step": 54, "right_step": 54, "left_arm": 70, "right_arm": 70,
    }  # fmt: skip
    yield "foot_out", "easy", _IDLE, {}, {"right_foot": 44, "right_heel": 14}
    yield "kick", "medium", _IDLE, {}, {"right_foot": 62, "right_step": 70, "right_heel": 40, "lean": -5}
    yield "step", "medium", _IDLE, {"left_step": 40}, {"right_step": 40, "lean": 3}
    yield "tail_small", "easy", _IDLE, {}, {"tail": 22, "tail_curl": 66}
    yield "tail_swings", "medium", _IDLE, {"tail": -10, "tail_curl": 20}, {"tail": 34, "tail_curl": 110}
    yield "scarf", "easy", _IDLE, {"scarf": -4}, {"scarf": 26}


def _list_wholes() -> Iterator[Row]:
    yield "nod_and_smile", "medium", _IDLE, {"head_nod": -0.2}, {"head_nod": 0.5, "left_eye": 0, "right_eye": 0}
    yield "shrug", "medium", _STRAIGHT, {}, {
        "left_arm": 60, "right_arm": 60, "left_elbow": 40, "right_elbow": 40, "left_palm": 1, "right_palm": 1,
        "head_tilt": 8, "smile": -0.4, "left_brow": 0.8, "right_brow": 0.8,
    }  # fmt: skip
    yield "surprise", "medium", _IDLE, {}, {
        "lift": 16, "stretch": 0.05, "left_arm": 78, "right_arm": 78, "left_ear": 4, "right_ear": 4,
        "right_ear_bend": 8, "mouth_open": 0.8, "left_brow": 1, "right_brow": 1,
    }  # fmt: skip
    yield "walk", "medium", _IDLE, {"left_step": 34, "lean": -3, "left_arm": 54, "tail": 2}, {
        "right_step": 34, "lean": 3, "right_arm": 54, "tail": 24,
    }  # fmt: skip
    yield "dance", "hard", _STRAIGHT, {"left_arm": 120, "right_arm": 20, "head_tilt": -10, "lean": -6}, {
        "left_arm": 20, "right_arm": 120, "head_tilt": 10, "lean": 6, "left_step": 24,
    }  # fmt: skip
    yield "bow", "hard", _STRAIGHT, {}, {
        "lean": 7, "stretch": -0.1, "head_nod": 0.8, "head_tilt": 8, "right_arm": 26, "right_elbow": -100,
        "left_arm": 62, "left_eye": 0, "right_eye": 0,
    }  # fmt: skip
    yield "turn_and_wave", "hard", _STRAIGHT, {"head_turn": -0.6, "left_arm": 20}, {
        "head_turn": 0.6, "left_arm": 130, "left_elbow": 24, "left_palm": 1, "mouth_open": 0.8, "mouth_width": 46,
    }  # fmt: skip
    yield "sit_down", "hard", _IDLE, {}, {
        "lift": -62, "stretch": -0.06, "left_foot": 62, "right_foot": 62, "left_heel": 14, "right_heel": 14, "sole": 1,
    }  # fmt: skip
