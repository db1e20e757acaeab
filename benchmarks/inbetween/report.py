"""The table that a run prints."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from benchmarks.inbetween.pair import LEVELS, MIDDLE, SCORED_MOMENTS, SIZE_PX, SPLITS, STEPS
from benchmarks.inbetween.run import Result

OURS = "poseloom"
PROTOTYPE = Path(__file__).with_name("prototype.json")
"""What the prototype of our renderer scored on the same pairs, measured once."""
WORST_COUNT = 10
COLUMNS: Mapping[str, str] = {
    "psnr": ".2f", "ssim": ".3f", "iou": ".3f", "line_px": ".2f", "doubled": ".3f", "ghost": ".3f",
    "sharp": ".2f", "limb": ".3f", "pop": ".2f", "jitter": ".3f", "torn": ".3f", "fps": ".1f",
}  # fmt: skip
_WIDTHS = {name: max(len(name), 6) for name in COLUMNS}
_LEAST_CPU_SECONDS = 0.005

Scores = dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Pairs whose scores are averaged.

    Attributes:
        split: One of `pair.SPLITS`.
        title: What they have in common within it.
        moment: The moment at which they are looked at.
        results: Theirs.
    """

    split: str
    title: str
    moment: float
    results: Sequence[Result]


def print_report(results: Sequence[Result], size_px: int = SIZE_PX) -> None:
    """Print the means of every split and level, and the pairs in which ours does worst.

    Args:
        results: What was made of the pairs.
        size_px: The side of their pictures; the prototype is shown beside them at its own size alone.
    """
    prototype = json.loads(PROTOTYPE.read_text())
    rows = prototype["rows"] if size_px == SIZE_PX else []
    head = " ".join(f"{name:>{_WIDTHS[name]}}" for name in COLUMNS)
    blocks = list_blocks(results)
    for split in dict.fromkeys(block.split for block in blocks):
        print(f"  {split:<12}   n {'method':<18} {head}")
        for block in blocks:
            if block.split == split:
                _print_block(block, find_row(rows, block))
        print()
    if rows:
        print(f"  prototype: {prototype['note']}")
    print_worst(results)
    print_turned(results)


def list_blocks(results: Sequence[Result]) -> list[Block]:
    """Return what a report averages: each level half-way, then all that have truth, at every moment that is known.

    Of these, half-way, also what ours shows at all: a pair that it stages is never seen half-way.
    """
    blocks = []
    for split in SPLITS:
        chosen = [result for result in results if result.split == split]
        for level in LEVELS:
            same = [result for result in chosen if result.level == level]
            blocks.append(Block(split=split, title=level, moment=MIDDLE, results=same))
        for moment in SCORED_MOMENTS:
            known = [result for result in chosen if result.level != "free" and _is_known(result, moment)]
            blocks.append(Block(split=split, title=f"all, t={moment}", moment=moment, results=known))
            shown = [result for result in known if not is_staged(result)]
            if moment == MIDDLE and len(shown) < len(known):
                blocks.append(Block(split=split, title="not staged", moment=moment, results=shown))
    return [block for block in blocks if block.results]


def average_scores(block: Block, method: str) -> Scores:
    """Return the means of one method over a block, of every figure over the pairs that have it."""
    rows = [read_scores(result, method, block.moment) for result in block.results]
    known = {name: [row[name] for row in rows if name in row] for name in COLUMNS}
    return {name: fmean(values) for name, values in known.items() if values}


def read_scores(result: Result, method: str, moment: float) -> Scores:
    """Return all figures of one method, pair and moment by name; nothing where it was not drawn."""
    drawn = result.drawn.get(method)
    if drawn is None:
        return {}
    cpu_seconds = drawn.cpu_seconds or 0.0
    # What only holds a picture has no speed worth a figure.
    speed = {"fps": STEPS / cpu_seconds} if cpu_seconds > _LEAST_CPU_SECONDS else {}
    return {**drawn.moments.get(moment, {}), **drawn.motion, **speed}


def find_row(rows: Sequence[Mapping[str, Any]], block: Block) -> Scores:
    """Return the figures that were kept for exactly the pairs of a block; nothing if it is only a part of them."""
    for row in rows:
        if (row["split"], row["title"], row["n"]) == (block.split, block.title, len(block.results)):
            return {name: row[name] for name in COLUMNS if name in row}
    return {}


def print_worst(results: Sequence[Result]) -> None:
    """Print the pairs in which our lines and silhouettes are farthest from the truth."""
    worst = ", ".join(f"{one.id} {fault:.1f}" for fault, one in find_worst(results))
    print(f"  worst of ours (line_px + 10 · (1 - iou)): {worst}")


def print_turned(results: Sequence[Result]) -> None:
    """Print the pairs in which nothing turns and ours turns something all the same."""
    still = [result for result in results if result.is_still and OURS in result.drawn]
    turned = [result.id for result in still if result.drawn[OURS].turning]
    if still:
        print(
            f"  nothing turns in {len(still)} pairs; ours turns limbs in {len(turned)}: {', '.join(turned) or 'none'}"
        )


def find_worst(results: Sequence[Result]) -> list[tuple[float, Result]]:
    """Return the pairs with the greatest faults, and these, the worst first."""
    known = [(fault, result) for result in results if (fault := measure_fault(result)) is not None]
    return sorted(known, key=lambda pair: -pair[0])[:WORST_COUNT]


def measure_fault(result: Result) -> float | None:
    """Return how far ours is from the truth half-way: lines in pixels, and a tenth per hundredth of silhouette."""
    scores = read_scores(result, OURS, MIDDLE)
    if "line_px" not in scores:
        return None
    return scores["line_px"] + 10 * (1 - scores["iou"])


def is_staged(result: Result) -> bool:
    """Say whether ours shows a pair by another way than what lies between."""
    return OURS in result.drawn and result.drawn[OURS].is_staged


def _is_known(result: Result, moment: float) -> bool:
    return any(moment in drawn.moments for drawn in result.drawn.values())


def _print_block(block: Block, prototype: Scores) -> None:
    methods = dict.fromkeys(name for result in block.results for name in result.drawn)
    rows = {method: average_scores(block, method) for method in methods}
    if prototype:
        rows = {OURS: rows.pop(OURS, {}), "prototype": prototype, **rows}
    label = f"{block.title:<12} {len(block.results):>3}"
    for method, scores in rows.items():
        if scores:
            print(f"  {label} {method:<18} {_write_scores(scores)}".rstrip())
            label = " " * len(label)


def _write_scores(scores: Scores) -> str:
    cells = {name: f"{scores[name]:{form}}" if name in scores else "" for name, form in COLUMNS.items()}
    return " ".join(f"{cell:>{_WIDTHS[name]}}" for name, cell in cells.items())
