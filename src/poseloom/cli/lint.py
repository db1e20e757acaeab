"""`poseloom lint`: what is wrong or odd in a canvas."""

import json

import typer
from rich.console import Console

from poseloom.cli.option import AsJson, Folder
from poseloom.core.lint import Severity, lint_canvas
from poseloom.core.plan import Order, make_plan
from poseloom.wiring.mascot import open_mascot

EXIT_UNSAFE = 1


def lint_command(directory: Folder, *, as_json: AsJson = False) -> None:
    """Find strands, ping-pong and dead edges.

    Exit code 1 when a player could strand or ping-pong.
    """
    canvas = make_plan(open_mascot(directory).canvas, Order(), allow_missing_images=True).canvas
    findings = lint_canvas(canvas)
    errors = [finding for finding in findings if finding.code.severity is Severity.ERROR]
    if as_json:
        print(json.dumps({"findings": [finding.document() for finding in findings], "safe": not errors}, indent=1))
    else:
        console = Console(soft_wrap=True, highlight=False)
        for finding in findings:
            severity = finding.code.severity
            style = "red" if severity is Severity.ERROR else "yellow"
            console.print(f"{severity} {finding.code}: {finding.message}", style=style, markup=False)
        console.print(f"{len(errors)} errors, {len(findings) - len(errors)} warnings", markup=False)
    if errors:
        raise typer.Exit(EXIT_UNSAFE)
