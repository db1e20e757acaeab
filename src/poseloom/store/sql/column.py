"""Column types: records keep their exact values, databases keep whole numbers and JSON."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Any, TypeVar

from sqlalchemy import BigInteger, Dialect, String, Text
from sqlalchemy.types import TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
Member = TypeVar("Member", bound=StrEnum)


class Instant(TypeDecorator[datetime]):
    """A moment, kept as microseconds since 1970: exact, sortable, the same in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Return whole microseconds."""
        del dialect
        return None if value is None else (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Return a moment in UTC."""
        del dialect
        return None if value is None else EPOCH + value * MICROSECOND


class Thousandths(TypeDecorator[Fraction]):
    """An exact number of at most three places – credits, seconds – kept as whole thousandths."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Fraction | None, dialect: Dialect) -> int | None:
        """Return whole thousandths; a finer number is a defect of the caller."""
        del dialect
        if value is None:
            return None
        thousandths = value * 1000
        assert thousandths.denominator == 1, f"{value} has more than three places"
        return thousandths.numerator

    def process_result_value(self, value: int | None, dialect: Dialect) -> Fraction | None:
        """Return the exact number."""
        del dialect
        return None if value is None else Fraction(int(value), 1000)


class Ratio(TypeDecorator[Fraction]):
    """An exact fraction, kept as text."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: Fraction | None, dialect: Dialect) -> str | None:
        """Return `numerator/denominator`."""
        del dialect
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Fraction | None:
        """Return the fraction."""
        del dialect
        return None if value is None else Fraction(value)


class Word(TypeDecorator[Member]):
    """A member of an enum, kept as its word."""

    impl = String(40)
    cache_ok = True

    def __init__(self, members: type[Member]) -> None:
        super().__init__()
        self.members = members

    def process_bind_param(self, value: Member | None, dialect: Dialect) -> str | None:
        """Return the word."""
        del dialect
        return None if value is None else value.value

    def process_result_value(self, value: str | None, dialect: Dialect) -> Member | None:
        """Return the member."""
        del dialect
        return None if value is None else self.members(value)


class Json(TypeDecorator[Any]):
    """A value kept as a JSON document; `write` and `read` turn it into one and back."""

    impl = Text
    cache_ok = True

    def __init__(self, write: Callable[[Any], object] = dict, read: Callable[[Any], Any] = dict) -> None:
        super().__init__()
        self.write = write
        self.read = read

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ANN401 - any record
        """Return the document."""
        del dialect
        return None if value is None else json.dumps(self.write(value), ensure_ascii=False, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ANN401 - any record
        """Return the value."""
        del dialect
        return None if value is None else self.read(json.loads(value))


def _build(record: type[Any]) -> Callable[[Mapping[str, Any]], Any]:
    def build(document: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any record
        return record(**document)

    return build


def record_json(record: type[Any]) -> Json:
    """Return a column type for a flat frozen record."""
    return Json(asdict, _build(record))
