"""Every example canvas, and every exported mascot given with `--mascots`, plans, lints and exports."""

import json
import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import jsonschema

from poseloom.core.canvas import Canvas
from poseloom.core.clip import ClipFormat
from poseloom.core.document import parse_canvas
from poseloom.core.lint import Severity, lint_canvas
from poseloom.core.manifest import PublishedCanvas, PublishedClip, build_manifest
from poseloom.core.plan import Order, make_plan

ROOT = Path(__file__).resolve().parents[2]


def read(path: Path) -> Canvas:
    document = json.loads(path.read_text())
    for node in document["nodes"]:
        node.setdefault("image", f"{node['id']}.png")
    return parse_canvas(document)


def publish(canvas: Canvas) -> PublishedCanvas:
    clips = {
        edge.id: PublishedClip(
            duration_seconds=Fraction(4), urls={fmt: f"clips/{edge.id}{fmt.suffix}" for fmt in ClipFormat}
        )
        for edge in canvas.edges
        if not edge.is_any_state
    }
    posters = {node.id: f"posters/{node.id}.png" for node in canvas.nodes}
    return PublishedCanvas(canvas=canvas, clips=clips, posters=posters, size=512, fps=Fraction(24), name=canvas.name)


def test_every_canvas_is_planned_edge_by_edge(canvas_documents: list[Path]) -> None:
    for path in canvas_documents:
        plan = make_plan(read(path), Order(duration_seconds=Fraction(4)))
        assert len(plan.lines) == len(plan.canvas.edges), path
        assert plan.total_credits > 0, path


def test_every_canvas_is_safe(canvas_documents: list[Path]) -> None:
    for path in canvas_documents:
        canvas = make_plan(read(path), Order()).canvas
        errors = [finding for finding in lint_canvas(canvas) if finding.code.severity is Severity.ERROR]
        assert not errors, (path, errors)


def test_every_canvas_exports_what_players_decode(canvas_documents: list[Path], player_schemas: list[Path]) -> None:
    for path in canvas_documents:
        manifest = build_manifest(publish(make_plan(read(path), Order()).canvas))
        for schema in player_schemas:
            jsonschema.validate(manifest, json.loads(schema.read_text()))


def test_the_seeds_example_costs_140_credits() -> None:
    command = [sys.executable, "-m", "poseloom", "plan", str(ROOT / "examples" / "lite")]
    result = subprocess.run([*command, "--json"], capture_output=True, text=True, check=True)
    answer = json.loads(result.stdout)
    counts = {name: answer[name] for name in ("loops", "forwards", "reverses", "any_state")}
    assert counts == {"loops": 4, "forwards": 3, "reverses": 3, "any_state": 3}
    assert answer["total_credits"] == 140
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Total: 140 credits" in shown


def test_a_folder_of_pictures_becomes_a_hub_with_spokes(tmp_path: Path) -> None:
    for name in ("waving", "idle-calm", "sleeping"):
        shutil.copyfile(ROOT / "demo" / "build" / "waving.png", tmp_path / f"{name}.png")
    command = [sys.executable, "-m", "poseloom", "plan", str(tmp_path), "--json"]
    answer = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    edges = {(line["source"], line["target"]): line["kind"] for line in answer["edges"]}
    assert edges["idle-calm", "waving"] == edges["idle-calm", "sleeping"] == "forward"
    assert edges["waving", "idle-calm"] == edges["sleeping", "idle-calm"] == "reverse"
    assert {target for (source, target) in edges if source == "*"} == {"waving", "idle-calm", "sleeping"}
    assert answer["total_credits"] == (3 + 2) * 5 * 4
