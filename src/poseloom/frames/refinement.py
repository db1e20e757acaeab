"""Turns made finer: a part that is cut out along its lines tells more of its motion than its cells do."""

import math
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from poseloom.frames.anatomy import Anatomy
from poseloom.frames.comparison import Mask
from poseloom.frames.contour import Drawing, enlarge_part, study_drawing, trim_parts
from poseloom.frames.flow import Field, exponentiate, list_positions
from poseloom.frames.image import Plane, Premultiplied, premultiply, unpremultiply
from poseloom.frames.registration import LEFTOVER, FeaturePyramid, register
from poseloom.frames.similarity import Similarity, change_units, compose, form_similarity, pull_back, read_turn

_LEAST_SHOWN_PX = 100
_MOST_RADIANS = math.radians(10)
"""A part that seems to have turned so much more bends, or was cut out badly."""
_SHARE = 0.5
"""Of two estimates of a turn, from cells and from what is left to flow, the mean is better than either."""


def refine_turns(anatomy: Anatomy, work: tuple[Premultiplied, Premultiplied]) -> Anatomy:
    """Return the anatomy with turns that leave less that is stiff to what is left to flow between a part's drawings.

    Args:
        anatomy: What belongs to which part, on a grid over the poses.
        work: Source and target, (H, W, 4) each, at the size at which flows are sought.
    """
    drawings = study_drawing(unpremultiply(work[0])), study_drawing(unpremultiply(work[1]))
    rows, columns = anatomy.labels[0].shape
    scale_x, scale_y = work[0].shape[1] / columns, work[0].shape[0] / rows
    turns = []
    for part, turn in enumerate(anatomy.turns, 1):
        finer = _refine(anatomy.find(part), drawings, change_units(turn, scale_x, scale_y))
        turns.append(change_units(finer, 1 / scale_x, 1 / scale_y))
    return replace(anatomy, turns=tuple(turns))


def _refine(cells: tuple[Mask, Mask], drawings: tuple[Drawing, Drawing], turn: Similarity) -> Similarity:
    masks = enlarge_part(cells[0], drawings[0]), enlarge_part(cells[1], drawings[1])
    if not (masks[0].any() and masks[1].any()):
        return turn
    near, far = (
        premultiply(np.where(mask[..., None], drawing.pose, np.uint8(0)))
        for mask, drawing in zip(trim_parts(masks, drawings, turn), drawings, strict=True)
    )
    brought = pull_back(far, turn)
    shown = near[..., 3] * brought[..., 3]
    if shown.sum() < _LEAST_SHOWN_PX:
        return turn
    left = exponentiate(register(FeaturePyramid(near, brought), LEFTOVER), 1.0)
    more = fit_stiffly(np.float32(_SHARE) * left, shown)
    return compose(turn, more) if abs(read_turn(more)) < _MOST_RADIANS else turn


def fit_stiffly(motion: Field, weight: Plane) -> Similarity:
    """Return the turn and shift that a motion is nearest to, in pixels of the weight.

    The least squares have a closed form (Umeyama, "Least-Squares Estimation of Transformation Parameters Between Two
    Point Patterns", 1991).

    Args:
        motion: (h, w, 2), where each place goes, as a displacement in cells of its own grid.
        weight: (H, W), how far each place counts; not all 0.
    """
    rows, columns = motion.shape[:2]
    share: NDArray[np.float64] = cv2.resize(weight, (columns, rows), interpolation=cv2.INTER_AREA).astype(np.float64)
    share = (share / share.sum())[..., None]
    places = list_positions(rows, columns).astype(np.float64)
    landed = places + motion
    middle, there = ((share * at).sum(axis=(0, 1)) for at in (places, landed))
    (x, y), (x_there, y_there) = np.moveaxis(places - middle, 2, 0), np.moveaxis(landed - there, 2, 0)
    along = float((share[..., 0] * (x * x_there + y * y_there)).sum())
    across = float((share[..., 0] * (x * y_there - y * x_there)).sum())
    stiff = form_similarity(math.atan2(across, along), 1, middle, there)
    return change_units(stiff, weight.shape[1] / columns, weight.shape[0] / rows)
