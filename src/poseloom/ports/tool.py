"""The clock and the dice."""

from datetime import datetime
from typing import Protocol

from poseloom.core.identity import Prefix


class Tools(Protocol):
    """What verbs need that is never the same twice."""

    def now(self) -> datetime:
        """Return the present moment, in UTC."""
        ...

    def mint(self, prefix: Prefix) -> str:
        """Return an id that nobody can guess."""
        ...

    def draw_bytes(self, count: int) -> bytes:
        """Return bytes that nobody can guess."""
        ...

    def draw_chance(self) -> float:
        """Return a number from 0 to under 1."""
        ...
