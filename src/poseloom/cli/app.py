"""The `poseloom` command: parse, call, print. No rules."""

import json
import sys
from importlib import metadata
from typing import Annotated

import typer
from rich.console import Console

from poseloom.cli.animate import animate_command
from poseloom.cli.inspect import inspect_command
from poseloom.cli.key import key
from poseloom.cli.ledger import ledger
from poseloom.cli.lint import lint_command
from poseloom.cli.plan import plan_command
from poseloom.cli.serve import serve_command, worker_command
from poseloom.core.error import Blame, PoseloomError

EXIT_FAULT = 1
EXIT_INPUT = 2

app = typer.Typer(
    name="poseloom",
    help="From a few poses to a living mascot: a transparent clip for every edge of a canvas.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("animate")(animate_command)
app.command("plan")(plan_command)
app.command("lint")(lint_command)
app.command("inspect")(inspect_command)
app.command("serve")(serve_command)
app.command("worker")(worker_command)
app.add_typer(key, name="key")
app.add_typer(ledger, name="ledger")


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - the signature of an option's callback
    if wanted:
        typer.echo(f"poseloom {metadata.version('poseloom')}")
        raise typer.Exit


@app.callback()
def _root(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    del version


def main() -> None:
    """Run the command line; an expected failure is one line and an exit code, never a traceback."""
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    try:
        app()
    except PoseloomError as error:
        _print_error(console, error)
        sys.exit(EXIT_FAULT if error.blame is Blame.US else EXIT_INPUT)


def _print_error(console: Console, error: PoseloomError) -> None:
    if "--json" in sys.argv:
        print(json.dumps(error.document(), default=str))
    console.print(f"error: {' '.join(error.message.split())}", style="red", markup=False)
