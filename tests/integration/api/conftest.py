"""A server without workers for each test, a workspace with a key, and a client that uses it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.integration.api.bench import Address, Bench, Owner


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    opened = Bench.open(f"sqlite:///{tmp_path / 'poseloom.db'}", tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def owner(bench: Bench) -> Owner:
    """Return a workspace with 1,000 credits and a key of every scope."""
    return bench.open_workspace()


@pytest.fixture
def stranger(bench: Bench) -> Owner:
    """Return another workspace."""
    return bench.open_workspace()


@pytest.fixture
def client(bench: Bench, owner: Owner) -> Iterator[TestClient]:
    """Return a client that sends the owner's key."""
    with bench.open_client() as opened:
        opened.headers.update(owner.headers)
        yield opened


@pytest.fixture
def mascot(bench: Bench, owner: Owner) -> Address:
    """Return a canvas of the owner's: two loops, a forward and its reverse, 60 credits at 4 seconds."""
    return bench.add_mascot(owner)
