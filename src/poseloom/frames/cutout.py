"""Cut the parts out of two full-size poses, and complete the body behind them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from poseloom.frames.anatomy import Anatomy, trace_anatomy
from poseloom.frames.blend import prepare_side
from poseloom.frames.comparison import Comparison, Mask, grow
from poseloom.frames.contour import (
    RIM_PX,
    Drawing,
    complete_fields,
    enlarge_part,
    find_crumbs,
    measure_breadth,
    share_out,
    study_drawing,
    trim_parts,
)
from poseloom.frames.cover import find_cover, match_drawings, uncover
from poseloom.frames.flow import Field, count_squarings, list_positions, look_up, resample_field
from poseloom.frames.image import (
    Rgba,
    measure_bounds,
    premultiply,
    unpremultiply,
)
from poseloom.frames.joint import is_lined
from poseloom.frames.layer import lies_before
from poseloom.frames.limb import Limb
from poseloom.frames.path import Path, rescale_path, steady_path
from poseloom.frames.root import draw_root, round_off
from poseloom.frames.silhouette import Ink, find_nearest
from poseloom.frames.similarity import Similarity, change_origins, change_units, invert, move_points, pull_back
from poseloom.frames.stage import Placement, Window
from poseloom.frames.stump import sheathe_parts
from poseloom.frames.tether import Tether, find_grip

_SOLID = 250
_MARGIN_PX = 4
_OPEN_BREADTHS = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Cutout:
    """Two poses taken apart.

    Attributes:
        bodies: (H, W, 4) uint8 each: the poses without their parts, completed where those were.
        limbs: The parts, in the order in which they are drawn.
        roots: What goes on of them behind the body, up to their joints.
    """

    bodies: tuple[Rgba, Rgba]
    limbs: tuple[Limb, ...]
    roots: tuple[Limb, ...]


def cut_parts(poses: tuple[Rgba, Rgba], anatomy: Anatomy, comparison: Comparison) -> Cutout:
    """Take two poses apart.

    Args:
        poses: Source and target, (H, W, 4) uint8, straight alpha, as cut by the stage.
        anatomy: What belongs to which part, on a grid over them.
        comparison: Both poses on that grid.
    """
    drawings = study_drawing(poses[0]), study_drawing(poses[1])
    paths = [steady_path(path, anatomy.velocity) for path in trace_anatomy(anatomy, comparison)]
    ways = (comparison.follow(anatomy.velocity, duration) for duration in (1.0, -1.0))
    flows = [resample_field(way, poses[0].shape[:2]) for way in ways]
    parts = [_find_part(drawings, anatomy, comparison, part, path) for part, path in enumerate(paths, 1)]
    near, far = (share_out([part.masks[side] for part in parts], drawings[side]) for side in (0, 1))
    parts = [replace(part, masks=masks) for part, masks in zip(parts, zip(near, far, strict=True), strict=True)]
    holes = [_find_hole([part.masks[side] for part in parts], poses[side]) for side in (0, 1)]
    # What lies behind the body fills no hole of it.
    open_ends = [np.any([part.masks[side] & (not part.is_front) for part in parts], axis=0) for side in (0, 1)]
    bodies = (
        _complete(poses[0], holes[0], open_ends[0], poses[1], grow(holes[1], 3), flows[0]),
        _complete(poses[1], holes[1], open_ends[1], poses[0], grow(holes[0], 3), flows[1]),
    )
    limbs = [_form_limb(part, drawings, bodies) for part in parts]
    roots = [_form_root(part, drawings) for part in parts]
    return Cutout(
        bodies=bodies,
        limbs=tuple(limb for limb in limbs if limb is not None),
        roots=tuple(root for root in roots if root is not None),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A part at full size.

    Attributes:
        masks: Where it is in the source, and in the target.
        path: How it moves, in cells.
        turn: The same from the source to the target, in pixels.
        joints: (x, y) each, in pixels.
        is_front: Whether it lies before the body.
        is_sheathed: Whether it ends right at the line of what lies before it.
    """

    masks: tuple[Mask, Mask]
    path: Path
    turn: Similarity
    joints: tuple[NDArray[np.float64], NDArray[np.float64]]
    is_front: bool
    is_sheathed: bool


def _find_part(
    drawings: tuple[Drawing, Drawing], anatomy: Anatomy, comparison: Comparison, part: int, path: Path
) -> _Part:
    height, width = drawings[0].pose.shape[:2]
    scale_x, scale_y = width / comparison.shape[1], height / comparison.shape[0]
    turn = change_units(path.turn, scale_x, scale_y)
    joint = (path.joint + 0.5) * np.array([scale_x, scale_y]) - 0.5
    joints = joint, move_points(joint, turn).astype(np.float64)
    near, far = anatomy.find(part)
    masks = enlarge_part(near, drawings[0]), enlarge_part(far, drawings[1])
    is_front = lies_before(anatomy, comparison, part)
    sheathed = None
    if is_front:
        trimmed = trim_parts(masks, drawings, turn)
        # A stump is a piece of a field: completed, there would be none.
        sheathed = sheathe_parts(trimmed, drawings, joints)
        whole = _complete_parts(masks, drawings)
        is_whole = whole[0] is masks[0] and whole[1] is masks[1]
        masks = trimmed if is_whole else trim_parts(whole, drawings, turn)
    return _Part(
        masks=sheathed or masks,
        path=path,
        turn=turn,
        joints=joints,
        is_front=is_front and sheathed is None,
        is_sheathed=sheathed is not None,
    )


def _complete_parts(masks: tuple[Mask, Mask], drawings: tuple[Drawing, Drawing]) -> tuple[Mask, Mask]:
    return complete_fields(masks[0], drawings[0]), complete_fields(masks[1], drawings[1])


def _add_fringe(mask: Mask, pose: Rgba) -> Mask:
    """Return `mask` and the solid pixels right around it, in which its line has melted with what lies behind."""
    return mask | (grow(mask, 3) & (pose[..., 3] >= _SOLID))


def _find_hole(masks: Sequence[Mask], pose: Rgba) -> Mask:
    """Return what of a pose is not the body's: parts, the rims that they share with something, and their crumbs."""
    parts = np.asarray(np.any(masks, axis=0))
    soft = grow(parts, 2 * RIM_PX + 1) & (pose[..., 3] < _SOLID)
    hole = _add_fringe(parts, pose) | soft
    crumbs = find_crumbs((pose[..., 3] > 0) & ~hole)
    return hole | (crumbs & grow(hole, 2 * RIM_PX + 1))


def _cut_out(drawing: Drawing, mask: Mask, body: Rgba) -> Rgba:
    """Return a part alone; of its fringe, only the line is taken along."""
    pose, ink = drawing.pose, drawing.ink
    part = np.where(mask[..., None], pose, np.uint8(0))
    if ink is None:
        return part
    # A line beside it that is not its own is no fringe.
    fringe = _add_fringe(mask, pose) & ~mask & ~drawing.lines
    seen, behind = (image[fringe][:, :3].astype(np.float32) for image in (pose, body))
    towards_ink = ink.colour - behind
    length = np.maximum(np.square(towards_ink).sum(axis=1), 1)
    share = np.clip(((seen - behind) * towards_ink).sum(axis=1) / length, 0, 1)
    part[fringe] = np.column_stack([np.broadcast_to(ink.colour, seen.shape), 255 * share]).round().astype(np.uint8)
    return part


def _lift(part: _Part, drawing: Drawing, side: int, body: Rgba) -> Rgba:
    """Return a part alone, as one of the poses shows it."""
    if part.is_sheathed:
        return np.where(part.masks[side][..., None], drawing.pose, np.uint8(0))
    return _cut_out(drawing, round_off(part.masks[side], drawing, part.joints[side]), body)


def _form_limb(part: _Part, drawings: tuple[Drawing, Drawing], bodies: tuple[Rgba, Rgba]) -> Limb | None:
    """Return a part with both its drawings where the source has it, or None when there is nothing to draw.

    Args:
        part: Where it is.
        drawings: Both poses.
        bodies: What lies behind it, (H, W, 4) each.
    """
    near, far = (
        _lift(part, drawing, side, body) for side, (drawing, body) in enumerate(zip(drawings, bodies, strict=True))
    )
    brought = _bring(far, part)
    if part.is_front:
        velocity = match_drawings(near, brought)
    else:
        hidden, far_hidden = (
            find_cover(mask, drawing, is_sheathed=part.is_sheathed)
            for mask, drawing in zip(part.masks, drawings, strict=True)
        )
        covered = pull_back(far_hidden.astype(np.float32), part.turn) > 0.5
        near, brought, velocity = uncover(near, brought, (hidden, covered), is_still=part.is_sheathed)
    limb = _pack(part, near, brought, velocity, is_front=part.is_front, inks=_find_inks(part, drawings))
    return limb and replace(limb, tether=_form_tether(part, drawings))


def _form_tether(part: _Part, drawings: tuple[Drawing, Drawing]) -> Tether | None:
    """Return where a part is held, or None where one of the poses does not show that it is."""
    near, far = (
        find_grip(mask, drawing, joint) for mask, drawing, joint in zip(part.masks, drawings, part.joints, strict=True)
    )
    if near is None or far is None:
        return None
    inks = drawings[0].ink, drawings[1].ink
    return Tether(
        place=(near.place + move_points(far.place, invert(part.turn))) / 2,
        half_px=min(near.half_px, far.half_px),
        area_px=max(near.area_px, far.area_px),
        colours=(near.colour, far.colour),
        inks=(inks[0], inks[1]) if inks[0] is not None and inks[1] is not None else None,
    )


def _pack(
    part: _Part, near: Rgba, brought: Rgba, velocity: Field, *, is_front: bool, inks: tuple[Ink, Ink] | None
) -> Limb | None:
    """Return both drawings of a part, (H, W, 4) each where the source has it, ready to be shown; None if empty."""
    bounds = measure_bounds(np.maximum(near, brought))
    if bounds is None:
        return None
    window = _add_margin(*bounds)
    open_end = _find_open_end(part, window) if is_front else None
    return Limb(
        sides=(prepare_side(window.cut(near), open_end), prepare_side(window.cut(brought), open_end)),
        window=window,
        bounds=bounds,
        velocity=velocity,
        squarings=count_squarings(velocity),
        path=part.path,
        is_front=is_front,
        inks=inks,
        breadth_px=measure_breadth(part.masks[0]),
    )


def _form_root(part: _Part, drawings: tuple[Drawing, Drawing]) -> Limb | None:
    """Return what of a part lies behind the body, up to its joint, or None where nothing would be seen of it."""
    if not part.is_front:
        return None
    near, far = (
        draw_root(mask, drawing, joint) for mask, drawing, joint in zip(part.masks, drawings, part.joints, strict=True)
    )
    if near is None or far is None:
        return None
    still = np.zeros((4, 4, 2), np.float32)
    return _pack(part, near, _bring(far, part), still, is_front=False, inks=None)


def _bring(far: Rgba, part: _Part) -> Rgba:
    """Return a part that the target shows where the source has it."""
    brought = np.zeros_like(far)
    bounds = measure_bounds(far)
    if bounds is None:
        return brought
    shown = _add_margin(*bounds)
    corners = move_points(np.array([(x, y) for x in bounds[::2] for y in bounds[1::2]], np.float32), invert(part.turn))
    reach = np.floor(corners.min(axis=0)), np.ceil(corners.max(axis=0))
    landed = _add_margin(*(int(value) for value in np.concatenate(reach))).place(Placement(), far.shape[:2])
    way = change_origins(part.turn, (landed.x0, landed.y0), (shown.x0, shown.y0))
    seen = pull_back(premultiply(shown.cut(far)), way, interpolation=cv2.INTER_CUBIC, shape=landed.shape)
    brought[landed.y0 : landed.y1, landed.x0 : landed.x1] = unpremultiply(np.clip(seen, 0, 1))
    return brought


def _add_margin(x0: int, y0: int, x1: int, y1: int) -> Window:
    return Window(x0=x0 - _MARGIN_PX, y0=y0 - _MARGIN_PX, x1=x1 + _MARGIN_PX, y1=y1 + _MARGIN_PX)


def _find_inks(part: _Part, drawings: tuple[Drawing, Drawing]) -> tuple[Ink, Ink] | None:
    """Return the lines around both subjects, if a part lies before them and both have one where it hangs on."""
    near, far = drawings[0].ink, drawings[1].ink
    if not part.is_front or near is None or far is None:
        return None
    breadth_px = measure_breadth(part.masks[0])
    lined = [is_lined(drawing, joint, breadth_px) for drawing, joint in zip(drawings, part.joints, strict=True)]
    return (near, far) if all(lined) else None


def _find_open_end(part: _Part, window: Window) -> Mask | None:
    """Return where in a window a part is cut out of what it hangs on."""
    mask, joint = part.masks[0], part.joints[0]
    if not mask.any():
        return None
    rows, columns = np.nonzero(mask)
    along = np.array([columns.mean(), rows.mean()]) - joint
    y, x = np.mgrid[window.y0 : window.y1, window.x0 : window.x1]
    ahead_px = ((x - joint[0]) * along[0] + (y - joint[1]) * along[1]) / max(float(np.hypot(*along)), 1e-6)
    return np.asarray(ahead_px < _OPEN_BREADTHS * measure_breadth(mask))


def rescale_limb(limb: Limb, before: tuple[int, int], after: tuple[int, int]) -> Limb:
    """Return a limb whose path is told in cells of another grid over the same stage."""
    scale_x, scale_y = after[1] / before[1], after[0] / before[0]
    return replace(limb, path=rescale_path(limb.path, scale_x, scale_y))


def _complete(pose: Rgba, hole: Mask, open_end: Mask, other: Rgba, other_hole: Mask, flow: Field) -> Rgba:
    """Return a pose whose hole shows what the other pose shows there, or else what is nearest, but for an open end."""
    if not hole.any():
        return pose
    # What is nearest to a place in the hole lies in it or right around it.
    x, y, width, height = cv2.boundingRect(hole.astype(np.uint8))
    around = slice(max(0, y - 1), y + height + 1), slice(max(0, x - 1), x + width + 1)
    completed = pose.copy()
    places = np.asarray((list_positions(*hole.shape) + flow)[around], np.float32)
    pose, hole, open_end = pose[around], hole[around], open_end[around]
    seen = look_up(premultiply(other), places, border=cv2.BORDER_CONSTANT)
    lost = hole & (look_up(other_hole.astype(np.float32), places) > 0.02)
    body = premultiply(pose)
    body[hole & ~lost] = seen[hole & ~lost]
    if lost.any() and not lost.all():
        body[lost] = body.reshape(-1, 4)[find_nearest(~lost).reshape(lost.shape)[lost]]
    body[lost & open_end] = 0
    # Where a part's soft rim lets through that nothing is behind it, nothing is.
    body[hole & (pose[..., 3] < _SOLID)] = 0
    completed[around] = unpremultiply(body)
    return completed
