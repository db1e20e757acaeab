import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poseloom.core.canvas import Canvas, Edge
from poseloom.core.document import check_canvas, parse_canvas, write_canvas, write_node
from poseloom.core.edit import (
    add_edge,
    add_node,
    change_edge,
    change_node,
    create_canvas,
    patch_canvas,
    remove_edge,
    remove_node,
    replace_graph,
)
from poseloom.core.error import CanvasNotReady, InvalidCanvas, NotFound
from poseloom.core.identity import Prefix
from poseloom.core.kept_clip import find_dropped
from poseloom.core.lint import lint_canvas
from poseloom.core.machine import Hold, build_machine, start
from poseloom.core.manifest import PublishedCanvas, build_manifest
from poseloom.core.plan import Order, make_plan
from tests.unit.core.schema import explain, read_schema
from tests.unit.core.strategy import canvases
from tests.unit.core.test_document import anything


def make_mint() -> Callable[[Prefix], str]:
    numbers = count(1)
    return lambda prefix: f"{prefix}{next(numbers)}"


EMPTY = create_canvas({"name": "Miu"}, "cnv_1", make_mint())
HUB: dict[str, Any] = {
    "name": "Miu",
    "initialNode": "b",
    "size": 512,
    "fps": 24,
    "nodes": [
        {"id": "a", "itemName": "A", "assetId": "pa", "imagePrompt": "sits", "position": {"x": 1, "y": 2}},
        {"id": "b", "itemName": "B", "assetId": "pb"},
        {"id": "c", "itemName": "C", "assetId": "pc"},
    ],
    "edges": [
        {"id": "l", "source": "a", "target": "a"},
        {"id": "x", "source": "a", "target": "b", "speed": 2, "duration": 3, "description": "stands up"},
        {"id": "y", "source": "b", "target": "a", "reverse": True, "conditions": [{"input": "go"}]},
        {"id": "w", "source": "*", "target": "c", "conditions": [{"input": "go"}], "priority": 4},
    ],
    "inputs": [{"name": "go", "type": "boolean"}],
}
CANVAS = create_canvas(HUB, "cnv_1", make_mint())


def read_node(canvas: Canvas, node_id: str) -> dict[str, Any]:
    documents = {node.id: node for node in canvas.nodes}
    return write_node(documents[node_id])


def read_edge(canvas: Canvas, edge_id: str) -> Edge:
    return next(edge for edge in canvas.edges if edge.id == edge_id)


def test_a_name_is_enough_for_a_canvas() -> None:
    assert (EMPTY.id, EMPTY.name, EMPTY.nodes, EMPTY.initial_node) == ("cnv_1", "Miu", (), "")
    assert create_canvas({}, "cnv_1", make_mint()).name == "Mascot"


def test_a_canvas_has_the_id_that_it_was_given_whatever_its_document_says() -> None:
    assert create_canvas({"id": "mine"}, "cnv_1", make_mint()).id == "cnv_1"
    assert replace_graph(CANVAS, {"id": "mine", "nodes": []}, make_mint()).id == "cnv_1"
    assert patch_canvas(CANVAS, {"id": "mine"}, make_mint()) == CANVAS


def test_an_empty_canvas_comes_back_from_its_document() -> None:
    document = write_canvas(EMPTY)
    assert "initialNode" not in document
    assert parse_canvas(document, allow_empty=True) == EMPTY
    with pytest.raises(InvalidCanvas, match="needs at least one node"):
        parse_canvas(document)


def test_an_empty_canvas_has_nothing_to_name() -> None:
    for document, field in (
        ({"initialNode": "a"}, "initialNode"),
        ({"edges": [{"id": "x", "source": "*", "target": "a"}]}, "edges[0].target"),
    ):
        with pytest.raises(InvalidCanvas) as raised:
            create_canvas(document, "cnv_1", make_mint())
        assert raised.value.fields["field"] == field


def test_an_empty_canvas_holds_plays_plans_and_exports_nothing() -> None:
    assert [finding.code for finding in lint_canvas(EMPTY)] == ["empty"]
    assert start(build_machine(EMPTY))[1] == (Hold(""),)
    assert make_plan(EMPTY, Order()).lines == ()
    published = PublishedCanvas(canvas=EMPTY, clips={}, posters={}, size=512, fps=Fraction(24), name="Miu")
    for partial in (False, True):
        with pytest.raises(CanvasNotReady, match="has no nodes"):
            build_manifest(published, partial=partial)


def test_ids_that_are_missing_are_made_and_given_ones_are_kept() -> None:
    document = {
        "nodes": [{"id": "a"}, {"itemName": "New"}, {"id": None}, {"id": ""}],
        "edges": [{"source": "a", "target": "a"}, {"id": "x", "source": "*", "target": "a"}],
    }
    canvas = replace_graph(EMPTY, document, make_mint())
    assert [node.id for node in canvas.nodes] == ["a", "nod_1", "nod_2", "nod_3"]
    assert [edge.id for edge in canvas.edges] == ["edg_4", "x"]
    assert canvas.initial_node == "a"


def test_a_path_of_a_file_is_no_picture_for_the_service() -> None:
    document = {"nodes": [{"id": "a", "image": "/etc/passwd"}]}
    for canvas in (
        create_canvas(document, "cnv_1", make_mint()),
        replace_graph(EMPTY, document, make_mint()),
        patch_canvas(EMPTY, document, make_mint()),
        add_node(EMPTY, document["nodes"][0], make_mint()),
        change_node(replace_graph(EMPTY, {"nodes": [{"id": "a"}]}, make_mint()), "a", {"image": "a.png"}),
    ):
        assert not canvas.nodes[0].has_image


def test_a_new_graph_takes_the_place_of_the_old_one_and_keeps_name_size_and_fps() -> None:
    canvas = replace_graph(CANVAS, {"nodes": [{"id": "n"}]}, make_mint())
    assert (canvas.name, canvas.size, canvas.fps) == ("Miu", 512, Fraction(24))
    assert (len(canvas.nodes), canvas.edges, canvas.inputs, canvas.initial_node) == (1, (), (), "n")
    changed = replace_graph(CANVAS, {"nodes": [], "canvasName": "Momo", "size": None, "fps": 12}, make_mint())
    assert (changed.name, changed.size, changed.fps, changed.initial_node) == ("Momo", None, Fraction(12), "")
    assert replace_graph(CANVAS, {"nodes": [], "name": None}, make_mint()).name == "Miu"


@given(canvases())
def test_what_was_read_can_be_put_back_and_changes_nothing(canvas: Canvas) -> None:
    stored = create_canvas(write_canvas(canvas), "cnv_1", make_mint())
    document = json.loads(json.dumps(write_canvas(stored)))
    assert replace_graph(stored, document, make_mint()) == stored
    assert patch_canvas(stored, document, make_mint()) == stored
    assert patch_canvas(stored, {}, make_mint()) == stored
    assert find_dropped(stored, stored, {edge.id for edge in stored.edges}) == ()


@pytest.mark.parametrize("document", [{}, {"nodes": None}, {"edges": []}])
def test_a_new_graph_without_nodes_is_refused_before_anything_is_lost(document: object) -> None:
    with pytest.raises(InvalidCanvas, match=r"^nodes: is missing; .*PATCH$"):
        replace_graph(CANVAS, document, make_mint())


def test_a_patch_changes_what_it_names() -> None:
    assert patch_canvas(CANVAS, {"name": "Momo"}, make_mint()) == replace(CANVAS, name="Momo")
    assert patch_canvas(CANVAS, {"canvasName": "Momo"}, make_mint()) == replace(CANVAS, name="Momo")
    assert patch_canvas(CANVAS, {"size": 256, "fps": None}, make_mint()) == replace(CANVAS, size=256, fps=None)
    assert patch_canvas(CANVAS, {"initial_node": "c"}, make_mint()) == replace(CANVAS, initial_node="c")
    assert patch_canvas(CANVAS, {"initialNode": None}, make_mint()) == replace(CANVAS, initial_node="a")
    assert patch_canvas(CANVAS, {"edges": [], "inputs": []}, make_mint()) == replace(CANVAS, edges=(), inputs=())
    nulls = dict.fromkeys(("name", "canvasName", "nodes", "edges", "inputs"))
    assert patch_canvas(CANVAS, nulls, make_mint()) == CANVAS


def test_the_first_node_is_initial_when_a_patch_takes_the_initial_one_away() -> None:
    nodes = [{"id": "c"}, {"id": "a"}]
    assert patch_canvas(CANVAS, {"nodes": nodes, "edges": []}, make_mint()).initial_node == "c"
    assert patch_canvas(CANVAS, {"nodes": [*nodes, {"id": "b"}], "edges": []}, make_mint()).initial_node == "b"
    named = {"nodes": nodes, "edges": [], "initial_node": "a"}
    assert patch_canvas(CANVAS, named, make_mint()).initial_node == "a"
    assert patch_canvas(EMPTY, {"nodes": nodes}, make_mint()).initial_node == "c"
    with pytest.raises(InvalidCanvas, match=r"^initialNode: there is no node 'b'"):
        patch_canvas(CANVAS, {**named, "initial_node": "b"}, make_mint())


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ([], "document"),
        ({"nodes": [{"id": "a"}]}, "edges[1].target"),
        ({"nodes": 5}, "nodes"),
        ({"nodes": [{"id": []}]}, "nodes[0].id"),
        ({"edges": [{"source": "a", "target": "b", "reverse": True}]}, "edges[0].reverse"),
        ({"size": 7}, "size"),
    ],
    ids=str,
)
def test_a_change_that_breaks_the_graph_is_refused_by_name(document: object, field: str) -> None:
    with pytest.raises(InvalidCanvas) as raised:
        patch_canvas(CANVAS, document, make_mint())
    assert raised.value.fields["field"] == field


def test_a_node_is_added_last_and_the_first_one_is_initial() -> None:
    one = add_node(EMPTY, {"itemName": "Wave"}, make_mint())
    assert (one.nodes[0].id, one.nodes[0].name, one.initial_node) == ("nod_1", "Wave", "nod_1")
    two = add_node(one, {"id": "mine"}, make_mint())
    assert ([node.id for node in two.nodes], two.initial_node) == (["nod_1", "mine"], "nod_1")


def test_a_node_changes_in_what_is_named_and_null_clears() -> None:
    before = read_node(CANVAS, "a")
    assert read_node(change_node(CANVAS, "a", {}), "a") == before
    assert read_node(change_node(CANVAS, "a", {"id": "a", "label": "Sit"}), "a") == {**before, "itemName": "Sit"}
    assert read_node(change_node(CANVAS, "a", {"imageAssetId": "pn"}), "a") == {**before, "assetId": "pn"}
    assert read_node(change_node(CANVAS, "a", {"position": {"y": 9}}), "a")["position"] == {"x": 1, "y": 9}
    assert read_node(change_node(CANVAS, "a", {"position": None}), "a")["position"] == {"x": 0, "y": 0}
    cleared = change_node(CANVAS, "a", {"assetId": None, "imagePrompt": None, "name": None})
    assert read_node(cleared, "a") == {"id": "a", "itemName": "a", "position": {"x": 1, "y": 2}}
    assert [node.id for node in cleared.nodes] == ["a", "b", "c"]


def test_a_node_goes_with_its_edges_and_the_first_that_is_left_is_initial() -> None:
    without_b, gone = remove_node(CANVAS, "b")
    assert (gone, without_b.initial_node) == (("x", "y"), "a")
    without_c, gone = remove_node(without_b, "c")
    assert (gone, without_c.initial_node) == (("w",), "a")
    assert remove_node(without_c, "a")[0] == replace(EMPTY, size=512, fps=Fraction(24), inputs=CANVAS.inputs)


@given(canvases(), st.data())
def test_a_graph_without_one_of_its_nodes_is_a_graph(canvas: Canvas, data: st.DataObject) -> None:
    node_id = data.draw(st.sampled_from([node.id for node in canvas.nodes]))
    left, gone = remove_node(canvas, node_id)
    check_canvas(left)
    assert len(left.edges) + len(gone) == len(canvas.edges)
    dropped = find_dropped(canvas, left, {edge.id for edge in canvas.edges})
    assert [each.edge_id for each in dropped] == list(gone), "no clip is lost but those of the node"


def test_an_edge_is_added_last() -> None:
    canvas = add_edge(CANVAS, {"source": "b", "target": "c"}, make_mint())
    assert canvas.edges == (*CANVAS.edges, Edge(id="edg_1", source="b", target="c"))
    assert add_edge(CANVAS, {"id": "mine", "source": "*", "target": "a"}, make_mint()).edges[-1].is_any_state


def test_an_edge_changes_in_what_is_named_and_null_clears() -> None:
    edge = read_edge(CANVAS, "x")
    assert change_edge(CANVAS, "x", {"id": "x", "videoAssetId": "?"}) == CANVAS
    faster = change_edge(CANVAS, "x", {"speed": 3, "priority": 1})
    assert read_edge(faster, "x") == replace(edge, speed=3, priority=1)
    cleared = change_edge(CANVAS, "x", {"speed": None, "duration": None, "description": None})
    assert read_edge(cleared, "x") == Edge(id="x", source="a", target="b")
    assert read_edge(change_edge(CANVAS, "y", {"conditions": None, "reverse": None}), "y").conditions == ()
    assert [each.id for each in cleared.edges] == ["l", "x", "y", "w"]


def test_a_removed_edge_is_gone() -> None:
    assert [edge.id for edge in remove_edge(CANVAS, "y").edges] == ["l", "x", "w"]


def test_a_forward_stays_while_an_edge_says_that_it_is_its_reverse() -> None:
    with pytest.raises(InvalidCanvas, match=r"^edges\[1\]\.reverse: true for 'y'"):
        remove_edge(CANVAS, "x")


BAD_PARTS: list[tuple[Callable[[], object], str]] = [
    (lambda: add_node(CANVAS, {"id": "a"}, make_mint()), "id"),
    (lambda: add_node(CANVAS, {"id": "*"}, make_mint()), "id"),
    (lambda: add_node(CANVAS, [], make_mint()), "document"),
    (lambda: add_node(CANVAS, {"position": 5}, make_mint()), "position"),
    (lambda: change_node(CANVAS, "a", {"id": "z"}), "id"),
    (lambda: change_node(CANVAS, "a", {"assetId": 5}), "assetId"),
    (lambda: change_node(CANVAS, "a", {"position": {"x": "left"}}), "position.x"),
    (lambda: add_edge(CANVAS, {"id": "x", "source": "a", "target": "b"}, make_mint()), "id"),
    (lambda: add_edge(CANVAS, {"source": "ghost", "target": "b"}, make_mint()), "source"),
    (lambda: add_edge(CANVAS, {"source": "*", "target": "ghost"}, make_mint()), "target"),
    (lambda: add_edge(CANVAS, {"source": "b", "target": "c", "reverse": True}, make_mint()), "edges[4].reverse"),
    (lambda: add_edge(CANVAS, {"target": "b"}, make_mint()), "source"),
    (lambda: change_edge(CANVAS, "x", {"target": None}), "target"),
    (lambda: change_edge(CANVAS, "x", {"target": "ghost"}), "target"),
    (lambda: change_edge(CANVAS, "x", {"target": "c"}), "edges[2].reverse"),
    (lambda: change_edge(CANVAS, "x", {"duration": 0.1}), "duration"),
    (lambda: change_edge(CANVAS, "x", {"id": None}), "id"),
]


@pytest.mark.parametrize(
    ("change", "field"), BAD_PARTS, ids=[f"{at}-{field}" for at, (_, field) in enumerate(BAD_PARTS)]
)
def test_a_part_that_breaks_a_rule_is_refused_by_name(change: Callable[[], object], field: str) -> None:
    with pytest.raises(InvalidCanvas) as raised:
        change()
    assert raised.value.fields["field"] == field
    assert raised.value.message.startswith(f"{field}: ")


def test_a_canvas_is_full_some_day() -> None:
    nodes = replace(CANVAS, nodes=CANVAS.nodes * 4_000)
    with pytest.raises(InvalidCanvas, match=r"^nodes: has 12000 entries; 10000 are allowed$"):
        add_node(nodes, {}, make_mint())
    edges = replace(CANVAS, edges=CANVAS.edges * 50_000)
    with pytest.raises(InvalidCanvas, match=r"^edges: has 200000 entries; 200000 are allowed$"):
        add_edge(edges, {"source": "a", "target": "a"}, make_mint())


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        (lambda: change_node(CANVAS, "ghost", {}), {"node": "ghost"}),
        (lambda: remove_node(CANVAS, "ghost"), {"node": "ghost"}),
        (lambda: change_edge(CANVAS, "ghost", {}), {"edge": "ghost"}),
        (lambda: remove_edge(CANVAS, "ghost"), {"edge": "ghost"}),
    ],
)
def test_what_is_not_there_cannot_be_changed(change: Callable[[], object], fields: dict[str, str]) -> None:
    with pytest.raises(NotFound) as raised:
        change()
    assert raised.value.fields == fields


def refuse(change: Callable[[], Canvas]) -> Canvas | None:
    """Return a changed canvas, or None when the change is refused; whatever else is raised goes through."""
    try:
        return change()
    except InvalidCanvas:
        return None


NAMES = (
    "id",
    "name",
    "nodes",
    "edges",
    "inputs",
    "initialNode",
    "initial_node",
    "size",
    "position",
    "source",
    "reverse",
)


@given(anything | st.dictionaries(st.sampled_from(NAMES), anything | st.sampled_from(["a", "b", True, 512])))
def test_no_json_at_all_breaks_a_canvas(document: object) -> None:
    mint = make_mint()
    changes: tuple[Callable[[], Canvas], ...] = (
        lambda: create_canvas(document, "cnv_1", mint),
        lambda: replace_graph(CANVAS, document, mint),
        lambda: patch_canvas(CANVAS, document, mint),
        lambda: add_node(CANVAS, document, mint),
        lambda: change_node(CANVAS, "a", document),
        lambda: add_edge(CANVAS, document, mint),
        lambda: change_edge(CANVAS, "x", document),
    )
    for change in changes:
        canvas = refuse(change)
        if canvas is not None:
            check_canvas(canvas)
            assert parse_canvas(write_canvas(canvas), allow_empty=True) == canvas
            assert canvas.nodes == () or explain(read_schema("canvas"), write_canvas(canvas)) == []
