"""The queue as seen by whoever only puts jobs into it; runs nothing and starts no thread."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from dbos import DBOS, DBOSClient, error
from sqlalchemy import Connection, TableClause, column, event, func, select, table, text
from sqlalchemy.pool import ConnectionPoolEntry

from poseloom.jobs.config import EngineConfig
from poseloom.jobs.database import guard, open_engine
from poseloom.ports.runner import Lane, QueuedJob

APP_NAME = "poseloom"
APP_VERSION = "jobs-1"
"""Workflows are only taken up by processes of the same version: change it with the workflow's steps, else never."""
WORKFLOW = "job"
SCHEMA = "dbos"
LIVE = ("ENQUEUED", "DELAYED", "PENDING")
PART = 1000


class Enqueuer:
    """Puts jobs into the durable queue, takes them out, and looks at it.

    Opening it makes the engine's tables, so a process that only queues may be the first one.
    """

    def __init__(self, database_url: str) -> None:
        quieten_log()
        self.engine = open_engine(database_url)
        self._is_closed = False
        event.listen(self.engine, "checkin", self._end_late)
        self._client = DBOSClient(
            system_database_engine=self.engine,
            dbos_system_schema=SCHEMA,
            application_name=APP_NAME,
            lazy=True,
            retry_connection_errors=False,
        )

    def open(self) -> None:
        """Make the tables; several processes may do so at once.

        Raises:
            StorageFailed: The database cannot be reached.
        """
        with guard():
            self._client.check_connection()
            DBOS.migrate(self.engine.url.render_as_string(hide_password=False), schema=SCHEMA)

    def offer(self, config: EngineConfig) -> None:
        """Say how wide the lanes are, for all processes that work on them.

        Raises:
            StorageFailed: The database cannot be reached.
        """
        with guard():
            for lane in sorted(config.lanes):
                width = config.find_width(lane)
                # A partition may fill the whole width, so a lone workspace is not slowed down; its only use is
                # that partitions are asked in random order, so free places are shared out evenly.
                self._client.register_queue(
                    lane.value,
                    worker_concurrency=width,
                    partition_worker_concurrency=width,
                    polling_interval_sec=config.poll_seconds,
                )

    def close(self) -> None:
        """Close every connection; those that a step still uses, when it gives them back."""
        self._is_closed = True
        self._client.destroy()
        self.engine.dispose()

    def enqueue(self, connection: Connection, jobs: Sequence[QueuedJob]) -> None:
        """Queue jobs in the caller's transaction; a job that is queued already stays as it is."""
        for job in jobs:
            self._client.enqueue_in_transaction(
                connection,
                {
                    "workflow_name": WORKFLOW,
                    "workflow_id": job.id,
                    "queue_name": job.lane.value,
                    "queue_partition_key": job.workspace_id,
                    "priority": job.priority,
                    "app_version": APP_VERSION,
                },
                job.id,
                job.lane.value,
            )

    def cancel(self, job_ids: Sequence[str]) -> None:
        """Let nobody take up these jobs any more; a step that runs goes on to its end.

        Raises:
            StorageFailed: The database cannot be reached.
        """
        with guard():
            for part in _split(job_ids):
                self._client.cancel_workflows(part)

    def purge(self, job_ids: Sequence[str]) -> None:
        """Forget workflows and all that is kept of them.

        Raises:
            StorageFailed: The database cannot be reached.
        """
        with guard():
            for part in _split(job_ids):
                self._client.delete_workflows(part)

    def find_lost(self, job_ids: Iterable[str]) -> set[str]:
        """Return those of the jobs that no workflow will carry on.

        Read the jobs' state first: one that has ended meanwhile is among them too.

        Raises:
            StorageFailed: The database cannot be reached.
        """
        lost = set(job_ids)
        flow = self._read_table()
        with guard(), self.engine.connect() as connection:
            for part in _split(sorted(lost)):
                query = select(flow.c.workflow_uuid).where(flow.c.workflow_uuid.in_(part), flow.c.status.in_(LIVE))
                lost.difference_update(connection.execute(query).scalars())
        return lost

    def count_waiting(self) -> dict[Lane, int]:
        """Return how many jobs wait in each lane.

        Raises:
            StorageFailed: The database cannot be reached.
        """
        flow = self._read_table()
        # The range of states lets the partial index of jobs in flight serve the count.
        query = (
            select(flow.c.queue_name, func.count().label("waiting"))
            .where(flow.c.status.in_(("ENQUEUED", "PENDING")), flow.c.status == "ENQUEUED")
            .group_by(flow.c.queue_name)
        )
        with guard(), self.engine.connect() as connection:
            counts = {row.queue_name: row.waiting for row in connection.execute(query)}
        return {lane: counts.get(lane.value, 0) for lane in Lane}

    def list_executors(self) -> list[str]:
        """Return the processes that have jobs under way, living or dead.

        Raises:
            StorageFailed: The database cannot be reached.
        """
        flow = self._read_table()
        query = select(flow.c.executor_id).where(flow.c.status == "PENDING", flow.c.name == WORKFLOW).distinct()
        with guard(), self.engine.connect() as connection:
            return [executor_id for executor_id in connection.execute(query).scalars() if executor_id is not None]

    def list_taken(self, executor_id: str) -> list[str]:
        """Return the jobs that a process has under way.

        Raises:
            StorageFailed: The database cannot be reached.
        """
        flow = self._read_table()
        query = select(flow.c.workflow_uuid).where(
            flow.c.status == "PENDING", flow.c.name == WORKFLOW, flow.c.executor_id == executor_id
        )
        with guard(), self.engine.connect() as connection:
            return list(connection.execute(query).scalars())

    def list_ended(self, states: Sequence[str], *, age_seconds: float, limit: int, offset: int = 0) -> list[str]:
        """Return jobs whose workflow ended that long ago in one of these states of DBOS, longest ago first.

        Raises:
            StorageFailed: The database cannot be reached.
        """
        before = datetime.now(UTC) - timedelta(seconds=age_seconds)
        with guard():
            found = self._client.list_workflows(
                name=WORKFLOW,
                status=list(states),
                completed_before=before.isoformat(),
                limit=limit,
                offset=offset,
                load_input=False,
                load_output=False,
            )
        return [workflow.workflow_id for workflow in found]

    def is_alive(self) -> bool:
        """Return whether the database answers."""
        try:
            with self.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except Exception:  # noqa: BLE001 - whatever it is, it does not answer
            return False
        return True

    def _end_late(self, _connection: object, record: ConnectionPoolEntry) -> None:
        if self._is_closed:
            record.invalidate()

    def _read_table(self) -> TableClause:
        """Return the workflows' table; DBOS has no query that counts, and none for executors."""
        names = ("workflow_uuid", "status", "name", "queue_name", "executor_id")
        schema = None if self.engine.dialect.name == "sqlite" else SCHEMA
        return table("workflow_status", *(column(name) for name in names), schema=schema)


def quieten_log() -> None:
    """Leave it to the app where DBOS logs to, and keep what is no news to itself."""
    logger = logging.getLogger("dbos")
    logger.setLevel(logging.WARNING)
    if not logger.handlers:
        # It would add one for the console, and pass nothing on.
        logger.addHandler(logging.NullHandler())
    if _is_news not in logger.filters:
        logger.addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    """Tell cancelled jobs, each of which DBOS reports as an error, from errors."""
    cause = record.exc_info[1] if record.exc_info else None
    is_cancel = isinstance(cause, (error.DBOSAwaitedWorkflowCancelledError, error.DBOSWorkflowCancelledError))
    return not is_cancel and "was cancelled during execution" not in str(record.msg)


def _split(job_ids: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(job_ids), PART):
        yield list(job_ids[start : start + PART])
