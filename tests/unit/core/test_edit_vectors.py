from poseloom.core.document import parse_canvas
from poseloom.core.kept_clip import find_dropped
from tests.unit.core.vector import Case, every_case


@every_case("edit")
def test_a_change_costs_the_clips_that_the_vector_says(case: Case) -> None:
    old, new = (parse_canvas(case[name], allow_empty=True) for name in ("old", "new"))
    dropped = find_dropped(old, new, frozenset(case["clips"]))
    assert [each.document() for each in dropped] == case["dropped"]
