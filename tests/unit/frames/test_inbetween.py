import itertools

import cv2
import numpy as np
import pytest

from demo.build import render
from demo.rig import POSES
from poseloom.frames.image import Rgba, blank, measure_bounds, premultiply
from poseloom.frames.inbetween import Morph, prepare_morph
from poseloom.frames.stage import Placement
from poseloom.testing.subject import draw_subject

SIZE = 160


@pytest.fixture(scope="module")
def source() -> Rgba:
    return draw_subject(SIZE, 0.2)


@pytest.fixture(scope="module")
def target() -> Rgba:
    return draw_subject(SIZE, 0.7)


@pytest.fixture(scope="module")
def morph(source: Rgba, target: Rgba) -> Morph:
    return prepare_morph(source, target)


def test_both_ends_are_the_poses_exactly(morph: Morph, source: Rgba, target: Rgba) -> None:
    assert np.array_equal(morph.draw(0.0), source)
    assert np.array_equal(morph.draw(1.0), target)


def test_the_middle_of_a_wobble_lies_between_its_ends(morph: Morph, source: Rgba, target: Rgba) -> None:
    ends = [measure_bounds(pose) for pose in (source, target)]
    middle = measure_bounds(morph.draw(0.5))
    assert ends[0] is not None
    assert ends[1] is not None
    assert middle == pytest.approx([(a + b) / 2 for a, b in zip(*ends, strict=True)], abs=3)


def test_a_small_motion_is_trusted_and_a_foreign_picture_is_not(morph: Morph, source: Rgba) -> None:
    noise = blank(SIZE)
    noise[20:140:9, 10:150] = (0, 255, 90, 255)
    assert morph.confidence > 0.8
    assert prepare_morph(source, noise).confidence < 0.5


def test_no_hole_opens_on_the_way(morph: Morph) -> None:
    for t in np.linspace(-0.05, 1.05, 23):
        solid = np.asarray(morph.draw(float(t))[..., 3] > 128, np.uint8)
        outside = cv2.copyMakeBorder(solid, 1, 1, 1, 1, cv2.BORDER_CONSTANT)
        pieces, _ = cv2.connectedComponents(1 - outside, connectivity=4)
        assert pieces == 2, f"a hole at t={t}"


def test_no_box_of_background_comes_along(morph: Morph) -> None:
    for t in (0.25, 0.5, 0.75):
        frame = morph.draw(t)
        assert not frame[frame[..., 3] == 0].any()
        assert not frame[[0, -1], :, 3].any()
        assert not frame[:, [0, -1], 3].any()


def test_the_edge_is_as_crisp_on_the_way_as_at_the_ends(morph: Morph, source: Rgba) -> None:
    def count_soft(frame: Rgba) -> int:
        return int(np.count_nonzero((frame[..., 3] > 20) & (frame[..., 3] < 235)))

    assert count_soft(morph.draw(0.5)) < 2 * count_soft(source)


def test_motion_is_smooth(morph: Morph) -> None:
    frames = [premultiply(morph.draw(t)) for t in np.linspace(0, 1, 61).tolist()]
    steps = [float(np.abs(b - a).mean()) for a, b in itertools.pairwise(frames)]
    usual = float(np.median(steps))
    early, late = steps[:27], steps[34:]
    assert max(early + late) < 2.5 * usual
    jerks = np.abs(np.diff(early)).max(), np.abs(np.diff(late)).max()
    assert max(jerks) < usual


def test_a_limb_that_appears_has_a_crisp_edge() -> None:
    body = blank(SIZE)
    cv2.circle(body, (80, 90), 40, (200, 120, 40, 255), -1)
    armed = body.copy()
    cv2.rectangle(armed, (100, 82), (150, 98), (200, 120, 40, 255), -1)
    frame = prepare_morph(body, armed).draw(0.5)
    ghost = np.count_nonzero((frame[..., 3] > 30) & (frame[..., 3] < 225))
    assert ghost < 500


def test_a_long_arm_that_appears_is_swapped_like_a_drawing_instead_of_growing_out_of_a_thread() -> None:
    body = blank(SIZE)
    cv2.circle(body, (50, 100), 36, (200, 120, 40, 255), -1)
    armed = body.copy()
    cv2.line(armed, (75, 90), (120, 50), (200, 120, 40, 255), 9)
    cv2.circle(armed, (128, 44), 11, (200, 120, 40, 255), -1)
    morph = prepare_morph(body, armed)
    hands = [np.count_nonzero(morph.draw(t)[:60, 110:, 3] > 127) for t in (0.2, 0.4, 0.48, 0.52, 0.6, 0.8, 1.0)]
    assert max(hands[:3]) == 0
    assert min(hands[3:]) > 0.5 * hands[-1]


def test_a_bent_arm_that_only_one_pose_has_stays_whole_until_it_is_exchanged() -> None:
    bare = blank(SIZE)
    cv2.circle(bare, (80, 40), 18, (240, 190, 150, 255), -1)
    cv2.rectangle(bare, (62, 60), (98, 110), (240, 110, 80, 255), -1)
    for left in (64, 82):
        cv2.rectangle(bare, (left, 110), (left + 14, 150), (40, 60, 110, 255), -1)
    armed = bare.copy()
    arm = np.array([(96, 66), (120, 62), (134, 36)])
    cv2.polylines(armed, [arm], isClosed=False, color=(240, 110, 80, 255), thickness=14)
    morph = prepare_morph(armed, bare)
    assert not morph.limbs
    arms = [np.count_nonzero(morph.draw(t)[:75, 108:, 3] > 127) for t in (0.0, 0.25, 0.48, 0.52)]
    assert arms[1:] == pytest.approx([arms[0], arms[0], 0], rel=0.12)


def test_beside_a_limb_that_turns_what_is_far_from_the_other_outline_grows() -> None:
    """For that is most likely a piece of the limb that was not cut out with it."""
    waving = render(POSES["waving"], 2 * SIZE)
    cv2.circle(waving, (290, 250), 9, (250, 220, 40, 255), -1)
    morph = prepare_morph(render(POSES["idle"], 2 * SIZE), waving)
    assert morph.limbs
    pieces = [np.count_nonzero(morph.draw(t)[210:, 265:, 3] > 127) for t in (0.55, 0.9, 1.0)]
    assert pieces[0] == 0
    assert 0 < pieces[1] < 0.5 * pieces[2]


def test_a_limb_that_appears_is_inked_like_the_rest() -> None:
    body = blank(SIZE)
    cv2.circle(body, (80, 90), 40, (20, 10, 30, 255), -1)
    cv2.circle(body, (80, 90), 36, (250, 180, 60, 255), -1)
    armed = body.copy()
    cv2.rectangle(armed, (100, 78), (156, 104), (20, 10, 30, 255), -1)
    cv2.rectangle(armed, (104, 82), (152, 100), (250, 180, 60, 255), -1)
    frame = prepare_morph(body, armed).draw(0.6)
    solid = np.asarray(frame[..., 3] > 200, np.uint8)
    inner = cv2.erode(solid, np.ones((3, 3), np.uint8))
    rim = frame[(solid > 0) & (np.asarray(inner) == 0)]
    assert np.mean(rim[:, 0] < 120) > 0.9


def test_a_squash_keeps_its_feet_and_its_area(morph: Morph, source: Rgba) -> None:
    bounds = measure_bounds(source)
    assert bounds is not None
    x0, y0, x1, y1 = bounds
    squash = Placement(scale_x=1 / 0.9, scale_y=0.9, pivot_x=(x0 + x1) / 2, pivot_y=y1)
    frame = morph.draw(0.0, squash)
    squashed = measure_bounds(frame)
    assert squashed is not None
    assert squashed[3] == pytest.approx(y1, abs=1)
    assert squashed[1] == pytest.approx(y1 - 0.9 * (y1 - y0), abs=1)
    assert float(frame[..., 3].sum()) == pytest.approx(float(source[..., 3].sum()), rel=0.005)


def test_a_placement_at_rest_changes_nothing_that_is_seen_where_all_flows(source: Rgba) -> None:
    morph = prepare_morph(source, draw_subject(SIZE, 0.3))
    assert not morph.limbs
    moved = morph.draw(0.0, Placement(pivot_x=3.0, pivot_y=5.0))
    assert np.abs(premultiply(moved) - premultiply(source)).max() < 0.02


def test_reach_tells_where_the_drawing_goes(morph: Morph) -> None:
    for t in (0.0, 0.5, 1.0):
        bounds = measure_bounds(morph.draw(t))
        assert bounds is not None
        assert morph.measure_reach(t) == pytest.approx(bounds, abs=5)


def test_an_empty_pose_moves_nothing_and_is_not_trusted(source: Rgba) -> None:
    for ends in ((source, blank(SIZE)), (blank(SIZE), source), (blank(SIZE), blank(SIZE))):
        morph = prepare_morph(*ends)
        assert morph.confidence == 0
        assert np.array_equal(morph.draw(0.0), ends[0])
        assert np.array_equal(morph.draw(1.0), ends[1])
        assert morph.draw(0.5).shape == source.shape


def test_poses_of_two_sizes_are_refused(source: Rgba) -> None:
    with pytest.raises(ValueError, match="poses of one size"):
        prepare_morph(source, blank(SIZE + 2))


def test_oblong_canvases_and_subjects_at_the_border_are_drawn() -> None:
    source, target = np.zeros((90, 200, 4), np.uint8), np.zeros((90, 200, 4), np.uint8)
    source[0:90, 0:60] = (255, 0, 0, 255)
    target[0:90, 140:200] = (255, 0, 0, 255)
    morph = prepare_morph(source, target)
    assert np.array_equal(morph.draw(1.0), target)
    assert morph.draw(0.5).shape == (90, 200, 4)
