"""Jobs, batches and clips."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update

from poseloom.core.clip import EdgeClip
from poseloom.core.job import Batch, Job, JobState
from poseloom.store.sql import table
from poseloom.store.sql.shelf import TableShelf, split

WALK_PART = 1000
LIVE = (JobState.PENDING, JobState.PROCESSING)


class JobTable(TableShelf[Job]):
    """Jobs."""

    table, record = table.jobs, Job

    def read(self, job_id: str) -> Job | None:
        """Return a job, whoever owns it."""
        return self._one(self._select().where(self.table.c.id == job_id))

    def take(self, job_id: str) -> Job | None:
        """Return a job that nobody else changes before this unit ends."""
        return self._one(self._select().where(self.table.c.id == job_id).with_for_update())

    def move(self, job_id: str, before: JobState, after: JobState, **changed: object) -> bool:
        """Change a job's state if it is still `before`; say whether it was."""
        columns = self.table.c
        query = update(self.table).where(columns.id == job_id, columns.state == before).values(state=after, **changed)
        return self._connection.execute(query).rowcount == 1

    def list_live(self, canvas_id: str) -> Sequence[Job]:
        """Return a canvas' jobs that have not ended."""
        columns = self.table.c
        query = self._select().where(columns.canvas_id == canvas_id, columns.state.in_(LIVE))
        return self._all(query.order_by(columns.created_at, columns.id))

    def list_live_of_collection(self, collection_id: str) -> Sequence[Job]:
        """Return a collection's jobs that have not ended."""
        columns = self.table.c
        query = self._select().where(columns.collection_id == collection_id, columns.state.in_(LIVE))
        return self._all(query.order_by(columns.created_at, columns.id))

    def list_last(self, canvas_id: str) -> Mapping[str, Job]:
        """Return the newest job of each edge of a canvas."""
        columns = self.table.c
        newest = func.row_number().over(
            partition_by=columns.edge_id, order_by=(columns.created_at.desc(), columns.id.desc())
        )
        ranked = select(columns.id, newest.label("place")).where(columns.canvas_id == canvas_id).subquery()
        query = self._select().join(ranked, columns.id == ranked.c.id).where(ranked.c.place == 1)
        return {job.edge_id: job for job in self._all(query) if job.edge_id is not None}

    def list_waiting(self, forward_job_id: str) -> Sequence[Job]:
        """Return the reverses that wait for a forward."""
        columns = self.table.c
        query = self._select().where(columns.forward_job_id == forward_job_id, columns.state == JobState.PENDING)
        return self._all(query)

    def walk(self) -> Iterator[Job]:
        """Yield every job there is, by id, in parts."""
        last = ""
        while part := self._all(
            self._select().where(self.table.c.id > last).order_by(self.table.c.id).limit(WALK_PART)
        ):
            yield from part
            last = part[-1].id

    def list_stale(self, before: datetime) -> Sequence[Job]:
        """Return jobs that have not ended and have not changed since."""
        columns = self.table.c
        query = self._select().where(columns.state.in_(LIVE), columns.updated_at < before)
        return self._all(query.order_by(columns.updated_at).limit(1000))


class BatchTable:
    """Batches."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, batch: Batch) -> None:
        """Add a batch."""
        row = {field.name: getattr(batch, field.name) for field in fields(batch)}
        self._connection.execute(table.batches.insert(), row)

    def read(self, batch_id: str) -> Batch:
        """Return a batch."""
        row = self._connection.execute(select(table.batches).where(table.batches.c.id == batch_id)).one()
        return Batch(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping


class ClipTable:
    """The clips that serve edges now."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def read(self, canvas_id: str) -> Mapping[str, EdgeClip]:
        """Return a canvas' clips by edge id."""
        rows = self._connection.execute(select(table.clips).where(table.clips.c.canvas_id == canvas_id))
        return {row.edge_id: EdgeClip(**row._mapping) for row in rows}  # noqa: SLF001 - as above

    def count(self, canvas_id: str) -> int:
        """Count a canvas' clips."""
        query = select(func.count()).select_from(table.clips).where(table.clips.c.canvas_id == canvas_id)
        return int(self._connection.execute(query).scalar_one())

    def put(self, clip: EdgeClip) -> None:
        """Let a clip serve its edge from now on."""
        self.drop(clip.canvas_id, [clip.edge_id])
        row = {field.name: getattr(clip, field.name) for field in fields(clip)}
        self._connection.execute(table.clips.insert(), row)

    def drop(self, canvas_id: str, edge_ids: Iterable[str]) -> None:
        """Let edges have no clip."""
        columns = table.clips.c
        for part in split(edge_ids):
            self._connection.execute(
                delete(table.clips).where(columns.canvas_id == canvas_id, columns.edge_id.in_(part))
            )
