"""Idempotency keys: one answer for one order, however often it is sent (spec/service.md)."""

import hashlib
import re

from poseloom.core.error import IdempotencyKeyReused, InvalidRequest

HEADER = "Idempotency-Key"
KEY_LIFETIME_SECONDS = 24 * 60 * 60

_KEY = re.compile(r"[\x20-\x7e]{1,255}", re.ASCII)


def read_idempotency_key(text: str) -> str:
    """Read a key as a header gives it.

    Raises:
        InvalidRequest: It is not 1 to 255 printable ASCII characters.
    """
    if _KEY.fullmatch(text) is None:
        raise InvalidRequest(
            f"{HEADER}: must be 1 to 255 printable ASCII characters; a new UUID for every order is one", field=HEADER
        )
    return text


def fingerprint_request(method: str, path: str, body: bytes) -> str:
    """Return what tells one request from another: SHA-256 over method, path with query, and body as it was sent."""
    head = hashlib.sha256(f"{method.upper()} {path}".encode()).digest()
    return hashlib.sha256(head + body).hexdigest()


def check_replay(kept: str, given: str) -> None:
    """Refuse a key that came before with another request.

    Args:
        kept: Fingerprint of the request that came first.
        given: Fingerprint of this one.

    Raises:
        IdempotencyKeyReused: They differ.
    """
    if kept != given:
        raise IdempotencyKeyReused(
            f"{HEADER}: came before with another request; send the same request again, or take a new key", field=HEADER
        )
