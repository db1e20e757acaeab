"""Jobs go in with the caller's transaction and come out done."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from poseloom.core.error import StorageFailed
from poseloom.jobs.database import open_engine
from poseloom.jobs.enqueuer import Enqueuer
from poseloom.ports.runner import Lane
from poseloom.store.sql import table
from tests.integration.jobs.conftest import Bench
from tests.integration.jobs.truth import TruthRunner, queue, queue_many, wait_until


def test_a_job_that_is_queued_is_done(bench: Bench) -> None:
    bench.truth.add(bench.enqueuer, queue_many(5))
    bench.truth.add(bench.enqueuer, queue("far", lane=Lane.REMOTE))
    bench.start()
    wait_until(lambda: bench.truth.count(state="done", ends=1, steps=1) == 6, "six jobs done")


def test_a_job_is_queued_with_its_transaction_or_not_at_all(bench: Bench) -> None:
    with bench.truth.write() as connection, connection.begin() as transaction:
        bench.truth.note(connection, queue("gone"))
        bench.enqueuer.enqueue(connection, queue("gone"))
        transaction.rollback()
    assert bench.enqueuer.count_waiting() == {Lane.RENDER: 0, Lane.REMOTE: 0}
    assert bench.enqueuer.find_lost(["job_gone"]) == {"job_gone"}


def test_a_job_that_is_queued_twice_is_one_job(bench: Bench) -> None:
    bench.truth.add(bench.enqueuer, queue("one"))
    with bench.truth.write() as connection, connection.begin():
        bench.enqueuer.enqueue(connection, queue("one"))
    assert bench.enqueuer.count_waiting()[Lane.RENDER] == 1


def test_a_job_that_asks_for_another_turn_gets_it(bench: Bench) -> None:
    bench.truth.add(bench.enqueuer, queue("long", lane=Lane.REMOTE), "again 3")
    bench.start()
    wait_until(lambda: bench.truth.count(state="done", steps=4) == 1, "a job of four steps done")


def test_a_process_that_only_queues_leaves_the_work_to_others(bench: Bench) -> None:
    api = bench.start(lanes=frozenset())
    with bench.truth.write() as connection, connection.begin():
        bench.truth.note(connection, queue("far", lane=Lane.REMOTE))
        api.enqueue(connection, queue("far", lane=Lane.REMOTE))
    assert api.is_alive()
    assert api.count_waiting() == {Lane.RENDER: 0, Lane.REMOTE: 1}
    bench.start(lanes=frozenset({Lane.REMOTE}))
    wait_until(lambda: bench.truth.count(state="done") == 1, "the job done")


def test_a_worker_leaves_lanes_alone_that_are_not_its_own(bench: Bench) -> None:
    bench.truth.add(bench.enqueuer, queue("near"))
    bench.truth.add(bench.enqueuer, queue("far", lane=Lane.REMOTE))
    bench.start(lanes=frozenset({Lane.REMOTE}))
    names = ["job_near", "job_far", "job_none"]
    wait_until(lambda: bench.enqueuer.find_lost(names) == {"job_far", "job_none"}, "the remote job done")
    assert bench.truth.count(state="done") == 1
    assert bench.enqueuer.count_waiting() == {Lane.RENDER: 1, Lane.REMOTE: 0}


def test_more_urgent_jobs_go_first(bench: Bench) -> None:
    late, soon = queue("late", "soon")
    bench.truth.add(bench.enqueuer, [replace(late, priority=9), replace(soon, priority=1)])
    bench.start(render_width=1)
    wait_until(lambda: bench.truth.count(state="done") == 2, "both jobs done")
    assert bench.truth.list_ended() == ["job_soon", "job_late"]


def test_a_cancelled_job_is_stopped_and_taken_up_by_nobody(bench: Bench) -> None:
    runner = TruthRunner(bench.truth)
    bench.truth.add(bench.enqueuer, queue("held"), "hold")
    engine = bench.start(runner, render_width=1)
    wait_until(lambda: bench.truth.count(steps=1) == 1, "the first job under way")
    bench.truth.add(bench.enqueuer, queue("waiting"), "hold")
    for job_id in ("job_held", "job_waiting"):
        bench.truth.end(job_id, "cancelled")
    engine.cancel(["job_held", "job_waiting"])
    assert set(runner.stopped) == {"job_held", "job_waiting"}
    assert bench.enqueuer.find_lost(["job_held", "job_waiting"]) == {"job_held", "job_waiting"}
    bench.truth.add(bench.enqueuer, queue("next"))
    wait_until(lambda: bench.truth.count(id="job_next", state="done") == 1, "the place is free again")
    assert bench.truth.count(state="cancelled", ends=1) == 2
    assert bench.truth.count(id="job_waiting", steps=0) == 1


def test_a_purged_job_leaves_nothing(bench: Bench) -> None:
    bench.truth.add(bench.enqueuer, queue("one"))
    engine = bench.start()
    wait_until(lambda: bench.enqueuer.list_ended(("SUCCESS",), age_seconds=0, limit=9) == ["job_one"], "it is done")
    engine.purge(["job_one"])
    assert bench.enqueuer.list_ended(("SUCCESS",), age_seconds=0, limit=9) == []


def test_the_engines_tables_have_no_name_of_ours(bench: Bench) -> None:
    inspector = inspect(bench.enqueuer.engine)
    theirs = set(inspector.get_table_names()) - {"works", "ends"}
    assert not theirs & set(table.metadata.tables)
    if bench.enqueuer.engine.dialect.name == "postgresql":
        assert not theirs
        assert "workflow_status" in inspector.get_table_names(schema="dbos")


def test_sqlite_is_left_safe_for_a_loss_of_power(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'poseloom.db'}")
    with engine.connect() as connection:
        found = [connection.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "busy_timeout")]
    engine.dispose()
    assert found == ["wal", 2, 30_000]


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_several_processes_may_make_the_tables_at_once(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    in_file = f"sqlite:///{tmp_path / 'poseloom.db'}"
    url = in_file if kind == "sqlite" else request.getfixturevalue("postgres_url")
    enqueuers = [Enqueuer(url) for _ in range(3)]
    with ThreadPoolExecutor() as pool:
        list(pool.map(Enqueuer.open, enqueuers))
    assert enqueuers[0].count_waiting() == {Lane.RENDER: 0, Lane.REMOTE: 0}
    for enqueuer in enqueuers:
        enqueuer.close()


def test_a_database_that_is_not_there_is_a_failed_storage(tmp_path: Path) -> None:
    enqueuer = Enqueuer(f"sqlite:///{tmp_path / 'nowhere' / 'poseloom.db'}")
    with pytest.raises(StorageFailed, match="job queue"):
        enqueuer.open()
    assert not enqueuer.is_alive()
    enqueuer.close()
