from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest

from poseloom.core.clip import ClipFormat
from poseloom.core.document import parse_canvas
from poseloom.core.error import PoseloomError
from poseloom.core.manifest import PublishedCanvas, PublishedClip, build_manifest
from tests.unit.core.schema import explain, read_schema
from tests.unit.core.vector import Case, every_case, read_decimal


@every_case("manifest")
def test_the_manifest_is_the_one_that_the_vector_says(case: Case) -> None:
    published = read_published(case)
    is_partial = case.get("partial", False)
    if "error" in case:
        with pytest.raises(PoseloomError) as raised:
            build_manifest(published, partial=is_partial)
        assert sort_names({"code": raised.value.code, **raised.value.fields}, case["error"]) == case["error"]
        return
    manifest = build_manifest(published, partial=is_partial)
    assert {name: manifest[name] for name in case["manifest"]} == case["manifest"]
    assert explain(read_schema("manifest"), manifest) == []


def sort_names(carried: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    return {name: sorted(carried[name]) if name == "nodes" else carried[name] for name in wanted}


def read_published(case: Case) -> PublishedCanvas:
    clips = {
        edge_id: PublishedClip(
            duration_seconds=read_decimal(clip["duration"]),
            urls={ClipFormat(name): url for name, url in clip["urls"].items()},
        )
        for edge_id, clip in case["clips"].items()
    }
    return PublishedCanvas(
        canvas=parse_canvas(case["canvas"]),
        clips=clips,
        posters=case["posters"],
        size=case["size"],
        fps=Fraction(case["fps"]),
        name=case["mascot"],
    )
