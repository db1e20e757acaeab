from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from poseloom.core.canvas import Edge
from poseloom.core.job import JobState
from poseloom.core.plan import Order
from poseloom.core.request import GenerateAll
from poseloom.usecases.find import find_canvas
from poseloom.usecases.generate import generate_all
from poseloom.usecases.status import read_status
from tests.integration.api.bench import CATALOGUE, Address, Bench, Owner


def read(bench: Bench, mascot: Address) -> dict[str, object]:
    with bench.database.read() as unit:
        stored = find_canvas(unit, mascot.owner.caller, mascot.collection_id, mascot.canvas_id)
        return read_status(unit, stored, CATALOGUE)


def order(bench: Bench, mascot: Address, request: GenerateAll | None = None) -> None:
    with bench.database.write() as unit:
        generate_all(
            unit, mascot.owner.caller, (mascot.collection_id, mascot.canvas_id), request or GenerateAll(),
            catalogue=CATALOGUE, tools=bench.tools,
        )  # fmt: skip


@contextmanager
def count_statements(bench: Bench) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(statement)

    event.listen(bench.database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(bench.database.engine, "before_cursor_execute", note)


def test_an_edge_that_is_made_again_is_pending_and_keeps_its_clip(bench: Bench, mascot: Address) -> None:
    order(bench, mascot)
    bench.settle_all(mascot)
    again = Order(skip_completed=False, edge_ids=frozenset({"idle-loop"}))
    order(bench, mascot, GenerateAll(order=again))
    document = read(bench, mascot)
    assert (document["completed"], document["pending"], document["progress"]) == (3, 1, 0.75)
    with bench.database.read() as unit:
        assert unit.clips.count(mascot.canvas_id) == 4


def test_a_clip_outlives_the_failure_of_its_successor(bench: Bench, mascot: Address) -> None:
    order(bench, mascot)
    bench.settle_all(mascot)
    again = Order(skip_completed=False, edge_ids=frozenset({"idle-loop"}))
    order(bench, mascot, GenerateAll(order=again))
    bench.fail(bench.list_jobs(mascot)["idle-loop"].id)
    document = read(bench, mascot)
    assert (document["completed"], document["failed"], document["ready"]) == (4, 0, True)
    assert document["credits"] == {"charged": 80, "refunded": 20, "spent": 60}


def test_what_was_cancelled_is_pending_again(bench: Bench, mascot: Address) -> None:
    order(bench, mascot)
    with bench.database.write() as unit:
        unit.jobs.change(bench.list_jobs(mascot)["idle-loop"].id, state=JobState.CANCELLED)
    assert read(bench, mascot)["pending"] == 4


def test_a_status_of_many_edges_takes_as_many_looks_as_one_of_few(each_bench: Bench) -> None:
    owner = each_bench.open_workspace(credits_=100_000)
    edges = tuple(Edge(id=f"loop-{number}", source="idle", target="idle") for number in range(1000))
    counts = []
    for some in (edges[:2], edges):
        canvas = each_bench.add_canvas(owner, ("idle",), some)
        order(each_bench, canvas)
        with count_statements(each_bench) as seen:
            document = read(each_bench, canvas)
        assert document["total_edges"] == document["pending"] == len(some)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_an_empty_canvas_is_not_ready(bench: Bench, owner: Owner) -> None:
    document = read(bench, bench.add_canvas(owner, (), ()))
    assert (document["total_edges"], document["ready"], document["progress"]) == (0, False, 0)
