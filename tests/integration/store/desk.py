"""Records to put into a real database, and threads that all begin at once."""

import itertools
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import TypeVar

from sqlalchemy import Connection

from poseloom.core.asset import Asset, AssetKind
from poseloom.core.canvas import Canvas, Node
from poseloom.core.clip import ClipFormat, Quality
from poseloom.core.framing import Framing
from poseloom.core.identity import Prefix, mint
from poseloom.core.job import Batch, Job, JobState, JobType
from poseloom.core.ledger import grant, name_account
from poseloom.core.stored_canvas import StoredCanvas
from poseloom.core.workspace import Collection, Workspace
from poseloom.ports.runner import QueuedJob
from poseloom.store.sql.database import SqlDatabase, migrate

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DEADLINE_SECONDS = 120.0
T = TypeVar("T")


@dataclass
class Desk:
    """A migrated database, and what makes records for it."""

    database: SqlDatabase
    queued: list[str]
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    @classmethod
    def open(cls, url: str) -> "Desk":
        queued: list[str] = []

        def enqueue(connection: Connection, jobs: Sequence[QueuedJob]) -> None:
            assert connection.in_transaction()
            queued.extend(job.id for job in jobs)

        database = SqlDatabase(url, enqueue)
        migrate(database.engine)
        return cls(database, queued)

    def close(self) -> None:
        self.database.close()

    def mint(self, prefix: Prefix) -> str:
        return mint(prefix, next(self.numbers).to_bytes(16, "big"))

    def tell_time(self) -> datetime:
        return NOON + timedelta(milliseconds=next(self.numbers))

    def add_workspace(self, credits_: int = 0) -> str:
        """Add a workspace that has been granted credits."""
        workspace_id, now = self.mint(Prefix.WORKSPACE), self.tell_time()
        with self.database.write() as unit:
            unit.workspaces.add(Workspace(id=workspace_id, name="Desk", created_at=now))
            if credits_:
                entry = grant(workspace_id, name_account(workspace_id), Fraction(credits_))
                unit.ledger.book([entry], workspace_id=workspace_id, note="start", now=now)
        return workspace_id

    def write_collection(self, workspace_id: str, at: datetime | None = None) -> Collection:
        at = at or self.tell_time()
        return Collection(
            id=self.mint(Prefix.COLLECTION), workspace_id=workspace_id, project_id=None, name="Mascot", description="",
            config={"style": ["flat", {"lines": 2}]}, created_at=at, updated_at=at,
        )  # fmt: skip

    def write_asset(self, workspace_id: str) -> Asset:
        asset_id = self.mint(Prefix.ASSET)
        return Asset(
            id=asset_id, workspace_id=workspace_id, collection_id="col_1", kind=AssetKind.IMAGE, name=f"{asset_id}.png",
            content_name=f"c-{asset_id}.png", media_type="image/png", sha256=asset_id.rjust(64, "0"), size_bytes=2**40,
            duration_seconds=Fraction(4001, 1000), created_at=self.tell_time(),
        )  # fmt: skip

    def write_canvas(self, workspace_id: str) -> StoredCanvas:
        canvas_id, now = self.mint(Prefix.CANVAS), self.tell_time()
        canvas = Canvas(name="Äpfel", initial_node="a", nodes=(Node(id="a", name="a"),), id=canvas_id)
        return StoredCanvas(
            id=canvas_id, workspace_id=workspace_id, collection_id="col_1", canvas=canvas, generator=None, version=1,
            revision=1, framing=None, created_at=now, updated_at=now,
        )  # fmt: skip

    def write_batch(self, workspace_id: str) -> Batch:
        return Batch(
            id=self.mint(Prefix.ORDER), workspace_id=workspace_id, poses={"ast_1": "0" * 64},
            framing=Framing(left=-1, top=2, side=300, is_anchored=True), size=512, fps=Fraction(30000, 1001),
            formats=(ClipFormat.WEBM, ClipFormat.HEVC), quality=Quality.STANDARD, generator="local", seed=2**32 - 1,
            created_at=self.tell_time(),
        )  # fmt: skip

    def write_job(self, batch: Batch, canvas_id: str | None, edge_id: str | None, state: JobState) -> Job:
        job_id, now = self.mint(Prefix.JOB), self.tell_time()
        return Job(
            id=job_id, workspace_id=batch.workspace_id, collection_id="col_1", canvas_id=canvas_id, edge_id=edge_id,
            item_id=None, batch_id=batch.id, type=JobType.ANIMATION, state=state, generator="local",
            source_asset_id="ast_1", target_asset_id="ast_1", is_loop=True, duration_seconds=Fraction(7, 2),
            prompt="It naps.", label="nap", cost_credits=Fraction(35, 2), assets={AssetKind.WEBM: "ast_9"},
            created_at=now, updated_at=now,
        )  # fmt: skip


def run_at_once(calls: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """Call everything at the same moment, each in a thread of its own; return what came of each, in order."""
    gate = threading.Barrier(len(calls))

    def run(call: Callable[[], T]) -> T | Exception:
        gate.wait(DEADLINE_SECONDS)
        try:
            return call()
        except Exception as error:  # noqa: BLE001 - what went wrong is what came of it
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(DEADLINE_SECONDS) for future in [pool.submit(run, call) for call in calls]]
