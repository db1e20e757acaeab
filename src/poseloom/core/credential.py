"""API keys: their form, what they may do, how many there are (spec/service.md)."""

import hashlib
import re
from collections.abc import Iterable, Set
from enum import StrEnum

from poseloom.core.error import Forbidden, InvalidRequest, LimitReached
from poseloom.core.field import describe

KEY_PREFIX = "masko_"
KEY_BYTES = 32
KEYS_LIMIT = 10
"""Active keys of one workspace."""
HINT_DIGITS = 4

_KEY = re.compile(rf"{KEY_PREFIX}[0-9a-f]{{{2 * KEY_BYTES}}}", re.ASCII)


class Scope(StrEnum):
    """What a key may do. None contains another."""

    READ = "read"
    """Look at what the workspace has."""
    WRITE = "write"
    """Change it, and spend credits."""
    KEYS = "keys"
    """Make and revoke keys."""
    ADMIN = "admin"
    """Grant credits."""


DEFAULT_SCOPES = frozenset({Scope.READ, Scope.WRITE})


def write_key(randomness: bytes) -> str:
    """Return a key made of 32 bytes that nobody can guess."""
    assert len(randomness) == KEY_BYTES
    return f"{KEY_PREFIX}{randomness.hex()}"


def is_key(text: str) -> bool:
    """Say whether a text has the form of a key."""
    return _KEY.fullmatch(text) is not None


def hash_key(key: str) -> str:
    """Return what is kept of a key: its SHA-256, 64 hex digits. The key is random, so it needs no salt."""
    return hashlib.sha256(key.encode()).hexdigest()


def show_hint(key: str) -> str:
    """Return enough of a key for a person to know it again."""
    return key[: len(KEY_PREFIX) + HINT_DIGITS]


def check_scope(scopes: Set[str], needed: Scope) -> None:
    """Refuse a call for which a key lacks the scope.

    Raises:
        Forbidden: `scope` names what is lacking.
    """
    if needed not in scopes:
        raise Forbidden(
            f"this key lacks the scope {needed.value!r}; use a key that has it, or make one", scope=needed.value
        )


def grant_scopes(wanted: object, own: Set[str]) -> frozenset[Scope]:
    """Return the scopes of a new key.

    Args:
        wanted: The list that the caller gave; None means read and write.
        own: The scopes of the key that asks.

    Raises:
        InvalidRequest: It is no list of scopes.
        Forbidden: The key that asks lacks one of them.
    """
    scopes = DEFAULT_SCOPES if wanted is None else _read_scopes(wanted)
    lacking = [scope for scope in Scope if scope in scopes and scope not in own]
    if lacking:
        raise Forbidden(
            f"a key cannot give what it lacks: {', '.join(lacking)}; ask for fewer scopes", scope=lacking[0].value
        )
    return scopes


def _read_scopes(wanted: object) -> frozenset[Scope]:
    allowed = ", ".join(Scope)
    if not isinstance(wanted, list | tuple) or not wanted:
        raise InvalidRequest(
            f"scopes: must be a list with some of {allowed}; leave it out for read and write", field="scopes"
        )
    return frozenset(_read_each(wanted, allowed))


def _read_each(wanted: Iterable[object], allowed: str) -> Iterable[Scope]:
    for index, word in enumerate(wanted):
        if not isinstance(word, str) or word not in set(Scope):
            field = f"scopes[{index}]"
            raise InvalidRequest(f"{field}: is {describe(word)}; give one of {allowed}", field=field)
        yield Scope(word)


def check_key_limit(active_count: int) -> None:
    """Refuse one key more than a workspace may have.

    Raises:
        LimitReached: There are ten active keys; `limit` says so.
    """
    if active_count >= KEYS_LIMIT:
        raise LimitReached(
            f"there are {active_count} active keys; revoke one, {KEYS_LIMIT} are allowed", limit=KEYS_LIMIT
        )
