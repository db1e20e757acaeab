"""Stopping work on request: what is not made yet is not paid."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from poseloom.core.caller import Caller
from poseloom.core.identity import Prefix
from poseloom.core.job import Job
from poseloom.core.ledger import name_account
from poseloom.ports.tool import Tools
from poseloom.ports.unit import Unit
from poseloom.usecases.find import find, find_canvas
from poseloom.usecases.settle import cancel_jobs, check_running


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    """What came of a call. Whoever works on the jobs is to be told once this is saved.

    Attributes:
        jobs: What was cancelled, as it was before.
        refunded: Credits that were given back for it.
        balance: Of the workspace, after the call.
    """

    jobs: Sequence[Job]
    refunded: Fraction
    balance: Fraction


def cancel_job(unit: Unit, caller: Caller, job_id: str, tools: Tools) -> Cancellation:
    """Cancel a job, and the reverse that waits for it.

    Raises:
        NotFound: There is no such job for this caller.
        JobFinished: It has ended.
    """
    job = find(unit.jobs, caller, Prefix.JOB, job_id)
    if job.canvas_id is not None:
        # Whoever settles a job takes its canvas first; the same order here, so that nobody waits in a circle.
        unit.canvases.lock(caller.workspace_id, job.canvas_id)
        job = find(unit.jobs, caller, Prefix.JOB, job_id)
    check_running(job)
    cancellation = _cancel(unit, caller, [job], tools)
    if not cancellation.jobs:
        # It ended between the look and the lock.
        check_running(find(unit.jobs, caller, Prefix.JOB, job_id))
    return cancellation


def cancel_canvas(unit: Unit, caller: Caller, address: tuple[str, str], tools: Tools) -> Cancellation:
    """Cancel every job of a canvas that has not ended; none is no error.

    Raises:
        NotFound: There is no such canvas for this caller.
    """
    stored = find_canvas(unit, caller, *address, to_change=True)
    return _cancel(unit, caller, unit.jobs.list_live(stored.id), tools)


def _cancel(unit: Unit, caller: Caller, jobs: Sequence[Job], tools: Tools) -> Cancellation:
    cancelled = cancel_jobs(unit, jobs, tools)
    return Cancellation(
        jobs=cancelled,
        refunded=sum((job.cost_credits for job in cancelled), Fraction(0)),
        balance=unit.ledger.read_balance(name_account(caller.workspace_id)),
    )
