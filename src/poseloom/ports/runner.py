"""What carries jobs on, step by step."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Lane(StrEnum):
    """Where a job waits: for a core of ours, or for a service elsewhere."""

    RENDER = "render"
    REMOTE = "remote"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedJob:
    """A job for the durable engine.

    Attributes:
        workspace_id: Whose it is; lanes are fair between workspaces.
        priority: From 1; lower goes first.
    """

    id: str
    lane: Lane
    workspace_id: str
    priority: int = 1


@dataclass(frozen=True, slots=True)
class Done:
    """A job has ended, well or not; nothing is left to do."""


@dataclass(frozen=True, slots=True)
class Again:
    """A job is to be carried on later."""

    after_seconds: float


Next = Done | Again


class Runner(Protocol):
    """Carries one job a step further. Safe to call again after a crash at any moment, and for jobs that have ended."""

    def advance(self, job_id: str) -> Next:
        """Do the next step of a job: make its clip, or submit it, or ask how it stands.

        Expected failures end in the job's own row; what is raised is a defect or the database being away.
        """
        ...

    def give_up(self, job_id: str) -> None:
        """End a job whose workflow died for good: fail it and give its credits back. Does nothing to an ended job."""
        ...

    def stop(self, job_ids: Sequence[str]) -> None:
        """Stop the work on jobs that this process may be making; they were cancelled."""
        ...
