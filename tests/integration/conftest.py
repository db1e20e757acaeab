"""One Postgres for the run, a fresh database for each test that asks for one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL

from tests.integration.postgres import open_database, run_postgres


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    """Return where a Postgres is that only this run uses."""
    with run_postgres() as url:
        yield url


@pytest.fixture
def postgres_url(postgres_server: URL) -> Iterator[str]:
    """Return the address of an empty database of its own."""
    with open_database(postgres_server) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def sql_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of an empty database, of either kind in turn."""
    if request.param == "postgres":
        url: str = request.getfixturevalue("postgres_url")
        return url
    return f"sqlite:///{tmp_path / 'poseloom.db'}"
