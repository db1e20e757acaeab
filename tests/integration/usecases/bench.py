"""A workspace on a real database and disk whose forwards and loops are drawn by a vendor elsewhere."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path

import cv2
from sqlalchemy import Connection

from poseloom.core.asset import Asset, AssetKind
from poseloom.core.caller import Caller
from poseloom.core.canvas import Canvas, Edge, Node
from poseloom.core.catalogue import LOCAL, Catalogue, GeneratorFacts
from poseloom.core.clip import ClipFormat, Quality
from poseloom.core.framing import PoseExtent
from poseloom.core.identity import Prefix
from poseloom.core.job import Job
from poseloom.core.ledger import find_violations, grant, name_account
from poseloom.core.plan import Order
from poseloom.core.request import GenerateAll
from poseloom.core.stored_canvas import StoredCanvas
from poseloom.core.workspace import Collection, Workspace
from poseloom.frames.image import measure_bounds
from poseloom.generators.maker import make_clip
from poseloom.generators.pool import Desk
from poseloom.ports.generator import RemoteGenerator
from poseloom.ports.maker import ClipMaker, ClipTask, MadeClip
from poseloom.ports.runner import Done, Lane, Next, QueuedJob
from poseloom.store.blob import open_blobs
from poseloom.store.cache import DiskClipStore
from poseloom.store.sql.database import SqlDatabase, migrate
from poseloom.testing.subject import draw_subject
from poseloom.testing.vendor import FakeVendor
from poseloom.usecases.advance import JobRunner
from poseloom.usecases.cancel import cancel_canvas
from poseloom.usecases.generate import Generation, generate_all
from tests.integration.laws.bench import CountingTools

SIZE_PX = 64
FPS = Fraction(8)
CREDITS = Fraction(1000)
STEPS_LIMIT = 200
POSES = {"idle": 0.0, "wave": 0.3}
WAVE = Edge(id="idle-wave", source="idle", target="wave", description="It waves.")
LOOP = Edge(id="idle-loop", source="idle", target="idle")


class MovableTools(CountingTools):
    """Tools whose time can be moved."""

    def __init__(self) -> None:
        super().__init__()
        self._passed = timedelta()

    def now(self) -> datetime:
        return super().now() + self._passed

    def pass_time(self, **time: float) -> None:
        self._passed += timedelta(**time)


class InlineMaker:
    """The local maker, in this thread: real codecs and certificates, no processes."""

    def __init__(self, folder: Path) -> None:
        self._store = DiskClipStore(folder=folder / "cache", limit_bytes=2**30)
        self._store.open()
        self._folder = folder
        self.tasks: list[ClipTask] = []

    def make(self, task: ClipTask, on_frames: Callable[[int], None]) -> MadeClip:
        on_frames(0)
        self.tasks.append(task)
        return make_clip(Desk(self._folder, task.job_id), task, self._store)

    def cancel(self, job_id: str) -> None:
        """What is made in this thread is done before anybody can ask."""


class Bench:
    """One workspace with one canvas, and a runner."""

    def __init__(
        self,
        folder: Path,
        vendor: FakeVendor,
        generator: RemoteGenerator,
        *,
        edges: Sequence[Edge] = (WAVE,),
        maker: ClipMaker | None = None,
    ) -> None:
        self.tools, self.folder, self.vendor, self.generator = MovableTools(), folder, vendor, generator
        self.queued: deque[QueuedJob] = deque()
        self.database = SqlDatabase(f"sqlite:///{folder / 'bench.db'}", self._note_queued)
        migrate(self.database.engine)
        self.blobs = open_blobs((folder / "blobs").as_uri())
        self.facts = generator.capabilities.facts
        self.catalogue = Catalogue(
            generators={LOCAL: GeneratorFacts(name=LOCAL), self.facts.name: self.facts}, formats=(ClipFormat.WEBM,),
            quality=Quality.PREVIEW, size=SIZE_PX, fps=FPS, width=2, starting_credits=CREDITS,
        )  # fmt: skip
        self.inline = InlineMaker(folder)
        self.maker: ClipMaker = maker or self.inline
        owner = self.tools.mint(Prefix.WORKSPACE)
        self.caller = Caller(workspace_id=owner, key_id="key_1", scopes=frozenset())
        self.collection_id, self.canvas_id = self.tools.mint(Prefix.COLLECTION), self.tools.mint(Prefix.CANVAS)
        self._set_up(edges)

    @property
    def runner(self) -> JobRunner:
        """A runner that knows nothing of what others did before, as after a restart."""
        return JobRunner(
            database=self.database, blobs=self.blobs, maker=self.maker, catalogue=self.catalogue, tools=self.tools,
            folder=self.folder, generators={self.facts.name: self.generator},
        )  # fmt: skip

    def _note_queued(self, connection: Connection, jobs: Sequence[QueuedJob]) -> None:
        del connection
        self.queued.extend(jobs)

    def _set_up(self, edges: Sequence[Edge]) -> None:
        now, owner = self.tools.now(), self.caller.workspace_id
        pictures = {name: self._draw(phase) for name, phase in POSES.items()}
        nodes = tuple(Node(id=name, name=name, asset_id=picture.id) for name, picture in pictures.items())
        canvas = Canvas(name="Bench", initial_node="idle", nodes=nodes, edges=tuple(edges), id=self.canvas_id)
        with self.database.write() as unit:
            unit.workspaces.add(Workspace(id=owner, name="Bench", created_at=now))
            unit.collections.add(
                Collection(
                    id=self.collection_id, workspace_id=owner, project_id=None, name="Mascot", description="",
                    config={}, created_at=now, updated_at=now,
                )
            )  # fmt: skip
            unit.assets.add(*pictures.values())
            unit.canvases.add(
                StoredCanvas(
                    id=self.canvas_id, workspace_id=owner, collection_id=self.collection_id, canvas=canvas,
                    generator=self.facts.name, version=1, revision=1, framing=None, created_at=now, updated_at=now,
                )
            )  # fmt: skip
            unit.ledger.book([grant("start", name_account(owner), CREDITS)], workspace_id=owner, note="", now=now)

    def _draw(self, phase: float) -> Asset:
        image = draw_subject(96, phase)
        bounds = measure_bounds(image)
        assert bounds is not None
        left, top, right, bottom = bounds
        _, content = cv2.imencode(".png", cv2.cvtColor(image, cv2.COLOR_RGBA2BGRA))
        blob, asset_id = self.blobs.keep(content.tobytes()), self.tools.mint(Prefix.ASSET)
        return Asset(
            id=asset_id, workspace_id=self.caller.workspace_id, collection_id=self.collection_id,
            kind=AssetKind.TRANSPARENT_IMAGE, name=f"{asset_id}.png", content_name=f"c-{asset_id}.png",
            media_type="image/png", sha256=blob.sha256, size_bytes=blob.size_bytes, width=96, height=96,
            extent=PoseExtent(width=96, height=96, left=left, top=top, right=right, bottom=bottom),
            pose_asset_id=asset_id, created_at=self.tools.now(),
        )  # fmt: skip

    def generate(self, **options: object) -> Generation:
        request = replace(GenerateAll(order=Order(duration_seconds=Fraction(1))), **options)  # type: ignore[arg-type]
        address = self.collection_id, self.canvas_id
        with self.database.write() as unit:
            return generate_all(unit, self.caller, address, request, catalogue=self.catalogue, tools=self.tools)

    def order_wave(self) -> str:
        """Order the clips of the canvas; return the id of the wave's job."""
        return self.generate().jobs["idle-wave"].id

    def cancel(self) -> None:
        """Cancel everything, as the service does: save it, then tell whoever works on it."""
        with self.database.write() as unit:
            cancelled = cancel_canvas(unit, self.caller, (self.collection_id, self.canvas_id), self.tools)
        self.runner.stop([job.id for job in cancelled.jobs])

    def advance(self, job_id: str) -> Next:
        return self.runner.advance(job_id)

    def carry(self, job_id: str) -> None:
        """Advance a job until it is done; the pauses pass at once."""
        for _ in range(STEPS_LIMIT):
            step = self.advance(job_id)
            if isinstance(step, Done):
                return
            assert step.after_seconds > 0
            self.tools.pass_time(seconds=step.after_seconds)
        message = f"{job_id} was not done after {STEPS_LIMIT} steps"
        raise AssertionError(message)

    def carry_all(self) -> list[Lane]:
        """Do everything that is queued and what it queues in turn; return the lanes."""
        lanes = []
        while self.queued:
            job = self.queued.popleft()
            lanes.append(job.lane)
            self.carry(job.id)
        return lanes

    def change(self, job_id: str, **fields: object) -> None:
        with self.database.write() as unit:
            unit.jobs.change(job_id, **fields)

    def read(self, job_id: str) -> Job:
        with self.database.read() as unit:
            job = unit.jobs.read(job_id)
        assert job is not None
        return job

    def read_last(self) -> Mapping[str, Job]:
        with self.database.read() as unit:
            return unit.jobs.list_last(self.canvas_id)

    def read_clips(self) -> set[str]:
        with self.database.read() as unit:
            return set(unit.clips.read(self.canvas_id))

    def fetch_output(self, job_id: str, kind: AssetKind) -> Path:
        """Return the file of what a job made."""
        with self.database.read() as unit:
            asset = unit.assets.find(self.caller.workspace_id, self.read(job_id).assets[kind])
        assert asset is not None
        return self.blobs.fetch(asset.sha256, self.folder, kind.suffix)

    def read_balance(self) -> Fraction:
        """Return the balance; the ledger's laws hold whenever anybody looks."""
        with self.database.read() as unit:
            assert list(find_violations(unit.ledger.walk())) == []
            return unit.ledger.read_balance(name_account(self.caller.workspace_id))

    def close(self) -> None:
        self.database.close()
