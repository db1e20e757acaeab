"""A stamp moves when something was saved, whoever saved it."""

import time
from collections.abc import Iterator

import pytest

from poseloom.store.sql.database import SqlDatabase
from poseloom.store.sql.stamp import SLICE_SECONDS, ClockStamp, SqliteStamp, open_stamp
from tests.integration.store.desk import DEADLINE_SECONDS, Desk

Stamp = SqliteStamp | ClockStamp


@pytest.fixture
def desk(sql_url: str) -> Iterator[Desk]:
    desk = Desk.open(sql_url)
    yield desk
    desk.close()


@pytest.fixture
def stamp(desk: Desk, sql_url: str) -> Iterator[Stamp]:
    stamp = open_stamp(sql_url, desk.database.count_saves)
    yield stamp
    stamp.close()


def test_every_save_moves_the_stamp(desk: Desk, stamp: Stamp) -> None:
    seen = [stamp.read()]
    for _ in range(5):
        desk.add_workspace()
        seen.append(stamp.read())
    assert len(set(seen)) == len(seen)


def test_a_save_of_another_process_is_noticed_soon(desk: Desk, stamp: Stamp, sql_url: str) -> None:
    before = stamp.read()
    other = SqlDatabase(sql_url, lambda *_: None)
    desk.database, own = other, desk.database
    desk.add_workspace()
    desk.database = own
    other.close()
    # Where the database tells no stamp, time itself moves it, slice by slice.
    until = time.monotonic() + SLICE_SECONDS + DEADLINE_SECONDS
    while stamp.read() == before:
        assert time.monotonic() < until


def test_on_sqlite_nothing_moves_the_stamp_but_a_save(tmp_path_factory: pytest.TempPathFactory) -> None:
    url = f"sqlite:///{tmp_path_factory.mktemp('stamp') / 'poseloom.db'}"
    desk = Desk.open(url)
    stamp = open_stamp(url, desk.database.count_saves)
    before = stamp.read()
    with desk.database.read() as unit:
        unit.workspaces.count()

    def fail() -> None:
        with desk.database.write() as unit:
            unit.workspaces.change("none", name="nobody")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert stamp.read() == before
    stamp.close()
    desk.close()
