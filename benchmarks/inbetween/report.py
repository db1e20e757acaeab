"""The table that a run prints."""

from collections.abc import Mapping, Sequence
from statistics import fmean

from benchmarks.inbetween.pair import LEVELS, MIDDLE, SCORED_MOMENTS, SPLITS, STEPS
from benchmarks.inbetween.run import Result

OURS = "poseloom"
WORST_COUNT = 10
_LEAST_CPU_SECONDS = 0.005
COLUMNS: Mapping[str, str] = {
    "psnr": ".2f", "ssim": ".3f", "iou": ".3f", "line_px": ".2f", "doubled": ".3f", "ghost": ".3f",
    "sharp": ".2f", "limb": ".3f", "pop": ".2f", "jitter": ".3f", "fps": ".1f",
}  # fmt: skip
_WIDTHS = {name: max(len(name), 6) for name in COLUMNS}


def print_report(results: Sequence[Result]) -> None:
    """Print the means of every split and level, and the pairs in which ours does worst."""
    for split in SPLITS:
        chosen = [result for result in results if result.split == split]
        if chosen:
            print_split(split, chosen)
    print_worst(results)


def print_split(split: str, results: Sequence[Result]) -> None:
    """Print half-way scores by level, then for pairs with truth at other moments those too."""
    head = " ".join(f"{name:>{_WIDTHS[name]}}" for name in COLUMNS)
    print(f"  {split:<12}   n {'method':<13} {head}")
    for level in LEVELS:
        _print_rows(level, [result for result in results if result.level == level], MIDDLE)
    with_truth = [result for result in results if result.level != "free"]
    _print_rows("all", with_truth, MIDDLE)
    for moment in SCORED_MOMENTS:
        if moment != MIDDLE:
            _print_rows(f"all, t={moment}", [result for result in with_truth if has_moment(result, moment)], moment)
    print()


def print_worst(results: Sequence[Result]) -> None:
    """Print the pairs in which our lines and silhouettes are farthest from the truth."""
    known = [(fault, result) for result in results if (fault := measure_fault(result)) is not None]
    worst = sorted(known, key=lambda pair: -pair[0])[:WORST_COUNT]
    print("  worst of ours, half-way: " + ", ".join(f"{result.id} {fault:.2f}" for fault, result in worst))


def measure_fault(result: Result) -> float | None:
    """Return how far ours is from the truth half-way: lines in pixels, and a tenth per hundredth of silhouette."""
    scores = read_scores(result, OURS, MIDDLE)
    if "line_px" not in scores:
        return None
    return scores["line_px"] + 10 * (1 - scores["iou"])


def has_moment(result: Result, moment: float) -> bool:
    """Say whether anything is known of a pair at a moment."""
    return any(moment in drawn.moments for drawn in result.drawn.values())


def read_scores(result: Result, method: str, moment: float) -> dict[str, float]:
    """Return all figures of one method, pair and moment by name; nothing where it was not drawn."""
    drawn = result.drawn.get(method)
    if drawn is None:
        return {}
    cpu_seconds = drawn.cpu_seconds or 0.0
    # What only holds a picture has no speed worth a figure.
    speed = {"fps": STEPS / cpu_seconds} if cpu_seconds > _LEAST_CPU_SECONDS else {}
    return {**drawn.moments.get(moment, {}), **drawn.motion, **speed}


def _print_rows(title: str, results: Sequence[Result], moment: float) -> None:
    if not results:
        return
    methods = dict.fromkeys(name for result in results for name in result.drawn)
    for index, method in enumerate(methods):
        rows = [read_scores(result, method, moment) for result in results]
        label = f"{title:<12} {len(results):>3}" if index == 0 else " " * 16
        print(f"  {label} {method:<13} {_write_means(rows)}")


def _write_means(rows: Sequence[Mapping[str, float]]) -> str:
    cells = []
    for name, form in COLUMNS.items():
        known = [row[name] for row in rows if name in row]
        cells.append(f"{fmean(known) if known else 0:>{_WIDTHS[name]}{form}}" if known else " " * _WIDTHS[name])
    return " ".join(cells)
