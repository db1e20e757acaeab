"""The demo mascot, animated by the command as a user would, at a small size: what every clip promises."""

import json
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from demo.build import build
from poseloom.core.clip import ClipFormat
from poseloom.core.machine import build_machine, start
from poseloom.core.plan import Order, make_plan
from poseloom.frames.image import Rgba
from poseloom.media.certificate import certify_clip
from poseloom.media.decode import decode_clip, decode_ends
from poseloom.media.inspection import inspect_clip
from poseloom.media.master import read_master
from poseloom.store.folder import open_mascot
from poseloom.wiring.animation import load_poses
from tests.e2e.browser import open_chromium, serve

SIZE_PX = 192
FPS = 12
PICTURES_LIMIT = 200
TRANSPARENT = [ClipFormat.WEBM, ClipFormat.HEVC]
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Demo:
    poses: Path
    bundle: Path
    cache: Path
    answer: dict[str, Any]

    @property
    def manifest(self) -> dict[str, Any]:
        return json.loads((self.bundle / "mascot.json").read_text())  # type: ignore[no-any-return]

    def edges(self) -> list[dict[str, Any]]:
        return [edge for edge in self.manifest["edges"] if edge["source"] != "*"]

    def clip(self, edge: dict[str, Any], fmt: ClipFormat) -> Path:
        return self.bundle / str(edge["videos"][fmt])


def animate(poses: Path, bundle: Path, cache: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "poseloom", "animate", poses, "--out", bundle, "--cache", cache]
    settings = ["--size", SIZE_PX, "--fps", FPS, "--duration", 1, "--json"]
    return subprocess.run([*map(str, [*command, *settings]), *options], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = tmp_path_factory.mktemp("demo")
    build(folder / "poses")
    result = animate(folder / "poses", folder / "bundle", folder / "cache")
    assert result.returncode == 0, result.stderr
    return Demo(folder / "poses", folder / "bundle", folder / "cache", json.loads(result.stdout))


@pytest.fixture(scope="module")
def aligned(demo: Demo) -> dict[str, Rgba]:
    return load_poses(open_mascot(demo.poses), SIZE_PX, opaque=False)


def test_every_edge_but_any_state_has_a_clip_in_every_format(demo: Demo) -> None:
    assert demo.edges()
    for edge in demo.edges():
        assert {fmt for fmt in ClipFormat if demo.clip(edge, fmt).is_file()} == set(ClipFormat)


def test_every_clip_is_transparent_and_has_its_true_length(demo: Demo) -> None:
    for edge in demo.edges():
        for fmt in ClipFormat:
            report = inspect_clip(demo.clip(edge, fmt))
            assert report.has_alpha
            assert (report.width, report.height) == (SIZE_PX, SIZE_PX)
            assert report.duration_seconds == pytest.approx(edge["duration"], abs=1e-3)
            assert report.frame_count == round(edge["duration"] * FPS)


@pytest.mark.parametrize("fmt", ClipFormat)
def test_every_clip_begins_and_ends_with_its_poses(demo: Demo, aligned: dict[str, Rgba], fmt: ClipFormat) -> None:
    for edge in demo.edges():
        seam = certify_clip(demo.clip(edge, fmt), fmt, aligned[edge["source"]], aligned[edge["target"]])
        for end in (seam.first, seam.last):
            assert end.colour_db >= end.ceiling_db - 1.5, (edge["id"], end)
            assert end.alpha_db >= 45, (edge["id"], end)


@pytest.mark.parametrize("fmt", ClipFormat)
def test_clips_that_share_a_pose_show_it_alike(demo: Demo, fmt: ClipFormat) -> None:
    shown: defaultdict[str, list[Rgba]] = defaultdict(list)
    for edge in demo.edges():
        first, last = decode_ends(demo.clip(edge, fmt))
        shown[edge["source"]].append(first)
        shown[edge["target"]].append(last)
    for pictures in shown.values():
        reference = premultiply(pictures[0])
        for picture in pictures[1:]:
            step = np.abs(premultiply(picture) - reference)
            assert step.mean() < 1
            assert step.max() <= 8


def premultiply(image: Rgba) -> np.ndarray[Any, np.dtype[np.float32]]:
    alpha = image[..., 3:].astype(np.float32)
    return np.dstack([image[..., :3] * (alpha / 255), alpha])


def test_a_reverse_is_its_forward_backwards_before_encoding(demo: Demo) -> None:
    kept = list(demo.cache.rglob("*.frames.mkv"))
    forwards = [edge for edge in demo.answer["edges"] if edge["kind"] == "forward"]
    assert len(kept) == len(forwards)
    for path in kept:
        forward = list(read_master(path))
        backward = list(read_master(path, reverse=True))
        assert all(np.array_equal(one, other) for one, other in zip(forward, backward[::-1], strict=True))


def test_a_reverse_clip_decodes_close_to_its_forward_backwards(demo: Demo) -> None:
    edges = {(edge["source"], edge["target"]): edge for edge in demo.edges()}
    pairs = [(edges[edge["target"], edge["source"]], edge) for edge in demo.edges() if edge.get("reverse", False)]
    assert pairs
    for forward, reverse in pairs:
        there = list(decode_clip(demo.clip(forward, ClipFormat.WEBM)))
        back = list(decode_clip(demo.clip(reverse, ClipFormat.WEBM)))[::-1]
        steps = [np.abs(premultiply(a) - premultiply(b)).mean() for a, b in zip(there, back, strict=True)]
        assert max(steps) < 2


def test_no_drawn_frame_touches_the_border(demo: Demo) -> None:
    for path in demo.cache.rglob("*.frames.mkv"):
        for frame in read_master(path):
            assert not np.concatenate([frame[0], frame[-1], frame[:, 0], frame[:, -1]])[:, 3].any()


@pytest.mark.parametrize("fmt", TRANSPARENT)
def test_no_frame_has_a_background_box_or_a_hole(demo: Demo, fmt: ClipFormat) -> None:
    for edge in demo.edges():
        coverage = []
        for frame in decode_clip(demo.clip(edge, fmt)):
            border = np.concatenate([frame[0], frame[-1], frame[:, 0], frame[:, -1]])
            assert border[:, 3].max() <= 8, edge["id"]
            coverage.append((frame[..., 3] > 128).mean())
        assert min(coverage) > 0.6 * min(coverage[0], coverage[-1]), edge["id"]
        assert np.abs(np.diff(coverage)).max() < 0.08, edge["id"]


def test_the_manifest_satisfies_the_schema_of_players(demo: Demo, player_schemas: list[Path]) -> None:
    for schema in player_schemas:
        jsonschema.validate(demo.manifest, json.loads(schema.read_text()))


def test_every_file_of_the_bundle_is_named_by_its_content(demo: Demo) -> None:
    names = [path.name for path in (demo.bundle / "clips").iterdir()]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z0-9-]+-[0-9a-f]{12}\.(webm|mov|mp4)", name) for name in names)


def test_posters_are_the_first_decoded_frame(demo: Demo) -> None:
    for node in demo.manifest["nodes"]:
        loop = next(edge for edge in demo.edges() if edge["source"] == edge["target"] == node["id"])
        first, _ = decode_ends(demo.clip(loop, ClipFormat.WEBM))
        for suffix in (".png", ".webp"):
            poster = Image.open((demo.bundle / node["imageUrl"]).with_suffix(suffix)).convert("RGBA")
            assert np.array_equal(premultiply(np.asarray(poster)).round(), premultiply(first).round())


def test_the_bundle_loads_nothing_from_elsewhere(demo: Demo) -> None:
    for path in (demo.bundle / "index.html", demo.bundle / "mascot.json"):
        assert not re.search(r"""(src|href|url)["']?\s*[=:(]\s*["']?(https?:)?//""", path.read_text(encoding="utf-8"))


def test_a_second_run_makes_nothing_and_the_bundle_stays_the_same(demo: Demo) -> None:
    before = {path: path.read_bytes() for path in demo.bundle.rglob("*") if path.is_file()}
    result = animate(demo.poses, demo.bundle, demo.cache)
    assert json.loads(result.stdout)["queued"] == 0
    assert {path: path.read_bytes() for path in demo.bundle.rglob("*") if path.is_file()} == before


def test_a_run_from_nothing_makes_the_same_bytes(demo: Demo, tmp_path: Path) -> None:
    result = animate(demo.poses, tmp_path / "bundle", tmp_path / "cache", "--jobs", "1")
    assert result.returncode == 0, result.stderr
    names = sorted(path.relative_to(demo.bundle) for path in demo.bundle.rglob("*") if path.is_file())
    assert names == sorted(
        path.relative_to(tmp_path / "bundle") for path in (tmp_path / "bundle").rglob("*") if path.is_file()
    )
    assert all((demo.bundle / name).read_bytes() == (tmp_path / "bundle" / name).read_bytes() for name in names)


def test_a_changed_pose_makes_only_its_own_edges_again(demo: Demo, tmp_path: Path) -> None:
    poses = tmp_path / "poses"
    build(poses)
    with Image.open(poses / "sleeping.png") as picture:
        pixels = np.array(picture.convert("RGBA"))
    pixels[..., 2] = pixels[..., 2] // 2
    Image.fromarray(pixels).save(poses / "sleeping.png")
    result = animate(poses, tmp_path / "bundle", demo.cache)
    made = {line["edge_id"] for line in json.loads(result.stdout)["generated"]}
    touching = {edge["id"] for edge in demo.edges() if "sleeping" in {edge["source"], edge["target"]}}
    assert made == touching


def test_a_lost_reverse_is_made_again_even_when_the_kept_frames_are_gone(demo: Demo, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    shutil.copytree(demo.cache, cache)
    for path in cache.rglob("*.frames.mkv"):
        path.unlink()
    reverse = next(edge for edge in demo.edges() if edge.get("reverse"))
    content = demo.clip(reverse, ClipFormat.WEBM).read_bytes()
    next(path for path in cache.rglob("*.webm") if path.read_bytes() == content).unlink()
    result = animate(demo.poses, tmp_path / "bundle", cache)
    assert [line["edge_id"] for line in json.loads(result.stdout)["generated"]] == [reverse["id"]]
    assert (tmp_path / "bundle" / reverse["videos"]["webm"]).read_bytes() == content


def test_a_bundle_that_cannot_be_finished_leaves_only_what_was_there(demo: Demo, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    (bundle / "index.html").mkdir(parents=True)
    (bundle / "clips").mkdir()
    (bundle / "clips" / "mine.txt").write_text("kept")
    before = sorted(bundle.rglob("*"))
    result = animate(demo.poses, bundle, demo.cache)
    assert result.returncode == 2
    assert json.loads(result.stdout)["error"]["code"] == "storage_failed"
    assert sorted(bundle.rglob("*")) == before


def test_force_makes_everything_again(demo: Demo, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    shutil.copytree(demo.cache, cache)
    result = animate(demo.poses, tmp_path / "bundle", cache, "--force", "--format", "webm", "--quality", "preview")
    answer = json.loads(result.stdout)
    assert answer["queued"] == len(demo.edges())
    assert answer["already_complete"] == []


def test_the_demo_canvas_plays_from_its_initial_node(demo: Demo) -> None:
    canvas = make_plan(open_mascot(demo.poses).canvas, Order()).canvas
    state, effects = start(build_machine(canvas))
    assert state.node == demo.manifest["initialNode"]
    assert len(effects) == 1


def test_the_bundle_shows_a_mascot_that_moves_and_answers(demo: Demo, tmp_path: Path) -> None:
    with sync_playwright() as playwright, serve(demo.bundle) as host, open_chromium(playwright, tmp_path) as chromium:
        page = chromium.new_page()
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("requestfailed", lambda request: problems.append(f"{request.url}: {request.failure}"))
        page.goto(f"{host}/index.html")
        page.wait_for_function("document.querySelector('poseloom-mascot').node === 'idle'")
        before = watch(page)
        page.locator("poseloom-mascot").click()
        page.wait_for_function("document.querySelector('poseloom-mascot').node === 'waving'")
        waving = watch(page)
        page.get_by_role("button", name="celebrate").click()
        page.wait_for_function("document.querySelector('poseloom-mascot').node === 'celebrating'")
        assert len({before, waving, watch(page)}) == 3
        assert not [problem for problem in problems if "ERR_ABORTED" not in problem]


def watch(page: Page) -> bytes:
    """Return a picture of the mascot once its loop has moved on from the first frame."""
    mascot = page.locator("poseloom-mascot")
    first = mascot.screenshot()
    for _ in range(PICTURES_LIMIT):
        if (later := mascot.screenshot()) != first:
            return later
    pytest.fail(f"{PICTURES_LIMIT} pictures of the mascot are alike: it does not move")
