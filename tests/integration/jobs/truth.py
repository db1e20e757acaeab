"""Jobs with a table of their own, as the app has one: what a job is at lies there and nowhere else."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Column, Connection, Engine, Integer, MetaData, String, Table, func, insert, select, update

from poseloom.jobs.enqueuer import Enqueuer
from poseloom.ports.runner import Again, Done, Lane, Next, QueuedJob
from poseloom.store.sql.database import open_engine

DEADLINE_SECONDS = 30

metadata = MetaData()
works = Table(
    "works",
    metadata,
    Column("id", String, primary_key=True),
    Column("deed", String, nullable=False),
    Column("state", String, nullable=False),
    Column("steps", Integer, nullable=False),
    Column("ends", Integer, nullable=False),
    Column("actor", String),
)
ends = Table("ends", metadata, Column("place", Integer, primary_key=True), Column("work_id", String, nullable=False))


def wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.02)


class Truth:
    """What is known of all jobs."""

    def __init__(self, url: str) -> None:
        self.engine: Engine = open_engine(url)

    def write(self) -> Connection:
        return self.engine.connect().execution_options(poseloom_writes=True)

    def make(self) -> None:
        metadata.create_all(self.engine)

    def add(self, enqueuer: Enqueuer, jobs: Iterable[QueuedJob], deed: str = "end") -> None:
        """Add and queue jobs in one transaction."""
        jobs = list(jobs)
        with self.write() as connection, connection.begin():
            self.note(connection, jobs, deed)
            enqueuer.enqueue(connection, jobs)

    def note(self, connection: Connection, jobs: Iterable[QueuedJob], deed: str = "end") -> None:
        rows = [{"id": job.id, "deed": deed, "state": "open", "steps": 0, "ends": 0} for job in jobs]
        connection.execute(insert(works), rows)

    def step(self, job_id: str) -> tuple[str, str, int]:
        """Count a step; return the job's state, deed and steps."""
        with self.write() as connection, connection.begin():
            connection.execute(update(works).where(works.c.id == job_id).values(steps=works.c.steps + 1))
            row = connection.execute(select(works).where(works.c.id == job_id)).one()
        return row.state, row.deed, row.steps

    def end(self, job_id: str, state: str, actor: str = "") -> None:
        """End a job if it is open."""
        with self.write() as connection, connection.begin():
            values = {"state": state, "ends": works.c.ends + 1, "actor": actor}
            ended = connection.execute(
                update(works).where(works.c.id == job_id, works.c.state == "open").values(values)
            )
            if ended.rowcount:
                connection.execute(insert(ends).values(work_id=job_id))

    def count(self, **equal: object) -> int:
        query = (
            select(func.count()).select_from(works).where(*(works.c[name] == value for name, value in equal.items()))
        )
        with self.engine.connect() as connection:
            return int(connection.scalar(query) or 0)

    def count_steps(self) -> int:
        with self.engine.connect() as connection:
            return int(connection.scalar(select(func.sum(works.c.steps))) or 0)

    def list_ended(self) -> list[str]:
        with self.engine.connect() as connection:
            return list(connection.execute(select(ends.c.work_id).order_by(ends.c.place)).scalars())

    def list_actors(self) -> set[str]:
        with self.engine.connect() as connection:
            return set(connection.execute(select(works.c.actor)).scalars())

    def close(self) -> None:
        self.engine.dispose()


@dataclass
class TruthRunner:
    """Does what a job's deed says: `end`, `again N`, `hold`, `fail N`, `die`, `sleep`."""

    truth: Truth
    actor: str = "here"
    release: threading.Event = field(default_factory=threading.Event)
    stopped: list[str] = field(default_factory=list)

    def advance(self, job_id: str) -> Next:
        state, deed, steps = self.truth.step(job_id)
        if state != "open":
            return Done()
        verb, _, count = deed.partition(" ")
        match verb:
            case "again" if steps <= int(count):
                return Again(0.05)
            case "sleep":
                return Again(3600)
            case "fail" if steps <= int(count):
                raise RuntimeError("a defect")
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)
            case "hold":
                # The real one stops a render; it leaves the job as it is.
                if not self.release.wait(DEADLINE_SECONDS) or job_id in self.stopped:
                    return Done()
            case _:
                pass
        self.truth.end(job_id, "done", self.actor)
        return Done()

    def give_up(self, job_id: str) -> None:
        self.truth.end(job_id, "given up", self.actor)

    def stop(self, job_ids: Sequence[str]) -> None:
        self.stopped.extend(job_ids)
        self.release.set()


def queue(*names: str, lane: Lane = Lane.RENDER, workspace: str = "wsp_a") -> list[QueuedJob]:
    return [QueuedJob(id=f"job_{name}", lane=lane, workspace_id=workspace) for name in names]


def queue_many(count: int, *, lane: Lane = Lane.RENDER, workspace: str = "wsp_a") -> list[QueuedJob]:
    return queue(*(f"{workspace}_{number}" for number in range(count)), lane=lane, workspace=workspace)
