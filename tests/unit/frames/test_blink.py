import itertools

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.build import render
from demo.rig import POSES
from poseloom.core.manner import read_manner
from poseloom.frames.blink import Lids, plan_blinks, prepare_lids
from poseloom.frames.eye import Eyes, find_eyes
from poseloom.frames.figure import study_figure
from poseloom.frames.image import Rgba
from poseloom.frames.loop import iterate_loop
from poseloom.frames.posture import HEIGHTS, UPRIGHT, Posture
from tests.unit.frames.faces import SEEING, SKIN

rates = st.sampled_from([6.0, 12.0, 24.0, 30.0, 60.0])


def prepare(pose: Rgba) -> tuple[Lids, Eyes]:
    figure, eyes = study_figure(pose), find_eyes(pose)
    assert figure is not None
    assert eyes is not None
    return prepare_lids(figure, eyes), eyes


def find_changed(before: Rgba, after: Rgba) -> tuple[int, int, int, int]:
    changed = np.abs(before.astype(int) - after).max(axis=2) > 2
    x, y, width, height = cv2.boundingRect(changed.astype(np.uint8))
    return x, y, x + width, y + height


def list_shut(seconds: float, fps: float, *, is_asked: bool = False) -> list[float]:
    track = plan_blinks(seconds, fps, is_asked=is_asked)
    return [track.read(index / fps) for index in range(round(seconds * fps) + 1)]


@given(st.floats(0.5, 10), rates, st.booleans())
def test_no_eye_is_shut_near_the_seam_and_every_blink_shuts(seconds: float, fps: float, is_asked: bool) -> None:
    shut = list_shut(seconds, fps, is_asked=is_asked)
    blinks = sum(before < 1 <= after for before, after in itertools.pairwise(shut))
    assert blinks == (0 if seconds < 1.2 else 2 if seconds >= (2.0 if is_asked else 5.5) else 1)
    near = round(0.2 * fps)
    assert not any(shut[:near])
    assert not any(shut[len(shut) - near :])
    assert all(0 <= share <= 1 for share in shut)


def test_a_blink_takes_two_frames_down_one_or_two_shut_and_three_up() -> None:
    shut = list_shut(4.0, 24.0)
    seen = [round(share, 2) for share in shut if share]
    assert 1 <= seen.count(1.0) <= 2
    assert 4 <= len(seen) <= 7
    assert seen.index(1.0) <= 2


def test_blinks_are_never_even() -> None:
    track = plan_blinks(8.0, 24.0, is_asked=False)
    closed = [seconds for seconds, value in track.keys if value == 1][::2]
    gaps = [after - before for before, after in itertools.pairwise([0.0, *closed, 8.0])]
    assert max(gaps) > 1.3 * min(gaps)


@pytest.mark.parametrize("name", ["idle", "waving", "thinking"])
@pytest.mark.parametrize("share", [0.3, 0.6, 1.0])
def test_lids_change_nothing_but_the_eyes(name: str, share: float) -> None:
    pose = render(POSES[name], 384)
    lids, eyes = prepare(pose)
    shut = lids.shut(share)
    x0, y0, x1, y1 = find_changed(pose, shut.pose)
    left, right = eyes.pair
    reach = 1.35 * max(left.half_height, right.half_height)
    assert left.x - reach < x0 < x1 < right.x + reach
    assert min(left.y, right.y) - reach < y0 < y1 < max(left.y, right.y) + reach
    assert np.array_equal(shut.pose[..., 3], pose[..., 3])
    assert np.array_equal(lids.figure.pose, pose)


@pytest.mark.parametrize("name", sorted(SEEING))
def test_shut_an_eye_is_face_with_one_line(name: str) -> None:
    pose, half_height = SEEING[name]
    lids, eyes = prepare(pose)
    shut = lids.shut(1.0).pose
    for eye in eyes.pair:
        box = np.s_[
            round(eye.y - half_height) : round(eye.y + half_height),
            round(eye.x - eye.half_width) : round(eye.x + eye.half_width),
        ]
        like_face = np.abs(shut[box][..., :3] - eyes.face).max(axis=2) < 12
        assert like_face.mean() > 0.7
        column = shut[box][:, round(eye.half_width), :3].astype(float).mean(axis=1)
        dark = column < (float(eyes.face.mean()) + float(eye.ink.mean())) / 2
        assert np.count_nonzero(np.diff(dark.astype(int))) == 2


def test_the_further_the_eyes_are_shut_the_less_is_seen_of_them() -> None:
    pose, _ = SEEING["dots"]
    lids, eyes = prepare(pose)
    seen = [
        int((np.abs(lids.shut(share).pose[..., :3] - np.array(SKIN)).max(axis=2)[pose[..., 3] == 255] > 60).sum())
        for share in (0.25, 0.5, 0.75, 1.0)
    ]
    assert seen == sorted(seen, reverse=True)
    assert seen[-1] < 0.5 * seen[0]
    assert len(eyes.pair) == 2


def test_lids_take_the_shading_of_the_face() -> None:
    pose, _ = SEEING["dots"]
    shade = np.linspace(0.85, 1.0, pose.shape[0])[:, None, None]
    shaded = pose.copy()
    shaded[..., :3] = (pose[..., :3] * shade).astype(np.uint8)
    lids, eyes = prepare(shaded)
    shut = lids.shut(1.0).pose
    for eye in eyes.pair:
        x, y = round(eye.x), round(eye.y - 0.6 * eye.half_height)
        beside = shaded[y, round(eye.x - 2 * eye.half_width), :3].astype(int)
        assert np.abs(shut[y, x, :3] - beside).max() <= 8


def test_lids_go_where_the_face_goes() -> None:
    pose = render(POSES["idle"], 384)
    lids, _ = prepare(pose)
    moved = Posture(slide=np.full_like(HEIGHTS, 20 / lids.figure.height_px))
    opened, shut = lids.figure.draw(moved), lids.shut(1.0).draw(moved)
    still = find_changed(pose, lids.shut(1.0).draw(UPRIGHT))
    gone = find_changed(opened, shut)
    assert gone == pytest.approx((still[0] + 20, still[1], still[2] + 20, still[3]), abs=2)


def test_an_eye_at_the_border_of_the_canvas_can_shut() -> None:
    pose, _ = SEEING["dots"]
    narrow = np.ascontiguousarray(pose[:, 172:340])
    lids, eyes = prepare(narrow)
    x0, _, x1, _ = find_changed(narrow, lids.shut(1.0).pose)
    assert x0 == pytest.approx(eyes.pair[0].x - 18, abs=5)
    assert x1 == pytest.approx(eyes.pair[1].x + 18, abs=5)


@pytest.mark.parametrize(
    ("name", "said", "blinks"),
    [
        ("idle", None, 1),
        ("waving", None, 1),
        ("sleeping", None, 0),
        ("celebrating", None, 0),
        ("idle", "blinks", 2),
        ("idle", "does not blink", 0),
        ("idle", "stands still", 0),
        ("idle", "spins", 0),
        ("idle", "jumps", 1),
    ],
)
def test_a_loop_blinks_where_there_are_eyes_and_it_may(name: str, said: str | None, blinks: int) -> None:
    pose = render(POSES[name], 256)
    manner = read_manner(said)
    still = read_manner("no blinking" if said is None else f"{said}, no blinking")
    seen = list(iterate_loop(pose, frame_count=97, fps=24, manner=manner))
    unseen = list(iterate_loop(pose, frame_count=97, fps=24, manner=still))
    differs = [not np.array_equal(one, other) for one, other in zip(seen, unseen, strict=True)]
    assert sum(after and not before for before, after in itertools.pairwise(differs)) == blinks
    assert sum(differs) <= 8 * blinks
