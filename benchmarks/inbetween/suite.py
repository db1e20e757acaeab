"""The suite: which pairs there are, and what a run writes and prints."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from fnmatch import fnmatch
from pathlib import Path

from benchmarks.inbetween.emoji import EmojiItem, list_emoji_items
from benchmarks.inbetween.method import METHODS
from benchmarks.inbetween.package import PackageMissing
from benchmarks.inbetween.pair import MIDDLE, OUT, SIZE_PX, STEPS, Item
from benchmarks.inbetween.redrawing import RedrawnItem, list_redrawn_items
from benchmarks.inbetween.repertoire import list_rig_items
from benchmarks.inbetween.report import OURS, find_worst, print_report, read_scores
from benchmarks.inbetween.rig import RigItem
from benchmarks.inbetween.run import Result, score_items
from benchmarks.inbetween.sheet import write_page, write_worst
from benchmarks.inbetween.sprite import SpriteItem, list_sprite_items
from benchmarks.inbetween.troupe import TroupeItem, list_chance_items, list_troupe_items

SCORES = OUT / "scores.json"


def run(uv: str) -> None:
    """Score every pair with every method and print the report."""
    del uv
    run_suite()


def run_suite(
    only: Sequence[str] = ("*",),
    methods: Sequence[str] = tuple(METHODS),
    *,
    size_px: int = SIZE_PX,
    sheets: bool = False,
    worst: Path | None = None,
) -> None:
    """Score pairs and print the report.

    Args:
        only: Patterns of pair ids.
        methods: Names of `METHODS`.
        size_px: The side of the pictures; what is told in pixels are pixels of that size.
        sheets: Whether to write pictures to look at.
        worst: Where to write one picture of our rig's worst pairs; needs the sheets.
    """
    begun = time.perf_counter()
    items, not_run = choose_items(only, size_px)
    print(
        f"inbetween: {len(items)} pairs at {size_px}², scores half-way unless said; "
        f"fps is frames per CPU-second of {STEPS}, set-up counted"
    )
    results = score_items(items, methods, sheets=sheets)
    SCORES.parent.mkdir(parents=True, exist_ok=True)
    SCORES.write_text(json.dumps([asdict(result) for result in results], indent=1))
    print_report(results, size_px)
    for line in not_run:
        print(f"  NOT RUN: {line}")
    print(f"  {time.perf_counter() - begun:.0f} s; every score: {SCORES.relative_to(OUT.parents[1])}")
    if sheets:
        page = write_page({result.id: caption(result) for result in results})
        print(f"  pictures: {page.relative_to(OUT.parents[1])}")
    if sheets and worst is not None:
        # Only pictures of our own drawing may be passed on.
        write_worst([one.id for _, one in find_worst([one for one in results if one.split == "rig"])], worst)
    print()


def choose_items(only: Sequence[str], size_px: int = SIZE_PX) -> tuple[list[Item], list[str]]:
    """Return the pairs whose ids match and can be had here, in a size, and a line for every package that cannot."""
    everything: list[RigItem | TroupeItem | RedrawnItem | SpriteItem | EmojiItem] = [
        *list_rig_items(),
        *list_troupe_items(),
        *list_chance_items(),
        *list_redrawn_items(),
        *list_sprite_items(),
        *list_emoji_items(),
    ]
    chosen = [
        replace(item, size_px=size_px) for item in everything if any(fnmatch(item.id, pattern) for pattern in only)
    ]
    lines = []
    # One process fetches, before many read.
    fetched = [item for item in chosen if isinstance(item, SpriteItem | EmojiItem)]
    for package, item in {item.package: item for item in fetched}.items():
        try:
            item.fetch()
        except PackageMissing as error:
            lost = [one for one in fetched if one.package == package]
            chosen = [one for one in chosen if one not in lost]
            lines.append(f"{len(lost)} pairs ({item.split}); {error}")
    return [*chosen], lines


def caption(result: Result) -> str:
    """Return what the page says about a pair: where it belongs, and how ours and the others score half-way."""
    parts = [f"{result.split}, {result.level}"]
    shown = ("ssim", "iou", "line_px", "doubled", "ghost", "limb", "pop", "torn")
    for method in result.drawn:
        scores = read_scores(result, method, MIDDLE)
        figures = " ".join(f"{name} {scores[name]:.2f}" for name in shown if name in scores)
        parts.append(f"{'ours' if method == OURS else method}: {figures}")
    return " · ".join(parts)
