"""`poseloom plan`: what would be made, and what it costs."""

import json
import sys
from typing import Annotated

import typer
from rich.console import Console

from poseloom.cli.option import AsJson, Duration, Folder, Opaque
from poseloom.cli.table import explain_confidences, print_tips, summarise_plan, tabulate_plan
from poseloom.core.answer import write_answer
from poseloom.core.duration import read_duration
from poseloom.core.plan import Order, make_plan
from poseloom.wiring.animation import judge_mascot
from poseloom.wiring.mascot import open_mascot
from poseloom.wiring.settings import read_settings

PIPE_COLUMNS = 200


def plan_command(
    directory: Folder,
    *,
    duration: Duration = None,
    trust: Annotated[
        bool,
        typer.Option("--trust", help="Judge how well each transition will flow, and why not better; takes a while."),
    ] = False,
    opaque: Opaque = False,
    as_json: AsJson = False,
) -> None:
    """Show every edge, its kind and its price."""
    order = Order(duration_seconds=None if duration is None else read_duration(duration))
    mascot = open_mascot(directory)
    plan = make_plan(mascot.canvas, order, allow_missing_images=True)
    confidences = judge_mascot(mascot, plan, jobs=read_settings().jobs, opaque=opaque) if trust else None
    if as_json:
        print(json.dumps(write_answer(plan, dry_run=True, confidences=confidences), indent=1))
        return
    # Piped into a file there is no width to keep to.
    console = Console() if sys.stdout.isatty() else Console(width=PIPE_COLUMNS)
    console.print(tabulate_plan(plan, confidences))
    if confidences is not None:
        console.print(explain_confidences(plan, confidences), markup=False, soft_wrap=True)
        print_tips(console, plan, confidences)
    console.print(summarise_plan(plan), markup=False, soft_wrap=True)
