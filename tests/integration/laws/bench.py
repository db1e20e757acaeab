"""A workspace on a real database, whose jobs are settled by hand instead of being rendered."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from sqlalchemy import Connection

from poseloom.core.asset import Asset, AssetKind
from poseloom.core.caller import Caller
from poseloom.core.canvas import Canvas
from poseloom.core.catalogue import LOCAL, Catalogue, GeneratorFacts
from poseloom.core.clip import ClipFormat, Quality
from poseloom.core.error import GeneratorFailed
from poseloom.core.framing import PoseExtent
from poseloom.core.identity import Prefix, mint
from poseloom.core.job import Job
from poseloom.core.ledger import Entry, grant, name_account
from poseloom.core.request import GenerateAll
from poseloom.core.stored_canvas import StoredCanvas
from poseloom.core.workspace import Collection, Workspace
from poseloom.ports.blob import StoredBlob
from poseloom.ports.runner import QueuedJob
from poseloom.store.sql.database import SqlDatabase
from poseloom.usecases.generate import Generation, generate_all, retry_failed
from poseloom.usecases.settle import Outcome, cancel_jobs, claim_job, fail_job, finish_job

CATALOGUE = Catalogue(
    generators={LOCAL: GeneratorFacts(name=LOCAL)}, formats=(ClipFormat.WEBM,), quality=Quality.PREVIEW,
    size=128, fps=Fraction(24), width=2, starting_credits=Fraction(1000),
)  # fmt: skip
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class CountingTools:
    """Tools whose every answer differs from the one before, and is the same in every run."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def now(self) -> datetime:
        return NOON + timedelta(milliseconds=next(self._numbers))

    def mint(self, prefix: Prefix) -> str:
        return mint(prefix, next(self._numbers).to_bytes(16, "big"))

    def draw_bytes(self, count: int) -> bytes:
        return next(self._numbers).to_bytes(count, "big")

    def draw_chance(self) -> float:
        return 0.5


class Bench:
    """One workspace with one canvas."""

    def __init__(self, url: str, canvas: Canvas, credits_: Fraction) -> None:
        self.tools = CountingTools()
        self.queued: list[str] = []
        self.database = SqlDatabase(url, self._note_queued)
        self.caller = Caller(workspace_id=self.tools.mint(Prefix.WORKSPACE), key_id="key_1", scopes=frozenset())
        self.collection_id = self.tools.mint(Prefix.COLLECTION)
        self.canvas_id = self.tools.mint(Prefix.CANVAS)
        self.account = name_account(self.caller.workspace_id)
        self._set_up(canvas, credits_)

    @property
    def address(self) -> tuple[str, str]:
        return self.collection_id, self.canvas_id

    def _note_queued(self, connection: Connection, jobs: Sequence[QueuedJob]) -> None:
        del connection
        self.queued += [job.id for job in jobs]

    def _set_up(self, canvas: Canvas, credits_: Fraction) -> None:
        now, owner = self.tools.now(), self.caller.workspace_id
        pictures = {node.id: self.tools.mint(Prefix.ASSET) for node in canvas.nodes}
        nodes = tuple(replace(node, asset_id=pictures[node.id]) for node in canvas.nodes)
        with self.database.write() as unit:
            unit.workspaces.add(Workspace(id=owner, name="Bench", created_at=now))
            unit.collections.add(
                Collection(
                    id=self.collection_id, workspace_id=owner, project_id=None, name="Mascot", description="",
                    config={}, created_at=now, updated_at=now,
                )
            )  # fmt: skip
            unit.assets.add(*(self._draw(asset_id) for asset_id in pictures.values()))
            unit.canvases.add(
                StoredCanvas(
                    id=self.canvas_id, workspace_id=owner, collection_id=self.collection_id,
                    canvas=replace(canvas, nodes=nodes, id=self.canvas_id), generator=None, version=1, revision=1,
                    framing=None, created_at=now, updated_at=now,
                )
            )  # fmt: skip
            unit.ledger.book([grant("start", self.account, credits_)], workspace_id=owner, note="start", now=now)

    def _draw(self, asset_id: str) -> Asset:
        return Asset(
            id=asset_id, workspace_id=self.caller.workspace_id, collection_id=self.collection_id,
            kind=AssetKind.TRANSPARENT_IMAGE, name=f"{asset_id}.png", content_name=f"c-{asset_id}.png",
            media_type="image/png", sha256="0" * 64, size_bytes=1, width=64, height=64,
            extent=PoseExtent(width=64, height=64, left=8, top=8, right=56, bottom=60),
            pose_asset_id=asset_id, created_at=self.tools.now(),
        )  # fmt: skip

    def generate(self, request: GenerateAll) -> Generation:
        with self.database.write() as unit:
            return generate_all(unit, self.caller, self.address, request, catalogue=CATALOGUE, tools=self.tools)

    def retry(self) -> Generation:
        with self.database.write() as unit:
            return retry_failed(unit, self.caller, self.address, catalogue=CATALOGUE, tools=self.tools)

    def claim(self, job_id: str) -> bool:
        with self.database.write() as unit:
            return claim_job(unit, job_id, self.tools) is not None

    def finish(self, job: Job) -> bool:
        blobs = {kind: StoredBlob(sha256=f"{kind}{job.id}".ljust(64)[:64], size_bytes=9) for kind in job.assets}
        outcome = Outcome(blobs=blobs, duration_seconds=job.duration_seconds, seam={})
        with self.database.write() as unit:
            return finish_job(unit, job.id, outcome, catalogue=CATALOGUE, tools=self.tools)

    def fail(self, job_id: str) -> bool:
        with self.database.write() as unit:
            return fail_job(unit, job_id, GeneratorFailed("it is down; try again"), self.tools)

    def cancel(self, jobs: Sequence[Job]) -> Sequence[Job]:
        with self.database.write() as unit:
            return cancel_jobs(unit, jobs, self.tools)

    def list_live(self) -> Sequence[Job]:
        with self.database.read() as unit:
            return unit.jobs.list_live(self.canvas_id)

    def list_last(self) -> dict[str, Job]:
        with self.database.read() as unit:
            return dict(unit.jobs.list_last(self.canvas_id))

    def list_clips(self) -> set[str]:
        with self.database.read() as unit:
            return set(unit.clips.read(self.canvas_id))

    def read_canvas(self) -> StoredCanvas:
        with self.database.read() as unit:
            stored = unit.canvases.find(self.caller.workspace_id, self.canvas_id)
        assert stored is not None
        return stored

    def read_balance(self) -> Fraction:
        with self.database.read() as unit:
            return unit.ledger.read_balance(self.account)

    def read_entries(self) -> list[Entry]:
        with self.database.read() as unit:
            return list(unit.ledger.walk())

    def close(self) -> None:
        self.database.close()
