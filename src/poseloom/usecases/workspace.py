"""Workspaces: who owns and pays."""

from poseloom.core.caller import Caller
from poseloom.core.catalogue import Catalogue
from poseloom.core.identity import Prefix
from poseloom.core.ledger import grant, name_account
from poseloom.core.workspace import Workspace
from poseloom.ports.tool import Tools
from poseloom.ports.unit import Unit
from poseloom.usecases.find import find


def open_workspace(unit: Unit, name: str, *, tools: Tools, catalogue: Catalogue) -> Workspace:
    """Add a workspace, and grant it what a new one is given."""
    now = tools.now()
    workspace = Workspace(id=tools.mint(Prefix.WORKSPACE), name=name, created_at=now)
    unit.workspaces.add(workspace)
    # A grant of nothing is booked too: it opens the account, which verbs hold while they decide.
    start = grant(f"start:{workspace.id}", name_account(workspace.id), catalogue.starting_credits)
    unit.ledger.book([start], workspace_id=workspace.id, note="starting grant", now=now)
    return workspace


def rename_workspace(unit: Unit, caller: Caller, name: str) -> Workspace:
    """Give the caller's workspace another name."""
    unit.workspaces.change(caller.workspace_id, name=name)
    return read_workspace(unit, caller)


def read_workspace(unit: Unit, caller: Caller) -> Workspace:
    """Return the caller's workspace."""
    return find(unit.workspaces, caller, Prefix.WORKSPACE, caller.workspace_id)
