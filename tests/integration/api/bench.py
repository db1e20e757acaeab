"""A server on a real database and real blobs, whose jobs are settled by hand instead of being rendered."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from sqlalchemy import Connection
from starlette.testclient import TestClient

from poseloom.api.app import create_app
from poseloom.api.service import Service
from poseloom.core.asset import Asset, AssetKind
from poseloom.core.caller import Caller
from poseloom.core.canvas import Canvas, Edge, Node
from poseloom.core.catalogue import LOCAL, Catalogue, GeneratorFacts
from poseloom.core.clip import ClipFormat, Quality
from poseloom.core.confidence import Fault, FaultKind, judge_pair
from poseloom.core.credential import Scope, hash_key, show_hint, write_key
from poseloom.core.error import GeneratorFailed, PoseloomError
from poseloom.core.framing import PoseExtent
from poseloom.core.identity import Prefix, mint
from poseloom.core.job import Job, JobType
from poseloom.core.ledger import grant, name_account
from poseloom.core.stored_canvas import StoredCanvas
from poseloom.core.workspace import ApiKey, Collection, Workspace
from poseloom.ports.blob import StoredBlob
from poseloom.ports.runner import QueuedJob
from poseloom.store.blob import ObjectBlobStore, open_blobs
from poseloom.store.sql.database import SqlDatabase
from poseloom.store.sql.stamp import ClockStamp, SqliteStamp, open_stamp
from poseloom.store.sql.table import metadata
from poseloom.usecases.settle import Outcome, claim_job, fail_job, finish_job, note_frames

CATALOGUE = Catalogue(
    generators={LOCAL: GeneratorFacts(name=LOCAL)},
    formats=(ClipFormat.WEBM, ClipFormat.HEVC, ClipFormat.STACKED),
    quality=Quality.PREVIEW, size=128, fps=Fraction(24), width=2, starting_credits=Fraction(1000),
)  # fmt: skip
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SEAM = {
    "webm": {
        "first": {"colour_db": 44.1, "ceiling_db": 44.9, "alpha_db": 60.2},
        "last": {"colour_db": 44.2, "ceiling_db": 44.9, "alpha_db": 60.1},
    }
}
CONFIDENCE = judge_pair([Fault(kind=FaultKind.DIFFERS, amount=0.25, weight=0.3)], limbs=1)


class CountingTools:
    """Tools whose every answer differs from the one before, and is the same in every run. Time can be moved."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self.noon = NOON

    def now(self) -> datetime:
        return self.noon + timedelta(milliseconds=next(self._numbers))

    def pass_time(self, seconds: float) -> None:
        self.noon += timedelta(seconds=seconds)

    def mint(self, prefix: Prefix) -> str:
        return mint(prefix, next(self._numbers).to_bytes(16, "big"))

    def draw_bytes(self, count: int) -> bytes:
        return next(self._numbers).to_bytes(count, "big")

    def draw_chance(self) -> float:
        return 0.5


@dataclass(frozen=True)
class Owner:
    """A workspace with a key."""

    caller: Caller
    key: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    @property
    def account(self) -> str:
        return name_account(self.caller.workspace_id)


@dataclass(frozen=True)
class Address:
    """A canvas of an owner."""

    owner: Owner
    collection_id: str
    canvas_id: str

    @property
    def path(self) -> str:
        return f"/v1/collections/{self.collection_id}/canvases/{self.canvas_id}"


@dataclass
class Bench:
    """A server's parts, and hands to put things into it."""

    service: Service
    database: SqlDatabase
    stamp: SqliteStamp | ClockStamp
    blobs: ObjectBlobStore
    tools: CountingTools
    queued: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def open(cls, url: str, folder: Path) -> "Bench":
        queued: list[str] = []
        stopped: list[str] = []
        pictures: dict[str, bytes] = {}

        def enqueue(connection: Connection, jobs: Sequence[QueuedJob]) -> None:
            del connection
            queued.extend(job.id for job in jobs)

        database = SqlDatabase(url, enqueue)
        metadata.create_all(database.engine)
        stamp, tools, blobs = (
            open_stamp(url, database.count_saves),
            CountingTools(),
            open_blobs((folder / "blobs").as_uri()),
        )
        service = Service(
            database=database, stamp=stamp, blobs=blobs, catalogue=CATALOGUE, tools=tools,
            stop_jobs=stopped.extend, find_faults=list, fetch_image=pictures.__getitem__,
        )  # fmt: skip
        return cls(service, database, stamp, blobs, tools, queued, stopped, pictures)

    def close(self) -> None:
        self.stamp.close()
        self.database.close()

    def open_app(self, **settings: Any) -> FastAPI:  # noqa: ANN401 - any field of a service
        return create_app(replace(self.service, **settings))

    def open_client(self, **settings: Any) -> TestClient:  # noqa: ANN401 - any field of a service
        """Return a client; use it in a `with`, so that all its requests share one event loop."""
        return TestClient(self.open_app(**settings))

    def open_workspace(self, credits_: int = 1000, scopes: frozenset[Scope] = frozenset(Scope)) -> Owner:
        """Open a workspace with a key, past the verbs for that."""
        key, now = write_key(self.tools.draw_bytes(32)), self.tools.now()
        owner = self.tools.mint(Prefix.WORKSPACE)
        caller = Caller(workspace_id=owner, key_id=self.tools.mint(Prefix.KEY), scopes=scopes)
        with self.database.write() as unit:
            unit.workspaces.add(Workspace(id=owner, name="Bench", created_at=now))
            unit.keys.add(
                ApiKey(
                    id=caller.key_id, workspace_id=owner, name="bench", hash=hash_key(key), hint=show_hint(key),
                    scopes=frozenset(scopes), created_at=now,
                )
            )  # fmt: skip
            if credits_:
                entry = grant(owner, name_account(owner), Fraction(credits_))
                unit.ledger.book([entry], workspace_id=owner, note="start", now=now)
        return Owner(caller, key)

    def add_collection(self, owner: Owner, name: str = "Pim") -> str:
        now, collection_id = self.tools.now(), self.tools.mint(Prefix.COLLECTION)
        collection = Collection(
            id=collection_id, workspace_id=owner.caller.workspace_id, project_id=None, name=name, description="",
            config={}, created_at=now, updated_at=now,
        )  # fmt: skip
        with self.database.write() as unit:
            unit.collections.add(collection)
        return collection_id

    def add_pose(self, owner: Owner, collection_id: str) -> str:
        """Add a transparent picture; return its asset id."""
        asset_id = self.tools.mint(Prefix.ASSET)
        blob = self.blobs.keep(f"picture {asset_id}".encode())
        asset = Asset(
            id=asset_id, workspace_id=owner.caller.workspace_id, collection_id=collection_id,
            kind=AssetKind.TRANSPARENT_IMAGE, name=f"pose-{asset_id[4:]}.png",
            content_name=f"pose-{blob.sha256[:32]}.png", media_type="image/png", sha256=blob.sha256,
            size_bytes=blob.size_bytes, width=64, height=64,
            extent=PoseExtent(width=64, height=64, left=8, top=8, right=56, bottom=60),
            pose_asset_id=asset_id, created_at=self.tools.now(),
        )  # fmt: skip
        with self.database.write() as unit:
            unit.assets.add(asset)
        return asset_id

    def add_canvas(
        self, owner: Owner, nodes: Sequence[str], edges: Sequence[Edge], *, pictures: bool = True
    ) -> Address:
        """Add a canvas in a collection of its own, with a picture for every node."""
        collection_id, canvas_id = self.add_collection(owner), self.tools.mint(Prefix.CANVAS)
        poses = {name: self.add_pose(owner, collection_id) if pictures else None for name in nodes}
        canvas = Canvas(
            id=canvas_id, name="Main", initial_node=next(iter(nodes), ""), edges=tuple(edges),
            nodes=tuple(Node(id=name, name=name.title(), asset_id=poses[name]) for name in nodes),
        )  # fmt: skip
        now = self.tools.now()
        stored = StoredCanvas(
            id=canvas_id, workspace_id=owner.caller.workspace_id, collection_id=collection_id, canvas=canvas,
            generator=None, version=1, revision=1, framing=None, created_at=now, updated_at=now,
        )  # fmt: skip
        with self.database.write() as unit:
            unit.canvases.add(stored)
        return Address(owner, collection_id, canvas_id)

    def add_mascot(self, owner: Owner) -> Address:
        """Add a canvas of two nodes, two loops, a forward and its reverse: 60 credits at 4 seconds."""
        edges = (
            Edge(id="idle-loop", source="idle", target="idle"),
            Edge(id="wave-loop", source="wave", target="wave"),
            Edge(id="idle-wave", source="idle", target="wave"),
            Edge(id="wave-idle", source="wave", target="idle", reverse=True),
        )
        return self.add_canvas(owner, ("idle", "wave"), edges)

    def list_jobs(self, address: Address) -> Mapping[str, Job]:
        """Return the newest job of each edge."""
        with self.database.read() as unit:
            return unit.jobs.list_last(address.canvas_id)

    def read_job(self, job_id: str) -> Job:
        with self.database.read() as unit:
            job = unit.jobs.read(job_id)
        assert job is not None
        return job

    def claim(self, job_id: str) -> None:
        with self.database.write() as unit:
            assert claim_job(unit, job_id, self.tools) is not None

    def note_frames(self, job_id: str, frames_done: int) -> None:
        with self.database.write() as unit:
            job = unit.jobs.read(job_id)
            assert job is not None
            assert note_frames(unit, job, frames_done, self.tools)

    def settle(self, job_id: str) -> dict[AssetKind, bytes]:
        """Finish a job with files that are no videos; return them."""
        self.claim(job_id)
        job = self.read_job(job_id)
        files = {kind: f"{kind} of {job_id}".encode() * 50 for kind in job.assets}
        blobs: dict[AssetKind, StoredBlob] = {kind: self.blobs.keep(content) for kind, content in files.items()}
        drawn = not job.is_loop and job.type is JobType.ANIMATION
        confidence = CONFIDENCE if drawn else None
        outcome = Outcome(blobs=blobs, duration_seconds=job.duration_seconds, seam=SEAM, confidence=confidence)
        with self.database.write() as unit:
            assert finish_job(unit, job_id, outcome, catalogue=CATALOGUE, tools=self.tools)
        return files

    def settle_all(self, address: Address) -> None:
        """Finish every job of a canvas, forwards first."""
        jobs = sorted(self.list_jobs(address).values(), key=lambda job: job.forward_job_id is not None)
        for job in jobs:
            if not job.state.is_final:
                self.settle(job.id)

    def fail(self, job_id: str, error: PoseloomError | None = None) -> None:
        with self.database.write() as unit:
            assert fail_job(unit, job_id, error or GeneratorFailed("it is down; try again"), self.tools)

    def read_balance(self, owner: Owner) -> Fraction:
        with self.database.read() as unit:
            return unit.ledger.read_balance(owner.account)
