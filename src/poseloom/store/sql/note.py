"""Replies kept for idempotency keys, and quotes."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from fractions import Fraction

from sqlalchemy import Connection, and_, delete, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from poseloom.core.quote import Quote
from poseloom.ports.record import Reply
from poseloom.store.sql import table

FORGET_LIMIT = 100
"""How many lapsed replies, or quotes, one unit forgets."""


class ReplyTable:
    """Answers that are kept for an idempotency key."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def claim(self, workspace_id: str, key: str, fingerprint: str, now: datetime, lapse: datetime) -> Reply | None:
        """Take a key for this unit, or return what was answered under it; waits while another unit holds it."""
        columns = table.replies.c
        own = and_(columns.workspace_id == workspace_id, columns.key == key)
        self._connection.execute(delete(table.replies).where(own, columns.created_at < lapse))
        insert = sqlite.insert if self._connection.dialect.name == "sqlite" else postgresql.insert
        row = {
            "workspace_id": workspace_id, "key": key, "fingerprint": fingerprint,
            "status_code": 0, "headers": {}, "body": "", "created_at": now,
        }  # fmt: skip
        # On Postgres the insert itself waits for whoever holds the key; on SQLite units that write never overlap.
        # Only what an insert returns says whether it was done: its row count is not told by every driver.
        claimed = insert(table.replies).values(row).on_conflict_do_nothing().returning(columns.key)
        if self._connection.execute(claimed).first() is not None:
            self._forget(lapse)
            return None
        query = select(columns.fingerprint, columns.status_code, columns.headers, columns.body)
        kept = self._connection.execute(query.where(own)).one()
        return Reply(fingerprint=kept.fingerprint, status_code=kept.status_code, headers=kept.headers, body=kept.body)

    def _forget(self, lapse: datetime) -> None:
        """Forget some lapsed replies, none that another unit holds: this one holds a key, and must not wait for one."""
        columns = table.replies.c
        lapsed = select(columns.workspace_id, columns.key).where(columns.created_at < lapse)
        lapsed = lapsed.limit(FORGET_LIMIT).with_for_update(skip_locked=True)
        self._connection.execute(delete(table.replies).where(tuple_(columns.workspace_id, columns.key).in_(lapsed)))

    def keep(self, workspace_id: str, key: str, status_code: int, headers: Mapping[str, str], body: str) -> None:
        """Keep the answer of a key that this unit claimed."""
        columns = table.replies.c
        query = update(table.replies).where(columns.workspace_id == workspace_id, columns.key == key)
        self._connection.execute(query.values(status_code=status_code, headers=headers, body=body))


class QuoteTable:
    """Quotes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, quote: Quote, workspace_id: str, now: datetime) -> None:
        """Add a quote, and forget some that are too old."""
        document = {**asdict(quote), "expires_at": None}
        row = {
            "id": quote.id, "workspace_id": workspace_id, "expires_at": quote.expires_at,
            "document": json.dumps(document, default=str),
        }  # fmt: skip
        self._connection.execute(table.quotes.insert(), row)
        self._forget(now)

    def find(self, workspace_id: str, quote_id: str) -> Quote | None:
        """Return a quote, or None."""
        columns = table.quotes.c
        query = select(table.quotes).where(columns.id == quote_id, columns.workspace_id == workspace_id)
        row = self._connection.execute(query).one_or_none()
        if row is None:
            return None
        document = json.loads(row.document)
        exact = {name: Fraction(document[name]) for name in ("rate", "total_credits")}
        return Quote(**{**document, **exact, "expires_at": row.expires_at})

    def _forget(self, now: datetime) -> None:
        columns = table.quotes.c
        lapsed = select(columns.id).where(columns.expires_at < now).limit(FORGET_LIMIT)
        lapsed = lapsed.with_for_update(skip_locked=True)
        self._connection.execute(delete(table.quotes).where(columns.id.in_(lapsed)))
