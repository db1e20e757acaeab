from collections.abc import Mapping
from typing import Any

from poseloom.core.lint import lint_canvas
from tests.unit.core.vector import Case, every_case, read_machine_canvas


@every_case("lint")
def test_lint_finds_what_the_vector_says_and_nothing_else(case: Case) -> None:
    edges = case["machine"]["edges"]
    clips = {edge["id"] for edge in edges if edge.get("clip", True)} if any("clip" in edge for edge in edges) else None
    found = [finding.document() for finding in lint_canvas(read_machine_canvas(case["machine"]), clips)]
    assert sorted(map(simplify, found)) == sorted(map(simplify, case["findings"]))
    assert all(finding["message"] for finding in found)
    severities = [str(finding["severity"]) for finding in found]
    assert severities == sorted(severities), "errors come first"


def simplify(finding: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        finding["code"],
        finding["severity"],
        " ".join(sorted(finding["nodes"])),
        " ".join(sorted(finding["edges"])),
    )
