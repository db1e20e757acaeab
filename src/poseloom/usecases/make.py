"""Making a job's clip, with no transaction open: fetch what it is made of, encode, keep what came of it."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path

from poseloom.core.asset import KINDS, AssetKind
from poseloom.core.error import ForwardFailed
from poseloom.core.job import Batch, Job, JobType
from poseloom.core.manner import read_manner
from poseloom.ports.blob import BlobStore, StoredBlob
from poseloom.ports.maker import ClipMaker, ClipTask, MadeClip
from poseloom.ports.tool import Tools
from poseloom.ports.unit import Database, Unit
from poseloom.usecases.settle import Outcome, note_frames

NOTE_EVERY_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A job and what it is made of.

    Attributes:
        source: The pose that it begins with, as its batch names it.
        target: The pose that it ends with.
        frames: SHA-256 of the kept frames that it plays backwards; None when it plays none, or they are gone.
    """

    job: Job
    batch: Batch
    source: str
    target: str
    frames: str | None

    @property
    def is_reversed(self) -> bool:
        """Whether it plays kept frames backwards."""
        return self.job.type is JobType.REVERSE


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """Where clips are made.

    Attributes:
        folder: Where pictures and kept frames are fetched to.
    """

    database: Database
    blobs: BlobStore
    maker: ClipMaker
    tools: Tools
    folder: Path

    def make(self, work: Work, drawn: Path | None = None) -> Outcome:
        """Make a clip and keep it.

        Args:
            work: What to make.
            drawn: Its frames, when a service elsewhere drew them.

        Raises:
            JobCancelled: Its job was cancelled.
            PoseloomError: It cannot be made.
        """
        made = self.maker.make(self._write_task(work, drawn), self._open_note(work.job))
        return Outcome(
            blobs=self._keep(work.job, made),
            duration_seconds=_round(max(record.duration_seconds for record in made.records.values())),
            seam={fmt.value: _write_seam(asdict(record.seam)) for fmt, record in made.records.items()},
            confidence=made.confidence,
        )

    def fetch_pose(self, batch: Batch, pose: str) -> Path:
        """Return the file of a pose's picture.

        Raises:
            StorageFailed: It cannot be had.
        """
        return self.blobs.fetch(batch.poses[pose], self.folder, AssetKind.TRANSPARENT_IMAGE.suffix)

    def _write_task(self, work: Work, drawn: Path | None) -> ClipTask:
        job, batch = work.job, work.batch
        return ClipTask(
            job_id=job.id,
            poses={pose: self.fetch_pose(batch, pose) for pose in batch.poses},
            source=work.target if work.is_reversed else work.source,
            target=work.source if work.is_reversed else work.target,
            framing=batch.framing,
            is_loop=job.is_loop,
            is_reversed=work.is_reversed,
            duration_seconds=job.duration_seconds,
            size=batch.size,
            fps=batch.fps,
            formats=batch.formats,
            quality=batch.quality,
            manner=read_manner(job.prompt),
            frames=self._fetch_frames(work) if work.is_reversed else drawn,
        )

    def _fetch_frames(self, work: Work) -> Path:
        if work.frames is None:
            raise ForwardFailed("the frames of its forward are not there any more; make the forward again")
        return self.blobs.fetch(work.frames, self.folder, AssetKind.FRAMES.suffix)

    def _open_note(self, job: Job) -> Callable[[int], None]:
        """Return what hears how far the render is; it stops the render when the job was cancelled elsewhere."""
        last = time.monotonic()

        def note(frames_done: int) -> None:
            nonlocal last
            if time.monotonic() - last < NOTE_EVERY_SECONDS:
                return
            last = time.monotonic()
            with self.database.write() as unit:
                going = note_frames(unit, job, frames_done, self.tools)
            if not going:
                self.maker.cancel(job.id)

        return note

    def _keep(self, job: Job, made: MadeClip) -> dict[AssetKind, StoredBlob]:
        files = {KINDS[fmt]: path for fmt, path in made.files.items()}
        files[AssetKind.POSTER] = made.poster
        if AssetKind.FRAMES in job.assets and made.frames is not None:
            files[AssetKind.FRAMES] = made.frames
        return {kind: self.blobs.keep_file(path) for kind, path in files.items()}


def read_work(unit: Unit, job: Job) -> Work:
    """Return what a job is made of."""
    named = unit.assets.find_many(job.workspace_id, [job.source_asset_id, job.target_asset_id])
    frames = None if job.frames_asset_id is None else unit.assets.find(job.workspace_id, job.frames_asset_id)
    return Work(
        job=job,
        batch=unit.batches.read(job.batch_id),
        source=named[job.source_asset_id].pose_asset_id or job.source_asset_id,
        target=named[job.target_asset_id].pose_asset_id or job.target_asset_id,
        frames=None if frames is None else frames.sha256,
    )


def _round(seconds: float) -> Fraction:
    return Fraction(round(seconds * 1000), 1000)


def _write_seam(document: Mapping[str, Mapping[str, float]]) -> dict[str, object]:
    """Return a certificate without infinities, which JSON has not: exact ends are `null`."""
    return {
        end: {name: None if value == float("inf") else round(value, 2) for name, value in values.items()}
        for end, values in document.items()
    }
