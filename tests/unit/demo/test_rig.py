import json
from collections import deque
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from demo.build import CANVAS, build, encode, render
from demo.rig import INK, POSES, SIZE, interpolate
from poseloom.core.canvas import ANY, Canvas
from poseloom.core.document import parse_canvas
from poseloom.core.system import index_inputs

SMALL = 256
MARGIN = 0.04
IDLE = POSES["idle"]
TARGETS = [name for name in POSES if name != "idle"]


def read_demo_canvas() -> Canvas:
    return parse_canvas(json.loads(CANVAS.read_text()))


def assert_inside(alpha: np.ndarray) -> None:
    rim = int(np.ceil(MARGIN * len(alpha)))
    inner = alpha[rim:-rim, rim:-rim]
    assert inner.any()
    assert np.count_nonzero(alpha) == np.count_nonzero(inner)


@pytest.mark.parametrize("name", POSES)
def test_pose_lies_inside_a_transparent_canvas(name: str) -> None:
    pixels = render(POSES[name], SIZE)
    assert pixels.shape == (SIZE, SIZE, 4)
    assert pixels.dtype == np.uint8
    assert not pixels[[0, 0, -1, -1], [0, -1, 0, -1], 3].any()
    assert_inside(pixels[..., 3])


@pytest.mark.parametrize("name", POSES)
def test_pose_stands_on_the_common_ground(name: str) -> None:
    rows = np.nonzero(render(POSES[name], SIZE)[..., 3].any(axis=1))[0]
    assert rows[-1] == pytest.approx(930, abs=3)


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("share", [0.25, 0.5, 0.75])
def test_in_between_lies_inside_the_canvas(name: str, share: float) -> None:
    assert_inside(render(interpolate(IDLE, POSES[name], share), SMALL)[..., 3])


@pytest.mark.parametrize("name", TARGETS)
def test_interpolation_ends_at_the_poses(name: str) -> None:
    assert interpolate(IDLE, POSES[name], 0.0) == IDLE
    assert interpolate(IDLE, POSES[name], 1.0) == POSES[name]


def test_in_between_is_halfway_in_every_number() -> None:
    half = interpolate(POSES["waving"], POSES["sleeping"], 0.5)
    assert half.lift == pytest.approx((POSES["waving"].lift + POSES["sleeping"].lift) / 2)
    assert half.left_arm == pytest.approx((POSES["waving"].left_arm + POSES["sleeping"].left_arm) / 2)


@pytest.mark.parametrize("name", TARGETS)
def test_motion_has_no_jumps(name: str) -> None:
    frames = [render(interpolate(IDLE, POSES[name], step / 16), SMALL)[..., 3] / 255 for step in range(17)]
    changes = [float(np.abs(after - before).mean()) for before, after in pairwise(frames)]
    assert max(changes) < 3 * float(np.mean(changes))


def test_poses_differ_from_one_another() -> None:
    pictures = [render(pose, SMALL).astype(np.int16) for pose in POSES.values()]
    for index, picture in enumerate(pictures):
        for other in pictures[index + 1 :]:
            assert np.abs(picture - other).mean() > 2


def test_two_renders_are_the_same() -> None:
    assert encode(POSES["celebrating"], SMALL) == encode(POSES["celebrating"], SMALL)


def test_build_writes_every_picture_that_the_canvas_names(tmp_path: Path) -> None:
    written = build(tmp_path / "demo")
    assert {path.name for path in written} == {*(f"{name}.png" for name in POSES), "canvas.json"}
    canvas = parse_canvas(json.loads((tmp_path / "demo" / "canvas.json").read_text()))
    for node in canvas.nodes:
        assert node.image is not None
        assert (tmp_path / "demo" / node.image).is_file()


def test_canvas_names_poses_and_inputs_that_exist() -> None:
    canvas = read_demo_canvas()
    assert {node.id for node in canvas.nodes} == set(POSES)
    inputs = index_inputs(canvas)
    assert all(condition.input in inputs for edge in canvas.edges for condition in edge.conditions)


def test_canvas_is_a_hub_with_spokes() -> None:
    own = [edge for edge in read_demo_canvas().edges if edge.source != ANY]
    assert {edge.source for edge in own if edge.source == edge.target} == set(POSES)
    spokes = {(edge.source, edge.target, bool(edge.reverse)) for edge in own if edge.source != edge.target}
    assert spokes == {("idle", name, False) for name in TARGETS} | {(name, "idle", True) for name in TARGETS}


def test_no_pose_strands_the_mascot() -> None:
    edges = [edge for edge in read_demo_canvas().edges if edge.conditions and edge.source != ANY]
    for start in TARGETS:
        reached, ahead = {start}, deque([start])
        while ahead:
            here = ahead.popleft()
            following = {edge.target for edge in edges if edge.source == here} - reached
            reached |= following
            ahead.extend(following)
        assert "idle" in reached


def test_a_drawing_without_lines_has_none_around_anything_and_keeps_its_mouth() -> None:
    lined, flat = render(POSES["idle"], 256), render(POSES["idle"], 256, lined=False)
    ink = np.array([int(INK[place : place + 2], 16) for place in (1, 3, 5)])
    edge, inside = [], []
    for picture in (lined, flat):
        solid = (picture[..., 3] > 250).astype(np.uint8)
        dark = (np.abs(picture[..., :3].astype(int) - ink).max(axis=2) < 30) & (solid > 0)
        deep = cv2.erode(solid, np.ones((15, 15), np.uint8)) > 0
        edge.append(int((dark & ~deep).sum()))
        inside.append(int((dark & deep).sum()))
    assert edge[0] > 1000
    assert edge[1] == 0
    assert inside[1] > 200
