from fractions import Fraction

import pytest

from poseloom.core.clip import ClipFormat
from poseloom.core.document import parse_canvas
from poseloom.core.error import PoseloomError
from poseloom.core.manifest import PublishedCanvas, PublishedClip, build_manifest
from tests.unit.core.schema import explain, read_schema
from tests.unit.core.vector import Case, every_case, read_decimal


@every_case("manifest")
def test_the_manifest_is_the_one_that_the_vector_says(case: Case):
    published = read_published(case)
    is_partial = case.get("partial", False)
    if "error" in case:
        with pytest.raises(PoseloomError) as raised:
            build_manifest(published, partial=is_partial)
        named = {name: set(raised.value.fields[name]) for name in case["error"] if name != "code"}
        assert raised.value.code == case["error"]["code"]
        assert named == {name: set(value) for name, value in case["error"].items() if name != "code"}
        return
    manifest = build_manifest(published, partial=is_partial)
    assert {name: manifest[name] for name in case["manifest"]} == case["manifest"]
    assert explain(read_schema("manifest"), manifest) == []


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
