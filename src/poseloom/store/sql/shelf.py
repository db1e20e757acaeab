"""Shelves: records of one kind in one table."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import fields
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Row, Select, Table, and_, delete, func, literal, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from poseloom.core.asset import Asset
from poseloom.core.error import InvalidRequest
from poseloom.core.page import Cursor, Page
from poseloom.core.stored_canvas import StoredCanvas
from poseloom.core.workspace import ApiKey, Collection, Item, Project, Workspace
from poseloom.store.sql import table
from poseloom.store.sql.column import EPOCH, MICROSECOND

R = TypeVar("R")
NUMBER_LIMIT = 2**57
"""Microseconds until the year 6536; a date cannot hold many more."""
BATCH = 500
"""How many values go into one `IN`; databases limit them."""


class TableShelf(Generic[R]):
    """A `Shelf` in a table whose columns are its record's fields."""

    table: Table
    record: type[R]
    owner = "workspace_id"

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._names: tuple[str, ...] = tuple(field.name for field in fields(self.record))  # type: ignore[arg-type]

    def add(self, *records: R) -> None:
        """Add records."""
        if records:
            rows = [{name: getattr(record, name) for name in self._names} for record in records]
            self._connection.execute(self.table.insert(), rows)

    def find(self, workspace_id: str, record_id: str) -> R | None:
        """Return a record, or None."""
        return self._one(self._select().where(self.table.c.id == record_id, self.table.c[self.owner] == workspace_id))

    def lock(self, workspace_id: str, record_id: str) -> R | None:
        """Return a record that nobody else changes before this unit ends."""
        query = self._select().where(self.table.c.id == record_id, self.table.c[self.owner] == workspace_id)
        return self._one(query.with_for_update())

    def list_page(self, workspace_id: str, page: Page, **equal: object) -> Sequence[R]:
        """Return a page of records, newest first, and one more when there are more."""
        columns = self.table.c
        query = self._select().where(columns[self.owner] == workspace_id, *self._match(equal))
        if page.after is not None:
            moment = literal(read_moment(page.after), columns.created_at.type)
            older = columns.created_at < moment
            query = query.where(or_(older, and_(columns.created_at == moment, columns.id < page.after.id)))
        return self._all(query.order_by(columns.created_at.desc(), columns.id.desc()).limit(page.limit + 1))

    def change(self, record_id: str, **changed: object) -> None:
        """Set fields of a record."""
        self._connection.execute(update(self.table).where(self.table.c.id == record_id).values(**changed))

    def remove(self, *record_ids: str) -> None:
        """Remove records."""
        for part in split(record_ids):
            self._connection.execute(delete(self.table).where(self.table.c.id.in_(part)))

    def remove_all(self, **equal: object) -> None:
        """Remove every record whose fields equal what is given."""
        assert equal, "this would empty the table"
        self._connection.execute(delete(self.table).where(*self._match(equal)))

    def count(self, **equal: object) -> int:
        """Count the records whose fields equal what is given."""
        query = select(func.count()).select_from(self.table).where(*self._match(equal))
        return int(self._connection.execute(query).scalar_one())

    def _match(self, equal: Mapping[str, object]) -> list[ColumnElement[bool]]:
        columns = self.table.c
        return [columns[name].is_(None) if value is None else columns[name] == value for name, value in equal.items()]

    def _select(self) -> Select[Any]:
        return select(*(self.table.c[name] for name in self._names))

    def _build(self, row: Row[Any]) -> R:
        return self.record(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping

    def _one(self, query: Select[Any]) -> R | None:
        row = self._connection.execute(query).one_or_none()
        return None if row is None else self._build(row)

    def _all(self, query: Select[Any]) -> list[R]:
        return [self._build(row) for row in self._connection.execute(query)]


def read_number(cursor: Cursor) -> int:
    """Return the number by which a list is sorted at a cursor.

    Raises:
        InvalidRequest: The cursor is not one that we gave.
    """
    if not isinstance(cursor.key, int) or not 0 <= cursor.key < NUMBER_LIMIT:
        raise InvalidRequest("cursor: is not one of ours; give `next_cursor` of the page before", field="cursor")
    return cursor.key


def read_moment(cursor: Cursor) -> datetime:
    """Return the moment by which a list is sorted at a cursor.

    Raises:
        InvalidRequest: The cursor is not one that we gave.
    """
    return EPOCH + read_number(cursor) * MICROSECOND


def split(values: Iterable[str]) -> Iterable[Sequence[str]]:
    """Yield values in parts that a database takes at once."""
    listed = list(values)
    for start in range(0, len(listed), BATCH):
        yield listed[start : start + BATCH]


class WorkspaceTable(TableShelf[Workspace]):
    """Workspaces; each is its own."""

    table, record, owner = table.workspaces, Workspace, "id"

    def oldest(self) -> Workspace:
        """Return the workspace that was made first."""
        columns = self.table.c
        return self._build(
            self._connection.execute(self._select().order_by(columns.created_at, columns.id).limit(1)).one()
        )


class KeyTable(TableShelf[ApiKey]):
    """API keys."""

    table, record = table.keys, ApiKey

    def find_by_hash(self, key_hash: str) -> ApiKey | None:
        """Return the key that has this hash and is not revoked."""
        return self._one(self._select().where(self.table.c.hash == key_hash, self.table.c.revoked_at.is_(None)))


class ProjectTable(TableShelf[Project]):
    """Projects."""

    table, record = table.projects, Project


class CollectionTable(TableShelf[Collection]):
    """Collections."""

    table, record = table.collections, Collection


class ItemTable(TableShelf[Item]):
    """Poses."""

    table, record = table.items, Item


class AssetTable(TableShelf[Asset]):
    """Assets."""

    table, record = table.assets, Asset

    def find_by_name(self, name: str) -> Asset | None:
        """Return the asset that is served under a name; the same content may stand twice, one is as good as another."""
        columns = self.table.c
        query = self._select().where(or_(columns.name == name, columns.content_name == name)).limit(1)
        return self._one(query)

    def find_many(self, workspace_id: str, asset_ids: Iterable[str]) -> Mapping[str, Asset]:
        """Return those of the assets that are there, by id."""
        columns = self.table.c
        found: dict[str, Asset] = {}
        for part in split(dict.fromkeys(asset_ids)):
            query = self._select().where(columns.id.in_(part), columns.workspace_id == workspace_id)
            found.update({asset.id: asset for asset in self._all(query)})
        return found

    def list_hashes(self, hashes: Iterable[str]) -> Set[str]:
        """Return those of the hashes that an asset has."""
        known: set[str] = set()
        for part in split(hashes):
            query = select(self.table.c.sha256).where(self.table.c.sha256.in_(part))
            known.update(self._connection.execute(query).scalars())
        return known


class CanvasTable(TableShelf[StoredCanvas]):
    """Canvases."""

    table, record = table.canvases, StoredCanvas

    def touch(self, canvas_ids: Iterable[str]) -> None:
        """Raise the revision of canvases whose status has changed."""
        for part in split(sorted(set(canvas_ids))):
            self._connection.execute(
                update(self.table).where(self.table.c.id.in_(part)).values(revision=self.table.c.revision + 1)
            )
