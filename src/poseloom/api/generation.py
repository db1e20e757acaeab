"""Orders: every clip of a canvas with one call, what failed once more, one clip alone; and calling them off."""

from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field

from poseloom.api.document import NO_NUL, Document
from poseloom.api.door import KEY_FIRST, Answer, OpenDoor, find_base_url, read_body
from poseloom.api.job import JobDocument, tell_stopped, write_job, write_urls
from poseloom.api.operation import describe
from poseloom.core.answer import QueuedClip, Receipt, write_answer
from poseloom.core.caller import Caller
from poseloom.core.credential import Scope
from poseloom.core.document import FPS_MAX, FPS_MIN, SIZE_MAX_PX, SIZE_MIN_PX
from poseloom.core.error import (
    BudgetExceeded,
    InsufficientCredits,
    InvalidOrder,
    MissingImages,
    NotFound,
    PoseOutOfFrame,
    QuoteChanged,
    QuoteExpired,
    TooLarge,
    UnsupportedMedia,
)
from poseloom.core.field import PROSE_LIMIT, TEXT_LIMIT, plain_number
from poseloom.core.request import SEED_MAX, read_animation, read_generate_all
from poseloom.ports.unit import Unit
from poseloom.usecases.animation import generate_animation
from poseloom.usecases.cancel import cancel_canvas
from poseloom.usecases.generate import Generation, generate_all, retry_failed

CANVAS = "/v1/collections/{collection_id}/canvases/{canvas_id}"
ORDER_REFUSALS = (NotFound, MissingImages, InsufficientCredits, PoseOutOfFrame)
BODY_REFUSALS = (InvalidOrder, TooLarge, UnsupportedMedia)


class LineDocument(Document):
    """What is done for one edge, or why nothing is."""

    edge_id: str
    kind: Literal["loop", "forward", "reverse", "any_state"]
    source: str
    target: str
    action: Literal["render", "reverse", "skip"]
    reason: str | None = Field(description="Why it is skipped.")
    duration: float = Field(description="Seconds of video.")
    credits: float
    job_id: str | None


class QueuedDocument(Document):
    """A job that was queued."""

    id: str
    edge_id: str
    status: str
    urls: dict[str, str] = Field(description="Where its files will be, by kind; 404 with `Retry-After` until then.")


class GenerationDocument(Document):
    """What an order does and costs."""

    canvas_id: str
    dry_run: bool
    loops: int = Field(description="Edges of this kind in the canvas, whether made now or not; so the next three.")
    forwards: int
    reverses: int
    any_state: int
    queued: int = Field(description="Jobs that were queued.")
    skipped: int = Field(description="Edges that were left alone.")
    total_credits: float = Field(description="What it costs; of a dry run, what it would cost.")
    estimated_cost: float = Field(description="The same.")
    actual_cost: float = Field(description="What was taken; 0 for a dry run.")
    would_charge_credits: float = Field(description="The price once more, as newer clients read it.")
    edges: list[LineDocument] = Field(description="One line for each edge, in canvas order, new reverses last.")
    planned_jobs: list[LineDocument] = Field(description="The lines for which a clip is made.")
    generated: list[LineDocument] = Field(description="The same, unless it is a dry run.")
    skipped_items: list[LineDocument] = Field(description="The lines for which none is made.")
    reverse_free: list[str] = Field(description="Edges whose clip is made of their forward's, free.")
    already_complete: list[str] = Field(description="Edges that have a clip.")
    balance: float = Field(description="Credits that are left.")
    jobs: list[QueuedDocument]
    status_url: str = Field(description="Where to see how far the canvas is.")
    quote_id: str | None = Field(description="Of a dry run: holds its price when the order names it.")
    quote_expires_at: str | None


class CancellationDocument(Document):
    """What was called off."""

    canvas_id: str
    cancelled: list[str] = Field(description="Ids of the jobs.")
    refunded: float = Field(description="Credits that were given back.")
    balance: float
    status_url: str


class AnimationDocument(JobDocument):
    """The job of one clip."""

    balance: float = Field(description="Credits that are left.")
    reverse_job: JobDocument | None = Field(description="The job of the way back, when it was wanted.")


_DURATION = {"type": ["number", "null"], "minimum": 1, "maximum": 10, "multipleOf": 0.5}
_SEED = {"type": ["integer", "null"], "minimum": 0, "maximum": SEED_MAX}
_NAME = {"type": ["string", "null"], "pattern": NO_NUL, "maxLength": TEXT_LIMIT}
_SWITCH = {"type": ["boolean", "null"]}
GENERATE_ALL_BODY: dict[str, Any] = {
    "type": "object",
    "properties": {
        "skip_completed": {
            **_SWITCH,
            "default": True,
            "description": "Leave edges alone that have a clip; false makes all again.",
        },
        "duration": {**_DURATION, "description": "Seconds of every clip; else each edge's own `duration`, else 4."},
        "auto_reverse": {
            **_SWITCH,
            "default": True,
            "description": "Give every forward its reverse, free; an edge is added where there is none.",
        },
        "edge_ids": {
            "type": ["array", "null"],
            "items": {"type": "string", "pattern": NO_NUL, "maxLength": TEXT_LIMIT},
            "description": "Only these edges.",
        },
        "generator": {**_NAME, "description": "What makes the clips; else the canvas' own."},
        "seed": _SEED,
        "dry_run": {**_SWITCH, "default": False, "description": "Queue and charge nothing; answer a quote."},
        "max_credits": {"type": ["number", "null"], "minimum": 0, "description": "Refuse when it costs more."},
        "quote_id": {**_NAME, "description": "Of a dry run within 15 minutes: its price binds."},
        "targets": {
            "anyOf": [
                {"type": ["string", "null"], "enum": ["animations", None]},
                {"type": "array", "items": {"type": "string", "enum": ["animations"]}, "minItems": 1},
            ],
            "description": "What is made; animations are the only thing so far.",
        },
    },
}
ANIMATION_BODY: dict[str, Any] = {
    "type": "object",
    "required": ["type", "source_image_asset_id"],
    "properties": {
        "type": {"type": "string", "enum": ["animation"]},
        "source_image_asset_id": {"type": "string", "pattern": NO_NUL, "minLength": 1, "maxLength": TEXT_LIMIT},
        "end_image_asset_id": {**_NAME, "description": "Pose of the last frame; without it a loop is made."},
        "name": _NAME,
        "duration": {**_DURATION, "default": 4},
        "animation_prompt": {
            "type": ["string", "null"],
            "pattern": NO_NUL,
            "maxLength": PROSE_LIMIT,
            "description": "What happens, in plain words; they steer the clip (spec/manner.md).",
        },
        "loop": {**_SWITCH, "description": "The pictures alone decide; taken for clients that send it."},
        "auto_reverse": {**_SWITCH, "default": False, "description": "Make the way back too, free."},
        "generator": _NAME,
        "seed": _SEED,
        "size": {"type": ["integer", "null"], "minimum": SIZE_MIN_PX, "maximum": SIZE_MAX_PX, "multipleOf": 2},
        "fps": {"type": ["number", "null"], "minimum": FPS_MIN, "maximum": FPS_MAX},
    },
}
router = APIRouter(tags=["Generation"], dependencies=KEY_FIRST)


@router.post(
    CANVAS + "/generate-all",
    status_code=202,
    summary="Make every clip that a canvas lacks",
    operation_id="generate_all",
    **describe(
        answers={
            202: {"model": GenerationDocument, "description": "Jobs were queued and charged for."},
            200: {"model": GenerationDocument, "description": "Nothing was to be done, or it was a dry run."},
        },
        refuses=[*ORDER_REFUSALS, *BODY_REFUSALS, BudgetExceeded, QuoteExpired, QuoteChanged],
        body=GENERATE_ALL_BODY,
        body_required=False,
        example={"skip_completed": True, "duration": 4},
    ),
)
async def post_generate_all(request: Request, door: OpenDoor, collection_id: str, canvas_id: str) -> Response:
    """Queue a job for every edge without a clip and charge for all of them, or refuse and do nothing.

    Loops and forwards cost (loops + forwards) × 5 × seconds credits, reverses nothing; any-state edges need no clip.
    """
    # Who may not order is told so before the body is read.
    await door.identify(request, Scope.WRITE)
    order = read_generate_all(await read_body(request))
    service, base_url = door.service, find_base_url(request, door.service)

    def work(unit: Unit, caller: Caller) -> Answer:
        generation = generate_all(
            unit, caller, (collection_id, canvas_id), order, catalogue=service.catalogue, tools=service.tools
        )
        return _answer(generation, write_status_url(base_url, collection_id, canvas_id), base_url)

    return await door.write(request, work)


@router.post(
    CANVAS + "/retry-failed",
    status_code=202,
    summary="Make the clips that failed once more",
    operation_id="retry_failed",
    **describe(
        answers={
            202: {"model": GenerationDocument, "description": "Jobs were queued and charged for."},
            200: {"model": GenerationDocument, "description": "No edge has failed."},
        },
        refuses=ORDER_REFUSALS,
    ),
)
async def post_retry_failed(request: Request, door: OpenDoor, collection_id: str, canvas_id: str) -> Response:
    """Queue the edges whose last job failed, each as long as it was; they cost again, their credits came back."""
    service, base_url = door.service, find_base_url(request, door.service)

    def work(unit: Unit, caller: Caller) -> Answer:
        generation = retry_failed(
            unit, caller, (collection_id, canvas_id), catalogue=service.catalogue, tools=service.tools
        )
        return _answer(generation, write_status_url(base_url, collection_id, canvas_id), base_url)

    return await door.write(request, work)


@router.post(
    CANVAS + "/cancel",
    summary="Call off what a canvas waits for",
    operation_id="cancel_canvas",
    **describe(answers={200: CancellationDocument}, refuses=[NotFound]),
)
async def post_cancel(request: Request, door: OpenDoor, collection_id: str, canvas_id: str) -> Response:
    """Cancel every job of a canvas that has not ended, and give its credits back. Clips that are there stay."""
    service, base_url = door.service, find_base_url(request, door.service)

    def work(unit: Unit, caller: Caller) -> Answer:
        cancellation = cancel_canvas(unit, caller, (collection_id, canvas_id), service.tools)
        ids = [job.id for job in cancellation.jobs]
        unit.after_commit(tell_stopped(service, ids))
        return Answer(
            document={
                "canvas_id": canvas_id,
                "cancelled": ids,
                "refunded": plain_number(cancellation.refunded),
                "balance": plain_number(cancellation.balance),
                "status_url": write_status_url(base_url, collection_id, canvas_id),
            }
        )

    return await door.write(request, work)


@router.post(
    "/v1/collections/{collection_id}/generate",
    status_code=202,
    summary="Make one clip",
    operation_id="generate_animation",
    **describe(
        answers={202: {"model": AnimationDocument, "description": "The job was queued and charged for."}},
        refuses=[NotFound, InsufficientCredits, *BODY_REFUSALS],
        body=ANIMATION_BODY,
        example={
            "type": "animation",
            "name": "Wave",
            "source_image_asset_id": "ast_e4d909c290d0fb1ca068ffaddf22cbd0",
            "duration": 4,
        },
    ),
)
async def post_generate(request: Request, door: OpenDoor, collection_id: str) -> Response:
    """Queue one clip from one picture, a loop, or from two, a transition."""
    await door.identify(request, Scope.WRITE)
    order = read_animation(await read_body(request))
    service, base_url = door.service, find_base_url(request, door.service)

    def work(unit: Unit, caller: Caller) -> Answer:
        made = generate_animation(unit, caller, collection_id, order, catalogue=service.catalogue, tools=service.tools)
        document = {
            **write_job(made.job, base_url),
            "balance": plain_number(made.balance),
            "reverse_job": None if made.reverse is None else write_job(made.reverse, base_url),
        }
        return Answer(document=document, status_code=202)

    return await door.write(request, work)


def write_status_url(base_url: str, collection_id: str, canvas_id: str) -> str:
    """Return where to see how far a canvas is."""
    return f"{base_url}{CANVAS.format(collection_id=collection_id, canvas_id=canvas_id)}/status"


def _answer(generation: Generation, status_url: str, base_url: str) -> Answer:
    queued = [
        QueuedClip(job_id=job.id, edge_id=edge_id, status=job.state, urls=write_urls(job, base_url))
        for edge_id, job in generation.jobs.items()
    ]
    receipt = Receipt(balance=generation.balance, status_url=status_url, queued=queued, quote=generation.quote)
    document = write_answer(generation.plan, dry_run=generation.dry_run, receipt=receipt)
    return Answer(document=document, status_code=202 if queued else 200)
