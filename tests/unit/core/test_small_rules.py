from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poseloom.core.clip import ClipFormat, Quality, SeamCertificate, SeamEnd
from poseloom.core.document import parse_canvas, write_canvas
from poseloom.core.draft import draft_canvas
from poseloom.core.duration import choose_duration, count_frames, read_duration
from poseloom.core.error import InvalidOrder
from poseloom.core.field import describe
from poseloom.core.kind import Kind, classify
from poseloom.core.lint import lint_canvas
from poseloom.core.recipe import Recipe, RenderSettings, name_strength, write_recipes


@pytest.mark.parametrize("value", [1, 1.5, 4, 10, 10.0, Fraction(7, 2)])
def test_a_duration_is_one_to_ten_seconds_in_halves(value: object) -> None:
    assert read_duration(value) == value


@pytest.mark.parametrize(
    "value", [0, 0.5, 10.5, 1.25, -1, "4", True, None, float("nan"), float("inf"), 10**400, [], {}]
)
def test_any_other_duration_is_refused_by_name(value: object) -> None:
    with pytest.raises(
        InvalidOrder, match=r"^seconds: must be a number of seconds from 1 to 10 in steps of 0\.5, not "
    ):
        read_duration(value, "seconds")


def test_an_order_outranks_an_edge_and_an_edge_the_default() -> None:
    rows = [{"id": "x", "source": "a", "target": "a", "duration": 2}, {"id": "y", "source": "a", "target": "a"}]
    own, none = parse_canvas({"nodes": [{"id": "a"}], "edges": rows}).edges
    assert [choose_duration(edge, Fraction(6)) for edge in (own, none)] == [6, 6]
    assert [choose_duration(edge, None) for edge in (own, none)] == [2, 4]


@given(st.integers(2, 20), st.integers(1, 60))
def test_a_clip_has_at_least_its_two_poses(halves: int, fps: int) -> None:
    frames = count_frames(Fraction(halves, 2), Fraction(fps))
    assert frames >= 2
    assert abs(frames - Fraction(halves, 2) * fps) <= 1


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "null"),
        (True, "true"),
        (1.5, "1.5"),
        ("é", "the string 'é'"),
        ([], "a list"),
        ({}, "an object"),
        (10**400, f"1{'0' * 39}…"),
    ],
)
def test_a_value_is_described_in_words_of_json(value: object, words: str) -> None:
    assert describe(value) == words


GOOD = SeamEnd(colour_db=40, ceiling_db=41.5, alpha_db=45)


@pytest.mark.parametrize(
    ("end", "holds"),
    [
        (GOOD, True),
        (SeamEnd(colour_db=39.9, ceiling_db=41.5, alpha_db=60), False),
        (SeamEnd(colour_db=41, ceiling_db=41.5, alpha_db=44.9), False),
        (SeamEnd(colour_db=float("inf"), ceiling_db=float("inf"), alpha_db=float("inf")), True),
        (SeamEnd(colour_db=58.5, ceiling_db=float("inf"), alpha_db=45), True),
        (SeamEnd(colour_db=58.4, ceiling_db=float("inf"), alpha_db=45), False),
    ],
)
def test_a_seam_holds_when_both_ends_are_near_enough(end: SeamEnd, holds: bool) -> None:
    assert end.holds is holds
    assert SeamCertificate(first=end, last=GOOD).holds is holds
    assert SeamCertificate(first=GOOD, last=end).holds is holds


def test_every_format_has_its_own_suffix() -> None:
    assert {fmt: fmt.suffix for fmt in ClipFormat} == {"webm": ".webm", "hevc": ".mov", "stacked": ".mp4"}


def test_a_draft_is_a_hub_with_spokes_that_lint_likes() -> None:
    canvas = draft_canvas("Miu", [("wave-high", "w.png"), ("Idle_one", "i.png"), ("bow", "b.png")])
    assert canvas.initial_node == "Idle_one"
    assert [node.name for node in canvas.nodes] == ["Idle One", "Bow", "Wave High"]
    assert [node.image for node in canvas.nodes] == ["i.png", "b.png", "w.png"]
    assert lint_canvas(canvas) == ()
    assert parse_canvas(write_canvas(canvas)) == canvas
    kinds = list(classify(canvas).kinds.values())
    assert [kinds.count(kind) for kind in Kind] == [3, 2, 2, 3]


def test_a_draft_without_an_idle_pose_takes_the_first() -> None:
    assert draft_canvas("Miu", [("wave", "w.png"), ("bow", "b.png")]).initial_node == "bow"


def test_a_draft_of_one_pose_is_a_loop() -> None:
    canvas = draft_canvas("Miu", [("sit", "s.png")])
    assert [edge.id for edge in canvas.edges] == ["sit-loop"]


RECIPE_CANVAS = parse_canvas(
    {
        "nodes": [{"id": "a"}, {"id": "b"}],
        "edges": [
            {"id": "l", "source": "a", "target": "a"},
            {"id": "x", "source": "a", "target": "b", "duration": 2},
            {"id": "y", "source": "b", "target": "a", "duration": 9},
            {"id": "any", "source": "*", "target": "b"},
        ],
    }
)
SETTINGS = RenderSettings(
    size=512,
    fps=Fraction(24),
    duration_seconds=None,
    quality=Quality.STANDARD,
    strength=0,
    renderer="r1",
    encoder="e1",
)


def test_a_recipe_stands_for_every_edge_that_needs_a_clip() -> None:
    recipes = write_recipes(RECIPE_CANVAS, {"a": "pa", "b": "pb"}, SETTINGS)
    assert {edge_id: recipe.frame_count for edge_id, recipe in recipes.items()} == {"l": 96, "x": 48, "y": 48}
    assert [recipes[edge_id].is_loop for edge_id in "lxy"] == [True, False, False]
    assert [recipes[edge_id].is_reversed for edge_id in "lxy"] == [False, False, True]


def test_a_reverse_shares_its_forwards_frames_and_not_its_clip() -> None:
    recipes = write_recipes(RECIPE_CANVAS, {"a": "pa", "b": "pb"}, SETTINGS)
    assert recipes["x"].name_frames() == recipes["y"].name_frames() != recipes["l"].name_frames()
    names = {recipe.name_clip(fmt) for recipe in recipes.values() for fmt in ClipFormat}
    assert len(names) == 9


def test_a_recipe_has_the_manner_of_its_edge_and_a_reverse_that_of_its_forward() -> None:
    names = {
        said: {edge_id: recipe.name_frames() for edge_id, recipe in write_described_recipes(said).items()}
        for said in ("", "Pim is glad.", "It jumps.", "It leaps up!", "It waves.", "It blinks.", "It snaps.")
    }
    assert names[""] == names["Pim is glad."]
    assert names["It jumps."] == names["It leaps up!"]
    assert all(each["x"] == each["y"] for each in names.values())
    assert len({each["x"] for each in names.values()}) == 4
    assert len({each["l"] for each in names.values()}) == 4
    assert names["It blinks."]["x"] == names[""]["x"]
    assert names["It snaps."]["l"] == names[""]["l"]


def write_described_recipes(description: str) -> dict[str, Recipe]:
    """Return the recipes of the canvas when its loop and its forward are described so, and its reverse otherwise."""
    edges = tuple(
        replace(edge, description="It shakes." if edge.id == "y" else description) for edge in RECIPE_CANVAS.edges
    )
    return write_recipes(replace(RECIPE_CANVAS, edges=edges), {"a": "pa", "b": "pb"}, SETTINGS)


def test_a_remembered_strength_depends_on_poses_formats_quality_and_encoder_in_any_order() -> None:
    name = name_strength(["pa", "pb"], [ClipFormat.WEBM, ClipFormat.HEVC], Quality.STANDARD, "e1")
    assert name == name_strength(["pb", "pa", "pb"], [ClipFormat.HEVC, ClipFormat.WEBM], Quality.STANDARD, "e1")
    others = {
        name_strength(["pa"], [ClipFormat.WEBM, ClipFormat.HEVC], Quality.STANDARD, "e1"),
        name_strength(["pa", "pb"], [ClipFormat.WEBM], Quality.STANDARD, "e1"),
        name_strength(["pa", "pb"], [ClipFormat.WEBM, ClipFormat.HEVC], Quality.PREVIEW, "e1"),
        name_strength(["pa", "pb"], [ClipFormat.WEBM, ClipFormat.HEVC], Quality.STANDARD, "e2"),
    }
    assert len({name, *others}) == 5
