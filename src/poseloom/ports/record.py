"""Records that live at the border to the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from poseloom.core.ledger import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedEntry:
    """An entry of the ledger and when it was booked. `id` grows with every entry."""

    id: int
    entry: Entry
    note: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What was answered to a request that came with an idempotency key."""

    fingerprint: str
    status_code: int
    headers: Mapping[str, str]
    body: str
