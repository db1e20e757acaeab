"""One workspace may have every place, and two share them."""

import threading

from poseloom.ports.runner import Again, Done, Lane, Next
from tests.integration.jobs.conftest import Bench
from tests.integration.jobs.truth import TruthRunner, queue_many, wait_until

WIDTH = 4


class MeetingRunner(TruthRunner):
    """Ends jobs once as many as there are places are under way at the same moment."""

    meeting = threading.Barrier(WIDTH, timeout=30)

    def advance(self, job_id: str) -> Next:
        self.meeting.wait()
        return super().advance(job_id)


def test_a_lone_workspace_has_every_place(bench: Bench) -> None:
    bench.truth.add(bench.enqueuer, queue_many(2 * WIDTH))
    bench.start(MeetingRunner(bench.truth), render_width=WIDTH)
    wait_until(lambda: bench.truth.count(state="done", ends=1) == 2 * WIDTH, "all jobs done")


def test_a_workspace_with_many_jobs_does_not_starve_one_with_few(bench: Bench) -> None:
    bench.truth.add(bench.enqueuer, queue_many(80, workspace="wsp_many"))
    bench.truth.add(bench.enqueuer, queue_many(8, workspace="wsp_few"))
    bench.start()
    wait_until(lambda: bench.truth.count(state="done") == 88, "all jobs done")
    places = [place for place, job_id in enumerate(bench.truth.list_ended()) if "few" in job_id]
    # First come, first served would end the last of the few in place 87.
    assert max(places) < 60


class IdlingRunner(TruthRunner):
    """Sends every job to sleep for long; counts them in memory."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench.truth)
        self.seen: set[str] = set()

    def advance(self, job_id: str) -> Next:
        if job_id in self.seen:
            return Done()
        self.seen.add(job_id)
        return Again(3600)


def test_hundreds_of_jobs_that_wait_for_a_service_take_few_threads(bench: Bench) -> None:
    runner = IdlingRunner(bench)
    bench.truth.add(bench.enqueuer, queue_many(500, lane=Lane.REMOTE), "sleep")
    engine = bench.start(runner, remote_width=500, remote_threads=16)
    before = threading.active_count()
    wait_until(lambda: len(runner.seen) == 500, "all jobs under way")
    wait_until(lambda: engine.count_running() == 0, "all jobs asleep")
    assert threading.active_count() - before < 40
