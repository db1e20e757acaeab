"""The states of a job, as a table (spec/job.md)."""

from collections.abc import Mapping
from enum import StrEnum

from poseloom.core.error import InvalidTransition


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
