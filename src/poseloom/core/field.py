"""Reading fields of a JSON document, with errors that name the field and the fix."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TypeGuard, TypeVar

from poseloom.core.error import InputError, InvalidCanvas

TEXT_LIMIT = 200
PROSE_LIMIT = 4_000
_SHOWN = 40

Choice = TypeVar("Choice", bound=StrEnum)


def invalid(path: str, problem: str) -> InvalidCanvas:
    """Build the error for a field."""
    return InvalidCanvas(f"{path}: {problem}", field=path)


@dataclass(frozen=True, slots=True)
class Reader:
    """One JSON object and where it stands in its document.

    Every reading method raises `error`, naming the field, when the value is there and has the wrong form.
    """

    document: Mapping[str, object]
    path: str = ""
    error: type[InputError] = InvalidCanvas

    @classmethod
    def of(cls, value: object, path: str, error: type[InputError] = InvalidCanvas) -> "Reader":
        """Read a value that must be an object."""
        if not isinstance(value, Mapping):
            where = path or "document"
            raise error(f"{where}: must be an object, not {describe(value)}", field=where)
        return cls(value, path, error)

    def refuse(self, name: str, problem: str) -> InputError:
        """Build the error for a field."""
        return self.error(f"{self.at(name)}: {problem}", field=self.at(name))

    def at(self, name: str) -> str:
        """Return the full path of a field."""
        return f"{self.path}.{name}" if self.path else name

    def get(self, name: str) -> object:
        """Return a field's value; None when it is null or not there."""
        return self.document.get(name)

    def text(self, *names: str, limit: int = TEXT_LIMIT) -> str | None:
        """Read an optional string, the first of these fields that is there."""
        name = next((name for name in names if self.get(name) is not None), names[0])
        value = self.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise self.refuse(name, f"must be a string, not {describe(value)}")
        if "\0" in value:
            # Databases do not keep it.
            raise self.refuse(name, "has a NUL character; leave it out")
        if len(value) > limit:
            raise self.refuse(name, f"has {len(value)} characters; {limit} are allowed")
        return value

    def required_text(self, name: str) -> str:
        """Read a string that must be there and not empty."""
        value = self.text(name)
        if not value:
            raise self.refuse(name, "is missing; give a non-empty string")
        return value

    def flag(self, name: str) -> bool | None:
        """Read an optional boolean."""
        value = self.get(name)
        if value is None or isinstance(value, bool):
            return value
        raise self.refuse(name, f"must be true or false, not {describe(value)}")

    def number(self, name: str) -> float | None:
        """Read an optional finite number; a whole one comes back as an int."""
        value = self.get(name)
        if value is None:
            return None
        if not is_number(value):
            raise self.refuse(name, f"must be a finite number, not {describe(value)}")
        return plain_number(value)

    def whole(self, name: str) -> int | None:
        """Read an optional whole number."""
        value = self.number(name)
        if value is None or isinstance(value, int):
            return value
        raise self.refuse(name, f"must be a whole number, not {value}")

    def scalar(self, name: str, default: bool) -> bool | float:  # noqa: FBT001 - a value, not a switch
        """Read an optional boolean or number."""
        value = self.get(name)
        if value is None:
            return default
        if isinstance(value, bool):
            return value
        if is_number(value):
            return plain_number(value)
        raise self.refuse(name, f"must be true, false or a finite number, not {describe(value)}")

    def choice(self, name: str, choices: type[Choice], words: Mapping[str, str] | None = None) -> Choice | None:
        """Read an optional member of an enum; `words` are other spellings of its values."""
        value = self.text(name)
        if value is None:
            return None
        try:
            return choices((words or {}).get(value, value))
        except ValueError:
            allowed = ", ".join(choices)
            raise self.refuse(name, f"is {value!r}; give one of {allowed}") from None

    def rows(self, name: str, limit: int) -> Sequence["Reader"]:
        """Read an optional list of objects."""
        value = self.get(name)
        if value is None:
            return ()
        if not isinstance(value, list | tuple):
            raise self.refuse(name, f"must be a list, not {describe(value)}")
        if len(value) > limit:
            raise self.refuse(name, f"has {len(value)} entries; {limit} are allowed")
        return [Reader.of(row, f"{self.at(name)}[{index}]", self.error) for index, row in enumerate(value)]


def is_number(value: object) -> TypeGuard[float]:
    """Say whether a JSON value is a finite number that a float can hold; true and false are not."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def plain_number(value: float | Fraction) -> float:
    """Return a number as JSON shows it best: an int when it is whole, else a float."""
    return int(value) if value == int(value) else float(value)


def describe(value: object) -> str:
    """Name a JSON value for an error message."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case int() | float():
            return _shorten(str(value))
        case str():
            return f"the string {value[:_SHOWN]!r}"
        case list() | tuple():
            return "a list"
        case _:
            return "an object"


def _shorten(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
