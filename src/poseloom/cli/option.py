"""Options that commands share."""

from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[
    Path,
    typer.Argument(metavar="DIR", help="A folder of poses, or of a canvas.json and its poses.", show_default=False),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the API's shapes instead of tables.")]
Opaque = Annotated[bool, typer.Option("--opaque", help="Accept pictures without transparency as they are.")]
Duration = Annotated[
    float | None,
    typer.Option(metavar="SECONDS", help="Length of every clip, 1 to 10 in steps of 0.5; else each edge's own, or 4."),
]
