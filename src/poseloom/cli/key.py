"""`poseloom key`: API keys, for whoever may read the database; the way back in when the first key was lost."""

import json
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from poseloom.cli.option import AsJson
from poseloom.cli.serve import Home
from poseloom.wiring.key import ApiKey, Scope, add_key, read_keys, remove_key
from poseloom.wiring.settings import read_settings

key = typer.Typer(help="API keys of a server.", no_args_is_help=True)
ID_WIDTH = 36
Workspace = Annotated[
    str | None, typer.Option(metavar="ID", help="Whose keys; the first workspace's unless given.", show_default=False)
]


@key.command("create")
def create_command(
    *,
    home: Home = None,
    name: Annotated[str, typer.Option(help="What the key is for.")] = "By hand",
    scope: Annotated[list[Scope] | None, typer.Option(help="What it may do; everything unless given.")] = None,
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and show it, this once."""
    kept, text = add_key(read_settings(home), name, scope or (), workspace)
    if as_json:
        print(json.dumps({**_write_key(kept), "key": text}, indent=1))
    else:
        print(text)


@key.command("list")
def list_command(*, home: Home = None, workspace: Workspace = None, as_json: AsJson = False) -> None:
    """Show the keys that open something."""
    keys = read_keys(read_settings(home), workspace)
    if as_json:
        print(json.dumps({"keys": [_write_key(kept) for kept in keys]}, indent=1))
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("id", min_width=ID_WIDTH)
    for heading in ("key", "name", "scopes", "last use"):
        table.add_column(heading, overflow="fold")
    for kept in keys:
        last = "never" if kept.last_used_at is None else f"{kept.last_used_at:%Y-%m-%d %H:%M} UTC"
        table.add_row(kept.id, f"{kept.hint}…", kept.name, " ".join(sorted(kept.scopes)), last)
    Console(highlight=False, markup=False).print(table)


@key.command("revoke")
def revoke_command(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the key, as `list` shows it.")],
    *,
    home: Home = None,
    workspace: Workspace = None,
) -> None:
    """Let a key open nothing any more, at once."""
    remove_key(read_settings(home), key_id, workspace)


def _write_key(kept: ApiKey) -> dict[str, object]:
    return {
        "id": kept.id,
        "workspace_id": kept.workspace_id,
        "name": kept.name,
        "hint": kept.hint,
        "scopes": sorted(kept.scopes),
    }
