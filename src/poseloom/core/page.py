"""Lists in pages: how many, and where the next one begins (spec/service.md)."""

import base64
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from poseloom.core.error import InvalidRequest
from poseloom.core.field import describe

LIMIT_DEFAULT = 50
LIMIT_MAX = 200
CURSOR_CHARS_LIMIT = 1_000
NUMBER_LIMIT = 2**57
"""Microseconds until the year 6536; a date cannot hold many more."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

R = TypeVar("R")
_LIMIT = re.compile(r"[0-9]{1,4}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """A place in a list: the last record that was shown.

    Attributes:
        key: What the list is sorted by: a number that grows, or a moment in microseconds since 1970.
        id: What settles a tie.
    """

    key: int
    id: str

    @classmethod
    def at(cls, moment: datetime, record_id: str) -> "Cursor":
        """Return the place of a record in a list that is sorted by time."""
        return cls(key=(moment - EPOCH) // MICROSECOND, id=record_id)

    @property
    def moment(self) -> datetime:
        """The key of a list that is sorted by time."""
        return EPOCH + self.key * MICROSECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What part of a list is wanted.

    Attributes:
        limit: How many records it holds.
        after: It begins behind this place; None for the first page.
    """

    limit: int = LIMIT_DEFAULT
    after: Cursor | None = None


def read_page(limit: object = None, cursor: str | None = None) -> Page:
    """Read which page a caller wants.

    Raises:
        InvalidRequest: `limit` or `cursor` has the wrong form.
    """
    return Page(limit=read_limit(limit), after=None if cursor is None else decode_cursor(cursor))


def read_limit(value: object) -> int:
    """Read how many records a page holds: a number, or digits as they stand in a query.

    Raises:
        InvalidRequest: It is not a whole number from 1 to 200.
    """
    if value is None:
        return LIMIT_DEFAULT
    if isinstance(value, str) and _LIMIT.fullmatch(value):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= LIMIT_MAX:
        raise InvalidRequest(
            f"limit: must be a whole number from 1 to {LIMIT_MAX}, not {describe(value)}", field="limit"
        )
    return value


def encode_cursor(cursor: Cursor) -> str:
    """Return a cursor as a text that only `decode_cursor` understands."""
    document = json.dumps([cursor.key, cursor.id], separators=(",", ":"))
    return base64.urlsafe_b64encode(document.encode()).decode().rstrip("=")


def decode_cursor(text: str) -> Cursor:
    """Read a cursor.

    Raises:
        InvalidRequest: It is not one of ours.
    """
    try:
        padded = text[:CURSOR_CHARS_LIMIT].encode() + b"=" * (-len(text) % 4)
        document = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        document = None
    match document:
        case [int() as key, str() as record_id] if 0 <= key < NUMBER_LIMIT and record_id.isprintable():
            return Cursor(key=int(key), id=record_id)
    raise InvalidRequest("cursor: is not one of ours; give `next_cursor` of the page before", field="cursor")


def close_page(rows: Sequence[R], page: Page, place: Callable[[R], Cursor]) -> tuple[Sequence[R], str | None]:
    """Return a page's records and the cursor of the next page, None when this is the last.

    Args:
        rows: The records behind the page's beginning; one more than the page holds, when there are so many.
        page: What was wanted.
        place: Where a record stands.
    """
    shown = rows[: page.limit]
    return shown, encode_cursor(place(shown[-1])) if len(rows) > page.limit else None
