"""Credits: the balance, its book, grants, and the proof that every credit is accounted for."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from poseloom.core.caller import Caller
from poseloom.core.identity import Prefix
from poseloom.core.job import Job, JobState
from poseloom.core.ledger import Entry, find_violations, grant, is_kept, name_account, sum_balances
from poseloom.core.page import Page
from poseloom.ports.record import BookedEntry
from poseloom.ports.tool import Tools
from poseloom.ports.unit import Unit
from poseloom.usecases.find import refuse


@dataclass(frozen=True, slots=True, kw_only=True)
class BookReport:
    """What came of proving a ledger."""

    entry_count: int
    violations: Sequence[str]


def read_balance(unit: Unit, caller: Caller) -> Fraction:
    """Return the balance of the caller's workspace."""
    return unit.ledger.read_balance(name_account(caller.workspace_id))


def list_entries(unit: Unit, caller: Caller, page: Page) -> Sequence[BookedEntry]:
    """Return a page of the workspace's entries, newest first, and one more when there are more."""
    return unit.ledger.list_page(caller.workspace_id, page)


def grant_credits(
    unit: Unit, caller: Caller, credits_: Fraction, *, reference: str, workspace_id: str | None, tools: Tools
) -> tuple[str, Fraction]:
    """Issue credits to a workspace, once for each reference; return its id and its balance.

    Raises:
        NotFound: There is no such workspace.
    """
    receiver = workspace_id or caller.workspace_id
    if unit.workspaces.find(receiver, receiver) is None:
        raise refuse(Prefix.WORKSPACE, receiver)
    account = name_account(receiver)
    unit.ledger.lock_balance(account)
    entry = grant(f"{receiver}:{reference}", account, credits_)
    if not unit.ledger.has(entry.key):
        unit.ledger.book([entry], workspace_id=receiver, note=f"grant: {reference}", now=tools.now())
    return receiver, unit.ledger.read_balance(account)


def check_ledger(unit: Unit) -> BookReport:
    """Prove the laws of the ledger on everything that is booked (spec/job.md)."""
    entries = list(unit.ledger.walk())
    violations = [
        *find_violations(entries),
        *_check_balances(unit, entries),
        *_check_jobs(entries, unit.jobs.walk()),
    ]
    return BookReport(entry_count=len(entries), violations=violations)


def _check_balances(unit: Unit, entries: Sequence[Entry]) -> Iterator[str]:
    sums, kept = sum_balances(entries), unit.ledger.read_balances()
    for account in sorted({account for account in sums if is_kept(account)} | kept.keys()):
        booked, balance = sums.get(account, Fraction(0)), kept.get(account, Fraction(0))
        if booked != balance:
            yield f"{account}: its balance is {balance}, its entries sum to {booked}"


def _check_jobs(entries: Sequence[Entry], jobs: Iterator[Job]) -> Iterator[str]:
    """Hold every charge and refund against its job."""
    booked = Counter(entry.key for entry in entries if entry.key.partition(":")[0] in {"charge", "refund"})
    for job in jobs:
        paid = bool(job.cost_credits)
        charges, refunds = booked.pop(f"charge:{job.id}", 0), booked.pop(f"refund:{job.id}", 0)
        is_returned = job.state in {JobState.FAILED, JobState.CANCELLED}
        if charges != int(paid):
            yield f"{job.id}: costs {job.cost_credits} and has {charges} charges"
        if refunds != int(paid and is_returned):
            yield f"{job.id}: is {job.state}, costs {job.cost_credits} and has {refunds} refunds"
    for key in sorted(booked):
        yield f"{key}: there is no such job"
