"""A process that stops ends what it can and leaves the rest to the next."""

import asyncio
import threading

from tests.integration.jobs.conftest import Bench
from tests.integration.jobs.truth import TruthRunner, queue, queue_many, wait_until


def test_a_step_that_ends_in_time_is_waited_for(bench: Bench) -> None:
    runner = TruthRunner(bench.truth)
    bench.truth.add(bench.enqueuer, queue("short"), "hold")
    engine = bench.start(runner)
    wait_until(lambda: engine.count_running() == 1, "the job under way")
    ending = threading.Thread(target=lambda: engine.stop(30))
    ending.start()
    runner.release.set()
    ending.join()
    assert bench.truth.count(state="done") == 1
    assert runner.stopped == []


def test_a_step_that_takes_too_long_is_stopped_and_taken_up_by_the_next_process(bench: Bench) -> None:
    runner = TruthRunner(bench.truth)
    bench.truth.add(bench.enqueuer, queue("long"), "hold")
    engine = bench.start(runner)
    wait_until(lambda: bench.truth.count(steps=1) == 1, "the job under way")
    engine.stop(0)
    assert runner.stopped == ["job_long"]
    assert bench.truth.count(state="open") == 1
    after = TruthRunner(bench.truth, actor="next")
    after.release.set()
    bench.start(after)
    wait_until(lambda: bench.truth.count(state="done", ends=1, actor="next") == 1, "the job done by the next")


def test_nothing_more_is_taken_up_while_a_process_stops(bench: Bench) -> None:
    runner = TruthRunner(bench.truth)
    bench.truth.add(bench.enqueuer, queue_many(2), "hold")
    engine = bench.start(runner)
    wait_until(lambda: engine.count_running() == 2, "two jobs under way")
    bench.truth.add(bench.enqueuer, queue("late"))
    ending = threading.Thread(target=lambda: engine.stop(30))
    ending.start()
    wait_until(lambda: not engine.is_taking, "it is stopping")
    runner.release.set()
    ending.join()
    assert bench.truth.count(id="job_late", steps=0) == 1


def test_an_engine_may_be_started_from_an_event_loop(bench: Bench) -> None:
    async def start() -> None:
        bench.start()

    bench.truth.add(bench.enqueuer, queue("one"))
    asyncio.run(start())
    # That loop is closed by now, and the jobs are on another.
    wait_until(lambda: bench.truth.count(state="done") == 1, "the job done")


def test_a_stopped_engine_is_not_alive(bench: Bench) -> None:
    engine = bench.start()
    assert engine.is_alive()
    engine.stop(1)
    assert not engine.is_alive()
