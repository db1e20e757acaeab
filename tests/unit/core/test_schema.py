import json
from typing import Any

import pytest

from tests.unit.core.schema import explain, read_schema
from tests.unit.core.vector import SPEC, read_vectors

FILES = sorted(SPEC.glob("vectors/*.json"))


@pytest.mark.parametrize("name", [path.stem for path in FILES])
def test_a_vector_file_has_the_form_that_stands_under_its_name(name: str) -> None:
    schema = read_schema("vectors")
    form = {**schema, "$ref": f"#/$defs/{name}"}
    assert name in schema["$defs"]
    assert explain(form, json.loads((SPEC / "vectors" / f"{name}.json").read_text())) == []


@pytest.mark.parametrize("name", [path.stem for path in FILES if path.stem != "ease"])
def test_no_two_cases_of_a_file_have_one_name(name: str) -> None:
    names = [case["name"] for case in read_vectors(name)]
    assert len(set(names)) == len(names)


def test_every_rule_of_the_machine_is_shown_by_several_cases() -> None:
    shown = [rule for case in read_vectors("machine") for rule in case["rules"]]
    assert all(shown.count(rule) >= 3 for rule in range(1, 13))


MANIFEST: dict[str, Any] = next(
    case["manifest"] for case in read_vectors("manifest") if case["name"] == "A complete canvas, every field"
)
REQUIRED = [
    *((name,) for name in MANIFEST),
    *(("nodes", 0, name) for name in ("id", "name", "label", "loop")),
    *(("edges", 0, name) for name in MANIFEST["edges"][0]),
    *(("edges", 2, "conditions", 0, name) for name in ("input", "op", "value")),
    *(("inputs", 0, name) for name in MANIFEST["inputs"][0] if name != "targetNode"),
]
WRONG: list[tuple[tuple[str | int, ...], object]] = [
    (("version",), 2),
    (("version",), "2.0-creator"),
    (("initialNode",), "*"),
    (("autoPlay",), "true"),
    (("nodes",), []),
    (("nodes", 0, "id"), "*"),
    (("nodes", 0, "imageUrl"), ""),
    (("edges", 0, "isLoop"), 1),
    (("edges", 0, "duration"), 0),
    (("edges", 0, "duration"), "4"),
    (("edges", 0, "target"), "*"),
    (("edges", 0, "priority"), 1.5),
    (("edges", 0, "speed"), 0),
    (("edges", 0, "exit"), "later"),
    (("edges", 0, "reverse"), False),
    (("edges", 0, "videos", "webm"), ""),
    (("edges", 0, "videos", "gif"), "https://h/x.gif"),
    (("edges", 0, "condition"), "on_fire"),
    (("edges", 0, "sound"), {"volume": 1}),
    (("edges", 2, "conditions", 0, "op"), "eq"),
    (("edges", 2, "conditions", 0, "value"), "true"),
    (("edges", 4, "duration"), 4),
    (("edges", 4, "isLoop"), True),
    (("edges", 4, "videos", "webm"), "https://h/x.webm"),
    (("inputs", 0, "type"), "string"),
    (("inputs", 0, "default"), "false"),
    (("inputs", 0, "system"), "no"),
]


def test_a_whole_manifest_satisfies_its_schema() -> None:
    assert explain(read_schema("manifest"), MANIFEST) == []


@pytest.mark.parametrize("path", REQUIRED, ids=lambda path: ".".join(map(str, path)))
def test_nothing_that_a_player_needs_may_be_missing_or_null(path: tuple[str | int, ...]) -> None:
    document, place = copy_to(path)
    place[path[-1]] = None
    assert explain(read_schema("manifest"), document)
    del place[path[-1]]
    assert explain(read_schema("manifest"), document)


@pytest.mark.parametrize(("path", "value"), WRONG, ids=lambda item: str(item)[:40])
def test_what_some_player_cannot_decode_is_refused(path: tuple[str | int, ...], value: object) -> None:
    document, place = copy_to(path)
    place[path[-1]] = value
    assert explain(read_schema("manifest"), document)


def copy_to(path: tuple[str | int, ...]) -> tuple[Any, Any]:
    """Return a copy of the manifest, and the place in it that holds the path's end."""
    document: Any = json.loads(json.dumps(MANIFEST))
    place = document
    for key in path[:-1]:
        place = place[key]
    return document, place
