from typing import Any

import pytest

from poseloom.core.canvas import Condition, Edge
from poseloom.core.error import CanvasNotReady, CanvasUnsafe, NotFound
from poseloom.core.lint import Severity
from poseloom.core.request import GenerateAll
from poseloom.usecases.export import Export, export_canvas, lint
from poseloom.usecases.generate import generate_all
from tests.integration.api.bench import CATALOGUE, Address, Bench, Owner

CLIPS, POSTERS = "https://mascots.example/files/", "https://mascots.example/stills/"
CLICKED = (Condition(input="clicked"),)


def make(bench: Bench, mascot: Address) -> None:
    with bench.database.write() as unit:
        generate_all(
            unit, mascot.owner.caller, (mascot.collection_id, mascot.canvas_id), GenerateAll(),
            catalogue=CATALOGUE, tools=bench.tools,
        )  # fmt: skip


def export(bench: Bench, mascot: Address, *, partial: bool = False) -> Export:
    with bench.database.read() as unit:
        return export_canvas(
            unit, mascot.owner.caller, (mascot.collection_id, mascot.canvas_id),
            catalogue=CATALOGUE, clip_folder=CLIPS, poster_folder=POSTERS, partial=partial,
        )  # fmt: skip


def read_rows(done: Export, name: str) -> dict[str, dict[str, Any]]:
    rows = done.manifest[name]
    assert isinstance(rows, list)
    return {row["id"]: row for row in rows}


@pytest.fixture
def canvas(bench: Bench, owner: Owner) -> Address:
    """Return a canvas of three nodes: one with a loop, one that is only left, one that is only reached."""
    edges = (
        Edge(id="idle-loop", source="idle", target="idle"),
        Edge(id="idle-wave", source="idle", target="wave", conditions=CLICKED),
        Edge(id="wave-idle", source="wave", target="idle", reverse=True, conditions=CLICKED),
    )
    return bench.add_canvas(owner, ("idle", "wave"), edges)


def test_a_manifest_names_files_that_are_kept(bench: Bench, canvas: Address) -> None:
    make(bench, canvas)
    bench.settle_all(canvas)
    done = export(bench, canvas)
    assert (done.name, done.manifest["name"], done.manifest["width"]) == ("Pim", "Pim", CATALOGUE.size)
    named = {url for edge in read_rows(done, "edges").values() for url in edge["videos"].values()}
    named |= {node["imageUrl"] for node in read_rows(done, "nodes").values()}
    assert named == set(done.files)
    for address, blob in done.files.items():
        assert address.startswith((CLIPS, POSTERS))
        assert len(bench.blobs.read(blob.sha256)) == blob.size_bytes


def test_every_clip_has_every_format(bench: Bench, canvas: Address) -> None:
    make(bench, canvas)
    bench.settle_all(canvas)
    for edge in read_rows(export(bench, canvas), "edges").values():
        assert set(edge["videos"]) == {fmt.value for fmt in CATALOGUE.formats}
        assert edge["duration"] == 4


def test_a_still_is_its_loops_poster_else_that_of_a_clip_that_starts_there(bench: Bench, canvas: Address) -> None:
    make(bench, canvas)
    bench.settle_all(canvas)
    done, jobs = export(bench, canvas), bench.list_jobs(canvas)
    stills = {node_id: done.files[node["imageUrl"]] for node_id, node in read_rows(done, "nodes").items()}
    for node_id, edge_id in (("idle", "idle-loop"), ("wave", "wave-idle")):
        assert bench.blobs.read(stills[node_id].sha256) == f"poster of {jobs[edge_id].id}".encode() * 50


def test_a_node_that_no_clip_leaves_shows_its_pose(bench: Bench, owner: Owner) -> None:
    edges = (Edge(id="go", source="idle", target="wave"), Edge(id="back", source="wave", target="idle"))
    canvas = bench.add_canvas(owner, ("idle", "wave"), edges)
    done = export(bench, canvas, partial=True)
    with bench.database.read() as unit:
        poses = unit.assets.list_hashes(blob.sha256 for blob in done.files.values())
    assert len(poses) == len(done.files) == 2


def test_an_incomplete_canvas_is_exported_only_when_that_is_said(bench: Bench, canvas: Address) -> None:
    make(bench, canvas)
    bench.settle(bench.list_jobs(canvas)["idle-loop"].id)
    with pytest.raises(CanvasNotReady) as caught:
        export(bench, canvas)
    assert caught.value.fields["edges"] == ["idle-wave", "wave-idle"]
    edges = read_rows(export(bench, canvas, partial=True), "edges")
    assert edges["idle-loop"]["videos"]
    assert edges["idle-wave"]["videos"] == {}


@pytest.mark.parametrize("nodes", [(), ("idle",)])
def test_a_canvas_without_edges_is_not_ready(bench: Bench, owner: Owner, nodes: tuple[str, ...]) -> None:
    with pytest.raises(CanvasNotReady):
        export(bench, bench.add_canvas(owner, nodes, ()))


def test_a_canvas_in_which_players_strand_is_refused(bench: Bench, owner: Owner) -> None:
    away = Edge(id="away", source="idle", target="wave", conditions=CLICKED)
    home = Edge(id="home", source="*", target="idle", conditions=CLICKED)
    canvas = bench.add_canvas(owner, ("idle", "wave"), (away, home))
    with pytest.raises(CanvasUnsafe) as caught:
        export(bench, canvas, partial=True)
    assert caught.value.fields["nodes"]


def test_lint_reckons_with_the_reverses_that_an_order_adds(bench: Bench, owner: Owner) -> None:
    away = Edge(id="away", source="idle", target="wave", conditions=CLICKED)
    home = Edge(id="home", source="*", target="idle", conditions=(Condition(input="mouseOver"),))
    canvas = bench.add_canvas(owner, ("idle", "wave"), (away, home))
    with bench.database.read() as unit:
        findings = lint(unit, owner.caller, (canvas.collection_id, canvas.canvas_id))
    assert {finding.code for finding in findings if finding.code.severity is Severity.ERROR} == set()


def test_a_strangers_canvas_is_neither_exported_nor_looked_at(each_bench: Bench) -> None:
    owner, stranger = each_bench.open_workspace(), each_bench.open_workspace()
    mascot = each_bench.add_mascot(owner)
    theirs = Address(stranger, mascot.collection_id, mascot.canvas_id)
    with pytest.raises(NotFound):
        export(each_bench, theirs, partial=True)
    with each_bench.database.read() as unit, pytest.raises(NotFound):
        lint(unit, stranger.caller, (theirs.collection_id, theirs.canvas_id))
