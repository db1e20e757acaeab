"""A job's next step: claim it, make its clip with no transaction open, settle it (spec/job.md)."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path

import structlog

from poseloom.core.asset import KINDS, AssetKind
from poseloom.core.catalogue import Catalogue
from poseloom.core.error import FaultError, ForwardFailed, JobCancelled, JobLost, PoseloomError
from poseloom.core.job import Batch, Job, JobType
from poseloom.core.retry import choose_pause, may_retry
from poseloom.ports.blob import BlobStore, StoredBlob
from poseloom.ports.maker import ClipMaker, ClipTask, MadeClip
from poseloom.ports.runner import Again, Done, Next
from poseloom.ports.tool import Tools
from poseloom.ports.unit import Database, Unit
from poseloom.usecases.settle import Outcome, claim_job, fail_job, finish_job, hand_back_job, note_frames

NOTE_EVERY_SECONDS = 0.5

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRunner:
    """A `Runner` for jobs that are made on this machine.

    Attributes:
        folder: Where pictures and kept frames are fetched to.
    """

    database: Database
    blobs: BlobStore
    maker: ClipMaker
    catalogue: Catalogue
    tools: Tools
    folder: Path

    def advance(self, job_id: str) -> Next:
        """Do a job's next step."""
        with self.database.write() as unit:
            job = claim_job(unit, job_id, self.tools)
            batch = None if job is None else unit.batches.read(job.batch_id)
            names = {} if job is None else _read_hashes(unit, job)
        if job is None or batch is None:
            return Done()
        try:
            outcome = self._make(job, batch, names)
        except JobCancelled:
            return Done()
        except PoseloomError as error:
            return self._give_in(job, error)
        except Exception:  # noqa: BLE001 - a defect in one clip must not take its worker along
            _log.exception("job_broken", job_id=job_id)
            fault = FaultError("the clip could not be made, by a defect of ours; the log has it. Please report it")
            return self._give_in(job, fault)
        with self.database.write() as unit:
            finish_job(unit, job_id, outcome, catalogue=self.catalogue, tools=self.tools)
        return Done()

    def give_up(self, job_id: str) -> None:
        """End a job whose workflow died for good."""
        lost = JobLost("its worker died over it again and again; the log has why")
        with self.database.write() as unit:
            fail_job(unit, job_id, lost, self.tools)

    def stop(self, job_ids: Sequence[str]) -> None:
        """Stop the work on jobs that this process may be making."""
        for job_id in job_ids:
            self.maker.cancel(job_id)

    def _give_in(self, job: Job, error: PoseloomError) -> Next:
        """Try again later when that may help, else fail."""
        _log.warning("job_failed", job_id=job.id, code=error.code, error=error.message, attempts=job.attempts)
        with self.database.write() as unit:
            if not may_retry(error, job.attempts):
                fail_job(unit, job.id, error, self.tools)
                return Done()
            hand_back_job(unit, job, error, self.tools)
        return Again(choose_pause(job.attempts, self.tools.draw_chance()))

    def _make(self, job: Job, batch: Batch, hashes: Mapping[str, str]) -> Outcome:
        task = self._write_task(job, batch, hashes)
        made = self.maker.make(task, self._open_note(job))
        return Outcome(
            blobs=self._keep(job, made),
            duration_seconds=_round(max(record.duration_seconds for record in made.records.values())),
            seam={fmt.value: _write_seam(asdict(record.seam)) for fmt, record in made.records.items()},
        )

    def _write_task(self, job: Job, batch: Batch, hashes: Mapping[str, str]) -> ClipTask:
        poses = {
            pose: self.blobs.fetch(sha256, self.folder, AssetKind.TRANSPARENT_IMAGE.suffix)
            for pose, sha256 in batch.poses.items()
        }
        first, last = hashes["source"], hashes["target"]
        is_reversed = job.type is JobType.REVERSE
        if is_reversed and "frames" not in hashes:
            raise ForwardFailed("the frames of its forward are not there any more; make the forward again")
        frames = self.blobs.fetch(hashes["frames"], self.folder, AssetKind.FRAMES.suffix) if is_reversed else None
        return ClipTask(
            job_id=job.id,
            poses=poses,
            source=last if is_reversed else first,
            target=first if is_reversed else last,
            framing=batch.framing,
            is_loop=job.is_loop,
            is_reversed=is_reversed,
            duration_seconds=job.duration_seconds,
            size=batch.size,
            fps=batch.fps,
            formats=batch.formats,
            quality=batch.quality,
            frames=frames,
        )

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


def _read_hashes(unit: Unit, job: Job) -> dict[str, str]:
    """Return the transparent pictures of a job's poses, and the hash of the frames that it plays backwards."""
    named = unit.assets.find_many(job.workspace_id, [job.source_asset_id, job.target_asset_id])
    hashes = {
        "source": named[job.source_asset_id].pose_asset_id or job.source_asset_id,
        "target": named[job.target_asset_id].pose_asset_id or job.target_asset_id,
    }
    if job.frames_asset_id is not None:
        frames = unit.assets.find(job.workspace_id, job.frames_asset_id)
        if frames is not None:
            hashes["frames"] = frames.sha256
    return hashes


def _round(seconds: float) -> Fraction:
    return Fraction(round(seconds * 1000), 1000)


def _write_seam(document: dict[str, dict[str, float]]) -> dict[str, object]:
    """Return a certificate without infinities, which JSON has not: exact ends are `null`."""
    return {
        end: {name: None if value == float("inf") else round(value, 2) for name, value in values.items()}
        for end, values in document.items()
    }
