import json
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poseloom.core.canvas import Canvas, Condition, Exit, InputType, Operator
from poseloom.core.document import parse_canvas, write_canvas
from poseloom.core.error import InvalidCanvas
from tests.unit.core.schema import explain, read_schema
from tests.unit.core.strategy import canvases, durations


def nest(scalars: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.recursive(
        scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner)
    )


plain = st.none() | st.booleans() | st.integers(-(2**64), 2**64) | st.text(max_size=4)
anything = nest(plain | st.integers() | st.floats() | st.just(10**400))
exchangeable = nest(plain | st.floats(allow_nan=False, allow_infinity=False))
"""What every reader of JSON understands alike (RFC 8259, section 6); schemas say nothing of other numbers."""


@given(canvases(), durations, st.floats(0.25, 4), st.sampled_from([Fraction(24), Fraction(30000, 1001), None]))
def test_a_canvas_comes_back_from_its_document(
    canvas: Canvas, seconds: Fraction, speed: float, fps: Fraction | None
) -> None:
    dressed = tuple(
        edge if edge.is_any_state else replace(edge, duration_seconds=seconds, speed=speed) for edge in canvas.edges
    )
    canvas = replace(canvas, edges=dressed, fps=fps, size=512)
    document = write_canvas(canvas)
    assert parse_canvas(document) == canvas
    assert parse_canvas(json.loads(json.dumps(document))) == canvas
    assert explain(read_schema("canvas"), document) == []


@given(anything)
def test_no_json_at_all_raises_anything_but_invalid_canvas(document: object) -> None:
    error = refuse(document)
    assert error is None or error.message.startswith(f"{error.fields['field']}: ")


def refuse(document: object) -> InvalidCanvas | None:
    """Return why a document is no canvas, or None when it is one; whatever else is raised goes through."""
    try:
        parse_canvas(document)
    except InvalidCanvas as error:
        return error
    return None


WHOLE: dict[str, Any] = {
    "id": "cnv_1",
    "name": "Miu",
    "initialNode": "a",
    "size": 512,
    "fps": 24,
    "nodes": [
        {
            "id": "a",
            "itemName": "A",
            "assetId": "x",
            "image": "a.png",
            "imagePrompt": "?",
            "position": {"x": 1, "y": 2},
        },
        {"id": "b"},
    ],
    "edges": [
        {"id": "l", "source": "a", "target": "a"},
        {"id": "x", "source": "a", "target": "b", "conditions": [{"input": "go", "op": ">", "value": 2}]},
        {"id": "y", "source": "*", "target": "b", "priority": 1, "exit": "loop_end", "description": "?"},
        {"id": "z", "source": "b", "target": "a", "reverse": True, "speed": 2, "duration": 1.5},
    ],
    "inputs": [{"name": "go", "type": "number", "default": 0, "system": False}],
}


def list_paths(document: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner: list[tuple[str | int, object]] = []
    if isinstance(document, dict):
        inner = list(document.items())
    elif isinstance(document, list):
        inner = list(enumerate(document))
    return [path, *(found for key, value in inner for found in list_paths(value, (*path, key)))]


PATHS = [path for path in list_paths(WHOLE) if path]


def put(path: tuple[str | int, ...], value: object) -> dict[str, Any]:
    """Return the whole document with another value at a path."""
    document: dict[str, Any] = json.loads(json.dumps(WHOLE))
    place: Any = document
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return document


@given(st.sampled_from(PATHS), anything)
def test_no_change_to_a_valid_document_raises_anything_but_invalid_canvas(
    path: tuple[str | int, ...], value: object
) -> None:
    document = put(path, value)
    if refuse(document) is None:
        canvas = parse_canvas(document)
        assert parse_canvas(write_canvas(canvas)) == canvas


@given(st.sampled_from(PATHS), exchangeable)
def test_what_the_schema_lets_through_fails_for_references_alone(path: tuple[str | int, ...], value: object) -> None:
    document = put(path, value)
    error = refuse(document)
    if error is not None and not explain(read_schema("canvas"), document):
        reasons = ("there is no node", "stands twice", "is left to pair with", "fps: must be")
        assert any(reason in error.message for reason in reasons), error.message


BAD_FIELDS: list[tuple[tuple[str | int, ...], object, str]] = [
    (("nodes",), [], "nodes"),
    (("nodes",), {}, "nodes"),
    (("nodes",), [5], "nodes[0]"),
    (("nodes", 1, "id"), "*", "nodes[1].id"),
    (("nodes", 1, "id"), "", "nodes[1].id"),
    (("nodes", 1, "id"), None, "nodes[1].id"),
    (("nodes", 1, "id"), 7, "nodes[1].id"),
    (("nodes", 1, "id"), "a", "nodes[1].id"),
    (("nodes", 1, "id"), "n" * 201, "nodes[1].id"),
    (("nodes", 1, "label"), 7, "nodes[1].label"),
    (("nodes", 1, "position"), 0, "nodes[1].position"),
    (("nodes", 1, "position"), {"x": "left"}, "nodes[1].position.x"),
    (("nodes", 1, "imagePrompt"), "p" * 4001, "nodes[1].imagePrompt"),
    (("edges",), "none", "edges"),
    (("edges", 0, "id"), "x", "edges[1].id"),
    (("edges", 0, "source"), "ghost", "edges[0].source"),
    (("edges", 0, "target"), "ghost", "edges[0].target"),
    (("edges", 2, "target"), "*", "edges[2].target"),
    (("edges", 1, "conditions"), 5, "edges[1].conditions"),
    (("edges", 1, "conditions"), [{"input": "go"}] * 65, "edges[1].conditions"),
    (("edges", 1, "conditions", 0), None, "edges[1].conditions[0]"),
    (("edges", 1, "conditions", 0, "input"), "", "edges[1].conditions[0].input"),
    (("edges", 1, "conditions", 0, "op"), "=>", "edges[1].conditions[0].op"),
    (("edges", 1, "conditions", 0, "value"), "2", "edges[1].conditions[0].value"),
    (("edges", 1, "conditions", 0, "value"), float("nan"), "edges[1].conditions[0].value"),
    (("edges", 1, "priority"), 1.5, "edges[1].priority"),
    (("edges", 1, "priority"), True, "edges[1].priority"),
    (("edges", 1, "speed"), 0, "edges[1].speed"),
    (("edges", 1, "speed"), float("inf"), "edges[1].speed"),
    (("edges", 1, "duration"), 0.5, "edges[1].duration"),
    (("edges", 1, "duration"), 4.2, "edges[1].duration"),
    (("edges", 1, "duration"), "4", "edges[1].duration"),
    (("edges", 1, "reverse"), "yes", "edges[1].reverse"),
    (("edges", 1, "reverse"), True, "edges[1].reverse"),
    (("edges", 1, "exit"), "later", "edges[1].exit"),
    (("inputs", 0, "name"), None, "inputs[0].name"),
    (("inputs", 0, "type"), "string", "inputs[0].type"),
    (("inputs", 0, "type"), None, "inputs[0].type"),
    (("inputs", 0, "default"), [], "inputs[0].default"),
    (("inputs",), [{"name": "go", "type": "trigger"}] * 2, "inputs[1].name"),
    (("initialNode",), "ghost", "initialNode"),
    (("size",), 63, "size"),
    (("size",), 513, "size"),
    (("size",), 2050, "size"),
    (("fps",), 0.5, "fps"),
    (("fps",), 61, "fps"),
    (("fps",), True, "fps"),
    (("fps",), "30/0", "fps"),
    (("fps",), "1e999999999", "fps"),
    (("fps",), [], "fps"),
]


@pytest.mark.parametrize(
    ("path", "value", "field"),
    BAD_FIELDS,
    ids=[f"{field}-{str(value)[:12]}" for _, value, field in BAD_FIELDS],
)
def test_an_invalid_field_is_named_in_the_message(path: tuple[str | int, ...], value: object, field: str) -> None:
    with pytest.raises(InvalidCanvas) as raised:
        parse_canvas(put(path, value))
    assert raised.value.message.startswith(f"{field}: ")
    assert raised.value.fields["field"] == field
    assert "\n" not in raised.value.message


def test_a_reverse_without_an_opposite_is_named() -> None:
    with pytest.raises(InvalidCanvas, match=r"^edges\[3\]\.reverse: ") as raised:
        parse_canvas(put(("edges", 1, "target"), "a"))
    assert raised.value.fields == {"field": "edges[3].reverse", "edge": "z"}


def test_a_document_that_is_no_object_is_refused() -> None:
    with pytest.raises(InvalidCanvas, match=r"^document: must be an object, not a list$"):
        parse_canvas([])


def test_too_many_nodes_are_refused() -> None:
    with pytest.raises(InvalidCanvas, match=r"^nodes: has 10001 entries; 10000 are allowed$"):
        parse_canvas({"nodes": [{"id": str(number)} for number in range(10_001)]})


def test_the_names_of_both_generations_are_understood() -> None:
    canvas = parse_canvas(
        {
            "canvasName": "New",
            "name": "Old",
            "initial_node": "b",
            "nodes": [{"id": "a", "label": "Ay", "imageAssetId": "ast"}, {"id": "b", "name": "Bee"}, {"id": "c"}],
        }
    )
    assert (canvas.name, canvas.initial_node) == ("New", "b")
    assert [node.name for node in canvas.nodes] == ["Ay", "Bee", "c"]
    assert [node.has_image for node in canvas.nodes] == [True, False, False]


def test_what_is_left_out_has_its_default() -> None:
    canvas = parse_canvas({"nodes": [{"id": "a"}], "edges": [{"id": "l", "source": "a", "target": "a"}]})
    edge = canvas.edges[0]
    assert (canvas.name, canvas.initial_node, canvas.size, canvas.fps, canvas.inputs) == ("Mascot", "a", None, None, ())
    assert (edge.conditions, edge.priority, edge.speed, edge.duration_seconds) == ((), 0, None, None)
    assert (edge.reverse, edge.exit) == (None, Exit.NOW)


@pytest.mark.parametrize(
    ("word", "operator"),
    [("eq", "=="), ("neq", "!="), ("gt", ">"), ("lt", "<"), ("gte", ">="), ("lte", "<="), ("==", "=="), (None, "==")],
)
def test_operators_are_read_as_words_and_as_signs(word: str | None, operator: str) -> None:
    condition = parse_canvas(put(("edges", 1, "conditions", 0, "op"), word)).edges[1].conditions[0]
    assert condition == Condition(input="go", operator=Operator(operator), value=2)


def test_what_is_ours_to_write_is_ignored() -> None:
    ours = {"videoAssetId": 5, "kind": [], "status": {}, "isLoop": "?", "videos": 1, "unknown": None}
    document = put(("edges", 0), {**WHOLE["edges"][0], **ours})
    assert parse_canvas(document) == parse_canvas(WHOLE)
    assert explain(read_schema("canvas"), document) == []


def test_the_duration_of_an_any_state_edge_is_not_looked_at() -> None:
    document = put(("edges", 2, "duration"), 0)
    assert parse_canvas(document).edges[2].duration_seconds is None
    assert explain(read_schema("canvas"), document) == []


def test_a_default_may_stand_under_either_name() -> None:
    rows = [
        {"name": "n", "type": "number", "defaultValue": 3},
        {"name": "b", "type": "boolean", "default": 1},
        {"name": "t", "type": "trigger"},
    ]
    inputs = parse_canvas({"nodes": [{"id": "a"}], "inputs": rows}).inputs
    assert [(item.default, item.type) for item in inputs] == [
        (3, InputType.NUMBER),
        (True, InputType.BOOLEAN),
        (False, InputType.TRIGGER),
    ]


@pytest.mark.parametrize(
    ("text", "fps"), [("30000/1001", Fraction(30000, 1001)), ("12.5", Fraction(25, 2)), (29.97, Fraction(2997, 100))]
)
def test_frames_per_second_may_be_a_fraction(text: object, fps: Fraction) -> None:
    assert parse_canvas(put(("fps",), text)).fps == fps
