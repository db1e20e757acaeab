"""What generate-all answers (spec/plan.md): the names that clients of either generation read."""

from collections.abc import Mapping

from poseloom.core.field import plain_number
from poseloom.core.kind import Kind
from poseloom.core.plan import Action, Line, Plan, Reason


def write_answer(plan: Plan, *, dry_run: bool, jobs: Mapping[str, str] | None = None) -> dict[str, object]:
    """Return the answer's document.

    Args:
        plan: What is, or would be, done.
        dry_run: Nothing is queued or charged.
        jobs: Job id by edge id, for what was queued.
    """
    jobs = jobs or {}
    made = [write_line(line, jobs.get(line.edge_id)) for line in plan.list_made()]
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
        "edges": [write_line(line, jobs.get(line.edge_id)) for line in plan.lines],
        "planned_jobs": made,
        "generated": [] if dry_run else made,
        "skipped_items": [write_line(line, None) for line in skipped],
        "reverse_free": [line.edge_id for line in plan.lines if line.action is Action.REVERSE],
        "already_complete": [line.edge_id for line in skipped if line.reason is Reason.COMPLETED],
    }


def write_line(line: Line, job_id: str | None) -> dict[str, object]:
    """Return the document of one edge's line."""
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
    }
