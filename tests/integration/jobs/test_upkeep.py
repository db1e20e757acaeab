"""Jobs whose workflow died are given up, and old workflows are forgotten."""

from sqlalchemy import text

from poseloom.ports.runner import Lane
from tests.integration.jobs.conftest import Bench
from tests.integration.jobs.truth import TruthRunner, queue, queue_many, wait_until


def test_a_step_that_raises_is_tried_again(bench: Bench) -> None:
    bench.truth.add(bench.enqueuer, queue("shaky"), "fail 2")
    bench.start()
    wait_until(lambda: bench.truth.count(state="done", ends=1, steps=3) == 1, "the job done")


def test_a_job_whose_step_always_raises_is_given_up_and_forgotten(bench: Bench) -> None:
    bench.truth.add(bench.enqueuer, queue("broken"), "fail 99")
    bench.truth.add(bench.enqueuer, queue("far", lane=Lane.REMOTE))
    bench.start()
    wait_until(lambda: bench.truth.count(state="given up", ends=1, steps=3) == 1, "the job given up")
    wait_until(lambda: bench.truth.count(state="done") == 1, "the other job done")
    wait_until(lambda: bench.enqueuer.list_ended(("ERROR",), age_seconds=0, limit=9) == [], "its workflow forgotten")


class StubbornRunner(TruthRunner):
    """Cannot give up one job."""

    def give_up(self, job_id: str) -> None:
        if job_id == "job_stuck":
            raise RuntimeError("a defect")
        super().give_up(job_id)


def test_a_job_that_cannot_be_given_up_does_not_stand_in_the_way(bench: Bench) -> None:
    bench.truth.add(bench.enqueuer, queue("stuck", "next"), "fail 99")
    bench.start(StubbornRunner(bench.truth))
    wait_until(lambda: bench.truth.count(id="job_next", state="given up") == 1, "the other job given up")
    wait_until(lambda: bench.enqueuer.list_ended(("ERROR",), age_seconds=0, limit=9) == ["job_stuck"], "it is kept")


def test_a_workflow_that_was_cancelled_past_the_app_gives_its_job_up(bench: Bench) -> None:
    bench.truth.add(bench.enqueuer, queue("removed"))
    bench.enqueuer.cancel(["job_removed"])
    bench.start(cancelled_seconds=0)
    wait_until(lambda: bench.truth.count(state="given up", ends=1, steps=0) == 1, "the job given up")


def test_workflows_that_ended_long_ago_are_forgotten(bench: Bench) -> None:
    bench.truth.add(bench.enqueuer, queue_many(3))
    first = bench.start()
    wait_until(lambda: len(bench.enqueuer.list_ended(("SUCCESS",), age_seconds=0, limit=9)) == 3, "three jobs done")
    first.stop(5)
    assert bench.enqueuer.list_ended(("SUCCESS",), age_seconds=3600, limit=9) == []
    bench.start(retention_seconds=0)
    wait_until(lambda: bench.enqueuer.list_ended(("SUCCESS",), age_seconds=0, limit=9) == [], "they are forgotten")
    assert bench.truth.count(state="done", ends=1) == 3


def test_a_job_of_ours_that_nothing_carries_is_queued_again(bench: Bench) -> None:
    engine = bench.start(lanes=frozenset({Lane.REMOTE}), stray_seconds=0.2)
    bench.truth.add(bench.enqueuer, queue("dropped"))
    table = "workflow_status" if bench.enqueuer.engine.dialect.name == "sqlite" else "dbos.workflow_status"
    with bench.enqueuer.engine.begin() as connection:
        # As it is when the database goes away between taking a job and starting it.
        connection.execute(text(f"UPDATE {table} SET status = 'PENDING', executor_id = 'here-0'"))
    assert engine.count_waiting()[Lane.RENDER] == 0
    wait_until(lambda: engine.count_waiting()[Lane.RENDER] == 1, "it waits again")
