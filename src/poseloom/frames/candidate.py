"""Several flows for one pair of poses, and the judgement which of them to believe.

No single stiffness suits every pair. A flow is judged by what is left unmatched half-way, and by how
much it bends the poses to get there; the lowest sum wins and says how far the pair can be trusted.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from poseloom.frames.affinity import find_affinity, fit_shape, form_velocity
from poseloom.frames.comparison import measure_stretch
from poseloom.frames.flow import Channels, Field, exponentiate, resample_field, warp
from poseloom.frames.image import Plane, Premultiplied, measure_gap
from poseloom.frames.registration import CALM, REFINE, SOFT, STIFF, FeaturePyramid, register

_JUDGED_LONG_SIDE = 96
_DISTORTION_WEIGHT = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A flow and its faults.

    Attributes:
        velocity: (h, w, 2) float32 in cells of its own grid.
        mismatch: Mean colour gap half-way, on the silhouettes, 0..1.2.
        distortion: Mean absolute log-stretch along both axes; 0 is rigid.
    """

    velocity: Field
    mismatch: float
    distortion: float

    @property
    def score(self) -> float:
        """The sum of faults; lower is better."""
        return self.mismatch + _DISTORTION_WEIGHT * self.distortion


def choose_flow(source: Premultiplied, target: Premultiplied, guess: Field | None = None) -> Candidate:
    """Return the best flow from `source` to `target`: soft, stiff or calm, or `guess` alone, each also refined.

    Args:
        source: (H, W, 4), not empty.
        target: The same shape, not empty.
        guess: A flow to go on from, on any grid.
    """
    pyramid = FeaturePyramid(source, target)
    candidates = []
    for rough in _list_roughs(pyramid) if guess is None else [guess]:
        candidates += [_judge(pyramid, rough), _judge(pyramid, register(pyramid, REFINE, rough))]
    return min(candidates, key=lambda candidate: candidate.score)


def _list_roughs(pyramid: FeaturePyramid) -> list[Field]:
    affinity = find_affinity(*pyramid.poses)
    start = form_velocity(affinity, fit_shape(pyramid.shape, STIFF.rounds[0][0]))
    return [register(pyramid, SOFT), *(register(pyramid, stiffness, start) for stiffness in (STIFF, CALM))]


def _judge(pyramid: FeaturePyramid, velocity: Field) -> Candidate:
    source, target = pyramid.see(_JUDGED_LONG_SIDE, 0.0)
    flow = resample_field(velocity, (source.shape[0], source.shape[1]))
    near = warp(source, exponentiate(flow, -0.5), border=cv2.BORDER_CONSTANT)
    far = warp(target, exponentiate(flow, 0.5), border=cv2.BORDER_CONSTANT)
    gap = np.minimum(measure_gap(near, far), np.float32(1.2))
    return Candidate(
        velocity=velocity,
        mismatch=_average(gap, np.maximum(near[..., 3], far[..., 3])),
        distortion=(
            _average(measure_stretch(exponentiate(flow, 1)), source[..., 3])
            + _average(measure_stretch(exponentiate(flow, -1)), target[..., 3])
        )
        / 2,
    )


def _average(values: Plane, weights: Channels) -> float:
    return float((values * weights).sum() / max(float(weights.sum()), 1e-6))
