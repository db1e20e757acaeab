"""How far transitions are trusted, as the command line tells it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from poseloom.testing.subject import draw_subject

SIZE_PX = 96
CLICK = [{"input": "clicked", "op": "==", "value": True}]
EDGES = [
    {"id": "stay", "source": "calm", "target": "calm"},
    {"id": "near", "source": "calm", "target": "glad"},
    {"id": "far", "source": "calm", "target": "other", "conditions": CLICK},
    {"id": "back", "source": "other", "target": "calm", "conditions": CLICK},
]
PATIENCE_SECONDS = 120


@pytest.fixture(scope="module")
def mascot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mascot of which two poses are alike and the third is another picture."""
    folder = tmp_path_factory.mktemp("mascot")
    for name, phase in (("calm", 0.2), ("glad", 0.5)):
        Image.fromarray(draw_subject(SIZE_PX, phase)).save(folder / f"{name}.png")
    other = np.zeros((SIZE_PX, SIZE_PX, 4), np.uint8)
    for top in range(8, 88, 16):
        cv2.rectangle(other, (6, top), (90, top + 4), (0, 255, 90, 255), -1)
    Image.fromarray(other).save(folder / "other.png")
    nodes = [{"id": name, "image": f"{name}.png"} for name in ("calm", "glad", "other")]
    canvas = {"initialNode": "calm", "size": SIZE_PX, "fps": 12, "nodes": nodes, "edges": EDGES}
    (folder / "canvas.json").write_text(json.dumps(canvas))
    return folder


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "poseloom", *words],
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_SECONDS,
    )


def read_confidences(answer: str) -> dict[str, Any]:
    return {line["edge_id"]: line["confidence"] for line in json.loads(answer)["edges"]}


@pytest.fixture(scope="module")
def planned(mascot: Path) -> dict[str, Any]:
    return read_confidences(run("plan", mascot, "--trust", "--json").stdout)


def test_a_plan_judges_every_transition_and_no_loop(planned: dict[str, Any]) -> None:
    assert planned["stay"] is None
    assert planned["near"] == planned["near-reverse"]
    assert planned["near"]["rendering"] == "flows"
    assert planned["far"] == planned["back"]
    assert planned["far"]["rendering"] == "staged"
    assert planned["far"]["reasons"][0]["code"] == "differs"
    assert planned["near"]["value"] > 0.5 > planned["far"]["value"]


def test_a_plan_for_people_shows_trust_reasons_and_what_to_draw(mascot: Path) -> None:
    shown = run("plan", mascot, "--trust").stdout
    assert "trust" in shown
    assert "\nfar: half-way, the poses differ in about " in shown
    assert "\ntip: far: staged, for half-way, the poses differ in about " in shown
    assert "; add a pose between the two\n" in shown


def test_a_plan_that_is_not_asked_judges_nothing(mascot: Path) -> None:
    assert "trust" not in run("plan", mascot).stdout


def test_clips_are_trusted_as_the_plan_said_and_once_more_from_the_cache(
    mascot: Path, planned: dict[str, Any], tmp_path: Path
) -> None:
    options = ("--format", "webm", "--quality", "preview", "--duration", "1", "--json")
    command = ("animate", mascot, "--out", tmp_path / "bundle", "--cache", tmp_path / "cache", *options)
    made, found = run(*command), run(*command)
    assert read_confidences(made.stdout) == read_confidences(found.stdout) == planned
    assert all("tip: far: staged, for " in result.stderr for result in (made, found))
    assert all("tip: near" not in result.stderr for result in (made, found))
