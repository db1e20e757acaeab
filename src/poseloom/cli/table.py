"""Tables for people."""

from collections.abc import Mapping
from fractions import Fraction

from rich import box
from rich.console import Console
from rich.table import Table

from poseloom.core.confidence import Confidence, Rendering, suggest_drawing
from poseloom.core.field import plain_number
from poseloom.core.kind import Kind
from poseloom.core.plan import Action, Line, Plan


def tabulate_plan(plan: Plan, confidences: Mapping[str, Confidence] | None = None) -> Table:
    """Return one row per edge, with how far each transition is to be trusted when that is known."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in ("edge", "kind", "way", "action"):
        table.add_column(heading, overflow="fold")
    table.add_column("seconds", justify="right")
    table.add_column("credits", justify="right")
    if confidences is not None:
        table.add_column("trust", justify="right")
        table.add_column("shown")
    for line in plan.lines:
        style = "dim" if line.action is Action.SKIP else None
        judged = () if confidences is None else _write_confidence(confidences.get(line.edge_id))
        table.add_row(*_write_row(line), *judged, style=style)
    return table


def _write_confidence(confidence: Confidence | None) -> tuple[str, str]:
    if confidence is None:
        return ("–", "–")
    count = confidence.limbs
    limbs = f"{count} limb{'s' if count > 1 else ''} turn{'s' if count == 1 else ''}"
    return (f"{confidence.value:.2f}", limbs if confidence.rendering is Rendering.LIMBS else confidence.rendering.value)


def explain_confidences(plan: Plan, confidences: Mapping[str, Confidence]) -> str:
    """Return a line for each forward that is not trusted fully: why not."""
    return "".join(
        f"{line.edge_id}: {'; '.join(reason.message for reason in confidences[line.edge_id].reasons)}\n"
        for line in plan.lines
        if line.kind is Kind.FORWARD and line.edge_id in confidences and confidences[line.edge_id].reasons
    )


def print_tips(console: Console, plan: Plan, confidences: Mapping[str, Confidence]) -> None:
    """Print a line for each forward that is staged: why, and what to draw to make it flow."""
    for line in plan.lines:
        if line.kind is Kind.FORWARD and line.edge_id in confidences:
            tip = suggest_drawing(confidences[line.edge_id])
            if tip is not None:
                console.print(f"tip: {line.edge_id}: {tip}", markup=False, soft_wrap=True)


def _write_row(line: Line) -> tuple[str, ...]:
    action = f"skip: {line.reason}" if line.reason else line.action.value
    way = f"{line.source} → {line.target}"
    seconds = "–" if line.kind is Kind.ANY_STATE else show_number(line.duration_seconds)
    return (line.edge_id, line.kind.value, way, action, seconds, show_number(line.credits))


def summarise_plan(plan: Plan) -> str:
    """Return the price arithmetic in words."""
    paid = [line for line in plan.lines if line.action is Action.RENDER]
    loops = sum(line.kind is Kind.LOOP for line in paid)
    forwards = len(paid) - loops
    free = sum(line.action is Action.REVERSE for line in plan.lines)
    lengths = {line.duration_seconds for line in paid}
    each = f" × {show_number(paid[0].credits)} credits" if len(lengths) == 1 else ""
    return (
        f"{loops} loops + {forwards} forwards = {len(paid)} paid edges{each}; "
        f"{free} reverses free; {plan.count(Kind.ANY_STATE)} any-state need none\n"
        f"Total: {show_number(plan.total_credits)} credits"
    )


def show_number(value: Fraction) -> str:
    """Return a number without needless decimals."""
    return str(plain_number(value))
