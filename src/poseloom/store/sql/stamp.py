"""Cheap answers to: may anything have been saved since?"""

import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import make_url

SLICE_SECONDS = 0.2
"""How long another process' save may go unnoticed where the database itself tells no stamp."""


class SqliteStamp:
    """SQLite counts the commits of everyone else, in a file that is mapped into memory: microseconds to ask."""

    def __init__(self, path: Path) -> None:
        # It never writes, so its count is of every commit.
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._turn = threading.Lock()

    def read(self) -> object:
        """Return the number of commits as this connection sees it."""
        with self._turn:
            return self._connection.execute("PRAGMA data_version").fetchone()[0]

    def close(self) -> None:
        """Let the file go."""
        with self._turn:
            self._connection.close()


class ClockStamp:
    """Where a database tells no stamp: time in slices, and every save of this process."""

    def __init__(self, count_saves: Callable[[], int]) -> None:
        self._count_saves = count_saves

    def read(self) -> object:
        """Return the present slice and the saves of this process."""
        return int(time.monotonic() / SLICE_SECONDS), self._count_saves()

    def close(self) -> None:
        """Nothing to let go."""


def open_stamp(url: str, count_saves: Callable[[], int]) -> SqliteStamp | ClockStamp:
    """Return the stamp of a database.

    Args:
        url: Where it is.
        count_saves: How often this process has saved something there.
    """
    address = make_url(url)
    if address.get_backend_name() == "sqlite" and address.database:
        return SqliteStamp(Path(address.database))
    return ClockStamp(count_saves)
