"""Verbs on real databases: SQLite for what is the same everywhere, both for whose it is and who waits for whom."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.api.bench import Address, Bench, Owner


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    opened = Bench.open(f"sqlite:///{tmp_path / 'poseloom.db'}", tmp_path)
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", "postgres"])
def each_bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    """Return a bench on SQLite, then one on Postgres."""
    sqlite = f"sqlite:///{tmp_path / 'poseloom.db'}"
    opened = Bench.open(sqlite if request.param == "sqlite" else request.getfixturevalue("postgres_url"), tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def postgres_bench(postgres_url: str, tmp_path: Path) -> Iterator[Bench]:
    """Return a bench on Postgres, where writers may overlap."""
    opened = Bench.open(postgres_url, tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def owner(bench: Bench) -> Owner:
    """Return a workspace with 1,000 credits."""
    return bench.open_workspace()


@pytest.fixture
def mascot(bench: Bench, owner: Owner) -> Address:
    """Return a canvas of the owner's: two loops, a forward and its reverse, 60 credits at 4 seconds."""
    return bench.add_mascot(owner)
