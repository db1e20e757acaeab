"""How far a canvas is."""

from collections.abc import Mapping

from poseloom.core.catalogue import Catalogue
from poseloom.core.clip import EdgeClip
from poseloom.core.duration import choose_duration
from poseloom.core.job import Job, JobState
from poseloom.core.kind import Kind, classify
from poseloom.core.progress import EdgeFacts
from poseloom.core.status import EdgeState, Rendered, estimate_seconds, measure_pace, write_status
from poseloom.core.stored_canvas import StoredCanvas
from poseloom.ports.unit import Unit


def judge_edges(stored: StoredCanvas, clips: Mapping[str, EdgeClip], last: Mapping[str, Job]) -> tuple[EdgeState, ...]:
    """Return where every edge of a canvas stands, in canvas order.

    Args:
        stored: The canvas.
        clips: By edge id.
        last: The newest job of each edge.
    """
    kinds = classify(stored.canvas).kinds
    states = []
    for edge in stored.canvas.edges:
        job = last.get(edge.id)
        is_under_way = job is not None and not job.state.is_final
        facts = EdgeFacts(
            has_clip=edge.id in clips,
            is_under_way=is_under_way,
            last_job_failed=job is not None and job.state is JobState.FAILED,
        )
        states.append(
            EdgeState(
                edge_id=edge.id,
                kind=kinds[edge.id],
                source=edge.source,
                target=edge.target,
                duration_seconds=choose_duration(edge, None) if job is None else job.duration_seconds,
                facts=facts,
                job_id=None if job is None else job.id,
                error=job.error if job is not None and job.state is JobState.FAILED else None,
                frames_done=job.frames_done if job is not None and is_under_way else 0,
                frames_total=job.frames_total if job is not None and is_under_way else 0,
                confidence=clips[edge.id].confidence if edge.id in clips else None,
            )
        )
    return tuple(states)


def read_status(unit: Unit, stored: StoredCanvas, catalogue: Catalogue) -> dict[str, object]:
    """Return the document of a canvas' status."""
    last = unit.jobs.list_last(stored.id)
    edges = judge_edges(stored, unit.clips.read(stored.id), last)
    charged, refunded = unit.ledger.sum_canvas(stored.id)
    pace = measure_pace(
        Rendered(
            duration_seconds=job.duration_seconds, wall_seconds=(job.completed_at - job.started_at).total_seconds()
        )
        for job in last.values()
        if job.state is JobState.COMPLETED and job.completed_at is not None and job.started_at is not None
    )
    waiting = [edge for edge in edges if edge.kind is not Kind.ANY_STATE]
    return write_status(
        stored.id,
        edges,
        charged=charged,
        refunded=refunded,
        eta_seconds=estimate_seconds(waiting, pace, catalogue.width),
    )
