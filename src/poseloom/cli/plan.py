"""`poseloom plan`: what would be made, and what it costs."""

import json
import sys

from rich.console import Console

from poseloom.cli.option import AsJson, Duration, Folder
from poseloom.cli.table import summarise_plan, tabulate_plan
from poseloom.core.answer import write_answer
from poseloom.core.duration import read_duration
from poseloom.core.plan import Order, make_plan
from poseloom.wiring.mascot import open_mascot

PIPE_COLUMNS = 200


def plan_command(directory: Folder, *, duration: Duration = None, as_json: AsJson = False) -> None:
    """Show every edge, its kind and its price."""
    order = Order(duration_seconds=None if duration is None else read_duration(duration))
    plan = make_plan(open_mascot(directory).canvas, order, allow_missing_images=True)
    if as_json:
        print(json.dumps(write_answer(plan, dry_run=True), indent=1))
        return
    # Piped into a file there is no width to keep to.
    console = Console() if sys.stdout.isatty() else Console(width=PIPE_COLUMNS)
    console.print(tabulate_plan(plan))
    console.print(summarise_plan(plan), markup=False, soft_wrap=True)
