"""Draw and score many pairs with many methods, on as many processes as there are cores to spare."""

import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context

import cv2

from benchmarks.inbetween.limb import score_limb
from benchmarks.inbetween.method import METHODS, Prepare, Prepared
from benchmarks.inbetween.motion import score_motion
from benchmarks.inbetween.pair import MIDDLE, SCORED_MOMENTS, STEPS, Item, Pair
from benchmarks.inbetween.score import measure_ghost, score_picture
from benchmarks.inbetween.sheet import write_sheet
from poseloom.frames.image import Rgba, premultiply

WORKERS = 2
TRUTH = "truth"
"""What is drawn beside the methods where it is known: how much a perfect transition pops and jitters."""


@dataclass(slots=True, kw_only=True)
class Drawn:
    """What one method made of one pair.

    Attributes:
        motion: `pop`, `jitter` and `torn`.
        is_staged: Whether it shows the pair by another way than what lies between.
        turning: How many limbs it turns.
        moments: Scores of single pictures, by moment; without truth only `ghost`, half-way.
        cpu_seconds: For 24 frames, set-up counted; None for the truth.
    """

    motion: Mapping[str, float]
    is_staged: bool = False
    turning: int = 0
    moments: dict[float, dict[str, float]] = field(default_factory=dict)
    cpu_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What all methods made of one pair.

    Attributes:
        id: The pair's name.
        split: One of `pair.SPLITS`.
        level: One of `pair.LEVELS`.
        limbs: Names of the limbs that were scored alone.
        drawn: By method.
        is_still: Whether it is known that nothing turns.
    """

    id: str
    split: str
    level: str
    limbs: tuple[str, ...]
    drawn: Mapping[str, Drawn]
    is_still: bool = False


def score_items(items: Sequence[Item], methods: Iterable[str], *, sheets: bool) -> list[Result]:
    """Score every pair with every method; `sheets` also writes pictures to look at."""
    work = partial(score_item, methods=tuple(methods), sheets=sheets)
    results = []
    # Spawned, not forked: a fork would inherit OpenCV's threads.
    fresh = get_context("spawn")
    with ProcessPoolExecutor(WORKERS, mp_context=fresh, initializer=cv2.setNumThreads, initargs=(1,)) as pool:
        for result in pool.map(work, items):
            results.append(result)
            if sys.stderr.isatty():
                print(f"\r{len(results)} of {len(items)} pairs", end="\r", file=sys.stderr, flush=True)
    return results


def score_item(item: Item, *, methods: Sequence[str], sheets: bool) -> Result:
    """Draw one pair with every method and score it."""
    pair = item.load()
    transitions: dict[str, list[Rgba]] = {}
    drawn: dict[str, Drawn] = {}
    for name in methods:
        prepared, frames, cpu_seconds = draw_transition(METHODS[name], pair)
        transitions[name] = frames
        drawn[name] = Drawn(
            motion=score_motion(frames),
            is_staged=prepared.is_staged,
            turning=prepared.turning,
            moments=score_moments(frames, pair),
            cpu_seconds=cpu_seconds,
        )
    if len(pair.truth) == STEPS + 1:
        drawn[TRUTH] = Drawn(motion=score_motion([pair.truth[moment] for moment in sorted(pair.truth)]))
    limbs = tuple(limb.name for limb in pair.limbs)
    result = Result(id=item.id, split=item.split, level=item.level, limbs=limbs, drawn=drawn, is_still=pair.is_still)
    if sheets:
        write_sheet(item.id, pair, transitions)
    return result


def draw_transition(prepare: Prepare, pair: Pair) -> tuple[Prepared, list[Rgba], float]:
    """Return how a method draws, the frames at 0/24 … 24/24, and the CPU seconds that set-up and 24 of them take."""
    start = time.process_time()
    prepared = prepare(pair.source, pair.target)
    ready = time.process_time()
    frames = [prepared.draw(step / STEPS) for step in range(STEPS + 1)]
    done = time.process_time()
    return prepared, frames, ready - start + (done - ready) * STEPS / len(frames)


def score_moments(frames: Sequence[Rgba], pair: Pair) -> dict[float, dict[str, float]]:
    """Return the scores of a transition's pictures at the moments at which something is known."""
    if not pair.truth:
        return {MIDDLE: {"ghost": measure_ghost_between(frames[STEPS // 2], pair)}}
    moments = {}
    for moment in SCORED_MOMENTS:
        if moment in pair.truth:
            picture = frames[round(moment * STEPS)]
            moments[moment] = score_picture(picture, pair.truth[moment]) | score_limbs(picture, pair, moment)
    return moments


def score_limbs(picture: Rgba, pair: Pair, moment: float) -> dict[str, float]:
    """Return `limb`, the mean over the limbs that turn far; nothing where none does."""
    known = [score_limb(picture, pair.truth[moment], limb.bare[moment], limb.region) for limb in pair.limbs]
    seen = [score for score in known if score is not None]
    return {"limb": sum(seen) / len(seen)} if seen else {}


def measure_ghost_between(picture: Rgba, pair: Pair) -> float:
    """Return the ghost of a picture half-way whose truth nobody knows: against the mean of both poses."""
    alpha = premultiply(picture)[..., 3]
    ends = [measure_ghost(alpha, premultiply(pose)[..., 3]) for pose in (pair.source, pair.target)]
    return sum(ends) / len(ends)
