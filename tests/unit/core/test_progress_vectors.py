from poseloom.core.progress import EdgeFacts, measure_progress
from tests.unit.core.vector import Case, every_case


@every_case("progress")
def test_the_progress_is_the_one_that_the_vector_says(case: Case) -> None:
    progress = measure_progress(facts for group in case["edges"] for facts in read_group(**group))
    assert {
        "total_edges": progress.total_edges,
        "completed": progress.completed,
        "pending": progress.pending,
        "failed": progress.failed,
        "ready": progress.is_ready,
        "progress": progress.fraction,
    } == {name: case[name] for name in ("total_edges", "completed", "pending", "failed", "ready", "progress")}


def read_group(*, count: int, **facts: bool) -> list[EdgeFacts]:
    return [EdgeFacts(**facts)] * count
