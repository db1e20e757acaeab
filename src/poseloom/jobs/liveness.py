"""Who lives: a process holds a lock while it lives, and the system takes it away when it dies, however it dies.

A lock, not a heartbeat: a busy or frozen process keeps its jobs, and a dead one loses them at once.
"""

import hashlib
import os
import sys
import time
from pathlib import Path
from typing import Protocol

import structlog
from sqlalchemy import Connection, NullPool, create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from poseloom.core.error import StorageFailed
from poseloom.jobs.config import EngineConfig
from poseloom.jobs.database import CONNECT_SECONDS

ACQUIRE_SECONDS = 1
KEEPALIVE_IDLE_SECONDS = 10
KEEPALIVE_INTERVAL_SECONDS = 5
KEEPALIVE_COUNT = 3
UNANSWERED_SECONDS = 20

_log = structlog.get_logger()


class Liveness(Protocol):
    """The lock of this process, and what it tells of others. Not for several threads at once."""

    def acquire(self) -> None:
        """Show that this process lives.

        Raises:
            StorageFailed: Another process lives under this name, or the lock cannot be taken.
        """
        ...

    def is_held(self) -> bool:
        """Return whether this process still holds its lock; once lost, others may take its jobs."""
        ...

    def is_dead(self, executor_id: str) -> bool:
        """Return whether another process is gone."""
        ...

    def release(self) -> None:
        """Let others take up what this process leaves."""
        ...


def open_liveness(config: EngineConfig) -> Liveness:
    """Return the kind of lock that fits the database."""
    if make_url(config.database_url).get_backend_name() == "sqlite":
        return FileLiveness(config.home / "alive", config.executor_id)
    return PostgresLiveness(config.database_url, config.executor_id)


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        # Not `lockf`: that lock belongs to the process, which would lose it by closing any descriptor of the file.
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


class FileLiveness:
    """A locked file per process, in a folder that all processes of this machine share."""

    def __init__(self, folder: Path, executor_id: str) -> None:
        self._folder = folder
        self._path = self._find_path(executor_id)
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Show that this process lives."""
        deadline = time.monotonic() + ACQUIRE_SECONDS
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            while not self._take():
                if time.monotonic() > deadline:
                    raise StorageFailed(f"another process holds {self._path}; give each process its own executor id")
                # Someone who asks whether we live holds the lock for a blink.
                time.sleep(0.01)
        except OSError as error:
            raise StorageFailed(f"{self._path} cannot be locked: {error}; is the folder writable?") from error

    def is_held(self) -> bool:
        """Return whether this process still holds its lock."""
        return self._descriptor is not None and self._is_named(self._descriptor)

    def is_dead(self, executor_id: str) -> bool:
        """Return whether another process is gone; takes its file away then."""
        path = self._find_path(executor_id)
        try:
            descriptor = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            return True
        try:
            is_dead = _try_lock(descriptor)
            if is_dead:
                path.unlink(missing_ok=True)
        except OSError as error:
            # Windows keeps files that are open; an empty file more does no harm.
            _log.debug("lock_kept", path=str(path), error=str(error))
        finally:
            os.close(descriptor)
        return is_dead

    def release(self) -> None:
        """Let others take up what this process leaves."""
        if self._descriptor is None:
            return
        os.close(self._descriptor)
        self._descriptor = None
        self._path.unlink(missing_ok=True)

    def _find_path(self, executor_id: str) -> Path:
        return self._folder / f"{executor_id}.lock"

    def _take(self) -> bool:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        # Whoever held us for dead may have taken the file away between opening and locking it.
        if _try_lock(descriptor) and self._is_named(descriptor):
            self._descriptor = descriptor
            return True
        os.close(descriptor)
        return False

    def _is_named(self, descriptor: int) -> bool:
        try:
            return os.path.samestat(os.fstat(descriptor), self._path.stat())
        except FileNotFoundError:
            return False


class PostgresLiveness:
    """An advisory lock of a session of its own; the server drops it when it loses the process."""

    def __init__(self, database_url: str, executor_id: str) -> None:
        self._executor_id = executor_id
        self._engine = create_engine(
            make_url(database_url).set(drivername="postgresql+psycopg"),
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args={
                "application_name": "poseloom-alive",
                "connect_timeout": CONNECT_SECONDS,
                "keepalives_idle": KEEPALIVE_IDLE_SECONDS,
                "keepalives_interval": KEEPALIVE_INTERVAL_SECONDS,
                "keepalives_count": KEEPALIVE_COUNT,
                "tcp_user_timeout": UNANSWERED_SECONDS * 1000,
            },
        )
        self._connection: Connection | None = None

    def acquire(self) -> None:
        """Show that this process lives."""
        try:
            self._connection = self._engine.connect()
            self._keep_alive(self._connection)
            query = text("SELECT pg_try_advisory_lock(:key)")
            is_taken = self._connection.scalar(query, {"key": _make_key(self._executor_id)})
        except SQLAlchemyError as error:
            raise StorageFailed(
                f"the database gives no session lock: {error}; is it up, and not behind a pooler?"
            ) from error
        if not is_taken:
            self.release()
            raise StorageFailed(f"another process lives as {self._executor_id}; give each process its own executor id")

    def is_held(self) -> bool:
        """Return whether this process still holds its lock, which lives and dies with its session."""
        if self._connection is None:
            return False
        try:
            self._connection.execute(text("SELECT 1"))
        except SQLAlchemyError as error:
            _log.warning("session_lost", error=str(error))
            return False
        return True

    def is_dead(self, executor_id: str) -> bool:
        """Return whether another process is gone."""
        if self._connection is None:
            return False
        # The transaction is this one statement, so the lock is given back as soon as it is had.
        query = text("SELECT pg_try_advisory_xact_lock(:key)")
        return bool(self._connection.scalar(query, {"key": _make_key(executor_id)}))

    def release(self) -> None:
        """Let others take up what this process leaves."""
        if self._connection is not None:
            self._unlock(self._connection)
            self._connection.close()
            self._connection = None
        self._engine.dispose()

    def _unlock(self, connection: Connection) -> None:
        # A server ends a closed session when it gets to it; an answered unlock is seen by all at once.
        try:
            connection.execute(text("SELECT pg_advisory_unlock_all()"))
        except SQLAlchemyError as error:
            _log.debug("session_gone_before_unlock", error=str(error))

    def _keep_alive(self, connection: Connection) -> None:
        # The server must notice by itself that a machine is gone; its own settings may take hours.
        settings = {
            "tcp_keepalives_idle": KEEPALIVE_IDLE_SECONDS,
            "tcp_keepalives_interval": KEEPALIVE_INTERVAL_SECONDS,
            "tcp_keepalives_count": KEEPALIVE_COUNT,
            "tcp_user_timeout": UNANSWERED_SECONDS * 1000,
            "idle_session_timeout": 0,
        }
        for name, value in settings.items():
            connection.execute(text("SELECT set_config(:name, :value, false)"), {"name": name, "value": str(value)})


def _make_key(executor_id: str) -> int:
    digest = hashlib.sha256(f"poseloom.executor.{executor_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
