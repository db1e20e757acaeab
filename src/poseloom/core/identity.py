"""Ids: a prefix that says what something is, and randomness (spec/service.md)."""

from enum import StrEnum

RANDOMNESS_BYTES = 16


class Prefix(StrEnum):
    """What an id names."""

    WORKSPACE = "wsp_"
    PROJECT = "prj_"
    COLLECTION = "col_"
    ITEM = "itm_"
    CANVAS = "cnv_"
    NODE = "nod_"
    EDGE = "edg_"
    JOB = "job_"
    ASSET = "ast_"
    KEY = "key_"
    QUOTE = "quo_"
    ORDER = "ord_"


def mint(prefix: Prefix, randomness: bytes) -> str:
    """Return an id: its prefix and 32 hex digits.

    Args:
        prefix: What it names.
        randomness: 16 bytes that nobody can guess.
    """
    assert len(randomness) == RANDOMNESS_BYTES
    return f"{prefix}{randomness.hex()}"
