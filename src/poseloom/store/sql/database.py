"""The database: SQLite in a file, or Postgres. One write at a time in SQLite, as it is made for."""

import itertools
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from importlib.resources import as_file, files
from typing import Any

import structlog
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from poseloom.core.error import StorageFailed
from poseloom.ports.runner import QueuedJob
from poseloom.store.sql.ledger import LedgerTable
from poseloom.store.sql.note import QuoteTable, ReplyTable
from poseloom.store.sql.shelf import (
    AssetTable,
    CanvasTable,
    CollectionTable,
    ItemTable,
    KeyTable,
    ProjectTable,
    WorkspaceTable,
)
from poseloom.store.sql.work import BatchTable, ClipTable, JobTable

Enqueue = Callable[[Connection, Sequence[QueuedJob]], None]
BUSY_SECONDS = 30
POOL_SIZE = 16
POOL_OVERFLOW = 48
"""More than the threads that requests and jobs may use at once."""

_log = structlog.get_logger()


class SqlUnit:
    """A `Unit` on one connection."""

    def __init__(self, connection: Connection, enqueue: Enqueue) -> None:
        self.connection = connection
        self.deeds: list[Callable[[], None]] = []
        self._enqueue = enqueue

    @cached_property
    def workspaces(self) -> WorkspaceTable:
        """Workspaces."""
        return WorkspaceTable(self.connection)

    @cached_property
    def keys(self) -> KeyTable:
        """API keys."""
        return KeyTable(self.connection)

    @cached_property
    def projects(self) -> ProjectTable:
        """Projects."""
        return ProjectTable(self.connection)

    @cached_property
    def collections(self) -> CollectionTable:
        """Collections."""
        return CollectionTable(self.connection)

    @cached_property
    def items(self) -> ItemTable:
        """Poses."""
        return ItemTable(self.connection)

    @cached_property
    def assets(self) -> AssetTable:
        """Assets."""
        return AssetTable(self.connection)

    @cached_property
    def canvases(self) -> CanvasTable:
        """Canvases."""
        return CanvasTable(self.connection)

    @cached_property
    def clips(self) -> ClipTable:
        """Clips."""
        return ClipTable(self.connection)

    @cached_property
    def jobs(self) -> JobTable:
        """Jobs."""
        return JobTable(self.connection)

    @cached_property
    def batches(self) -> BatchTable:
        """Batches."""
        return BatchTable(self.connection)

    @cached_property
    def ledger(self) -> LedgerTable:
        """The ledger."""
        return LedgerTable(self.connection)

    @cached_property
    def replies(self) -> ReplyTable:
        """Kept answers."""
        return ReplyTable(self.connection)

    @cached_property
    def quotes(self) -> QuoteTable:
        """Quotes."""
        return QuoteTable(self.connection)

    def enqueue(self, jobs: Sequence[QueuedJob]) -> None:
        """Give jobs to the durable engine, in this transaction."""
        if jobs:
            self._enqueue(self.connection, jobs)

    def be_alone(self) -> None:
        """Wait for every other unit that is alone; on SQLite each unit that writes is."""
        if self.connection.dialect.name == "postgresql":
            _lock_all(self.connection)

    def after_commit(self, deed: Callable[[], None]) -> None:
        """Do something once this unit is saved."""
        self.deeds.append(deed)


class SqlDatabase:
    """A `Database`."""

    def __init__(self, url: str, enqueue: Enqueue) -> None:
        self.url = url
        self.engine = open_engine(url)
        self._enqueue = enqueue
        self._is_sqlite = self.engine.dialect.name == "sqlite"
        # SQLite's own waiting is a race of sleepers; in one process a lock lets everyone have their turn.
        self._turn = threading.Lock()
        self._saves = itertools.count(1)
        self._saved = 0

    def count_saves(self) -> int:
        """Return how often a unit of this process was saved; never the same after a save as before it."""
        return self._saved

    @contextmanager
    def write(self) -> Iterator[SqlUnit]:
        """Open a unit that is saved when the block ends well.

        Raises:
            StorageFailed: The database cannot be reached, or was busy for too long.
        """
        with self._take_turn(), _guard():
            options = {"poseloom_writes": True}
            with self.engine.connect().execution_options(**options) as connection, connection.begin():
                unit = SqlUnit(connection, self._enqueue)
                yield unit
        self._saved = next(self._saves)
        for deed in unit.deeds:
            deed()

    @contextmanager
    def read(self) -> Iterator[SqlUnit]:
        """Open a unit for reading one state of everything.

        Raises:
            StorageFailed: The database cannot be reached.
        """
        options: dict[str, Any] = {} if self._is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with _guard(), self.engine.connect().execution_options(**options) as connection, connection.begin():
            yield SqlUnit(connection, self._enqueue)

    @contextmanager
    def _take_turn(self) -> Iterator[None]:
        if self._is_sqlite:
            with self._turn:
                yield
        else:
            yield

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


@contextmanager
def _guard() -> Iterator[None]:
    """Tell what the database around us does from what we do."""
    try:
        yield
    except OperationalError as error:
        _log.warning("database_failed", error=str(error.orig))
        # Drivers explain themselves over several lines.
        reason = " ".join(str(error.orig).split())
        raise StorageFailed(f"the database failed: {reason}; try again in a moment") from error
    except PoolTimeout as error:
        _log.warning("database_busy", error=str(error))
        raise StorageFailed("the database is busy: every connection is in use; try again in a moment") from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise StorageFailed("the database closed the connection; try again in a moment") from error
        raise


def open_engine(url: str) -> Engine:
    """Return an engine on which SQLite behaves: WAL, real transactions, waiting for others, nothing lost."""
    is_sqlite = make_url(url).get_backend_name() == "sqlite"
    arguments: dict[str, Any] = {"check_same_thread": False, "timeout": BUSY_SECONDS} if is_sqlite else {}
    engine = create_engine(
        url,
        connect_args=arguments,
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_pre_ping=not is_sqlite,
    )
    if is_sqlite:
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - whatever the driver gives
    # The driver's own idea of transactions would begin them too late; see `_begin_sqlite`.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_SECONDS * 1000}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A unit that writes takes the lock at once: one that read first could no longer write beside another.
    writes = connection.get_execution_options().get("poseloom_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _lock_all(connection: Connection) -> None:
    """Hold the one lock of a Postgres database until the transaction ends."""
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7305803)")


def migrate(engine: Engine) -> None:
    """Bring the tables to the present version; two processes may do so at once.

    Raises:
        StorageFailed: The database cannot be reached.
    """
    with as_file(files("poseloom.store.sql") / "migration") as folder, _guard():
        config = Config()
        config.set_main_option("script_location", str(folder))
        with engine.connect().execution_options(poseloom_writes=True) as connection, connection.begin():
            if engine.dialect.name == "postgresql":
                _lock_all(connection)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
