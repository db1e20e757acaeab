"""Jobs: listed, read, waited for, cancelled."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal

import structlog
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from poseloom.api.document import NO_NUL, Document, answer_page, write_moment
from poseloom.api.door import JSON_TYPE, KEY_FIRST, Answer, ListPage, OpenDoor, find_base_url, write_json
from poseloom.api.operation import describe
from poseloom.api.parameter import WAIT, add_parameters, read_wait
from poseloom.api.service import Service
from poseloom.api.status import ConfidenceDocument, JobErrorDocument, find_board
from poseloom.api.watch import hold
from poseloom.core.asset import name_file
from poseloom.core.caller import Caller
from poseloom.core.credential import Scope
from poseloom.core.error import JobFinished, NotFound, StorageFailed
from poseloom.core.field import plain_number
from poseloom.core.identity import Prefix
from poseloom.core.job import Job, JobState, JobType
from poseloom.core.page import Cursor
from poseloom.core.status import write_error
from poseloom.ports.unit import Unit
from poseloom.usecases.cancel import cancel_job
from poseloom.usecases.find import find

_log = structlog.get_logger()
EXAMPLE: Mapping[str, object] = {
    "id": "job_5d41402abc4b2a76b9719d911017c592",
    "job_id": "job_5d41402abc4b2a76b9719d911017c592",
    "status": "completed",
    "type": "animation",
    "edge_id": "idle-working",
    "collection_id": "col_7d793037a0760186574b0282f2f435e7",
    "canvas_id": "cnv_9e107d9d372bb6826bd81d3542a419d6",
    "item_id": None,
    "generator": "local",
    "duration": 4,
    "cost_credits": 20,
    "attempts": 1,
    "error": None,
    "asset_ids": {"webm": "ast_e4d909c290d0fb1ca068ffaddf22cbd0"},
    "urls": {"webm": "https://poseloom.example/files/idle-working-5d41402abc4b2a76b9719d911017c592.webm"},
    "seam": {
        "webm": {
            "first": {"colour_db": 44.1, "ceiling_db": 44.9, "alpha_db": 60.2},
            "last": {"colour_db": 44.2, "ceiling_db": 44.9, "alpha_db": 60.1},
        }
    },
    "confidence": {
        "value": 0.62,
        "rendering": "limbs",
        "limbs": 1,
        "reasons": [
            {
                "code": "differs",
                "message": "half-way, the poses differ in about 24 % of what is seen",
                "tip": "add a pose between the two",
            }
        ],
    },
    "progress": {"frames_done": 96, "frames_total": 96},
    "output_data": {"item_id": None, "duration": 4},
    "created_at": "2026-11-23T12:00:00.000000Z",
    "started_at": "2026-11-23T12:00:00.250000Z",
    "updated_at": "2026-11-23T12:00:09.500000Z",
    "completed_at": "2026-11-23T12:00:09.500000Z",
}


class FramesDocument(Document):
    """How far a render is."""

    frames_done: int
    frames_total: int


class OutputDocument(Document):
    """What a job makes, as older clients read it."""

    item_id: str | None
    duration: float


class JobDocument(Document):
    """The durable unit that makes one clip."""

    id: str
    job_id: str = Field(description="The same.")
    status: Literal["pending", "processing", "completed", "failed", "cancelled"]
    type: Literal["animation", "reverse"]
    edge_id: str | None
    collection_id: str
    canvas_id: str | None
    item_id: str | None
    generator: str
    duration: float = Field(description="Seconds of video that were ordered.")
    cost_credits: float
    attempts: int
    error: JobErrorDocument | None = Field(description="Why there is no clip, once it has ended without one.")
    asset_ids: dict[str, str]
    urls: dict[str, str] = Field(
        description="Its files by kind, from the moment it is queued; 404 until they are there."
    )
    seam: dict[str, Any] | None = Field(
        description="By format: how close the first and last frame are to their poses, in dB."
    )
    confidence: ConfidenceDocument | None = Field(
        description="How far its in-between is to be trusted, or its forward's; null until it is made, for a loop, and "
        "for what a service elsewhere drew."
    )
    progress: FramesDocument
    output_data: OutputDocument = Field(description="For older clients.")
    created_at: str
    started_at: str | None
    updated_at: str
    completed_at: str | None


class JobPage(Document):
    """A page of jobs, newest first."""

    jobs: list[JobDocument]
    next_cursor: str | None


class CancelledJobDocument(JobDocument):
    """A job that was cancelled, and with it the reverse that waited for it."""

    cancelled: list[str]
    refunded: float
    balance: float


router = APIRouter(prefix="/v1/jobs", tags=["Jobs"], dependencies=KEY_FIRST)


@router.get("", summary="List jobs", operation_id="list_jobs", **describe(answers={200: JobPage}))
async def get_jobs(
    request: Request,
    door: OpenDoor,
    page: ListPage,
    *,
    status: Annotated[JobState | None, Query(description="Only those that stand so.")] = None,
    type: Annotated[JobType | None, Query(description="Only those that make this.")] = None,  # noqa: A002 - the wire's name
    collection_id: Annotated[
        str | None, Query(max_length=200, pattern=NO_NUL, description="Only those of this collection.")
    ] = None,
    canvas_id: Annotated[
        str | None, Query(max_length=200, pattern=NO_NUL, description="Only those of this canvas.")
    ] = None,
) -> Response:
    """List jobs, newest first."""
    wanted = {"state": status, "type": type, "collection_id": collection_id, "canvas_id": canvas_id}
    equal = {name: value for name, value in wanted.items() if value is not None}
    base_url = find_base_url(request, door.service)
    return await door.read(
        request,
        lambda unit, caller: answer_page(
            "jobs",
            unit.jobs.list_page(caller.workspace_id, page, **equal),
            page,
            lambda job: Cursor.at(job.created_at, job.id),
            lambda job: write_job(job, base_url),
        ),
    )


@router.get(
    "/{job_id}",
    summary="Read a job",
    operation_id="read_job",
    **add_parameters(describe(answers={200: JobDocument}, refuses=[NotFound]), WAIT),
)
async def get_job(request: Request, door: OpenDoor, job_id: str) -> Response:
    """Read a job; with `wait` once it has ended, or when the time is over."""
    caller = await door.identify(request, Scope.READ)
    wait_seconds = read_wait(request)
    job = await run_in_threadpool(_read, door.service, caller, job_id)
    if wait_seconds and not job.state.is_final:
        job = await hold(request, _wait_for(request, door.service, caller, job, wait_seconds)) or job
    body = write_json(write_job(job, find_base_url(request, door.service)))
    return Response(body, media_type=JSON_TYPE)


@router.post(
    "/{job_id}/cancel",
    summary="Cancel a job",
    operation_id="cancel_job",
    **describe(answers={200: CancelledJobDocument}, refuses=[NotFound, JobFinished]),
)
async def post_job_cancel(request: Request, door: OpenDoor, job_id: str) -> Response:
    """Stop a job that has not ended and give its credits back; the reverse that waits for it goes with it."""
    service, base_url = door.service, find_base_url(request, door.service)

    def work(unit: Unit, caller: Caller) -> Answer:
        cancellation = cancel_job(unit, caller, job_id, service.tools)
        ids = [job.id for job in cancellation.jobs]
        unit.after_commit(tell_stopped(service, ids))
        document = write_job(find(unit.jobs, caller, Prefix.JOB, job_id), base_url)
        costs = {"refunded": plain_number(cancellation.refunded), "balance": plain_number(cancellation.balance)}
        return Answer(document={**document, "cancelled": ids, **costs})

    return await door.write(request, work)


def _read(service: Service, caller: Caller, job_id: str) -> Job:
    with service.database.read() as unit:
        return find(unit.jobs, caller, Prefix.JOB, job_id)


async def _wait_for(request: Request, service: Service, caller: Caller, job: Job, seconds: float) -> Job:
    """Return a job once it has ended, or as it is when the time is over or the server stops."""
    watch = find_board(request).watch
    deadline = time.monotonic() + seconds
    while True:
        stamp = service.stamp.read()
        job = await run_in_threadpool(_read, service, caller, job.id)
        left_seconds = deadline - time.monotonic()
        if job.state.is_final or left_seconds <= 0 or watch.is_closed:
            return job
        await watch.wait(stamp, left_seconds)


def tell_stopped(service: Service, job_ids: Sequence[str]) -> Callable[[], None]:
    """Return what tells the engine of cancelled jobs, once that is saved."""

    def tell() -> None:
        try:
            service.stop_jobs(job_ids)
        except StorageFailed as error:
            # They are cancelled all the same: whoever works on them sees it at the next step.
            _log.warning("stop_not_told", jobs=len(job_ids), error=error.message)

    return tell


def write_urls(job: Job, base_url: str) -> dict[str, str]:
    """Return where a job's files are, or will be; none for a job that makes none any more."""
    if job.state in {JobState.FAILED, JobState.CANCELLED}:
        return {}
    return {
        kind.value: f"{base_url}/files/{name_file(job.label, job.id, kind)}" for kind in job.assets if kind.is_public
    }


def write_job(job: Job, base_url: str) -> dict[str, object]:
    """Return the document of a job."""
    urls = write_urls(job, base_url)
    duration = plain_number(job.duration_seconds)
    has_failed = job.state in {JobState.FAILED, JobState.CANCELLED}
    return {
        "id": job.id,
        "job_id": job.id,
        "status": job.state.value,
        "type": job.type.value,
        "edge_id": job.edge_id,
        "collection_id": job.collection_id,
        "canvas_id": job.canvas_id,
        "item_id": job.item_id,
        "generator": job.generator,
        "duration": duration,
        "cost_credits": plain_number(job.cost_credits),
        "attempts": job.attempts,
        # A job that is tried again remembers why; only one that has ended says so.
        "error": write_error(job.error) if has_failed and job.error is not None else None,
        "asset_ids": {kind.value: asset_id for kind, asset_id in job.assets.items() if kind.value in urls},
        "urls": urls,
        "seam": None if job.seam is None else dict(job.seam),
        "confidence": None if job.confidence is None else job.confidence.document(),
        "progress": {"frames_done": job.frames_done, "frames_total": job.frames_total},
        "output_data": {"item_id": job.item_id, "duration": duration},
        "created_at": write_moment(job.created_at),
        "started_at": write_moment(job.started_at),
        "updated_at": write_moment(job.updated_at),
        "completed_at": write_moment(job.completed_at),
    }
