"""The engine on both databases, stopped after each test: DBOS is one per process."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import URL, make_url

from poseloom.jobs.config import EngineConfig
from poseloom.jobs.engine import Engine
from poseloom.jobs.enqueuer import Enqueuer
from poseloom.ports.runner import Runner
from tests.integration.jobs.truth import Truth, TruthRunner
from tests.integration.postgres import open_database

ROOT = Path(__file__).resolve().parents[3]
WORKER = Path(__file__).with_name("worker.py")

Worker = subprocess.Popen[str]


@pytest.fixture(scope="session")
def postgres_template(postgres_server: URL) -> Iterator[str]:
    """Return the name of a database that has the engine's tables, which take most of a second to make."""
    with open_database(postgres_server) as url:
        enqueuer = Enqueuer(url)
        enqueuer.open()
        enqueuer.close()
        yield str(make_url(url).database)


@pytest.fixture
def prepared_url(postgres_server: URL, postgres_template: str) -> Iterator[str]:
    with open_database(postgres_server, postgres_template) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        url: str = request.getfixturevalue("prepared_url")
        return url
    return f"sqlite:///{tmp_path / 'poseloom.db'}"


@dataclass
class Bench:
    """A database with a truth and a queue, and engines that end with the test."""

    config: EngineConfig
    truth: Truth
    enqueuer: Enqueuer
    engines: list[Engine]
    workers: list[Worker]

    def start(self, runner: Runner | None = None, **changes: object) -> Engine:
        config = replace(self.config, executor_id=f"here-{len(self.engines)}")
        config = replace(config, **changes)  # type: ignore[arg-type]
        engine = Engine(config, runner or TruthRunner(self.truth), enqueuer=self.enqueuer)
        self.engines.append(engine)
        engine.start()
        return engine

    def spawn(self, actor: str, *, recovery_limit: int = 20) -> Worker:
        """Start a worker process and wait until it works."""
        config = self.config
        command = [sys.executable, str(WORKER), config.database_url, str(config.home), actor, str(recovery_limit)]
        worker = subprocess.Popen(
            command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.workers.append(worker)
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
        return worker

    def close(self) -> None:
        for worker in self.workers:
            worker.kill()
            worker.communicate()
        for engine in self.engines:
            engine.stop(0)
        end_threads()
        self.enqueuer.close()
        self.truth.close()


def end_threads() -> None:
    """Wait for what DBOS does not wait for: its last queries, tried again after pauses drawn from `random`.

    A thread that outlives its test would draw in the middle of a property test, which wants `random` to itself.
    """
    for thread in threading.enumerate():
        if thread.name.startswith(("dbos-", "queue-worker-")):
            thread.join(60)
            assert not thread.is_alive(), thread.name


@pytest.fixture
def bench(database_url: str, tmp_path: Path) -> Iterator[Bench]:
    config = EngineConfig(
        database_url=database_url,
        home=tmp_path,
        render_width=2,
        poll_seconds=0.05,
        sweep_seconds=0.1,
        reconcile_seconds=0.1,
        attempts_limit=3,
        first_pause_seconds=0.01,
        recovery_limit=1,
    )
    truth = Truth(database_url)
    truth.make()
    bench = Bench(config=config, truth=truth, enqueuer=Enqueuer(database_url), engines=[], workers=[])
    bench.enqueuer.open()
    yield bench
    bench.close()
