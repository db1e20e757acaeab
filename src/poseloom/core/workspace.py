"""Who owns and pays, and what they own: frozen records (spec/service.md)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """Who owns and pays."""

    id: str
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key as it is kept: never itself, only its hash.

    Attributes:
        hash: SHA-256 of the key, 64 hex digits.
        hint: Enough of the key for a person to know it again.
        scopes: What it may do, words of `credential.Scope`.
        by_link: Whether a link that signs in made it.
    """

    id: str
    workspace_id: str
    name: str
    hash: str
    hint: str
    scopes: frozenset[str]
    created_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
    by_link: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A group of collections."""

    id: str
    workspace_id: str
    name: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """One mascot. `config` is the client's own: style card, references, caution list."""

    id: str
    workspace_id: str
    project_id: str | None
    name: str
    description: str
    config: Mapping[str, object]
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A pose of a collection.

    Attributes:
        assets: Asset id by kind.
        archived_at: When it was put away; it is no longer listed, its assets stay.
    """

    id: str
    workspace_id: str
    collection_id: str
    name: str
    assets: Mapping[str, str]
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None = field(default=None)
