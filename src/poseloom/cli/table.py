"""Tables for people."""

from fractions import Fraction

from rich import box
from rich.table import Table

from poseloom.core.field import plain_number
from poseloom.core.kind import Kind
from poseloom.core.plan import Action, Line, Plan


def tabulate_plan(plan: Plan) -> Table:
    """Return one row per edge."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in ("edge", "kind", "way", "action"):
        table.add_column(heading, overflow="fold")
    table.add_column("seconds", justify="right")
    table.add_column("credits", justify="right")
    for line in plan.lines:
        style = "dim" if line.action is Action.SKIP else None
        table.add_row(*_write_row(line), style=style)
    return table


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
