"""A lock tells who lives."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from poseloom.core.error import StorageFailed
from poseloom.jobs import liveness
from poseloom.jobs.config import EngineConfig
from poseloom.jobs.engine import Engine
from poseloom.jobs.liveness import FileLiveness, Liveness, PostgresLiveness
from tests.integration.jobs.conftest import Bench
from tests.integration.jobs.truth import TruthRunner, wait_until

END_SESSIONS = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'poseloom-alive'")


def open_lock(url: str, home: Path, name: str) -> Liveness:
    return liveness.open_liveness(EngineConfig(database_url=url, home=home, executor_id=name))


def test_a_process_lives_from_acquire_to_release(database_url: str, tmp_path: Path) -> None:
    one, other = (open_lock(database_url, tmp_path, name) for name in ("one", "other"))
    other.acquire()
    assert other.is_dead("one")
    one.acquire()
    assert one.is_held()
    assert not other.is_dead("one")
    one.release()
    assert other.is_dead("one")
    other.release()
    assert not other.is_held()


def test_two_processes_cannot_live_under_one_name(database_url: str, tmp_path: Path) -> None:
    one, double = (open_lock(database_url, tmp_path, "one") for _ in range(2))
    one.acquire()
    with pytest.raises(StorageFailed, match="executor id"):
        double.acquire()
    one.release()


def test_a_lock_file_that_was_taken_away_is_a_lost_lock(tmp_path: Path) -> None:
    lock = FileLiveness(tmp_path / "alive", "one")
    lock.acquire()
    (tmp_path / "alive" / "one.lock").unlink()
    assert not lock.is_held()
    lock.release()


def test_a_dead_process_leaves_no_lock_file_for_long(tmp_path: Path) -> None:
    (tmp_path / "dead.lock").touch()
    assert FileLiveness(tmp_path, "one").is_dead("dead")
    assert list(tmp_path.iterdir()) == []


def test_a_lock_that_cannot_be_written_is_a_failed_storage(tmp_path: Path) -> None:
    (tmp_path / "alive").touch()
    with pytest.raises(StorageFailed, match="writable"):
        FileLiveness(tmp_path / "alive", "one").acquire()


def test_a_session_that_the_server_ended_is_a_lost_lock(postgres_url: str) -> None:
    one, other = (PostgresLiveness(postgres_url, name) for name in ("one", "other"))
    one.acquire()
    end_sessions(postgres_url)
    other.acquire()
    assert not one.is_held()
    assert other.is_dead("one")
    one.release()
    other.release()


def test_a_process_that_lost_its_lock_is_told_to_end(bench: Bench) -> None:
    lost = threading.Event()
    config = bench.config
    engine = Engine(config, TruthRunner(bench.truth), enqueuer=bench.enqueuer, on_lost=lost.set)
    bench.engines.append(engine)
    engine.start()
    if config.database_url.startswith("sqlite"):
        (config.home / "alive" / f"{config.executor_id}.lock").unlink()
    else:
        end_sessions(config.database_url)
    assert lost.wait(30)
    wait_until(lambda: not engine.is_alive(), "it is unwell")


def end_sessions(url: str) -> None:
    engine = create_engine(url)
    with engine.connect() as connection:
        connection.execute(END_SESSIONS)
    engine.dispose()
