"""`poseloom animate`: poses in, living mascot out."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from poseloom.cli.option import AsJson, Duration, Folder, Opaque
from poseloom.cli.progress import PlainWatcher, ProgressWatcher
from poseloom.cli.table import print_tips, summarise_plan
from poseloom.core.answer import write_answer
from poseloom.core.clip import ClipFormat, Quality
from poseloom.core.document import read_fps, read_size
from poseloom.core.duration import read_duration
from poseloom.core.error import PoseloomError
from poseloom.usecases.animate import AnimateOptions, Animation
from poseloom.wiring.animation import DEFAULT_FPS, DEFAULT_SIZE_PX, animate_mascot, open_studio
from poseloom.wiring.mascot import Mascot, open_mascot
from poseloom.wiring.settings import read_settings

EXIT_FAILED = 1
EXIT_INTERRUPTED = 130
FORMATS = tuple(ClipFormat)


def animate_command(
    directory: Folder,
    *,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where the bundle goes; DIR/mascot by default.")
    ] = None,
    duration: Duration = None,
    size: Annotated[
        int | None, typer.Option(metavar="PX", help="Width and height of clips; else the canvas' own, or 512.")
    ] = None,
    fps: Annotated[str | None, typer.Option(help="Frames per second; else the canvas' own, or 24.")] = None,
    formats: Annotated[
        list[ClipFormat] | None, typer.Option("--format", help="Repeat to choose several; all by default.")
    ] = None,
    quality: Annotated[Quality, typer.Option(help="preview is faster and coarser.")] = Quality.STANDARD,
    jobs: Annotated[int | None, typer.Option(min=1, max=256, help="Clips made at once; all cores by default.")] = None,
    opaque: Opaque = False,
    force: Annotated[bool, typer.Option("--force", help="Make every clip again.")] = False,
    cache: Annotated[Path | None, typer.Option(metavar="DIR", help="Where clips are kept between runs.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make every clip, and the living mascot."""
    mascot = open_mascot(directory)
    options = AnimateOptions(
        size=read_size(size) or mascot.canvas.size or DEFAULT_SIZE_PX,
        fps=_choose_fps(fps, mascot),
        formats=tuple(fmt for fmt in FORMATS if not formats or fmt in formats),
        quality=quality,
        duration_seconds=None if duration is None else read_duration(duration),
        force=force,
    )
    home = directory if directory.is_dir() else directory.parent
    console = Console(stderr=True, highlight=False)
    studio = open_studio(read_settings(), cache=cache, jobs=jobs, opaque=opaque)
    try:
        with _open_watcher(console) as watcher:
            animation = animate_mascot(mascot, out or home / "mascot", options, studio, watcher)
    except KeyboardInterrupt:
        console.print("interrupted; finished clips are kept, nothing is half-written", markup=False)
        raise typer.Exit(EXIT_INTERRUPTED) from None
    if as_json:
        print(json.dumps(_write_answer(animation), indent=1))
    else:
        _print_outcome(animation)
    print_tips(console, animation.plan, animation.list_confidences())
    for edge_id, error in animation.failures.items():
        console.print(f"error: {edge_id}: {error.message}", style="red", markup=False, soft_wrap=True)
    if animation.failures:
        raise typer.Exit(EXIT_FAILED)


def _choose_fps(fps: str | None, mascot: Mascot) -> Fraction:
    return read_fps(fps) or mascot.canvas.fps or DEFAULT_FPS


def _open_watcher(console: Console) -> "ProgressWatcher | PlainWatcher":
    return ProgressWatcher(console) if console.is_terminal else PlainWatcher(console)


def _write_answer(animation: Animation) -> dict[str, object]:
    return {
        **write_answer(animation.plan, dry_run=False, confidences=animation.list_confidences()),
        "bundle": None if animation.page is None else str(animation.page.parent),
        "failed": {edge_id: _write_failure(error) for edge_id, error in animation.failures.items()},
    }


def _write_failure(error: PoseloomError) -> object:
    return error.document()["error"]


def _print_outcome(animation: Animation) -> None:
    console = Console(highlight=False, soft_wrap=True)
    console.print(summarise_plan(animation.plan), markup=False)
    if animation.page is not None:
        folder = animation.page.parent
        console.print(f"\nYour mascot is in {folder}", markup=False)
        console.print(f"Open {animation.page.resolve().as_uri()} in a browser, or serve it:", markup=False)
        console.print(f"  python3 -m http.server --directory {folder} 8000", markup=False)
