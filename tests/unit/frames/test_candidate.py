import cv2
import numpy as np
import pytest

from benchmarks.inbetween.troupe import TroupeItem, list_troupe_items
from poseloom.frames.candidate import calm_flow, choose_flow
from poseloom.frames.comparison import measure_stretch
from poseloom.frames.flow import exponentiate, list_positions
from poseloom.frames.image import Premultiplied, premultiply
from poseloom.frames.registration import CALM, STIFF, FeaturePyramid, register
from tests.unit.frames.faces import Sketch, draw
from tests.unit.frames.hands import LINE, YELLOW


def draw_body(*, has_horn: bool) -> Premultiplied:
    picture = np.zeros((96, 96, 4), np.uint8)
    if has_horn:
        cv2.rectangle(picture, (44, 6), (56, 40), (230, 200, 60, 255), -1)
    cv2.circle(picture, (48, 60), 26, (40, 60, 160, 255), -1)
    for x in (38, 58):
        cv2.circle(picture, (x, 54), 4, (250, 250, 250, 255), -1)
    return premultiply(picture)


def measure_bending(plain: Premultiplied, horned: Premultiplied, *, calm: bool) -> float:
    velocity = register(FeaturePyramid(plain, horned), CALM if calm else STIFF)
    return float(measure_stretch(exponentiate(velocity, 1))[plain[..., 3] > 0].mean())


def test_a_calm_flow_bends_a_body_less_towards_what_it_never_had() -> None:
    plain, horned = draw_body(has_horn=False), draw_body(has_horn=True)
    assert measure_bending(plain, horned, calm=True) < 0.8 * measure_bending(plain, horned, calm=False)


def test_a_shifted_drawing_is_followed_without_bending_it() -> None:
    body = draw_body(has_horn=True)
    shifted = np.roll(body, 6, axis=1)
    chosen = choose_flow(body, shifted)
    height, width = chosen.velocity.shape[:2]
    flow = exponentiate(chosen.velocity, 1) * np.float32(96 / width)
    inside = cv2.resize(body[..., 3], (width, height)) > 0.9
    assert np.abs(flow[inside] - (6, 0)).max() < 1.0
    assert chosen.score < 0.05


def draw_bird(rise_px: int) -> Premultiplied:
    """Return a striped body between two wings, whose tips are so far above its middle."""
    picture = np.zeros((128, 128, 4), np.uint8)
    for side in (-1, 1):
        wing = [(6, 0), (34, -rise_px), (52, -1.1 * rise_px), (44, 8 - 0.3 * rise_px), (10, 12)]
        places = np.array([(64 + side * x, 62 + y) for x, y in wing], np.int32)
        cv2.fillPoly(picture, [places], (150, 70, 40, 255))
    cv2.ellipse(picture, (64, 70), (18, 20), 0, 0, 360, (210, 150, 90, 255), -1)
    for x in (59, 69):
        cv2.circle(picture, (x, 62), 3, (20, 20, 20, 255), -1)
    for y in (78, 83):
        cv2.line(picture, (58, y), (70, y), (120, 60, 30, 255), 2)
    return premultiply(picture)


def test_a_body_stays_where_it_is_while_wings_rise_on_both_sides() -> None:
    chosen = choose_flow(draw_bird(-40), draw_bird(40))
    height, width = chosen.velocity.shape[:2]
    flow = exponentiate(chosen.velocity, 1) * np.float32(128 / width)
    body = cv2.ellipse(np.zeros((128, 128), np.uint8), (64, 70), (9, 16), 0, 0, 360, 1, -1)
    assert np.abs(flow[cv2.resize(body, (width, height)) > 0]).max() < 2


def test_what_is_sought_further_begins_at_rest_too_where_a_body_stays_and_at_the_shift_where_it_moves() -> None:
    assert np.abs(choose_flow(draw_bird(-40), draw_bird(40)).start).max() == 0
    body = draw_body(has_horn=True)
    start = choose_flow(body, np.roll(body, 12, axis=1)).start
    assert np.median(start[..., 0]) * 96 / start.shape[1] == pytest.approx(12, abs=2)


def test_a_guess_is_kept_or_refined_and_nothing_else_is_tried() -> None:
    body = draw_body(has_horn=False)
    still = np.zeros_like(list_positions(96, 96))
    assert choose_flow(body, body, still).score == 0


def draw_mood(*, is_sad: bool) -> Premultiplied:
    """Return a face with open eyes and a straight mouth, or with shut eyes and a bent one."""

    def paint(sketch: Sketch) -> None:
        sketch.ellipse((256, 256), (177, 177), LINE)
        sketch.ellipse((256, 256), (163, 163), YELLOW)
        for x, side in ((190, -1), (322, 1)):
            place, radii = ((x, 250), (40, 6)) if is_sad else ((x, 210), (20, 20))
            sketch.ellipse(place, radii, LINE, degrees=25 * side)
        if is_sad:
            sketch.bow((256, 345), (36, 14), LINE)
        else:
            sketch.box((200, 310), (312, 322), LINE)

    return premultiply(np.asarray(cv2.resize(draw(paint), (320, 320), interpolation=cv2.INTER_AREA), np.uint8))


def test_within_an_outline_that_stays_no_eye_is_bent_towards_another() -> None:
    poses = draw_mood(is_sad=False), draw_mood(is_sad=True)
    bent = choose_flow(*poses)
    calm = calm_flow(*poses, bent)
    assert np.abs(bent.velocity).max() > 5
    assert not calm.velocity.any()
    assert calm.score < bent.score


def test_a_face_that_slides_within_its_outline_still_slides() -> None:
    blob = next(item for item in list_troupe_items() if item.id == "blob_idle_aside")
    poses = load(blob)
    slid = choose_flow(*poses)
    assert slid.distortion > 0.1
    assert calm_flow(*poses, slid) is slid


def test_a_body_whose_outline_changes_still_moves() -> None:
    poses = draw_bird(-40), draw_bird(40)
    moved = choose_flow(*poses)
    assert moved.distortion > 0.1
    assert calm_flow(*poses, moved) is moved


def load(item: TroupeItem) -> tuple[Premultiplied, Premultiplied]:
    pair = item.load()
    return premultiply(pair.source), premultiply(pair.target)
