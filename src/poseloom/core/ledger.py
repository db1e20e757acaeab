"""The laws of the ledger: append-only double entry (spec/job.md).

Every entry moves credits between accounts: its postings sum to zero. A workspace's account never falls below zero.
A key stands once, so the same charge or refund is never booked twice. A refund gives back what its
charge took, no more.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from poseloom.core.error import InsufficientCredits, LedgerBroken
from poseloom.core.field import plain_number

ISSUED = "system:issued"
"""Where granted credits come from; the only account that may be negative."""
EARNED = "system:earned"
"""Where spent credits go."""


def name_account(workspace_id: str) -> str:
    """Return the account of a workspace."""
    return f"workspace:{workspace_id}"


def is_kept(account: str) -> bool:
    """Say whether an account's balance is kept beside the ledger; those of the system are summed when asked for."""
    return not account.startswith("system:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """Credits that an account gets (positive) or gives (negative)."""

    account: str
    credits: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One booking. Its key is unique for ever."""

    key: str
    postings: tuple[Posting, ...]


def grant(key: str, account: str, credits_: Fraction) -> Entry:
    """Return the entry that issues credits to an account."""
    return _move(f"grant:{key}", ISSUED, account, credits_)


def charge(job_id: str, account: str, credits_: Fraction, balance: Fraction) -> Entry:
    """Return the entry that takes a job's price.

    Raises:
        InsufficientCredits: The balance does not cover it.
    """
    if balance < credits_:
        required, available = plain_number(credits_), plain_number(balance)
        raise InsufficientCredits(
            f"{required} credits are needed and {available} are there; add credits or make fewer edges",
            required=required,
            balance=available,
            available=available,
        )
    return _move(f"charge:{job_id}", account, EARNED, credits_)


def refund(job_id: str, account: str, credits_: Fraction) -> Entry:
    """Return the entry that gives a job's price back."""
    return _move(f"refund:{job_id}", EARNED, account, credits_)


def _move(key: str, giver: str, taker: str, credits_: Fraction) -> Entry:
    if credits_ < 0:
        raise LedgerBroken(f"{key}: {credits_} credits would move backwards", key=key)
    return Entry(
        key=key,
        postings=(Posting(account=giver, credits=-credits_), Posting(account=taker, credits=credits_)),
    )


def sum_balances(entries: Iterable[Entry]) -> Mapping[str, Fraction]:
    """Return the balance of every account."""
    balances: dict[str, Fraction] = {}
    for entry in entries:
        for posting in entry.postings:
            balances[posting.account] = balances.get(posting.account, Fraction(0)) + posting.credits
    return balances


def find_violations(entries: Iterable[Entry]) -> Iterator[str]:
    """Yield each broken law of a ledger, in the order of its entries, as a line for a person."""
    keys: Counter[str] = Counter()
    balances: dict[str, Fraction] = {}
    charged: dict[str, Fraction] = {}
    for entry in entries:
        keys[entry.key] += 1
        if keys[entry.key] > 1:
            yield f"{entry.key}: booked {keys[entry.key]} times"
        if total := sum(posting.credits for posting in entry.postings):
            yield f"{entry.key}: postings sum to {total}, not 0"
        for posting in entry.postings:
            balance = balances.get(posting.account, Fraction(0)) + posting.credits
            balances[posting.account] = balance
            if balance < 0 and posting.account != ISSUED:
                yield f"{entry.key}: {posting.account} falls to {balance}"
        yield from _check_refund(entry, charged)


def _check_refund(entry: Entry, charged: dict[str, Fraction]) -> Iterator[str]:
    """Hold a refund against its charge."""
    kind, _, job_id = entry.key.partition(":")
    moved = sum((posting.credits for posting in entry.postings if posting.credits > 0), Fraction(0))
    if kind == "charge":
        charged[job_id] = moved
    elif kind == "refund" and moved != charged.get(job_id, Fraction(0)):
        yield f"{entry.key}: gives back {moved} of {charged.get(job_id, Fraction(0))} charged"
