"""`poseloom ledger`: the laws of money, proven on a live database."""

import json
from typing import Annotated

import typer

from poseloom.cli.option import AsJson
from poseloom.cli.serve import Home
from poseloom.wiring.book import check_books
from poseloom.wiring.settings import read_settings

ledger = typer.Typer(help="The book of credits.", no_args_is_help=True)
EXIT_BROKEN = 1


@ledger.command("check")
def check_command(
    *,
    home: Home = None,
    as_json: AsJson = False,
    limit: Annotated[int, typer.Option(min=1, help="Violations to print.")] = 100,
) -> None:
    """Prove that every credit is accounted for. Exit code 1 when a law is broken."""
    report = check_books(read_settings(home))
    if as_json:
        print(json.dumps({"entries": report.entry_count, "violations": list(report.violations[:limit])}, indent=1))
    else:
        for violation in report.violations[:limit]:
            print(violation)
        print(f"{report.entry_count} entries, {len(report.violations)} violations")
    if report.violations:
        raise typer.Exit(EXIT_BROKEN)
