"""How far the local generator's in-betweens are to be trusted, before any clip is made."""

from collections.abc import Iterable, Mapping
from concurrent.futures.process import BrokenProcessPool

from poseloom.core.confidence import Confidence
from poseloom.core.error import WorldError
from poseloom.frames.image import Rgba
from poseloom.frames.inbetween import prepare_morph
from poseloom.generators.pool import Desk, RenderPool

Pair = tuple[str, str]
"""Source and target of a transition."""


def judge_pairs(poses: Mapping[str, Rgba], pairs: Iterable[Pair], *, jobs: int) -> dict[Pair, Confidence]:
    """Return how far each transition is to be trusted; each costs seconds of a core.

    Args:
        poses: Aligned pose by node id.
        pairs: Which to judge; each once, however often it stands there.
        jobs: How many processes work at once.

    Raises:
        WorldError: Memory gave out.
    """
    wanted = list(dict.fromkeys(pairs))
    if not wanted:
        return {}
    with RenderPool(min(jobs, len(wanted))) as pool:
        tasks = {
            (source, target): pool.submit(judge_transition, poses[source], poses[target]) for source, target in wanted
        }
        try:
            return {pair: task.future.result() for pair, task in tasks.items()}
        except BrokenProcessPool as error:
            raise WorldError("a process was killed, perhaps for want of memory; set POSELOOM_JOBS=1") from error
        finally:
            for task in tasks.values():
                task.leave()


def judge_transition(desk: Desk, source: Rgba, target: Rgba) -> Confidence:
    """Return how far a transition is to be trusted; called in a process of the pool."""
    desk.note(0)
    return prepare_morph(source, target).judgement
