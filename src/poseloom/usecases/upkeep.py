"""What is put right from time to time, whatever died when."""

from collections.abc import Callable, Iterator, Sequence, Set
from datetime import timedelta

import structlog

from poseloom.ports.blob import BlobStore
from poseloom.ports.runner import Runner
from poseloom.ports.tool import Tools
from poseloom.ports.unit import Database

ORPHAN_HOURS = 24
"""Bytes without an asset are removed when they are older: a job that made them may be about to settle."""
STALE_MINUTES = 10
"""A job that has not changed for so long is looked after; a render tells of itself twice a second."""
PART = 500

_log = structlog.get_logger()


def sweep_blobs(database: Database, blobs: BlobStore, tools: Tools) -> int:
    """Remove bytes that no asset names, left by jobs that died before they settled; return how many."""
    oldest = tools.now() - timedelta(hours=ORPHAN_HOURS)
    removed = 0
    for part in _split(sha256 for sha256, kept_at in blobs.walk() if kept_at < oldest):
        with database.read() as unit:
            named = unit.assets.list_hashes(part)
        for sha256 in set(part) - named:
            blobs.remove(sha256)
            removed += 1
    if removed:
        _log.info("blobs_swept", removed=removed)
    return removed


def end_lost_jobs(
    database: Database, runner: Runner, tools: Tools, find_lost: Callable[[Sequence[str]], Set[str]]
) -> int:
    """End jobs that the durable engine does not know any more; return how many.

    A job and its place in the engine are saved together, so that this happens only when the engine's tables are lost.
    """
    with database.read() as unit:
        stale = unit.jobs.list_stale(tools.now() - timedelta(minutes=STALE_MINUTES))
    # A reverse is given to the engine when its forward is done.
    known = [job.id for job in stale if job.forward_job_id is None]
    lost = find_lost(known) if known else set()
    for job_id in sorted(lost):
        _log.warning("job_lost", job_id=job_id)
        runner.give_up(job_id)
    return len(lost)


def _split(hashes: Iterator[str]) -> Iterator[list[str]]:
    part: list[str] = []
    for sha256 in hashes:
        part.append(sha256)
        if len(part) == PART:
            yield part
            part = []
    if part:
        yield part
