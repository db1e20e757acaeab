"""`poseloom serve` and `poseloom worker`: the service, and hands for it elsewhere."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from poseloom.core.link import LIFETIME_SECONDS
from poseloom.wiring.log import set_up_logging
from poseloom.wiring.serving import Opening, open_listening, serve, work
from poseloom.wiring.settings import read_settings

Home = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Folder of the server: its database, its blobs, its locks.")
]

_TERMS = f"once, within {LIFETIME_SECONDS // 60} minutes"


def serve_command(
    *,
    home: Home = None,
    host: Annotated[str, typer.Option(help="Address to listen at; 0.0.0.0 for everyone.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen at; 0 takes a free one.")] = 8000,
    demo: Annotated[bool, typer.Option("--demo", help="Load the demo mascot.")] = False,
    workers: Annotated[bool, typer.Option(help="Make clips in this process too; else `poseloom worker` does.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON when it listens; logs too.")] = False,
) -> None:
    """Serve the API. The first run makes its home, a workspace and a key, and shows the key once."""
    settings = read_settings(home)
    set_up_logging(as_json=as_json)
    with open_listening(host, port) as listening:
        serve(
            settings,
            listening,
            workers=workers,
            demo=demo,
            greet=lambda opening: _greet(opening, as_json=as_json),
            show_link=lambda link: _show_link(link, as_json=as_json),
        )


def worker_command(
    *, home: Home = None, as_json: Annotated[bool, typer.Option("--json", help="Log as JSON.")] = False
) -> None:
    """Make clips for a server that shares this database and these blobs."""
    settings = read_settings(home)
    set_up_logging(as_json=as_json)
    work(settings)


def _greet(opening: Opening, *, as_json: bool) -> None:
    if as_json:
        told: dict[str, object] = {"url": opening.url, "home": str(opening.home)}
        if opening.key is not None:
            told["api_key"] = opening.key
        if opening.link is not None:
            told["link"] = opening.link
        if opening.demo is not None:
            told["demo"] = opening.demo
        print(json.dumps(told), flush=True)
        return
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"Poseloom listens at {opening.url} (home: {opening.home}); Ctrl-C stops it", markup=False)
    if opening.link is not None:
        console.print(f"\nOpen the Studio; this link signs you in, {_TERMS}:\n  {opening.link}", markup=False)
    if opening.key is not None:
        console.print(f"\nYour API key, shown this once:\n  {opening.key}\n\nTry it:", markup=False)
        console.print(f"  curl {opening.url}/v1/credits -H 'Authorization: Bearer {opening.key}'", markup=False)
    if opening.demo is not None:
        path = f"/v1/collections/{opening.demo['collection_id']}/canvases/{opening.demo['canvas_id']}/generate-all"
        key = opening.key or "masko_YOUR_API_KEY"
        console.print("\nThe demo mascot waits for its clips:", markup=False)
        console.print(f"  curl -X POST {opening.url}{path} -H 'Authorization: Bearer {key}'", markup=False)
    console.print(f"\nReference: {opening.url}/docs", markup=False)
    # A pipe or a file would keep it to itself until the server stops.
    console.file.flush()


def _show_link(link: str, *, as_json: bool) -> None:
    print(json.dumps({"link": link}) if as_json else f"\nA new link to the Studio, {_TERMS}:\n  {link}", flush=True)
