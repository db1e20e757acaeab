"""Processes die at any moment, and every job is still done, once."""

import signal
from collections.abc import Callable

from tests.integration.jobs.conftest import Bench, Worker
from tests.integration.jobs.truth import TruthRunner, queue, queue_many, wait_until


def kill(worker: Worker) -> None:
    worker.send_signal(signal.SIGKILL)
    worker.wait()


def test_a_living_process_takes_up_the_jobs_of_a_killed_one(bench: Bench) -> None:
    bench.truth.add(bench.enqueuer, queue_many(4), "hold")
    killed = bench.spawn("killed")
    wait_until(lambda: bench.truth.count(steps=1) == 4, "four jobs under way there")
    runner = TruthRunner(bench.truth)
    runner.release.set()
    bench.start(runner)
    kill(killed)
    wait_until(lambda: bench.truth.count(state="done", ends=1, actor="here") == 4, "all jobs done here")


def test_a_restart_takes_up_what_a_killed_process_left(bench: Bench) -> None:
    bench.truth.add(bench.enqueuer, queue_many(6), "hold")
    killed = bench.spawn("killed")
    wait_until(lambda: bench.truth.count(steps=1) == 4, "four jobs under way there")
    kill(killed)
    runner = TruthRunner(bench.truth)
    runner.release.set()
    bench.start(runner)
    wait_until(lambda: bench.truth.count(state="done", ends=1, actor="here") == 6, "all jobs done here")


def test_a_job_that_was_under_way_in_two_killed_processes_is_done_in_the_third(bench: Bench) -> None:
    bench.truth.add(bench.enqueuer, queue("unlucky"), "hold")
    for number in range(2):
        worker = bench.spawn(f"killed-{number}")
        wait_until(is_at_step(bench, number + 1), "the job under way there")
        kill(worker)
    runner = TruthRunner(bench.truth)
    runner.release.set()
    bench.start(runner, recovery_limit=20)
    wait_until(lambda: bench.truth.count(state="done", ends=1, actor="here") == 1, "the job done here")


def test_no_kill_loses_a_job_or_ends_one_twice(bench: Bench) -> None:
    bench.truth.add(bench.enqueuer, queue_many(60), "again 2")
    workers = [bench.spawn("first"), bench.spawn("second")]
    for number in range(2):
        wait_until(at_least(bench, 10 * (number + 1)), "some jobs done")
        kill(workers[number])
        workers.append(bench.spawn(f"later-{number}"))
    wait_until(lambda: bench.truth.count(state="done") == 60, "all jobs done")
    assert bench.truth.count(ends=1) == 60
    assert len(bench.truth.list_ended()) == 60


def is_at_step(bench: Bench, step: int) -> Callable[[], bool]:
    return lambda: bench.truth.count(steps=step) == 1


def at_least(bench: Bench, count: int) -> Callable[[], bool]:
    return lambda: bench.truth.count(state="done") >= count


def test_a_job_that_kills_its_process_is_given_up(bench: Bench) -> None:
    bench.truth.add(bench.enqueuer, queue("poison"), "die")
    for number in range(2):
        worker = bench.spawn(f"victim-{number}", recovery_limit=1)
        assert worker.wait(timeout=30) == -signal.SIGKILL
    bench.start()
    wait_until(lambda: bench.truth.count(state="given up", ends=1, steps=2) == 1, "the job given up")
