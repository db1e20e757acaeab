"""How jobs end: each exactly once, with its credits, its clip and its reverse in one transaction (spec/job.md)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from poseloom.core.asset import Asset, AssetKind, name_content, name_file
from poseloom.core.catalogue import Catalogue
from poseloom.core.clip import EdgeClip
from poseloom.core.confidence import Confidence
from poseloom.core.error import ForwardFailed, JobCancelled, JobFinished, PoseloomError
from poseloom.core.job import Batch, Job, JobError, JobEvent, JobState, JobType, advance_job
from poseloom.core.ledger import name_account, refund
from poseloom.core.stored_canvas import StoredCanvas
from poseloom.ports.blob import StoredBlob
from poseloom.ports.tool import Tools
from poseloom.ports.unit import Unit
from poseloom.usecases.generate import queue_job


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a job has made.

    Attributes:
        blobs: Its bytes, kept, by kind.
        duration_seconds: The files' true length, to the millisecond.
        seam: Seam certificates by format, as a document.
        confidence: How far its in-between is to be trusted; None unless it is a forward that was drawn here.
    """

    blobs: Mapping[AssetKind, StoredBlob]
    duration_seconds: Fraction
    seam: Mapping[str, object]
    confidence: Confidence | None = None


def claim_job(unit: Unit, job_id: str, tools: Tools) -> Job | None:
    """Take a job up, or take it up again after a crash; return None when there is nothing left to do for it."""
    _, job = _lock(unit, job_id)
    if job is None or job.state.is_final:
        return None
    now = tools.now()
    if job.state is JobState.PENDING:
        after = advance_job(job.state, JobEvent.CLAIM)
        started = {"started_at": now} if job.started_at is None else {}
        unit.jobs.move(job.id, job.state, after, attempts=job.attempts + 1, updated_at=now, **started)
        _touch(unit, [job])
    else:
        unit.jobs.change(job.id, attempts=job.attempts + 1, frames_done=0, updated_at=now)
    return unit.jobs.read(job_id)


def hand_back_job(unit: Unit, job: Job, error: PoseloomError, tools: Tools) -> bool:
    """Let a job be tried again later; say whether it was still under way."""
    after = advance_job(JobState.PROCESSING, JobEvent.HAND_BACK)
    told = JobError.of(error)
    # The canvas before the job, as in `_lock`.
    _touch(unit, [job])
    return unit.jobs.move(job.id, JobState.PROCESSING, after, error=told, frames_done=0, updated_at=tools.now())


def note_frames(unit: Unit, job: Job, frames_done: int, tools: Tools) -> bool:
    """Note how far a render is; say whether the job is still under way."""
    _touch(unit, [job])
    return unit.jobs.move(
        job.id, JobState.PROCESSING, JobState.PROCESSING, frames_done=frames_done, updated_at=tools.now()
    )


def finish_job(unit: Unit, job_id: str, outcome: Outcome, *, catalogue: Catalogue, tools: Tools) -> bool:
    """Let a job's clip serve its edge, and start the reverses that waited for it; say whether the job was under way."""
    stored, job = _lock(unit, job_id)
    if job is None or job.state is not JobState.PROCESSING:
        return False
    now = tools.now()
    confidence = outcome.confidence if job.type is JobType.ANIMATION else _inherit_confidence(unit, job)
    unit.jobs.move(
        job.id, job.state, advance_job(job.state, JobEvent.FINISH), seam=outcome.seam, confidence=confidence,
        error=None, frames_done=job.frames_total, updated_at=now, completed_at=now,
    )  # fmt: skip
    batch = unit.batches.read(job.batch_id)
    unit.assets.add(*_write_assets(job, batch, outcome, tools))
    if stored is not None and is_wanted(stored, job):
        unit.clips.put(_write_clip(job, stored, outcome, confidence, tools))
    unit.enqueue([queue_job(reverse, catalogue) for reverse in unit.jobs.list_waiting(job.id)])
    _touch(unit, [job])
    return True


def _inherit_confidence(unit: Unit, reverse: Job) -> Confidence | None:
    """Return what its forward had, if that is still known: a reverse plays the same frames."""
    kept = None if reverse.frames_asset_id is None else unit.assets.find(reverse.workspace_id, reverse.frames_asset_id)
    forward = None if kept is None or kept.job_id is None else unit.jobs.read(kept.job_id)
    return None if forward is None else forward.confidence


def is_wanted(stored: StoredCanvas, job: Job) -> bool:
    """Say whether a canvas still has the edge that a job makes a clip for, between the same poses."""
    edge = next((edge for edge in stored.canvas.edges if edge.id == job.edge_id), None)
    if edge is None:
        return False
    pictures = {node.id: node.asset_id for node in stored.canvas.nodes}
    return (pictures.get(edge.source), pictures.get(edge.target)) == (job.source_asset_id, job.target_asset_id)


def _write_assets(job: Job, batch: Batch, outcome: Outcome, tools: Tools) -> list[Asset]:
    now = tools.now()
    return [
        Asset(
            id=job.assets[kind],
            workspace_id=job.workspace_id,
            collection_id=job.collection_id,
            kind=kind,
            name=name_file(job.label, job.id, kind),
            content_name=name_content(job.edge_id or job.label, job.workspace_id, blob.sha256, kind.suffix),
            media_type=kind.media_type,
            sha256=blob.sha256,
            size_bytes=blob.size_bytes,
            width=batch.size,
            height=batch.size,
            duration_seconds=None if kind is AssetKind.POSTER else outcome.duration_seconds,
            job_id=job.id,
            created_at=now,
        )
        for kind, blob in outcome.blobs.items()
    ]


def _write_clip(
    job: Job, stored: StoredCanvas, outcome: Outcome, confidence: Confidence | None, tools: Tools
) -> EdgeClip:
    return EdgeClip(
        canvas_id=stored.id,
        edge_id=str(job.edge_id),
        workspace_id=job.workspace_id,
        job_id=job.id,
        source_asset_id=job.source_asset_id,
        target_asset_id=job.target_asset_id,
        assets={kind.value: asset_id for kind, asset_id in job.assets.items()},
        duration_seconds=outcome.duration_seconds,
        seam=outcome.seam,
        created_at=tools.now(),
        confidence=confidence,
    )


def fail_job(unit: Unit, job_id: str, error: PoseloomError, tools: Tools) -> bool:
    """End a job without a clip, give its credits back and fail the reverses that waited; say whether it was live."""
    _, job = _lock(unit, job_id)
    if job is None or job.state.is_final:
        return False
    told = JobError.of(error)
    _end(unit, [job], JobEvent.FAIL, told, tools)
    reason = ForwardFailed(f"its forward {job.edge_id or job.id} failed: {told.message}")
    _end(unit, unit.jobs.list_waiting(job.id), JobEvent.FAIL, JobError.of(reason), tools)
    return True


def cancel_jobs(unit: Unit, jobs: Iterable[Job], tools: Tools) -> Sequence[Job]:
    """Cancel jobs that have not ended, and the reverses that wait for them; give their credits back.

    Returns:
        What was cancelled. Whoever works on them is to be told once this is saved.
    """
    told = JobError.of(JobCancelled("cancelled on request; its credits are given back"))
    cancelled: dict[str, Job] = {}
    wanted = list(jobs)
    owners = {job.canvas_id: job.workspace_id for job in wanted if job.canvas_id is not None}
    for canvas_id in sorted(owners):
        unit.canvases.lock(owners[canvas_id], canvas_id)
    for named in wanted:
        for job in (named, *unit.jobs.list_waiting(named.id)):
            if job.id not in cancelled and _end(unit, [job], JobEvent.CANCEL, told, tools):
                cancelled[job.id] = job
    return list(cancelled.values())


def check_running(job: Job) -> None:
    """Refuse to cancel what has ended.

    Raises:
        JobFinished: It says how it ended.
    """
    if job.state.is_final:
        raise JobFinished(f"{job.id}: is {job.state} already; nothing is left to cancel", status=job.state.value)


def _end(unit: Unit, jobs: Iterable[Job], event: JobEvent, told: JobError, tools: Tools) -> list[Job]:
    """End jobs that are still live, and give their credits back; return them."""
    ended = []
    now = tools.now()
    for job in jobs:
        live = unit.jobs.take(job.id)
        if live is None or live.state.is_final:
            continue
        unit.jobs.move(
            live.id, live.state, advance_job(live.state, event), error=told, updated_at=now, completed_at=now
        )
        if live.cost_credits:
            account = name_account(live.workspace_id)
            unit.ledger.lock_balance(account)
            note = f"{live.id}: {told.code}"
            entry = refund(live.id, account, live.cost_credits)
            unit.ledger.book([entry], workspace_id=live.workspace_id, note=note, now=now)
        ended.append(live)
    _touch(unit, ended)
    return ended


def _lock(unit: Unit, job_id: str) -> tuple[StoredCanvas | None, Job | None]:
    """Lock a job and before it its canvas: everyone locks in this order, so that nobody waits in a circle."""
    job = unit.jobs.read(job_id)
    if job is None:
        return None, None
    stored = None if job.canvas_id is None else unit.canvases.lock(job.workspace_id, job.canvas_id)
    return stored, unit.jobs.take(job_id)


def _touch(unit: Unit, jobs: Sequence[Job]) -> None:
    unit.canvases.touch({job.canvas_id for job in jobs if job.canvas_id is not None})
