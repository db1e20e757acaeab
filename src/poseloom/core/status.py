"""How far a canvas is, as its status route tells it (spec/service.md)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from poseloom.core.confidence import Confidence
from poseloom.core.field import plain_number
from poseloom.core.job import JobError
from poseloom.core.kind import Kind
from poseloom.core.progress import EdgeFacts, judge_edge, measure_progress


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeState:
    """What is known of one edge.

    Attributes:
        duration_seconds: The length of its clip, of the one under way when there is one.
        job_id: Of its newest job; None before the first.
        error: Why its newest job failed.
        frames_done: How many frames its job under way has drawn.
        frames_total: How many there are to draw; 0 when that is not known.
        confidence: How far the in-between of its clip is to be trusted.
    """

    edge_id: str
    kind: Kind
    source: str
    target: str
    duration_seconds: Fraction
    facts: EdgeFacts
    job_id: str | None = None
    error: JobError | None = None
    frames_done: int = 0
    frames_total: int = 0
    confidence: Confidence | None = None

    @property
    def remaining_seconds(self) -> Fraction:
        """How much of its clip is still to be made, in seconds of video; 0 with no job under way."""
        if not self.facts.is_under_way:
            return Fraction(0)
        done = Fraction(min(self.frames_done, self.frames_total), self.frames_total) if self.frames_total else 0
        return self.duration_seconds * (1 - done)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A clip that was made, and how long that took."""

    duration_seconds: Fraction
    wall_seconds: float


def measure_pace(rendered: Iterable[Rendered]) -> float | None:
    """Return how many seconds a second of video takes, on the mean of finished clips; None when there are none."""
    clips = list(rendered)
    made = sum(clip.duration_seconds for clip in clips)
    return sum(clip.wall_seconds for clip in clips) / float(made) if made else None


def estimate_seconds(edges: Iterable[EdgeState], pace: float | None, width: int) -> int | None:
    """Return in how many seconds everything that is under way will be done.

    Args:
        edges: The canvas' edges.
        pace: Seconds that a second of video takes (`measure_pace`); None means that nobody knows yet.
        width: How many clips are made at once, at least 1.

    Returns:
        Whole seconds, rounded up; 0 when nothing is under way; None when nobody knows.
    """
    waiting = [edge.remaining_seconds for edge in edges if edge.facts.is_under_way]
    if not waiting:
        return 0
    if pace is None:
        return None
    # However many are made at once, the longest one is made alone.
    return ceil(pace * float(max(sum(waiting) / min(width, len(waiting)), *waiting)))


def write_status(
    canvas_id: str,
    edges: Sequence[EdgeState],
    *,
    charged: Fraction,
    refunded: Fraction,
    eta_seconds: int | None,
) -> dict[str, object]:
    """Return the document of a canvas' status: the seven fields that every client reads, then more.

    Args:
        canvas_id: The canvas.
        edges: What is known of its edges, in canvas order; any-state edges are left out.
        charged: Credits that its jobs were charged, all together.
        refunded: Credits of these that were given back.
        eta_seconds: As `estimate_seconds` returns it.
    """
    edges = [edge for edge in edges if edge.kind is not Kind.ANY_STATE]
    progress = measure_progress(edge.facts for edge in edges)
    return {
        "canvas_id": canvas_id,
        "total_edges": progress.total_edges,
        "completed": progress.completed,
        "pending": progress.pending,
        "failed": progress.failed,
        "ready": progress.is_ready,
        "progress": progress.fraction,
        "edges": [_write_edge(edge) for edge in edges],
        "credits": {
            "charged": plain_number(charged),
            "refunded": plain_number(refunded),
            "spent": plain_number(charged - refunded),
        },
        "eta_seconds": eta_seconds,
    }


def _write_edge(edge: EdgeState) -> dict[str, object]:
    is_drawing = edge.facts.is_under_way and edge.frames_total > 0
    return {
        "edge_id": edge.edge_id,
        "kind": edge.kind.value,
        "source": edge.source,
        "target": edge.target,
        "status": judge_edge(edge.facts).value,
        "job_id": edge.job_id,
        "error": None if edge.error is None else write_error(edge.error),
        "frames_done": edge.frames_done if is_drawing else None,
        "frames_total": edge.frames_total if is_drawing else None,
        "confidence": None if edge.confidence is None else edge.confidence.document(),
    }


def write_error(error: JobError) -> dict[str, object]:
    """Return the document of a job's error."""
    return {"code": error.code, "message": error.message, "retryable": error.retryable}
