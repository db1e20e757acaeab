"""The link that signs a browser in, once (spec/service.md)."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from poseloom.core.credential import Scope
from poseloom.core.error import LinkSpent, OriginRefused, RateLimited

TOKEN_BYTES = 16
LIFETIME_SECONDS = 15 * 60
PAUSE_SECONDS = 10
"""Between a link and the next."""
KEY_NAME = "Studio, by link"
KEY_SCOPES = frozenset({Scope.READ, Scope.WRITE, Scope.KEYS})
LINK_KEYS_LIMIT = 3
"""Active keys of a workspace that links have made."""

_FIX = "take a new one from where the server runs, or sign in with a key"


class Spent(StrEnum):
    """Why a link opens nothing."""

    USED = "used"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


_REASONS = {
    Spent.USED: f"this link was used already, and works only once; {_FIX}. Was that not you? Revoke {KEY_NAME!r}",
    Spent.EXPIRED: f"this link is older than {LIFETIME_SECONDS // 60} minutes; {_FIX}",
    Spent.UNKNOWN: f"this server does not know this link; each start makes another; {_FIX}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link that was shown, without its token."""

    made_at: datetime
    is_used: bool = False


def write_link(url: str, token: str) -> str:
    """Return the address that carries a token where browsers keep it to themselves."""
    return f"{url}/#link={token}"


def hash_token(token: str) -> str:
    """Return what is kept of a token: its SHA-256, 64 hex digits."""
    return hashlib.sha256(token.encode()).hexdigest()


def check_link(link: Link | None, now: datetime) -> None:
    """Refuse a link that opens nothing, or nothing any more.

    Raises:
        LinkSpent: It was used, is too old, or is not known; `reason` says which.
    """
    if link is None:
        spent = Spent.UNKNOWN
    elif link.is_used:
        spent = Spent.USED
    elif now - link.made_at >= timedelta(seconds=LIFETIME_SECONDS):
        spent = Spent.EXPIRED
    else:
        return
    raise LinkSpent(_REASONS[spent], reason=spent.value)


def check_pause(last_made_at: datetime | None, now: datetime) -> None:
    """Refuse a new link so soon after the last one: whoever may reach the server may ask.

    Raises:
        RateLimited: `retry_after_seconds` says when it may be asked for again.
    """
    if last_made_at is not None and now - last_made_at < timedelta(seconds=PAUSE_SECONDS):
        problem = "a link was shown just now; look there, or ask again in a moment"
        raise RateLimited(problem, retry_after_seconds=PAUSE_SECONDS)


def check_origin(origin: str | None, host: str | None) -> None:
    """Refuse a request that a page of another site sends, or nobody's page.

    Args:
        origin: Its `Origin` header, which a browser writes and no page can change.
        host: Its `Host` header.

    Raises:
        OriginRefused: The two are not of one server.
    """
    if origin is None or host is None or origin.lower() != f"http://{host.lower()}":
        raise OriginRefused("only this server's own page may sign in by a link; open the link in a browser")
