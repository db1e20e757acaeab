"""`poseloom inspect`: what is in a clip."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from poseloom.cli.option import AsJson
from poseloom.wiring.clip import describe_clip


def inspect_command(
    clip: Annotated[Path, typer.Argument(metavar="CLIP", help="A .webm, .mov or .mp4 made here.", show_default=False)],
    *,
    as_json: AsJson = False,
) -> None:
    """Show what is in a clip."""
    report = describe_clip(clip)
    if as_json:
        print(json.dumps(report, indent=1))
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in report.items():
        table.add_row(name.replace("_", " "), str(value))
    Console(soft_wrap=True).print(table)
