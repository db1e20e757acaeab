"""Several flows for one pair of poses, and the judgement which of them to believe.

No single stiffness suits every pair. A flow is judged by what is left unmatched half-way, and by how
much it bends the poses to get there; the lowest sum wins and says how far the pair can be trusted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from poseloom.core.confidence import TRUSTED_SCORE
from poseloom.frames.affinity import find_affinity, fit_shape, form_velocity
from poseloom.frames.collapse import undo_collapse
from poseloom.frames.comparison import measure_salience, measure_stretch
from poseloom.frames.flow import Channels, Field, exponentiate, resample_field, warp
from poseloom.frames.image import Plane, Premultiplied, measure_gap
from poseloom.frames.registration import (
    CALM,
    CALM_BEGUN,
    CALM_ENDED,
    FIRM_ON,
    REFINE,
    SOFT,
    STIFF,
    FeaturePyramid,
    register,
)
from poseloom.frames.slide import find_slide

_JUDGED_LONG_SIDE = 96
_DISTORTION_WEIGHT = 0.3
_AT_REST_CELLS = 0.5
_ALIKE = 0.3
_SLID_SHARE = 0.75
_SLID_MOST = 1.5
"""Features slide where that leaves a quarter less open, at half as many faults more, or where it is trusted fully."""
_SAME_OUTLINE = 0.97
_LEAST_BENT = 0.1
"""Less is hardly seen to bend."""
_HOPELESS, _LIKELIER = 0.75, 1.1
_SOLID = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A flow and its faults.

    Attributes:
        velocity: (h, w, 2) float32 in cells of its own grid.
        start: (h, w, 2) float32 in cells of a grid of its own, the flow at which the search began.
        mismatch: Mean colour gap half-way, on the silhouettes, 0..1.2.
        distortion: Mean absolute log-stretch along both axes; 0 is rigid.
        everywhere: How much of the mismatch is as everywhere, and no flow's fault; 0..mismatch.
        is_slid: Whether one shift of all features inside an outline was found, at which it began.
    """

    velocity: Field
    start: Field
    mismatch: float
    distortion: float
    everywhere: float
    is_slid: bool = False

    @property
    def score(self) -> float:
        """The sum of faults; lower is better."""
        return self.mismatch + _DISTORTION_WEIGHT * self.distortion


def choose_flow(source: Premultiplied, target: Premultiplied, guess: Field | None = None) -> Candidate:
    """Return the best flow from `source` to `target`: soft, stiff, calm or slid, or `guess` alone, each also refined.

    Args:
        source: (H, W, 4), not empty.
        target: The same shape, not empty.
        guess: A flow to go on from, on any grid.
    """
    pyramid = FeaturePyramid(source, target)
    if guess is not None:
        return _compete(pyramid, [guess], guess)
    start, begun = _begin(pyramid)
    roughs = [register(pyramid, SOFT), register(pyramid, STIFF, start), register(pyramid, CALM_ENDED, begun)]
    best = _compete(pyramid, roughs, start)
    slide = find_slide(pyramid, start)
    if slide is None:
        return best
    slid = _compete(pyramid, [register(pyramid, FIRM_ON, slide)], slide)
    return replace(slid, is_slid=True) if _is_better(slid, best) else best


def calm_flow(source: Premultiplied, target: Premultiplied, best: Candidate) -> Candidate:
    """Return `best`, or no flow at all: within an outline that stays, what does not match is exchanged at once.

    A flow bends an eye until it lies upon a mouth, for lines look alike.

    Args:
        source: (H, W, 4), not empty.
        target: The same shape, not empty.
        best: The best flow between them.
    """
    near, far = source[..., 3], target[..., 3]
    is_same = float(np.minimum(near, far).sum()) > _SAME_OUTLINE * float(np.maximum(near, far).sum())
    if best.is_slid or best.distortion < _LEAST_BENT or not is_same:
        return best
    still = _judge(FeaturePyramid(source, target), np.zeros_like(best.velocity), best.start)
    return min(best, still, key=lambda candidate: candidate.score)


def hold_flow(source: Premultiplied, target: Premultiplied, best: Candidate) -> Candidate:
    """Return `best`, but for what it makes collapse: that stays whole, to be exchanged.

    Args:
        source: (H, W, 4), not empty.
        target: The same shape, not empty.
        best: The flow that is to be shown.
    """
    pyramid = FeaturePyramid(source, target)
    size = (best.velocity.shape[1], best.velocity.shape[0])
    near, far = (
        np.asarray(cv2.resize(pose[..., 3], size, interpolation=cv2.INTER_AREA), np.float32)
        for pose in (source, target)
    )
    held = undo_collapse(best.velocity, (near, far))
    return best if held is best.velocity else _judge(pyramid, held, best.start)


def _compete(pyramid: FeaturePyramid, roughs: Sequence[Field], start: Field) -> Candidate:
    """Return the best of some flows, and of each refined."""
    candidates = []
    for rough in roughs:
        candidates += [_judge(pyramid, rough, start), _judge(pyramid, register(pyramid, REFINE, rough), start)]
    return min(candidates, key=lambda candidate: candidate.score)


def _is_better(slid: Candidate, best: Candidate) -> bool:
    """Say whether to believe that features slide: around them plain colour is stretched, which is hardly seen."""
    if slid.score < best.score:
        return True
    # Two drawings from a hand are a little unlike in most places.
    left, left_by_best = slid.mismatch - best.everywhere, best.mismatch - best.everywhere
    return left < _SLID_SHARE * left_by_best and slid.score < max(_SLID_MOST * best.score, TRUSTED_SCORE)


def _begin(pyramid: FeaturePyramid) -> tuple[Field, Field]:
    """Return where a flow is to begin, and how far a calm one comes from there.

    What lies nearest on the whole may lose what was not moved at all: a body between wings that rise.
    """
    start = form_velocity(find_affinity(*pyramid.poses), fit_shape(pyramid.shape, CALM.rounds[0][0]))
    begun = register(pyramid, CALM_BEGUN, start)
    rest = np.zeros_like(start)
    if np.abs(start).max() <= _AT_REST_CELLS:
        return start, begun
    if _measure_likeness(pyramid, rest) < _HOPELESS * _measure_likeness(pyramid, start):
        return start, begun
    still = register(pyramid, CALM_BEGUN, rest)
    if _measure_likeness(pyramid, still) < _LIKELIER * _measure_likeness(pyramid, begun):
        return start, begun
    return rest, still


def _measure_likeness(pyramid: FeaturePyramid, velocity: Field) -> float:
    """Return 0..1, which share of what is seen half-way both poses show alike."""
    near, far = _bring_half_way(pyramid, velocity)
    likeness = np.exp(-np.square(measure_gap(near, far) / np.float32(_ALIKE)))
    return _average(likeness, np.maximum(near[..., 3], far[..., 3]))


def _bring_half_way(pyramid: FeaturePyramid, velocity: Field) -> tuple[Channels, Channels]:
    source, target = pyramid.see(_JUDGED_LONG_SIDE, 0.0)
    flow = resample_field(velocity, (source.shape[0], source.shape[1]))
    near = warp(source, exponentiate(flow, -0.5), border=cv2.BORDER_CONSTANT)
    return near, warp(target, exponentiate(flow, 0.5), border=cv2.BORDER_CONSTANT)


def _judge(pyramid: FeaturePyramid, velocity: Field, start: Field) -> Candidate:
    source, target = pyramid.see(_JUDGED_LONG_SIDE, 0.0)
    near, far = _bring_half_way(pyramid, velocity)
    flow = resample_field(velocity, (source.shape[0], source.shape[1]))
    gap, shown = np.minimum(measure_gap(near, far), np.float32(1.2)), np.maximum(near[..., 3], far[..., 3])
    seen = gap[shown > _SOLID]
    common = np.median(seen) if seen.size else np.float32(0)
    return Candidate(
        velocity=velocity,
        start=start,
        mismatch=_average(gap, shown),
        distortion=(
            _average(measure_stretch(exponentiate(flow, 1)), measure_salience(source))
            + _average(measure_stretch(exponentiate(flow, -1)), measure_salience(target))
        )
        / 2,
        everywhere=_average(np.minimum(gap, common), shown),
    )


def _average(values: Plane, weights: Channels) -> float:
    return float((values * weights).sum() / max(float(weights.sum()), 1e-6))
