"""Who calls (spec/service.md)."""

from collections.abc import Set
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The bearer of a key."""

    workspace_id: str
    key_id: str
    scopes: Set[str]
