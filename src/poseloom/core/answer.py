"""What generate-all answers (spec/plan.md, spec/service.md): the names that clients of either generation read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from poseloom.core.confidence import Confidence
from poseloom.core.field import plain_number
from poseloom.core.job import JobState
from poseloom.core.kind import Kind
from poseloom.core.plan import Action, Line, Plan, Reason
from poseloom.core.quote import Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedClip:
    """A job that a call queued.

    Attributes:
        urls: Where its clip will be, by asset kind.
    """

    job_id: str
    edge_id: str
    status: JobState
    urls: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the service says beside the plan.

    Attributes:
        balance: Of the workspace, after the call.
        status_url: Where to see how far the canvas is.
        queued: The jobs, none of a dry run.
        quote: Of a dry run.
    """

    balance: Fraction
    status_url: str
    queued: Sequence[QueuedClip] = ()
    quote: Quote | None = None


def write_answer(
    plan: Plan,
    *,
    dry_run: bool,
    receipt: Receipt | None = None,
    confidences: Mapping[str, Confidence] | None = None,
) -> dict[str, object]:
    """Return the answer's document.

    Args:
        plan: What is, or would be, done.
        dry_run: Nothing is queued or charged.
        receipt: What the service says beside it; the command line has none.
        confidences: By edge id; None when nobody asked.
    """
    jobs = {} if receipt is None else {clip.edge_id: clip.job_id for clip in receipt.queued}
    lines = {line.edge_id: write_line(line, jobs.get(line.edge_id), confidences) for line in plan.lines}
    made = [lines[line.edge_id] for line in plan.list_made()]
    skipped = [line for line in plan.lines if line.action is Action.SKIP]
    cost = plain_number(plan.total_credits)
    return {
        "canvas_id": plan.canvas.id,
        "dry_run": dry_run,
        "loops": plan.count(Kind.LOOP),
        "forwards": plan.count(Kind.FORWARD),
        "reverses": plan.count(Kind.REVERSE),
        "any_state": plan.count(Kind.ANY_STATE),
        "queued": 0 if dry_run else len(made),
        "skipped": len(skipped),
        "total_credits": cost,
        "estimated_cost": cost,
        "actual_cost": 0 if dry_run else cost,
        "would_charge_credits": cost,
        "edges": list(lines.values()),
        "planned_jobs": made,
        "generated": [] if dry_run else made,
        "skipped_items": [lines[line.edge_id] for line in skipped],
        "reverse_free": [line.edge_id for line in plan.lines if line.action is Action.REVERSE],
        "already_complete": [line.edge_id for line in skipped if line.reason is Reason.COMPLETED],
        **({} if receipt is None else _write_receipt(receipt)),
    }


def _write_receipt(receipt: Receipt) -> dict[str, object]:
    quote = receipt.quote
    return {
        "balance": plain_number(receipt.balance),
        "jobs": [
            {"id": clip.job_id, "edge_id": clip.edge_id, "status": clip.status.value, "urls": dict(clip.urls)}
            for clip in receipt.queued
        ],
        "status_url": receipt.status_url,
        "quote_id": None if quote is None else quote.id,
        "quote_expires_at": None if quote is None else quote.expires_at.isoformat(),
    }


def write_line(
    line: Line, job_id: str | None, confidences: Mapping[str, Confidence] | None = None
) -> dict[str, object]:
    """Return the document of one edge's line."""
    judged = None if confidences is None else confidences.get(line.edge_id)
    return {
        "edge_id": line.edge_id,
        "kind": line.kind.value,
        "source": line.source,
        "target": line.target,
        "action": line.action.value,
        "reason": None if line.reason is None else line.reason.value,
        "duration": plain_number(line.duration_seconds),
        "credits": plain_number(line.credits),
        "job_id": job_id,
        **({} if confidences is None else {"confidence": None if judged is None else judged.document()}),
    }
