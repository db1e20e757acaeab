"""A job's next step: claim it, make its clip with no transaction open, settle it (spec/job.md)."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from poseloom.core.catalogue import LOCAL, Catalogue
from poseloom.core.error import FaultError, GeneratorRefused, JobCancelled, JobLost, PoseloomError
from poseloom.core.job import Job, JobType
from poseloom.core.retry import choose_pause, may_retry
from poseloom.ports.blob import BlobStore
from poseloom.ports.generator import RemoteGenerator
from poseloom.ports.maker import ClipMaker
from poseloom.ports.runner import Again, Done, Next
from poseloom.ports.tool import Tools
from poseloom.ports.unit import Database
from poseloom.usecases.make import Workshop, read_work
from poseloom.usecases.remote import RemoteRunner
from poseloom.usecases.settle import claim_job, fail_job, finish_job, hand_back_job

RECALLS_AT_ONCE = 8

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRunner:
    """A `Runner`: makes clips on this machine, or has a service elsewhere draw their frames.

    Attributes:
        folder: Where pictures and kept frames are fetched to.
        generators: The services elsewhere, by the names that the catalogue gives them.
    """

    database: Database
    blobs: BlobStore
    maker: ClipMaker
    catalogue: Catalogue
    tools: Tools
    folder: Path
    generators: Mapping[str, RemoteGenerator] = field(default_factory=dict)

    def advance(self, job_id: str) -> Next:
        """Do a job's next step."""
        with self.database.read() as unit:
            job = unit.jobs.read(job_id)
        if job is None:
            return Done()
        if not self._is_remote(job):
            return self._render(job_id)
        remote = self._find_remote(job)
        if remote is None:
            return self._fail(
                job_id, GeneratorRefused(f"there is no generator {job.generator!r} here any more; order it of another")
            )
        return remote.advance(job)

    def give_up(self, job_id: str) -> None:
        """End a job whose workflow died for good."""
        self._fail(job_id, JobLost("its worker died over it again and again; the log has why"))
        self._recall([job_id])

    def stop(self, job_ids: Sequence[str]) -> None:
        """Stop the work on jobs: here, and elsewhere when they have ended."""
        for job_id in job_ids:
            self.maker.cancel(job_id)
        self._recall(job_ids)

    def _is_remote(self, job: Job) -> bool:
        """Say whether a job's frames are drawn elsewhere; a reverse has its frames here, whoever drew them."""
        if job.type is not JobType.ANIMATION:
            return False
        facts = self.catalogue.generators.get(job.generator)
        return job.generator != LOCAL if facts is None else facts.is_remote

    def _find_remote(self, job: Job) -> RemoteRunner | None:
        generator = self.generators.get(job.generator)
        if generator is None:
            return None
        return RemoteRunner(generator=generator, workshop=self._workshop, catalogue=self.catalogue)

    @property
    def _workshop(self) -> Workshop:
        return Workshop(
            database=self.database, blobs=self.blobs, maker=self.maker, tools=self.tools, folder=self.folder
        )

    def _render(self, job_id: str) -> Next:
        with self.database.write() as unit:
            job = claim_job(unit, job_id, self.tools)
            work = None if job is None else read_work(unit, job)
        if job is None or work is None:
            return Done()
        try:
            outcome = self._workshop.make(work)
        except JobCancelled:
            return Done()
        except PoseloomError as error:
            return self._give_in(job, error)
        except Exception:  # noqa: BLE001 - a defect in one clip must not take its worker along
            _log.exception("job_broken", job_id=job_id)
            fault = FaultError("the clip could not be made, by a defect of ours; the log has it. Please report it")
            return self._give_in(job, fault)
        with self.database.write() as unit:
            finish_job(unit, job_id, outcome, catalogue=self.catalogue, tools=self.tools)
        return Done()

    def _give_in(self, job: Job, error: PoseloomError) -> Next:
        """Try again later when that may help, else fail."""
        _log.warning("job_failed", job_id=job.id, code=error.code, error=error.message, attempts=job.attempts)
        if not may_retry(error, job.attempts):
            return self._fail(job.id, error)
        with self.database.write() as unit:
            hand_back_job(unit, job, error, self.tools)
        return Again(choose_pause(job.attempts, self.tools.draw_chance()))

    def _fail(self, job_id: str, error: PoseloomError) -> Next:
        with self.database.write() as unit:
            fail_job(unit, job_id, error, self.tools)
        return Done()

    def _recall(self, job_ids: Sequence[str]) -> None:
        """Tell services elsewhere which orders are not wanted any more; jobs that are live stay as they are."""
        if not self.generators:
            return
        with self.database.read() as unit:
            jobs = [job for job in map(unit.jobs.read, job_ids) if job is not None and job.ticket is not None]
        orders = [(remote, job) for job in jobs if (remote := self._find_remote(job)) is not None]
        if orders:
            with ThreadPoolExecutor(RECALLS_AT_ONCE, thread_name_prefix="poseloom-recall") as pool:
                list(pool.map(lambda order: order[0].recall(order[1]), orders))
