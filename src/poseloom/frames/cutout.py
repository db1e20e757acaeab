"""Cut the parts out of two full-size poses, and complete the body behind them."""

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from poseloom.frames.affinity import fit_shape
from poseloom.frames.anatomy import Anatomy, Path, trace_paths
from poseloom.frames.blend import prepare_side
from poseloom.frames.comparison import Comparison, Mask, grow
from poseloom.frames.flow import Field, count_squarings, exponentiate, list_positions, look_up, resample_field, smooth
from poseloom.frames.image import (
    Plane,
    Premultiplied,
    Rgba,
    measure_bounds,
    measure_colour_gap,
    premultiply,
    unpremultiply,
)
from poseloom.frames.limb import Limb
from poseloom.frames.registration import LEFTOVER, FeaturePyramid, register
from poseloom.frames.silhouette import Ink, find_ink, find_nearest, measure_distance
from poseloom.frames.similarity import change_units, invert, move_points, pull_back
from poseloom.frames.stage import Window

_WORK_LONG_SIDE = 320
_INK_SPREAD = 60
_RIM_PX = 2
_SURELY_OUT = 0.06
_SURELY_IN = 0.94
_SOLID = 250
_MARGIN_PX = 4
_JOINT_WIDTH = 0.6
_JOINT_LIKENESS = 36
_DIFFERENT = 0.3
_COVER_PX = 3
_FRONT_DOUBT = 1.5
_FRONT_SHARE = 0.12


@dataclass(frozen=True, slots=True, kw_only=True)
class Cutout:
    """Two poses taken apart.

    Attributes:
        bodies: (H, W, 4) uint8 each: the poses without their parts, completed where those were.
        limbs: The parts, in the order in which they are drawn.
    """

    bodies: tuple[Rgba, Rgba]
    limbs: tuple[Limb, ...]


def cut_parts(poses: tuple[Rgba, Rgba], anatomy: Anatomy, comparison: Comparison) -> Cutout:
    """Take two poses apart.

    Args:
        poses: Source and target, (H, W, 4) uint8, straight alpha, as cut by the stage.
        anatomy: What belongs to which part, on a grid over them.
        comparison: Both poses on that grid.
    """
    inks = [find_ink(pose, _measure_edge(pose)) for pose in poses]
    paths = trace_paths(anatomy, comparison)
    parts = range(1, len(paths) + 1)
    masks = [[_enlarge(anatomy.labels[side] == part, poses[side], inks[side]) for part in parts] for side in (0, 1)]
    holes = [np.any([_add_fringe(mask, poses[side]) for mask in masks[side]], axis=0) for side in (0, 1)]
    flows = [resample_field(exponentiate(anatomy.velocity, duration), poses[0].shape[:2]) for duration in (1.0, -1.0)]
    bodies = (
        _complete(poses[0], holes[0], poses[1], grow(holes[1], 3), flows[0]),
        _complete(poses[1], holes[1], poses[0], grow(holes[0], 3), flows[1]),
    )
    limbs = []
    for part, path in zip(parts, paths, strict=True):
        joints = path.joint, move_points(path.joint, path.turn)
        near, far = (
            _cut_out(
                poses[side],
                _round_off(masks[side][part - 1], poses[side], _rescale(joints[side], comparison, poses[side])),
                bodies[side],
                inks[side],
            )
            for side in (0, 1)
        )
        is_front = _is_front(anatomy, comparison, part)
        covers = None if is_front else (_cover(masks[0][part - 1], poses[0]), _cover(masks[1][part - 1], poses[1]))
        limb = _prepare_limb((near, far), path, comparison.shape, covers)
        if limb is not None:
            limbs.append(limb)
    return Cutout(bodies=bodies, limbs=tuple(limbs))


def _enlarge(cells: Mask, pose: Rgba, ink: Ink | None) -> Mask:
    """Return a part at full size, with the line drawn around it and its soft rim."""
    size = (pose.shape[1], pose.shape[0])
    share = cv2.resize(smooth(cells.astype(np.float32), 0.7), size, interpolation=cv2.INTER_LINEAR)
    mask = _snap(np.asarray(share, np.float32), pose)
    if ink is not None:
        lines = (measure_colour_gap(pose, ink.colour) < _INK_SPREAD) & (pose[..., 3] > _RIM_PX)
        mask = _creep(mask, lines, round(ink.width_px) + 1)
    return _creep(mask, pose[..., 3] < _SOLID, _RIM_PX)


def _snap(share: Plane, pose: Rgba) -> Mask:
    """Return where a part is, its coarse edge (`share` 0..1 in it) drawn to the nearest edge of the picture."""
    seeds = np.zeros(share.shape, np.int32)
    seeds[share < _SURELY_OUT] = 1
    seeds[share > _SURELY_IN] = 2
    if not (seeds == 2).any():
        return np.asarray(share > 0.5)
    cv2.watershed(np.ascontiguousarray(cv2.cvtColor(pose, cv2.COLOR_RGBA2mRGBA)[..., :3]), seeds)
    inside = np.asarray(seeds == 2)
    # The watershed leaves a line between both, one pixel wide, and a frame around the picture.
    return np.asarray(inside | ((seeds == -1) & (share > 0.5)))


def _creep(mask: Mask, ground: Mask, steps: int) -> Mask:
    """Return `mask` grown step by step, on `ground` alone."""
    for _ in range(steps):
        mask = mask | (grow(mask, 3) & ground)
    return mask


def _round_off(mask: Mask, pose: Rgba, joint: NDArray[np.float64]) -> Mask:
    """Return a part with a round end about its joint, of its own colour, which the body has too: so no gap opens."""
    rows, columns = np.nonzero(mask)
    if not len(rows):
        return mask
    places = np.stack([columns, rows], axis=1).astype(np.float64)
    along = float(np.sqrt(12 * np.linalg.eigvalsh(np.cov(places.T))[-1])) if len(rows) > 1 else 1.0
    radius = _JOINT_WIDTH * len(rows) / max(along, 1.0)
    around = _cut_around(joint, 3 * radius, mask.shape)
    pose, part = pose[around], mask[around]
    distance = np.hypot(*(np.mgrid[around][::-1] - joint[:, None, None]))
    solid = pose[..., 3] >= _SOLID
    nearby = part & (distance < 3 * radius) & solid
    if not nearby.any():
        return mask
    colour = np.median(pose[nearby][:, :3], axis=0)
    rounded = mask.copy()
    rounded[around] |= (measure_colour_gap(pose, colour) < _JOINT_LIKENESS) & solid & (distance < radius)
    return rounded


def _cut_around(place: NDArray[np.floating], reach: float, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """Return the rows and columns of a picture of `shape` that may lie within `reach` of `place`."""
    rows, columns = (
        slice(max(0, min(math.floor(middle - reach), size)), max(0, min(math.ceil(middle + reach) + 1, size)))
        for middle, size in zip(place[::-1], shape, strict=True)
    )
    return rows, columns


def _rescale(place: NDArray[np.floating], comparison: Comparison, pose: Rgba) -> NDArray[np.float64]:
    """Return a place of the grid in pixels."""
    scale = np.array([pose.shape[1] / comparison.shape[1], pose.shape[0] / comparison.shape[0]])
    return np.asarray((place + 0.5) * scale - 0.5, np.float64)


def _add_fringe(mask: Mask, pose: Rgba) -> Mask:
    """Return `mask` and the solid pixels right around it, in which its line has melted with what lies behind."""
    return mask | (grow(mask, 3) & (pose[..., 3] >= _SOLID))


def _cut_out(pose: Rgba, mask: Mask, body: Rgba, ink: Ink | None) -> Rgba:
    """Return a part alone; of its fringe, only the line is taken along."""
    part = np.where(mask[..., None], pose, np.uint8(0))
    if ink is None:
        return part
    fringe = _add_fringe(mask, pose) & ~mask
    seen, behind = (image[fringe][:, :3].astype(np.float32) for image in (pose, body))
    towards_ink = ink.colour - behind
    length = np.maximum(np.square(towards_ink).sum(axis=1), 1)
    share = np.clip(((seen - behind) * towards_ink).sum(axis=1) / length, 0, 1)
    part[fringe] = np.column_stack([np.broadcast_to(ink.colour, seen.shape), 255 * share]).round().astype(np.uint8)
    return part


def _is_front(anatomy: Anatomy, comparison: Comparison, part: int) -> bool:
    """Say whether a part lies before the body: whether it hides more of it than the body hides of the part."""
    masks, turn = anatomy.find(part), anatomy.turns[part - 1]
    flows, turns = comparison.price_flow(anatomy.velocity), comparison.price_turn(turn)
    hides = hidden = 0
    for here, there, duration, way in ((0, 1, 1.0, turn), (1, 0, -1.0, invert(turn))):
        bodies = [(anatomy.labels[side] == 0) & comparison.solid[side] for side in (here, there)]
        places = np.asarray(comparison.places + exponentiate(anatomy.velocity, duration), np.float32)
        under = look_up(masks[there].astype(np.float32), places) > 0.5
        over = pull_back(bodies[1].astype(np.float32), way) > 0.5
        hides += int((bodies[0] & under & (flows[here] > _DIFFERENT)).sum())
        hidden += int((masks[here] & over & (turns[here] > _DIFFERENT)).sum())
    return hidden <= _FRONT_DOUBT * hides + _FRONT_SHARE * (int(masks[0].sum()) + int(masks[1].sum()))


def _cover(mask: Mask, pose: Rgba) -> Mask:
    """Return what lies before a part, and the part's own rim there, where it shows a line that is not its own."""
    return grow((pose[..., 3] >= _SOLID) & ~mask, 2 * _COVER_PX + 1)


def _prepare_limb(
    parts: tuple[Rgba, Rgba], path: Path, cells: tuple[int, int], covers: tuple[Mask, Mask] | None
) -> Limb | None:
    """Return a part with both its drawings where the source has it, or None when there is nothing to draw.

    Args:
        parts: The part alone, as each pose shows it, (H, W, 4).
        path: How it moves, in cells.
        cells: The grid's height and width.
        covers: (H, W) each, what hides the part where it lies behind the body; None when it lies before it.
    """
    near, far = parts
    height, width = near.shape[:2]
    turn = change_units(path.turn, width / cells[1], height / cells[0])
    brought = unpremultiply(np.clip(pull_back(premultiply(far), turn, interpolation=cv2.INTER_CUBIC), 0, 1))
    if covers is not None:
        covered = pull_back(covers[1].astype(np.float32), turn) > 0.5
        near, brought = _uncover(near, brought, covers[0]), _uncover(brought, near, covered)
    bounds = measure_bounds(np.maximum(near, brought))
    if bounds is None:
        return None
    x0, y0, x1, y1 = bounds
    window = Window(x0=x0 - _MARGIN_PX, y0=y0 - _MARGIN_PX, x1=x1 + _MARGIN_PX, y1=y1 + _MARGIN_PX)
    velocity = register(FeaturePyramid(_shrink(near), _shrink(brought)), LEFTOVER)
    return Limb(
        sides=(prepare_side(window.cut(near)), prepare_side(window.cut(brought))),
        window=window,
        bounds=bounds,
        velocity=velocity,
        squarings=count_squarings(velocity),
        path=path,
        is_front=covers is None,
    )


def _uncover(part: Rgba, other: Rgba, cover: Mask) -> Rgba:
    """Return a drawing of a part with what is hidden in it, as far as the other drawing shows that."""
    return np.where((cover & (other[..., 3] >= _SOLID))[..., None], other, part)


def rescale_limb(limb: Limb, before: tuple[int, int], after: tuple[int, int]) -> Limb:
    """Return a limb whose path is told in cells of another grid over the same stage."""
    scale_x, scale_y = after[1] / before[1], after[0] / before[0]
    joint = (limb.path.joint + 0.5) * np.array([scale_x, scale_y]) - 0.5
    return replace(limb, path=Path(turn=change_units(limb.path.turn, scale_x, scale_y), joint=joint))


def _complete(pose: Rgba, hole: Mask, other: Rgba, other_hole: Mask, flow: Field) -> Rgba:
    """Return a pose whose hole shows what the other pose shows there, or else what is nearest."""
    if not hole.any():
        return pose
    # What is nearest to a place in the hole lies in it or right around it.
    x, y, width, height = cv2.boundingRect(hole.astype(np.uint8))
    around = slice(max(0, y - 1), y + height + 1), slice(max(0, x - 1), x + width + 1)
    completed = pose.copy()
    pose, hole, places = pose[around], hole[around], (list_positions(*hole.shape) + flow)[around]
    places = np.asarray(places, np.float32)
    seen = look_up(premultiply(other), places, border=cv2.BORDER_CONSTANT)
    lost = hole & (look_up(other_hole.astype(np.float32), places) > 0.02)
    body = premultiply(pose)
    body[hole & ~lost] = seen[hole & ~lost]
    if lost.any() and not lost.all():
        body[lost] = body.reshape(-1, 4)[find_nearest(~lost).reshape(lost.shape)[lost]]
    # Where a part's soft rim lets through that nothing is behind it, nothing is.
    body[hole & (pose[..., 3] < _SOLID)] = 0
    completed[around] = unpremultiply(body)
    return completed


def _measure_edge(pose: Rgba) -> Plane:
    return measure_distance(np.asarray(pose[..., 3], np.float32) / np.float32(255))


def _shrink(image: Rgba) -> Premultiplied:
    height, width = fit_shape((image.shape[0], image.shape[1]), _WORK_LONG_SIDE)
    return np.asarray(cv2.resize(premultiply(image), (width, height), interpolation=cv2.INTER_AREA), np.float32)
