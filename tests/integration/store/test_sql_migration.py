"""The tables are what the code says they are, however they came to be."""

import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import as_file, files

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect

from poseloom.core.error import StorageFailed
from poseloom.store.sql.database import migrate, open_engine
from poseloom.store.sql.table import metadata

MIGRATE = """
import sys
from poseloom.store.sql.database import migrate, open_engine

engine = open_engine(sys.argv[1])
migrate(engine)
engine.dispose()
"""
DEADLINE_SECONDS = 60


@pytest.fixture
def engine(sql_url: str) -> Iterator[Engine]:
    engine = open_engine(sql_url)
    yield engine
    engine.dispose()


def find_differences(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, metadata))


def downgrade(engine: Engine) -> None:
    with as_file(files("poseloom.store.sql") / "migration") as folder:
        config = Config()
        config.set_main_option("script_location", str(folder))
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.downgrade(config, "base")


def test_migrated_tables_are_those_of_the_code(engine: Engine) -> None:
    migrate(engine)
    assert find_differences(engine) == []


def test_migrating_twice_changes_nothing(engine: Engine) -> None:
    migrate(engine)
    migrate(engine)
    assert find_differences(engine) == []


def test_two_processes_migrate_at_once(engine: Engine, sql_url: str) -> None:
    command_ = [sys.executable, "-c", MIGRATE, sql_url]
    processes = [subprocess.Popen(command_, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    endings = [(process.communicate(timeout=DEADLINE_SECONDS)[1], process.returncode) for process in processes]
    assert endings == [("", 0), ("", 0)]
    assert find_differences(engine) == []


def test_tables_go_and_come_back(engine: Engine) -> None:
    migrate(engine)
    downgrade(engine)
    assert set(inspect(engine).get_table_names()) == {"alembic_version"}
    migrate(engine)
    assert find_differences(engine) == []


def test_a_missing_migration_would_be_noticed(engine: Engine) -> None:
    migrate(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP INDEX uq_jobs_live_edge")
    assert len(find_differences(engine)) == 1


def test_a_database_that_cannot_be_reached_is_told_in_one_line() -> None:
    engine = open_engine("postgresql+psycopg://nobody@127.0.0.1:1/none")
    with pytest.raises(StorageFailed):
        migrate(engine)
    engine.dispose()
