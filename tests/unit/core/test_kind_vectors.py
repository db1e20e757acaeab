import pytest

from poseloom.core.error import InvalidCanvas
from poseloom.core.kind import classify
from tests.unit.core.vector import Case, every_case, read_edges


@every_case("kind")
def test_kinds_and_pairs_are_those_that_the_vector_says(case: Case) -> None:
    if "error" in case:
        with pytest.raises(InvalidCanvas) as raised:
            read_edges(case["edges"])
        assert raised.value.fields == case["error"]
        assert case["error"]["field"] in raised.value.message
        return
    found = classify(read_edges(case["edges"]))
    assert [kind.value for kind in found.kinds.values()] == case["kinds"]
    assert found.forwards == case["pairs"]
    assert found.reverses == {forward: reverse for reverse, forward in case["pairs"].items()}
