"""The engine's own connections to the database that it shares with the app."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from poseloom.core.error import StorageFailed

BUSY_SECONDS = 30
CONNECT_SECONDS = 10
IDLE_TRANSACTION_SECONDS = 15
"""A frozen process keeps its row locks no longer than this."""
POOL_SIZE = 20


def open_engine(database_url: str) -> Engine:
    """Return an engine for the workflow tables; separate from the app's, whose pool must not starve them."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, pool_size=POOL_SIZE, max_overflow=0)
        event.listen(engine, "connect", _set_up_sqlite)
        return engine
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=POOL_SIZE,
        max_overflow=0,
        pool_pre_ping=True,
        connect_args={"connect_timeout": CONNECT_SECONDS, "application_name": "poseloom-jobs"},
    )
    event.listen(engine, "connect", _set_up_postgres)
    return engine


def _set_up_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - whatever the driver gives
    # A transaction that writes takes the lock at once; DBOS counts on it.
    connection.isolation_level = "IMMEDIATE"
    # `busy_timeout` first: switching to WAL may have to wait too.
    for pragma in (f"busy_timeout={BUSY_SECONDS * 1000}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _set_up_postgres(connection: Any, _record: object) -> None:  # noqa: ANN401 - whatever the driver gives
    connection.execute(f"SET idle_in_transaction_session_timeout = {IDLE_TRANSACTION_SECONDS * 1000}")
    # The pool rolls back what it gets back, and with it a setting that was not committed.
    connection.commit()


@contextmanager
def guard() -> Iterator[None]:
    """Tell what the database around us does from what we do.

    Raises:
        StorageFailed: The database cannot be reached, or was busy for too long.
    """
    try:
        yield
    except OperationalError as error:
        reason = " ".join(str(error.orig).split())
        raise StorageFailed(f"the job queue's database failed: {reason}; try again in a moment") from error
    except PoolTimeout as error:
        raise StorageFailed("the job queue's database is busy; try again in a moment") from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise StorageFailed("the job queue's database closed the connection; try again in a moment") from error
        raise
