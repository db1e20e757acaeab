"""The clock and the dice, as they are."""

import random
import secrets
from datetime import UTC, datetime

from poseloom.core.identity import RANDOMNESS_BYTES, Prefix, mint


class SystemTools:
    """`Tools` of this machine."""

    def now(self) -> datetime:
        """Return the present moment, in UTC."""
        return datetime.now(UTC)

    def mint(self, prefix: Prefix) -> str:
        """Return an id that nobody can guess."""
        return mint(prefix, secrets.token_bytes(RANDOMNESS_BYTES))

    def draw_bytes(self, count: int) -> bytes:
        """Return bytes that nobody can guess."""
        return secrets.token_bytes(count)

    def draw_chance(self) -> float:
        """Return a number from 0 to under 1."""
        return random.random()  # noqa: S311 - spreads retries; nothing is kept secret by it
