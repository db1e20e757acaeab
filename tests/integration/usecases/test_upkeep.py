import os
from collections.abc import Sequence, Set
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from poseloom.core.error import JobLost
from poseloom.core.job import JobState
from poseloom.core.request import GenerateAll
from poseloom.testing.maker import FailingMaker
from poseloom.usecases.advance import JobRunner
from poseloom.usecases.generate import generate_all
from poseloom.usecases.upkeep import ORPHAN_HOURS, STALE_MINUTES, end_lost_jobs, sweep_blobs
from tests.integration.api.bench import CATALOGUE, Address, Bench, Owner


def keep(bench: Bench, folder: Path, content: bytes, kept_at: datetime) -> str:
    """Keep bytes as if that had been at another time."""
    sha256 = bench.blobs.keep(content).sha256
    date(folder, sha256, kept_at)
    return sha256


def date(folder: Path, sha256: str, kept_at: datetime) -> None:
    [path] = [path for path in folder.rglob("*") if path.is_file() and sha256[2:] in path.name]
    os.utime(path, (kept_at.timestamp(), kept_at.timestamp()))


def test_old_bytes_that_no_asset_names_are_removed_and_nothing_else(bench: Bench, owner: Owner, tmp_path: Path) -> None:
    old = bench.tools.now() - timedelta(hours=ORPHAN_HOURS + 1)
    young = bench.tools.now() - timedelta(hours=ORPHAN_HOURS - 1)
    orphans = [keep(bench, tmp_path / "blobs", f"orphan {number}".encode(), old) for number in range(3)]
    fresh = keep(bench, tmp_path / "blobs", b"its job may be about to settle", young)
    asset_id = bench.add_pose(owner, bench.add_collection(owner))
    with bench.database.read() as unit:
        asset = unit.assets.find(owner.caller.workspace_id, asset_id)
    assert asset is not None
    date(tmp_path / "blobs", asset.sha256, old)

    assert sweep_blobs(bench.database, bench.blobs, bench.tools) == len(orphans)
    assert {sha256 for sha256, _ in bench.blobs.walk()} == {fresh, asset.sha256}
    assert sweep_blobs(bench.database, bench.blobs, bench.tools) == 0


@pytest.fixture
def runner(bench: Bench, tmp_path: Path) -> JobRunner:
    return JobRunner(
        database=bench.database, blobs=bench.blobs, maker=FailingMaker(JobLost("unused")), catalogue=CATALOGUE,
        tools=bench.tools, folder=tmp_path,
    )  # fmt: skip


def test_a_job_that_the_engine_has_lost_is_ended_and_paid_back(
    bench: Bench, owner: Owner, mascot: Address, runner: JobRunner
) -> None:
    with bench.database.write() as unit:
        generate_all(
            unit, owner.caller, (mascot.collection_id, mascot.canvas_id), GenerateAll(),
            catalogue=CATALOGUE, tools=bench.tools,
        )  # fmt: skip
    jobs = bench.list_jobs(mascot)
    asked: list[str] = []

    def find_lost(job_ids: Sequence[str]) -> Set[str]:
        asked.extend(job_ids)
        return {jobs["wave-loop"].id}

    assert end_lost_jobs(bench.database, runner, bench.tools, find_lost) == 0
    assert asked == [], "a young job is nobody's worry"
    bench.tools.pass_time(60 * STALE_MINUTES + 1)
    assert end_lost_jobs(bench.database, runner, bench.tools, find_lost) == 1
    assert set(asked) == {jobs[edge].id for edge in ("idle-loop", "wave-loop", "idle-wave")}, "no waiting reverse"
    ended = bench.read_job(jobs["wave-loop"].id)
    assert (ended.state, ended.error and ended.error.code) == (JobState.FAILED, "job_lost")
    assert bench.read_job(jobs["idle-loop"].id).state is JobState.PENDING
    with bench.database.read() as unit:
        assert unit.ledger.read_balance(owner.account) == Fraction(1000 - 60 + 20)
