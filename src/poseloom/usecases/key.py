"""API keys: made, shown once, known by their hash, revoked."""

from collections.abc import Sequence, Set

from poseloom.core.caller import Caller
from poseloom.core.credential import (
    KEY_BYTES,
    Scope,
    check_key_limit,
    grant_scopes,
    hash_key,
    show_hint,
    write_key,
)
from poseloom.core.error import Unauthorized
from poseloom.core.identity import Prefix
from poseloom.core.ledger import name_account
from poseloom.core.link import KEY_NAME, KEY_SCOPES, LINK_KEYS_LIMIT
from poseloom.core.page import LIMIT_MAX, Page
from poseloom.core.workspace import ApiKey, Workspace
from poseloom.ports.tool import Tools
from poseloom.ports.unit import Unit
from poseloom.usecases.find import find


def make_key(unit: Unit, caller: Caller, name: str, scopes: object, tools: Tools) -> tuple[ApiKey, str]:
    """Add a key to the caller's workspace; return what is kept of it, and itself, this once.

    Raises:
        InvalidRequest: `scopes` is no list of scopes.
        Forbidden: The caller's own key lacks one of them.
        LimitReached: There are as many active keys as there may be.
    """
    granted = grant_scopes(scopes, caller.scopes)
    # Two that ask at once wait for each other here, so that neither makes one key too many.
    unit.ledger.lock_balance(name_account(caller.workspace_id))
    check_key_limit(unit.keys.count(workspace_id=caller.workspace_id, revoked_at=None, by_link=False))
    return _add_key(unit, caller.workspace_id, name, granted, tools)


def make_first_key(unit: Unit, workspace: Workspace, scopes: Set[Scope], tools: Tools) -> tuple[ApiKey, str]:
    """Add the first key of a new workspace; return what is kept of it, and itself, this once."""
    return _add_key(unit, workspace.id, "First key", frozenset(scopes), tools)


def make_link_key(unit: Unit, tools: Tools) -> tuple[ApiKey, str]:
    """Add a key to the oldest workspace for a browser that a link signs in; return what is kept of it, and itself.

    The one that was used least lately gives way when there are too many: nobody else knows of a closed tab's key.
    """
    workspace_id = unit.workspaces.oldest().id
    unit.ledger.lock_balance(name_account(workspace_id))
    active = unit.keys.list_page(workspace_id, Page(limit=LIMIT_MAX), revoked_at=None, by_link=True)
    by_use = sorted(active, key=lambda key: key.last_used_at or key.created_at, reverse=True)
    for key in by_use[LINK_KEYS_LIMIT - 1 :]:
        unit.keys.change(key.id, revoked_at=tools.now())
    return _add_key(unit, workspace_id, KEY_NAME, KEY_SCOPES, tools, by_link=True)


def _add_key(
    unit: Unit, workspace_id: str, name: str, scopes: Set[Scope], tools: Tools, *, by_link: bool = False
) -> tuple[ApiKey, str]:
    text = write_key(tools.draw_bytes(KEY_BYTES))
    key = ApiKey(
        id=tools.mint(Prefix.KEY),
        workspace_id=workspace_id,
        name=name,
        hash=hash_key(text),
        hint=show_hint(text),
        scopes=frozenset(scope.value for scope in scopes),
        created_at=tools.now(),
        by_link=by_link,
    )
    unit.keys.add(key)
    return key, text


def list_keys(unit: Unit, caller: Caller, page: Page) -> Sequence[ApiKey]:
    """Return a page of the workspace's keys that are not revoked, and one more when there are more."""
    return unit.keys.list_page(caller.workspace_id, page, revoked_at=None)


def revoke_key(unit: Unit, caller: Caller, key_id: str, tools: Tools) -> None:
    """Let a key open nothing any more; once more changes nothing.

    Raises:
        NotFound: It is not there, or not the caller's.
    """
    key = find(unit.keys, caller, Prefix.KEY, key_id)
    if key.revoked_at is None:
        unit.keys.change(key.id, revoked_at=tools.now())


def find_caller(unit: Unit, key_hash: str) -> Caller:
    """Return who bears the key of this hash.

    Raises:
        Unauthorized: There is no such key, or it was revoked.
    """
    key = unit.keys.find_by_hash(key_hash)
    if key is None:
        raise Unauthorized("this API key is not known here, or was revoked; use one of this server")
    return Caller(workspace_id=key.workspace_id, key_id=key.id, scopes=key.scopes)


def note_use(unit: Unit, caller: Caller, tools: Tools) -> None:
    """Note that a key was used just now."""
    unit.keys.change(caller.key_id, last_used_at=tools.now())
