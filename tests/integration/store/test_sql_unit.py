"""A unit of work: all of it or nothing, one state of everything, one answer for one key."""

import threading
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from functools import partial

import pytest
from sqlalchemy import Connection, create_engine, text

from poseloom.core.error import StorageFailed
from poseloom.core.identity import Prefix
from poseloom.core.quote import Quote
from poseloom.ports.record import Reply
from poseloom.ports.runner import Lane, QueuedJob
from poseloom.store.sql.database import SqlDatabase
from tests.integration.store.desk import DEADLINE_SECONDS, NOON, Desk, run_at_once

THREADS = 16
LAPSE = NOON - timedelta(days=1)


@pytest.fixture
def desk(sql_url: str) -> Iterator[Desk]:
    desk = Desk.open(sql_url)
    yield desk
    desk.close()


def queued(job_id: str) -> QueuedJob:
    return QueuedJob(id=job_id, lane=Lane.RENDER, workspace_id="wsp_1")


def test_a_unit_that_fails_leaves_nothing_and_does_nothing_afterwards(desk: Desk) -> None:
    workspace_id, deeds = desk.add_workspace(), list[str]()
    saves = desk.database.count_saves()

    def fail() -> None:
        with desk.database.write() as unit:
            unit.collections.add(desk.write_collection(workspace_id))
            unit.after_commit(lambda: deeds.append("told"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with desk.database.read() as unit:
        assert unit.collections.count() == 0
    assert deeds == []
    assert desk.database.count_saves() == saves


def test_deeds_are_done_when_everybody_can_see_what_was_saved(desk: Desk) -> None:
    workspace_id, seen = desk.add_workspace(), list[int]()

    def look() -> None:
        with desk.database.read() as unit:
            seen.append(unit.collections.count())

    with desk.database.write() as unit:
        unit.collections.add(desk.write_collection(workspace_id))
        unit.after_commit(look)
        assert seen == []
    assert seen == [1]


def test_jobs_reach_the_engine_in_the_same_transaction(desk: Desk) -> None:
    with desk.database.write() as unit:
        unit.enqueue([queued("job_1"), queued("job_2")])
        unit.enqueue([])
    assert desk.queued == ["job_1", "job_2"]


def test_when_the_engine_takes_no_jobs_nothing_is_saved(desk: Desk, sql_url: str) -> None:
    workspace_id = desk.add_workspace()

    def break_(connection: Connection, jobs: Sequence[QueuedJob]) -> None:
        connection.execute(text("UPDATE workspaces SET name = 'half'"))
        raise StorageFailed(f"the engine is away, {len(jobs)} jobs are not queued; try again")

    database = SqlDatabase(sql_url, break_)

    def order() -> None:
        with database.write() as unit:
            unit.collections.add(desk.write_collection(workspace_id))
            unit.enqueue([queued("job_1")])

    with pytest.raises(StorageFailed):
        order()
    database.close()
    with desk.database.read() as unit:
        found = unit.workspaces.find(workspace_id, workspace_id)
        assert unit.collections.count() == 0
    assert found is not None
    assert found.name == "Desk"


def test_a_reading_unit_sees_one_state_of_everything(desk: Desk) -> None:
    workspace_id = desk.add_workspace(10)
    with desk.database.read() as unit:
        assert unit.collections.count() == 0
        with desk.database.write() as other:
            other.collections.add(desk.write_collection(workspace_id))
            other.workspaces.change(workspace_id, name="Changed")
        found = unit.workspaces.find(workspace_id, workspace_id)
        assert unit.collections.count() == 0
        assert found is not None
        assert found.name == "Desk"
    with desk.database.read() as unit:
        assert unit.collections.count() == 1


def test_whoever_locks_a_canvas_second_sees_what_the_first_saved(desk: Desk) -> None:
    workspace_id = desk.add_workspace()
    canvas = desk.write_canvas(workspace_id)
    with desk.database.write() as unit:
        unit.canvases.add(canvas)

    def raise_version() -> None:
        with desk.database.write() as unit:
            stored = unit.canvases.lock(workspace_id, canvas.id)
            assert stored is not None
            unit.canvases.change(canvas.id, version=stored.version + 1)

    assert run_at_once([raise_version] * THREADS) == [None] * THREADS
    with desk.database.read() as unit:
        stored = unit.canvases.find(workspace_id, canvas.id)
    assert stored is not None
    assert stored.version == 1 + THREADS


def test_of_two_calls_under_one_key_the_second_waits_for_the_answer_of_the_first(desk: Desk) -> None:
    workspace_id = desk.add_workspace()
    claimed = threading.Event()
    answers: list[Reply | None] = []

    def second() -> None:
        claimed.wait(DEADLINE_SECONDS)
        with desk.database.write() as unit:
            answers.append(unit.replies.claim(workspace_id, "key", "print-2", NOON, LAPSE))

    thread = threading.Thread(target=second)
    thread.start()
    with desk.database.write() as unit:
        assert unit.replies.claim(workspace_id, "key", "print-1", NOON, LAPSE) is None
        claimed.set()
        unit.replies.keep(workspace_id, "key", 202, {"ETag": '"1"'}, '{"é": 1}')
    thread.join(DEADLINE_SECONDS)
    assert answers == [Reply(fingerprint="print-1", status_code=202, headers={"ETag": '"1"'}, body='{"é": 1}')]


def test_a_call_that_fails_leaves_its_key_to_the_next(desk: Desk) -> None:
    workspace_id = desk.add_workspace()

    def fail() -> None:
        with desk.database.write() as unit:
            assert unit.replies.claim(workspace_id, "key", "print", NOON, LAPSE) is None
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with desk.database.write() as unit:
        assert unit.replies.claim(workspace_id, "key", "print", NOON, LAPSE) is None


def test_many_calls_under_one_key_do_the_work_once(desk: Desk) -> None:
    workspace_id = desk.add_workspace()

    def call() -> Reply | None:
        with desk.database.write() as unit:
            kept = unit.replies.claim(workspace_id, "key", "print", NOON, LAPSE)
            if kept is None:
                unit.collections.add(desk.write_collection(workspace_id))
                unit.replies.keep(workspace_id, "key", 201, {}, "made")
            return kept

    outcomes = run_at_once([call] * THREADS)
    assert outcomes.count(None) == 1
    assert outcomes.count(Reply(fingerprint="print", status_code=201, headers={}, body="made")) == THREADS - 1
    with desk.database.read() as unit:
        assert unit.collections.count() == 1


def test_a_key_is_free_again_when_its_answer_has_lapsed(desk: Desk) -> None:
    workspace_id, stranger = desk.add_workspace(), desk.add_workspace()
    with desk.database.write() as unit:
        unit.replies.claim(workspace_id, "key", "old", NOON, LAPSE)
        assert unit.replies.claim(stranger, "key", "theirs", NOON, LAPSE) is None
    late = NOON + timedelta(days=1, seconds=1)
    with desk.database.write() as unit:
        assert unit.replies.claim(workspace_id, "key", "new", late, late - timedelta(days=1)) is None


def test_keys_that_lapsed_are_claimed_at_once_without_anybody_waiting_in_a_circle(desk: Desk) -> None:
    workspace_id = desk.add_workspace()
    with desk.database.write() as unit:
        for number in range(THREADS):
            unit.replies.claim(workspace_id, f"key-{number}", "old", NOON, LAPSE)
    late = NOON + timedelta(days=2)

    def call(number: int) -> Reply | None:
        with desk.database.write() as unit:
            return unit.replies.claim(workspace_id, f"key-{number}", "new", late, late - timedelta(days=1))

    assert run_at_once([partial(call, number) for number in range(THREADS)]) == [None] * THREADS


def test_a_quote_comes_back_to_its_workspace_alone(desk: Desk) -> None:
    workspace_id, stranger = desk.add_workspace(), desk.add_workspace()
    quote = Quote(
        id=desk.mint(Prefix.QUOTE), canvas_id="cnv_1", rate=Fraction(1, 3), total_credits=Fraction(20, 3),
        plan_fingerprint="p", order_fingerprint="o", expires_at=NOON,
    )  # fmt: skip
    with desk.database.write() as unit:
        unit.quotes.add(quote, workspace_id, NOON)
    with desk.database.read() as unit:
        assert unit.quotes.find(workspace_id, quote.id) == quote
        assert unit.quotes.find(stranger, quote.id) is None


def test_a_quote_that_is_too_old_is_forgotten(desk: Desk) -> None:
    workspace_id = desk.add_workspace()

    def add(expires_at: datetime) -> Quote:
        quote = Quote(
            id=desk.mint(Prefix.QUOTE), canvas_id="cnv_1", rate=Fraction(5), total_credits=Fraction(20),
            plan_fingerprint="p", order_fingerprint="o", expires_at=expires_at,
        )  # fmt: skip
        with desk.database.write() as unit:
            unit.quotes.add(quote, workspace_id, NOON)
        return quote

    old = add(NOON - timedelta(seconds=1))
    new = add(NOON)
    with desk.database.read() as unit:
        assert unit.quotes.find(workspace_id, old.id) is None
        assert unit.quotes.find(workspace_id, new.id) == new


def test_a_database_that_cannot_be_reached_says_so() -> None:
    database = SqlDatabase("postgresql+psycopg://nobody@127.0.0.1:1/none", lambda *_: None)
    with pytest.raises(StorageFailed, match="the database failed") as failure, database.read():
        pass
    assert failure.value.retryable
    assert "\n" not in failure.value.message
    database.close()


def test_a_unit_that_finds_no_free_connection_says_so(desk: Desk, sql_url: str) -> None:
    desk.close()
    desk.database.engine = create_engine(sql_url, pool_size=1, max_overflow=0, pool_timeout=0.01)
    with desk.database.read(), pytest.raises(StorageFailed, match="busy") as failure, desk.database.read():
        pass
    assert failure.value.retryable
