"""Jobs: what they are, and their states as a table (spec/job.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from poseloom.core.asset import AssetKind
from poseloom.core.clip import ClipFormat, Quality
from poseloom.core.confidence import Confidence
from poseloom.core.error import InvalidTransition, PoseloomError
from poseloom.core.framing import Framing


class JobState(StrEnum):
    """Where a job stands."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether nothing can happen to the job any more."""
        return not _TABLE[self]


class JobEvent(StrEnum):
    """What can happen to a job."""

    CLAIM = "claim"
    """A worker takes it up."""
    HAND_BACK = "hand_back"
    """A worker gives it back, to be tried again."""
    FINISH = "finish"
    FAIL = "fail"
    CANCEL = "cancel"


_TABLE: Mapping[JobState, Mapping[JobEvent, JobState]] = {
    JobState.PENDING: {
        JobEvent.CLAIM: JobState.PROCESSING,
        # A reverse fails with its forward before anybody took it up.
        JobEvent.FAIL: JobState.FAILED,
        JobEvent.CANCEL: JobState.CANCELLED,
    },
    JobState.PROCESSING: {
        JobEvent.HAND_BACK: JobState.PENDING,
        JobEvent.FINISH: JobState.COMPLETED,
        JobEvent.FAIL: JobState.FAILED,
        JobEvent.CANCEL: JobState.CANCELLED,
    },
    JobState.COMPLETED: {},
    JobState.FAILED: {},
    JobState.CANCELLED: {},
}


def advance_job(state: JobState, event: JobEvent) -> JobState:
    """Return the state after an event.

    Raises:
        InvalidTransition: The state does not know the event; nothing changed.
    """
    after = _TABLE[state].get(event)
    if after is None:
        raise InvalidTransition(f"a {state} job cannot {event.replace('_', ' ')}", state=state.value, event=event.value)
    return after


class JobType(StrEnum):
    """What a job makes."""

    ANIMATION = "animation"
    """A loop or a forward."""
    REVERSE = "reverse"


class Submission(StrEnum):
    """How far a job is with a service elsewhere."""

    NONE = "none"
    INTENDED = "intended"
    """Written before the call: should the process die now, nobody knows whether the order arrived."""
    SENT = "sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobError:
    """Why a job has no clip."""

    code: str
    message: str
    retryable: bool

    @classmethod
    def of(cls, error: PoseloomError) -> "JobError":
        """Return what is kept of an error."""
        return cls(code=error.code, message=error.message, retryable=error.retryable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What the jobs of one call share.

    Attributes:
        poses: SHA-256 of each pose's transparent picture, by pose; all decide the encoders' strength together.
        framing: How the poses lie on the canvas.
    """

    id: str
    workspace_id: str
    poses: Mapping[str, str]
    framing: Framing
    size: int
    fps: Fraction
    formats: tuple[ClipFormat, ...]
    quality: Quality
    generator: str
    seed: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The durable unit that makes one clip.

    Attributes:
        source_asset_id: Pose of the first frame.
        target_asset_id: Pose of the last frame.
        forward_job_id: For a reverse, the job that it waits for; None when its forward's clip was there already.
        frames_asset_id: For a reverse, the kept frames that it plays backwards.
        prompt: What happens in it, in prose; the local generator reads its manner. A reverse has its forward's.
        cost_credits: What was charged for it.
        assets: Asset ids of what it makes, by kind; they are given when it is queued.
        label: Begins the names of its files.
        seam: Seam certificates by format, as a document; None until it is made.
        confidence: How far its in-between is to be trusted, or its forward's; None until it is made, and for a loop
            or frames that a service elsewhere drew.
        ticket: A remote service's id of its order.
    """

    id: str
    workspace_id: str
    collection_id: str
    canvas_id: str | None
    edge_id: str | None
    item_id: str | None
    batch_id: str
    type: JobType
    state: JobState
    generator: str
    source_asset_id: str
    target_asset_id: str
    is_loop: bool
    duration_seconds: Fraction
    prompt: str | None
    label: str
    cost_credits: Fraction
    assets: Mapping[AssetKind, str]
    created_at: datetime
    updated_at: datetime
    forward_job_id: str | None = None
    frames_asset_id: str | None = None
    attempts: int = 0
    error: JobError | None = None
    seam: Mapping[str, object] | None = None
    confidence: Confidence | None = None
    frames_done: int = 0
    frames_total: int = 0
    submission: Submission = Submission.NONE
    ticket: str | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
