"""Projects and collections."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from poseloom.core.caller import Caller
from poseloom.core.error import StateError
from poseloom.core.identity import Prefix
from poseloom.core.job import Job
from poseloom.core.page import LIMIT_MAX, Cursor, Page
from poseloom.core.workspace import Collection, Project
from poseloom.ports.tool import Tools
from poseloom.ports.unit import Unit
from poseloom.usecases.find import find, find_collection
from poseloom.usecases.settle import cancel_jobs


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionView:
    """A collection and what is in it."""

    collection: Collection
    item_count: int
    asset_count: int


def create_project(unit: Unit, caller: Caller, name: str, tools: Tools) -> Project:
    """Add a project."""
    now = tools.now()
    project = Project(
        id=tools.mint(Prefix.PROJECT), workspace_id=caller.workspace_id, name=name, created_at=now, updated_at=now
    )
    unit.projects.add(project)
    return project


def rename_project(unit: Unit, caller: Caller, project_id: str, name: str, tools: Tools) -> Project:
    """Give a project another name.

    Raises:
        NotFound: It is not there, or not the caller's.
    """
    find(unit.projects, caller, Prefix.PROJECT, project_id)
    unit.projects.change(project_id, name=name, updated_at=tools.now())
    return find(unit.projects, caller, Prefix.PROJECT, project_id)


def delete_project(unit: Unit, caller: Caller, project_id: str) -> None:
    """Remove an empty project.

    Raises:
        NotFound: It is not there, or not the caller's.
        StateError: There are collections in it.
    """
    find(unit.projects, caller, Prefix.PROJECT, project_id)
    count = unit.collections.count(workspace_id=caller.workspace_id, project_id=project_id)
    if count:
        raise StateError(f"{project_id}: has {count} collections; delete them first", collections=count)
    unit.projects.remove(project_id)


def create_collection(
    unit: Unit,
    caller: Caller,
    *,
    name: str,
    project_id: str | None,
    description: str,
    config: Mapping[str, object],
    tools: Tools,
) -> CollectionView:
    """Add a collection.

    Raises:
        NotFound: There is no such project for this caller.
    """
    if project_id is not None:
        find(unit.projects, caller, Prefix.PROJECT, project_id)
    now = tools.now()
    collection = Collection(
        id=tools.mint(Prefix.COLLECTION),
        workspace_id=caller.workspace_id,
        project_id=project_id,
        name=name,
        description=description,
        config=config,
        created_at=now,
        updated_at=now,
    )
    unit.collections.add(collection)
    return CollectionView(collection=collection, item_count=0, asset_count=0)


def view_collection(unit: Unit, collection: Collection) -> CollectionView:
    """Return a collection with what is in it."""
    return CollectionView(
        collection=collection,
        item_count=unit.items.count(collection_id=collection.id, archived_at=None),
        asset_count=unit.assets.count(collection_id=collection.id),
    )


def read_collection(unit: Unit, caller: Caller, collection_id: str) -> CollectionView:
    """Return a collection.

    Raises:
        NotFound: It is not there, or not the caller's.
    """
    return view_collection(unit, find_collection(unit, caller, collection_id))


def list_collections(unit: Unit, caller: Caller, page: Page, project_id: str | None) -> Sequence[CollectionView]:
    """Return a page of collections, newest first, and one more when there are more."""
    equal = {} if project_id is None else {"project_id": project_id}
    return [view_collection(unit, each) for each in unit.collections.list_page(caller.workspace_id, page, **equal)]


def change_collection(
    unit: Unit, caller: Caller, collection_id: str, changes: Mapping[str, object], tools: Tools
) -> CollectionView:
    """Set what is named of `name`, `description`, `project_id` and `config`; config's keys are laid over those there.

    None as `project_id` takes the collection out of its project.

    Raises:
        NotFound: It is not there, or not the caller's; or the project is not.
    """
    collection = find_collection(unit, caller, collection_id)
    project_id = changes.get("project_id")
    if isinstance(project_id, str):
        find(unit.projects, caller, Prefix.PROJECT, project_id)
    config = changes.get("config")
    merged = {"config": {**collection.config, **config}} if isinstance(config, Mapping) else {}
    unit.collections.change(collection_id, **{**changes, **merged, "updated_at": tools.now()})
    return read_collection(unit, caller, collection_id)


def delete_collection(unit: Unit, caller: Caller, collection_id: str, tools: Tools) -> Sequence[Job]:
    """Remove a collection with its poses, canvases and assets; return the jobs that were cancelled for it.

    Raises:
        NotFound: It is not there, or not the caller's.
    """
    find_collection(unit, caller, collection_id, to_fill=True)
    # Whoever orders or settles takes the canvas first; the same order here, so that nobody waits in a circle.
    for canvas_id in sorted(_list_canvas_ids(unit, caller, collection_id)):
        unit.canvases.lock(caller.workspace_id, canvas_id)
    cancelled = cancel_jobs(unit, unit.jobs.list_live_of_collection(collection_id), tools)
    for shelf in (unit.canvases, unit.items, unit.assets):
        shelf.remove_all(collection_id=collection_id)
    unit.collections.remove(collection_id)
    return cancelled


def _list_canvas_ids(unit: Unit, caller: Caller, collection_id: str) -> Iterator[str]:
    page = Page(limit=LIMIT_MAX)
    while True:
        rows = unit.canvases.list_page(caller.workspace_id, page, collection_id=collection_id)
        yield from (stored.id for stored in rows[: page.limit])
        if len(rows) <= page.limit:
            return
        last = rows[page.limit - 1]
        page = replace(page, after=Cursor.at(last.created_at, last.id))
