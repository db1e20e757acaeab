"""What a caller names, found or refused: a stranger's thing is not there."""

from collections.abc import Sequence
from typing import TypeVar

from poseloom.core.caller import Caller
from poseloom.core.error import NotFound
from poseloom.core.identity import Prefix
from poseloom.core.stored_canvas import StoredCanvas
from poseloom.core.workspace import Collection
from poseloom.ports.unit import Shelf, Unit

R = TypeVar("R")
NAMES = {
    Prefix.PROJECT: "project",
    Prefix.COLLECTION: "collection",
    Prefix.ITEM: "item",
    Prefix.CANVAS: "canvas",
    Prefix.JOB: "job",
    Prefix.ASSET: "asset",
    Prefix.KEY: "API key",
    Prefix.WORKSPACE: "workspace",
}


def refuse(prefix: Prefix, record_id: str) -> NotFound:
    """Build the error for something that is not there."""
    return NotFound(f"there is no {NAMES[prefix]} {record_id[:80]!r} here; check the id")


def find(shelf: Shelf[R], caller: Caller, prefix: Prefix, record_id: str) -> R:
    """Return a record of the caller's workspace.

    Raises:
        NotFound: It is not there, or not the caller's.
    """
    record = shelf.find(caller.workspace_id, record_id)
    if record is None:
        raise refuse(prefix, record_id)
    return record


def find_collection(unit: Unit, caller: Caller, collection_id: str, *, to_fill: bool = False) -> Collection:
    """Return a collection of the caller's workspace; when something is put into it, nobody removes it meanwhile.

    Raises:
        NotFound: It is not there, or not the caller's.
    """
    look = unit.collections.lock if to_fill else unit.collections.find
    collection = look(caller.workspace_id, collection_id)
    if collection is None:
        raise refuse(Prefix.COLLECTION, collection_id)
    return collection


def find_canvas(
    unit: Unit, caller: Caller, collection_id: str, canvas_id: str, *, to_change: bool = False
) -> StoredCanvas:
    """Return a canvas of a collection; when it is to be changed, nobody else changes it before this unit ends.

    Raises:
        NotFound: It is not there, not in this collection, or not the caller's.
    """
    look = unit.canvases.lock if to_change else unit.canvases.find
    stored = look(caller.workspace_id, canvas_id)
    if stored is None or stored.collection_id != collection_id:
        raise refuse(Prefix.CANVAS, canvas_id)
    return stored


def read_wanted(names: Sequence[str | None]) -> list[str]:
    """Return the ids that are named, each once."""
    return list(dict.fromkeys(name for name in names if name is not None))
