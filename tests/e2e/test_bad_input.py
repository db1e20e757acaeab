"""Whatever is wrong with the input: one line that names the file and the fix, exit code 2, nothing half-written."""

import json
import os
import resource
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

COMMAND = [sys.executable, "-m", "poseloom"]


def run(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload,no-any-return]


def draw_pose(path: Path, *, tall: bool = False) -> None:
    image = np.zeros((96, 96, 4), np.uint8)
    cv2.ellipse(image, (48, 56), (20, 34 if tall else 26), 0, 0, 360, (40, 120, 220, 255), -1, cv2.LINE_AA)
    Image.fromarray(image).save(path)


@pytest.fixture
def poses(tmp_path: Path) -> Path:
    folder = tmp_path / "poses"
    folder.mkdir()
    draw_pose(folder / "idle.png")
    draw_pose(folder / "tall.png", tall=True)
    return folder


def write_canvas(folder: Path, **changes: object) -> Path:
    document: dict[str, object] = {
        "nodes": [{"id": "idle", "image": "idle.png"}, {"id": "tall", "image": "tall.png"}],
        "edges": [
            {"id": "up", "source": "idle", "target": "tall", "conditions": [{"input": "clicked"}]},
            {"id": "down", "source": "tall", "target": "idle", "conditions": [{"input": "clicked"}]},
        ],
        **changes,
    }
    path = folder / "canvas.json"
    path.write_text(json.dumps(document))
    return path


def refuse_missing_pose(folder: Path) -> tuple[str, str]:
    write_canvas(folder)
    (folder / "tall.png").unlink()
    return "tall.png", "not there"


def refuse_node_without_picture(folder: Path) -> tuple[str, str]:
    write_canvas(folder, nodes=[{"id": "idle", "image": "idle.png"}, {"id": "tall"}])
    return "tall", "image"


def refuse_corrupt_png(folder: Path) -> tuple[str, str]:
    whole = (folder / "tall.png").read_bytes()
    (folder / "tall.png").write_bytes(whole[: len(whole) // 2])
    return "tall.png", ""


def refuse_huge_png(folder: Path) -> tuple[str, str]:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 40_000, 40_000, 8, 6, 0, 0, 0))
    (folder / "tall.png").write_bytes(b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1000))))
    return "tall.png", "pixels"


def refuse_animated_gif(folder: Path) -> tuple[str, str]:
    frames = [Image.new("P", (32, 32), colour) for colour in (0, 1)]
    frames[0].save(folder / "tall.png", format="GIF", save_all=True, append_images=frames[1:])
    return "tall.png", "GIF"


def refuse_svg(folder: Path) -> tuple[str, str]:
    (folder / "tall.png").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>')
    return "tall.png", "SVG"


def refuse_empty_folder(folder: Path) -> tuple[str, str]:
    for path in folder.iterdir():
        path.unlink()
    return str(folder), "PNG"


def refuse_duplicate_ids(folder: Path) -> tuple[str, str]:
    write_canvas(folder, nodes=[{"id": "idle", "image": "idle.png"}] * 2)
    return "nodes[1].id", "twice"


def refuse_unknown_node(folder: Path) -> tuple[str, str]:
    write_canvas(folder, edges=[{"id": "up", "source": "idle", "target": "gone"}])
    return "edges[0].target", "gone"


def refuse_nan_duration(folder: Path) -> tuple[str, str]:
    write_canvas(folder, edges=[{"id": "up", "source": "idle", "target": "tall", "duration": float("nan")}])
    return "edges[0].duration", "1 to 10"


def refuse_reverse_without_opposite(folder: Path) -> tuple[str, str]:
    write_canvas(folder, edges=[{"id": "up", "source": "idle", "target": "tall", "reverse": True}])
    return "edges[0].reverse", "or remove reverse"


def refuse_broken_json(folder: Path) -> tuple[str, str]:
    (folder / "canvas.json").write_text('{"nodes": [')
    return "canvas.json", "JSON"


def refuse_picture_outside(folder: Path) -> tuple[str, str]:
    write_canvas(folder, nodes=[{"id": "idle", "image": "../../etc/passwd"}], edges=[])
    return "nodes[0].image", "inside"


def refuse_tiny_picture(folder: Path) -> tuple[str, str]:
    Image.new("RGBA", (1, 1)).save(folder / "tall.png")
    return "tall.png", ""


def refuse_unsafe_canvas(folder: Path) -> tuple[str, str]:
    write_canvas(folder, edges=[{"id": "up", "source": "idle", "target": "tall", "conditions": [{"input": "clicked"}]}])
    return "tall", "never leave"


CASES: list[Callable[[Path], tuple[str, str]]] = [
    refuse_missing_pose,
    refuse_node_without_picture,
    refuse_corrupt_png,
    refuse_huge_png,
    refuse_animated_gif,
    refuse_svg,
    refuse_empty_folder,
    refuse_duplicate_ids,
    refuse_unknown_node,
    refuse_nan_duration,
    refuse_reverse_without_opposite,
    refuse_broken_json,
    refuse_picture_outside,
    refuse_tiny_picture,
    refuse_unsafe_canvas,
]


def assert_refused(result: subprocess.CompletedProcess[str], *words: str) -> None:
    lines = result.stderr.strip().splitlines()
    assert result.returncode == 2, result.stderr
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("error: ")
    for word in words:
        assert word.lower() in lines[0].lower()


@pytest.mark.parametrize("prepare", CASES, ids=lambda case: case.__name__.removeprefix("refuse_"))
def test_bad_input_is_one_line_that_names_the_file_and_the_fix(
    poses: Path, prepare: Callable[[Path], tuple[str, str]]
) -> None:
    words = prepare(poses)
    before = sorted(poses.rglob("*"))
    result = run("animate", poses, "--cache", poses.parent / "cache", "--size", 96, "--duration", 1)
    assert_refused(result, *words)
    assert sorted(poses.rglob("*")) == before


@pytest.mark.parametrize(
    ("option", "value", "word"),
    [
        ("--size", "97", "even"),
        ("--size", "100000", "2048"),
        ("--duration", "0.7", "0.5"),
        ("--duration", "nan", "1 to 10"),
        ("--fps", "1000", "60"),
        ("--fps", "soon", "fps"),
    ],
)
def test_an_option_out_of_range_is_refused_by_name(poses: Path, option: str, value: str, word: str) -> None:
    assert_refused(run("animate", poses, option, value), option.strip("-"), word)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    assert_refused(run("animate", tmp_path / "gone"), "gone", "no such folder")


def test_an_output_that_cannot_be_written_is_named(poses: Path, tmp_path: Path) -> None:
    blocker = tmp_path / "out"
    blocker.write_text("a file where the folder should be")
    result = run("animate", poses, "--out", blocker, "--cache", tmp_path / "cache", "--size", 96, "--duration", 1,
                 "--quality", "preview", "--format", "webm")  # fmt: skip
    lines = result.stderr.strip().splitlines()
    assert result.returncode == 2
    assert lines[-1].startswith("error: ")
    assert str(blocker) in lines[-1]
    assert "choose a folder" in lines[-1]
    assert blocker.read_text() == "a file where the folder should be"


def test_a_full_disk_leaves_nothing_half_written(poses: Path, tmp_path: Path) -> None:
    cache, bundle = tmp_path / "cache", tmp_path / "bundle"
    options = ("animate", poses, "--cache", cache, "--out", bundle, "--size", 96, "--fps", 6, "--format", "webm",
               "--quality", "preview", "--duration")  # fmt: skip
    assert run(*options, 1).returncode == 0
    before = {path: path.read_bytes() for folder in (cache, bundle) for path in folder.rglob("*") if path.is_file()}

    def fill_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, 3_000))

    result = run(*options, 2, preexec_fn=fill_disk)
    assert_refused(result, "cannot write", "file size limit")
    after = {path: path.read_bytes() for folder in (cache, bundle) for path in folder.rglob("*") if path.is_file()}
    assert after == before


def test_errors_are_documents_with_json(poses: Path) -> None:
    (poses / "canvas.json").write_text("{}")
    result = run("animate", poses, "--json")
    assert result.returncode == 2
    assert json.loads(result.stdout)["error"]["code"] == "invalid_canvas"
    assert json.loads(result.stdout)["error"]["field"] == "nodes"


def test_a_reverse_without_a_forward_is_refused_by_plan_and_lint_too(poses: Path) -> None:
    words = refuse_reverse_without_opposite(poses)
    assert_refused(run("plan", poses), *words)
    assert_refused(run("lint", poses), *words)


def test_a_file_that_is_no_clip_is_refused(poses: Path) -> None:
    assert_refused(run("inspect", poses / "idle.png"), "idle.png")
    assert_refused(run("inspect", poses / "gone.webm"), "gone.webm")


def test_an_unreadable_folder_is_named(poses: Path) -> None:
    if os.geteuid() == 0:
        (poses / "canvas.json").mkdir()
    else:
        poses.chmod(0)
    result = run("plan", poses)
    poses.chmod(0o755)
    assert_refused(result, "poses")
