"""Where the command line puts API keys in order: whoever may read the database may also open it."""

from collections.abc import Sequence

from poseloom.core.caller import Caller
from poseloom.core.credential import Scope
from poseloom.core.error import InvalidOrder, NotFound
from poseloom.core.page import LIMIT_MAX, Page
from poseloom.core.workspace import ApiKey
from poseloom.ports.unit import Unit
from poseloom.usecases.key import list_keys, make_key, revoke_key
from poseloom.wiring.installation import open_standing_database
from poseloom.wiring.settings import Settings
from poseloom.wiring.tool import SystemTools

__all__ = ["ApiKey", "Scope", "add_key", "read_keys", "remove_key"]


def add_key(settings: Settings, name: str, scopes: Sequence[Scope], workspace_id: str | None) -> tuple[ApiKey, str]:
    """Add a key; return what is kept of it, and itself, this once.

    Args:
        settings: Where the database is.
        name: What the key is for.
        scopes: What it may do; everything when empty.
        workspace_id: Whose it is; the oldest workspace's unless given.

    Raises:
        LimitReached: There are as many active keys as there may be.
        InvalidOrder: There is no database, or nothing in it.
        NotFound: There is no such workspace.
        StorageFailed: It cannot be reached.
    """
    with open_standing_database(settings) as database, database.write() as unit:
        caller = _act_for(unit, workspace_id)
        return make_key(unit, caller, name, [scope.value for scope in scopes or Scope], SystemTools())


def read_keys(settings: Settings, workspace_id: str | None) -> Sequence[ApiKey]:
    """Return the active keys of a workspace, newest first."""
    with open_standing_database(settings) as database, database.read() as unit:
        return list_keys(unit, _act_for(unit, workspace_id), Page(limit=LIMIT_MAX))


def remove_key(settings: Settings, key_id: str, workspace_id: str | None) -> None:
    """Let a key open nothing any more.

    Raises:
        NotFound: The workspace has no such key.
    """
    with open_standing_database(settings) as database, database.write() as unit:
        revoke_key(unit, _act_for(unit, workspace_id), key_id, SystemTools())


def _act_for(unit: Unit, workspace_id: str | None) -> Caller:
    if unit.workspaces.count() == 0:
        raise InvalidOrder("there is no workspace yet; `poseloom serve` makes the first", field="home")
    owner = unit.workspaces.oldest().id if workspace_id is None else workspace_id
    if unit.workspaces.find(owner, owner) is None:
        raise NotFound(f"workspace {owner!r} is not known here", field="workspace")
    return Caller(workspace_id=owner, key_id="", scopes=frozenset(scope.value for scope in Scope))
