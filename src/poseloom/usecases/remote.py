"""A job's next step when a service elsewhere draws its frames: order, ask, fetch (spec/generator.md).

Every step is short and begins with the job's row, so that nothing is held while a service works, and a step that died
is taken up where it stood. The row says that an order is about to be sent before it is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog

from poseloom.core.catalogue import Catalogue
from poseloom.core.duration import count_frames
from poseloom.core.error import FaultError, GeneratorFailed, JobCancelled, PoseloomError, SubmitUnknown
from poseloom.core.job import Job, JobError, JobState, Submission
from poseloom.core.patience import OUTAGE_MIN_SECONDS, choose_outage_pause, choose_poll_pause, is_overdue
from poseloom.core.retry import choose_pause, may_retry
from poseloom.ports.generator import Dropped, RemoteGenerator, RemoteOrder, Rendered, Rendering, Standing, Ticket
from poseloom.ports.runner import Again, Done, Next
from poseloom.ports.unit import Unit
from poseloom.usecases.make import Work, Workshop, read_work
from poseloom.usecases.settle import claim_job, fail_job, finish_job, hand_back_job

T = TypeVar("T")
FRAMES_SUFFIX = ".drawn.mkv"

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteRunner:
    """Carries on the jobs of one generator elsewhere."""

    generator: RemoteGenerator
    workshop: Workshop
    catalogue: Catalogue

    def advance(self, job: Job) -> Next:
        """Do the next step of a job, as its row was just now.

        Raises:
            StorageFailed: The database is away; the step can be done again.
        """
        if job.state.is_final:
            self.recall(job)
            return Done()
        match job.submission:
            case Submission.NONE:
                return self._order(job)
            case Submission.INTENDED:
                return self._resolve(job)
            case Submission.SENT:
                return self._look(job)

    def recall(self, job: Job) -> None:
        """Tell the service that the order of a cancelled or failed job is not wanted any more, if it can be told."""
        if job.ticket is None or job.state not in {JobState.CANCELLED, JobState.FAILED}:
            return
        try:
            self.generator.cancel(job.ticket)
        except Exception as error:  # noqa: BLE001 - the job has ended here, whatever the service says
            _log.warning("order_not_recalled", job_id=job.id, ticket=job.ticket, error=str(error))

    def _order(self, job: Job) -> Next:
        """Send a job's order."""
        work = self._claim(job)
        if work is None:
            return Done()
        try:
            order = self._write_order(work)
        except PoseloomError as error:
            return self._give_in(work.job, error)
        with self.workshop.database.write() as unit:
            going = _note(unit, work.job, submission=Submission.INTENDED)
        return self._send(work.job, order) if going else Done()

    def _send(self, job: Job, order: RemoteOrder) -> Next:
        try:
            ticket = self.generator.submit(order, _tag(job))
        except SubmitUnknown as error:
            return self._doubt(job, error)
        except PoseloomError as error:
            return self._give_in(job, error)
        except Exception:  # noqa: BLE001 - it may have broken after the service took the order
            _log.exception("submit_broken", job_id=job.id)
            broken = "the order broke off, by a defect of ours; nobody knows whether it arrived. Please report it"
            return self._doubt(job, SubmitUnknown(broken))
        return self._hold(job, ticket)

    def _hold(self, job: Job, ticket: Ticket) -> Next:
        """Keep the ticket of an order, even of a job that was cancelled meanwhile: its order is to be recalled."""
        _log.info("order_sent", job_id=job.id, ticket=ticket.id)
        tools = self.workshop.tools
        with self.workshop.database.write() as unit:
            sent = {"submission": Submission.SENT, "ticket": ticket.id}
            if not _note(unit, job, **sent, error=None, updated_at=tools.now()):
                unit.jobs.change(job.id, **sent)
            held = unit.jobs.read(job.id)
        if held is None or held.state.is_final:
            return Done() if held is None else self.advance(held)
        return Again(choose_poll_pause(ticket.poll_after_seconds, 0))

    def _doubt(self, job: Job, error: SubmitUnknown) -> Next:
        """Nobody knows whether an order arrived: ask for it a little later when one can, else end its job."""
        capabilities = self.generator.capabilities
        if not (capabilities.finds_orders or capabilities.takes_key):
            return self._fail(job, error)
        return Again(OUTAGE_MIN_SECONDS)

    def _resolve(self, job: Job) -> Next:
        """Find out about an order that was about to be sent when its step ended. It is never sent a second time."""
        try:
            ticket = self._ask(job, lambda: self._find_ticket(job))
        except SubmitUnknown as error:
            # Under a key it can be asked again and again; it is one order.
            return self._bear(job, GeneratorFailed(error.message))
        except PoseloomError as error:
            return self._bear(job, error)
        if ticket is not None:
            return self._hold(job, ticket)
        unknown = (
            f"nobody knows whether {job.generator} got the order, so it is not sent twice; order it again if you like"
        )
        return self._fail(job, SubmitUnknown(unknown))

    def _find_ticket(self, job: Job) -> Ticket | None:
        """Return the ticket of an order that may have arrived, None when there is no safe way to find out."""
        capabilities = self.generator.capabilities
        ticket_id = self.generator.find(_tag(job)) if capabilities.finds_orders else None
        if ticket_id is not None:
            return Ticket(id=ticket_id, poll_after_seconds=0)
        if capabilities.takes_key:
            # Under the same key: had the first one arrived, this would be that one.
            return self.generator.submit(self._write_order(self._read(job)), _tag(job))
        return None

    def _look(self, job: Job) -> Next:
        """Ask how an order stands."""
        if job.state is JobState.PENDING:
            work = self._claim(job)
            if work is None:
                return Done()
            job = work.job
        ticket_id = str(job.ticket)
        try:
            standing: Standing = self._ask(job, lambda: self.generator.poll(ticket_id))
        except PoseloomError as error:
            return self._bear(job, error)
        match standing:
            case Rendering(poll_after_seconds=hint):
                return self._wait(job, hint)
            case Dropped(reason=reason):
                return self._give_in(job, GeneratorFailed(reason))
            case Rendered():
                return self._take(job)

    def _wait(self, job: Job, hint_seconds: float) -> Next:
        now = self.workshop.tools.now()
        if is_overdue(job.started_at, now):
            return self._fail(job, GeneratorFailed(f"{job.generator} did not draw it within a day; order it again"))
        if job.error is not None:
            # It answers again. Otherwise nothing is written: there may be many such jobs, and they ask often.
            with self.workshop.database.write() as unit:
                _note(unit, job, error=None, updated_at=now)
        return Again(choose_poll_pause(hint_seconds, (now - job.updated_at).total_seconds()))

    def _take(self, job: Job) -> Next:
        """Fetch an order's frames and make the clip of them."""
        work, ticket_id = self._read(job), str(job.ticket)
        drawn = self.workshop.folder / f"{job.id}{FRAMES_SUFFIX}"
        try:
            try:
                order = self._write_order(work)
                self._ask(job, lambda: self.generator.fetch(ticket_id, order, drawn))
            except PoseloomError as error:
                return self._bear(job, error)
            try:
                outcome = self._ask(job, lambda: self.workshop.make(work, drawn))
            except JobCancelled:
                return Done()
            except PoseloomError as error:
                return self._give_in(job, error, keeps_order=True)
        finally:
            drawn.unlink(missing_ok=True)
        with self.workshop.database.write() as unit:
            finish_job(unit, job.id, outcome, catalogue=self.catalogue, tools=self.workshop.tools)
        return Done()

    def _ask(self, job: Job, call: Callable[[], T]) -> T:
        """Call what may break; a defect of ours ends its job, not its worker."""
        try:
            return call()
        except PoseloomError:
            raise
        except Exception as error:
            _log.exception("job_broken", job_id=job.id)
            broken = "the clip could not be made, by a defect of ours; the log has it. Please report it"
            raise FaultError(broken) from error

    def _claim(self, job: Job) -> Work | None:
        with self.workshop.database.write() as unit:
            claimed = claim_job(unit, job.id, self.workshop.tools)
            return None if claimed is None else read_work(unit, claimed)

    def _read(self, job: Job) -> Work:
        with self.workshop.database.read() as unit:
            return read_work(unit, job)

    def _write_order(self, work: Work) -> RemoteOrder:
        job, batch = work.job, work.batch
        return RemoteOrder(
            source=self.workshop.fetch_pose(batch, work.source),
            target=self.workshop.fetch_pose(batch, work.target),
            framing=batch.framing,
            is_loop=job.is_loop,
            duration_seconds=job.duration_seconds,
            frame_count=count_frames(job.duration_seconds, batch.fps),
            size=batch.size,
            fps=batch.fps,
            prompt=job.prompt,
            seed=batch.seed,
        )

    def _bear(self, job: Job, error: PoseloomError) -> Next:
        """Wait for a service that does not answer, up to a day: what was ordered is perhaps being drawn."""
        tools = self.workshop.tools
        now = tools.now()
        if not error.retryable or is_overdue(job.started_at, now):
            return self._fail(job, error)
        silent_seconds = 0.0
        if job.error is None:
            _log.warning("generator_silent", job_id=job.id, code=error.code, error=error.message)
            with self.workshop.database.write() as unit:
                _note(unit, job, error=JobError.of(error), updated_at=now)
        else:
            silent_seconds = (now - job.updated_at).total_seconds()
        return Again(choose_outage_pause(silent_seconds, tools.draw_chance()))

    def _give_in(self, job: Job, error: PoseloomError, *, keeps_order: bool = False) -> Next:
        """Try again later when that may help, else fail."""
        tools = self.workshop.tools
        if not may_retry(error, job.attempts):
            return self._fail(job, error)
        _log.warning("job_handed_back", job_id=job.id, code=error.code, error=error.message, attempts=job.attempts)
        with self.workshop.database.write() as unit:
            if hand_back_job(unit, job, error, tools) and not keeps_order:
                unit.jobs.change(job.id, submission=Submission.NONE, ticket=None)
        return Again(choose_pause(job.attempts, tools.draw_chance()))

    def _fail(self, job: Job, error: PoseloomError) -> Next:
        _log.warning("job_failed", job_id=job.id, code=error.code, error=error.message, attempts=job.attempts)
        with self.workshop.database.write() as unit:
            fail_job(unit, job.id, error, self.workshop.tools)
            ended = unit.jobs.read(job.id)
        if ended is not None:
            self.recall(ended)
        return Done()


def _note(unit: Unit, job: Job, **changed: object) -> bool:
    """Change a job that is under way; say whether it still was."""
    if "error" in changed and job.canvas_id is not None:
        # The canvas before the job: everyone locks in this order.
        unit.canvases.touch([job.canvas_id])
    return unit.jobs.move(job.id, JobState.PROCESSING, JobState.PROCESSING, **changed)


def _tag(job: Job) -> str:
    """Return the name of a job's present order; one that is sent anew after it was given up is another."""
    return f"{job.id}-{job.attempts}"
