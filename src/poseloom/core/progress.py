"""How far a canvas is (spec/progress.md)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class EdgeStatus(StrEnum):
    """Where one edge stands."""

    COMPLETED = "completed"
    PENDING = "pending"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeFacts:
    """What is known of one edge that needs a clip."""

    has_clip: bool = False
    is_under_way: bool = False
    last_job_failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Counts over all edges that are not any-state."""

    completed: int
    pending: int
    failed: int

    @property
    def total_edges(self) -> int:
        """How many edges need a clip."""
        return self.completed + self.pending + self.failed

    @property
    def is_ready(self) -> bool:
        """Whether every edge has its clip; an empty canvas is not ready."""
        return 0 < self.total_edges == self.completed

    @property
    def fraction(self) -> float:
        """The share of completed edges in 0..1, rounded down to two places, so that 1.0 means ready."""
        return self.completed * 100 // self.total_edges / 100 if self.total_edges else 0.0


def judge_edge(facts: EdgeFacts) -> EdgeStatus:
    """Say where an edge stands."""
    if facts.is_under_way:
        return EdgeStatus.PENDING
    if facts.has_clip:
        return EdgeStatus.COMPLETED
    return EdgeStatus.FAILED if facts.last_job_failed else EdgeStatus.PENDING


def measure_progress(edges: Iterable[EdgeFacts]) -> Progress:
    """Count a canvas' edges, any-state ones left out by the caller."""
    counts = Counter(judge_edge(facts) for facts in edges)
    return Progress(
        completed=counts[EdgeStatus.COMPLETED],
        pending=counts[EdgeStatus.PENDING],
        failed=counts[EdgeStatus.FAILED],
    )
