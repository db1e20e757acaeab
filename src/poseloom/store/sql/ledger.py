"""The ledger's tables: entries and postings are only ever added; balances are kept beside them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from fractions import Fraction

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from poseloom.core.error import LedgerBroken
from poseloom.core.job import JobState
from poseloom.core.ledger import Entry, Posting, is_kept, sum_balances
from poseloom.core.page import Page
from poseloom.ports.record import BookedEntry
from poseloom.store.sql import table
from poseloom.store.sql.shelf import read_number, split

WALK_PART = 1000


class LedgerTable:
    """A `LedgerBook`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def book(self, entries: Sequence[Entry], *, workspace_id: str, note: str, now: datetime) -> None:
        """Append entries and move the balances.

        Raises:
            LedgerBroken: A key stands already, or an account would fall below zero.
        """
        if not entries:
            return
        rows = [{"key": entry.key, "workspace_id": workspace_id, "note": note, "created_at": now} for entry in entries]
        moved = [
            {"entry_key": entry.key, "account": posting.account, "credits": posting.credits}
            for entry in entries
            for posting in entry.postings
        ]
        try:
            self._connection.execute(table.entries.insert(), rows)
        except IntegrityError as error:
            raise LedgerBroken(f"{entries[0].key} or one booked with it stands already", key=entries[0].key) from error
        self._connection.execute(table.postings.insert(), moved)
        # Only workspaces' balances are kept: one row that every charge moves would make all wait for all.
        for account, change in sorted(sum_balances(entries).items()):
            if is_kept(account):
                self._move(account, change)

    def _move(self, account: str, change: Fraction) -> None:
        columns = table.accounts.c
        # Several may book the first entry of an account at once.
        insert = sqlite.insert if self._connection.dialect.name == "sqlite" else postgresql.insert
        query = insert(table.accounts).values(id=account, credits=change)
        moved = query.on_conflict_do_update(
            index_elements=[columns.id], set_={"credits": columns.credits + query.excluded.credits}
        ).returning(columns.credits)
        if self._connection.execute(moved).scalar_one() < 0:
            raise LedgerBroken(f"{account} would fall below zero", account=account)

    def has(self, key: str) -> bool:
        """Say whether an entry is booked."""
        query = select(table.entries.c.id).where(table.entries.c.key == key)
        return self._connection.execute(query).one_or_none() is not None

    def lock_balance(self, account: str) -> Fraction:
        """Return an account's balance, which nobody else changes before this unit ends."""
        query = select(table.accounts.c.credits).where(table.accounts.c.id == account).with_for_update()
        return self._connection.execute(query).scalar_one_or_none() or Fraction(0)

    def read_balance(self, account: str) -> Fraction:
        """Return an account's balance."""
        query = select(table.accounts.c.credits).where(table.accounts.c.id == account)
        return self._connection.execute(query).scalar_one_or_none() or Fraction(0)

    def list_page(self, workspace_id: str, page: Page) -> Sequence[BookedEntry]:
        """Return a page of a workspace's entries, newest first, and one more when there are more."""
        columns = table.entries.c
        query = select(table.entries).where(columns.workspace_id == workspace_id)
        if page.after is not None:
            query = query.where(columns.id < read_number(page.after))
        rows = self._connection.execute(query.order_by(columns.id.desc()).limit(page.limit + 1)).all()
        postings = self._read_postings([row.key for row in rows])
        return [
            BookedEntry(
                id=row.id,
                entry=Entry(key=row.key, postings=postings[row.key]),
                note=row.note,
                created_at=row.created_at,
            )
            for row in rows
        ]

    def walk(self) -> Iterable[Entry]:
        """Yield every entry in the order in which it was booked."""
        columns, last = table.entries.c, 0
        while True:
            query = select(columns.id, columns.key).where(columns.id > last).order_by(columns.id).limit(WALK_PART)
            rows = self._connection.execute(query).all()
            if not rows:
                return
            postings = self._read_postings([row.key for row in rows])
            yield from (Entry(key=row.key, postings=postings[row.key]) for row in rows)
            last = rows[-1].id

    def _read_postings(self, keys: Sequence[str]) -> Mapping[str, tuple[Posting, ...]]:
        found: dict[str, tuple[Posting, ...]] = dict.fromkeys(keys, ())
        columns = table.postings.c
        for part in split(keys):
            query = select(table.postings).where(columns.entry_key.in_(part)).order_by(columns.account)
            for row in self._connection.execute(query):
                found[row.entry_key] += (Posting(account=row.account, credits=row.credits),)
        return found

    def read_balances(self) -> Mapping[str, Fraction]:
        """Return the kept balance of every account."""
        return {row.id: row.credits for row in self._connection.execute(select(table.accounts))}

    def sum_canvas(self, canvas_id: str) -> tuple[Fraction, Fraction]:
        """Return what was charged for a canvas' jobs and what was given back."""
        columns = table.jobs.c
        query = select(columns.state, func.sum(columns.cost_credits)).where(columns.canvas_id == canvas_id)
        rows = self._connection.execute(query.group_by(columns.state)).all()
        sums: dict[JobState, Fraction] = {row[0]: row[1] for row in rows}
        returned = (JobState.FAILED, JobState.CANCELLED)
        return sum(sums.values(), Fraction(0)), sum((sums.get(state, Fraction(0)) for state in returned), Fraction(0))
