import json
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

from poseloom.core.canvas import Canvas
from poseloom.core.document import check_canvas, parse_canvas, write_canvas
from poseloom.core.edit import create_canvas
from poseloom.core.error import NotFound
from poseloom.core.kind import Kind, classify
from poseloom.core.lint import lint_canvas
from poseloom.core.plan import Order, make_plan
from poseloom.core.system import STATE_INPUTS
from poseloom.core.template import Template, fill_template, find_template, list_templates, write_template
from tests.unit.core.schema import explain, read_schema

EXAMPLES = Path(__file__).parents[3] / "examples"
MESH, LITE = list_templates()
every_template = pytest.mark.parametrize("template", list_templates(), ids=lambda template: template.id)


def test_the_templates_have_the_names_that_clients_know() -> None:
    assert [template.id for template in list_templates()] == ["claude-code-4state", "claude-code-4state-lite"]
    assert [template.name for template in list_templates()] == ["Claude Code 4-State", "Claude Code 4-State Lite"]
    assert find_template("claude-code-4state") is MESH


def test_a_template_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(NotFound, match=r"'ghost'; give one of claude-code-4state, claude-code-4state-lite$"):
        find_template("ghost")


@every_template
def test_a_template_is_a_canvas_in_which_lint_finds_nothing(template: Template) -> None:
    check_canvas(template.canvas)
    assert lint_canvas(template.canvas) == ()
    assert parse_canvas(write_canvas(template.canvas)) == template.canvas
    assert explain(read_schema("canvas"), write_canvas(template.canvas)) == []


@pytest.mark.parametrize(
    ("template", "counts", "credits_"), [(MESH, (4, 6, 6, 0), 200), (LITE, (4, 3, 3, 3), 140)], ids=["mesh", "lite"]
)
def test_a_template_has_the_kinds_and_the_price_that_it_says(
    template: Template, counts: tuple[int, ...], credits_: int
) -> None:
    kinds = Counter(classify(template.canvas).kinds.values())
    plan = make_plan(template.canvas, Order(), allow_missing_images=True)
    assert tuple(kinds[kind] for kind in Kind) == counts
    assert (int(plan.total_credits), plan.created) == (credits_, ())


@pytest.mark.parametrize(("template", "name"), [(MESH, "mesh"), (LITE, "lite")], ids=["mesh", "lite"])
def test_a_template_plays_as_its_example_does(template: Template, name: str) -> None:
    example = parse_canvas(json.loads((EXAMPLES / name / "canvas.json").read_text()))
    assert {edge.id: edge.conditions for edge in template.canvas.edges} == {
        edge.id: edge.conditions for edge in example.edges
    }
    assert [edge.priority for edge in template.canvas.edges] == [edge.priority for edge in example.edges]
    assert template.canvas.inputs == example.inputs
    assert [node.name for node in template.canvas.nodes] == [node.name for node in example.nodes]


def test_the_lite_template_goes_fast_and_comes_back_by_reverses() -> None:
    speeds = {edge.id: edge.speed for edge in LITE.canvas.edges if edge.speed is not None}
    assert speeds == {"idle-working": 2, "idle-attention": 2, "idle-thinking": 2}
    assert [edge.id for edge in LITE.canvas.edges if edge.reverse] == [
        "working-idle",
        "attention-idle",
        "thinking-idle",
    ]
    assert {edge.reverse for edge in MESH.canvas.edges} == {None}


@every_template
def test_a_template_holds_words_for_every_picture_and_clip_and_no_pictures(template: Template) -> None:
    assert all(node.image_prompt and not node.has_image for node in template.canvas.nodes)
    assert all(edge.description for edge in template.canvas.edges if not edge.is_any_state)
    assert len({node.position for node in template.canvas.nodes}) == 4
    assert all(STATE_INPUTS[item.name] == item for item in template.canvas.inputs)


@every_template
def test_a_template_is_shown_whole(template: Template) -> None:
    document = write_template(template)
    assert parse_canvas(document) == Canvas(
        id=template.id,
        name=template.name,
        initial_node="idle",
        nodes=template.canvas.nodes,
        edges=template.canvas.edges,
        inputs=template.canvas.inputs,
    )
    assert (document["source"], document["node_count"]) == ("builtin", 4)


@every_template
def test_a_filled_canvas_keeps_what_is_its_own(template: Template) -> None:
    canvas = create_canvas({"name": "Miu", "size": 256, "fps": 12, "nodes": [{"id": "z"}]}, "cnv_1", str)
    filled, mapping = fill_template(template, canvas)
    check_canvas(filled)
    assert (filled.id, filled.name, filled.size, filled.fps) == ("cnv_1", "Miu", 256, Fraction(12))
    assert (filled.nodes, filled.edges) == (template.canvas.nodes, template.canvas.edges)
    assert mapping == {"idle": "idle", "working": "working", "attention": "attention", "thinking": "thinking"}
