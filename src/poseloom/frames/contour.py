"""The contour of a part: which pixels of a drawing are its own."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from poseloom.frames.comparison import Mask, grow
from poseloom.frames.flow import smooth
from poseloom.frames.image import Plane, Rgba, measure_colour_gap
from poseloom.frames.silhouette import Ink, find_ink, find_nearest, measure_distance
from poseloom.frames.similarity import Similarity, change_origins, invert, pull_back

_INK_SPREAD = 60
RIM_PX = 2
"""How broad the soft rim of a drawing is."""
_SURELY_OUT = 0.06
_SURELY_IN = 0.94
_SOLID = 250
_FILLED = 0.3
_LEAST_KEPT = 0.6
_REACH = 0.5
_SLACK_PX = 1.5
_LIKENESS = 40
_LINE_SLACK_PX = 1.0
_LARGEST_SCRAP = 0.5
_LEAST_FIELD_SHARE = 0.4
_LARGEST_FIELD = 0.8
"""A field that is hardly smaller than a part is no piece of it."""
_OWN_SHARE = 0.1
"""A part has a colour that a tenth of it shows."""
_MARGIN_PX = 4
_LARGEST_OFFCUT = 0.3
_LEAST_CONTACT = 0.9
_CRUMB_PX = 12
_BLOCK = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A pose and how it is drawn; made by `study_drawing`.

    Attributes:
        pose: (H, W, 4) uint8, straight alpha.
        ink: The line around its subject, if there is one.
        lines: (H, W), where there is anything of the colour of that line.
    """

    pose: Rgba
    ink: Ink | None
    lines: Mask


def study_drawing(pose: Rgba) -> Drawing:
    """Return how a pose is drawn."""
    ink = find_ink(pose, measure_distance(np.asarray(pose[..., 3], np.float32) / np.float32(255)))
    lines = np.zeros(pose.shape[:2], np.bool_)
    if ink is not None:
        lines = (measure_colour_gap(pose, ink.colour) < _INK_SPREAD) & (pose[..., 3] > RIM_PX)
    return Drawing(pose, ink, lines)


def enlarge_part(cells: Mask, drawing: Drawing) -> Mask:
    """Return a part at full size, with the line drawn around it and its soft rim.

    Args:
        cells: (h, w), where it is on a grid over the drawing.
        drawing: What shows it.
    """
    pose, ink = drawing.pose, drawing.ink
    size = (pose.shape[1], pose.shape[0])
    share = cv2.resize(smooth(cells.astype(np.float32), 0.7), size, interpolation=cv2.INTER_LINEAR)
    mask = _snap(np.asarray(share, np.float32), pose)
    if ink is not None:
        mask = _creep(mask, drawing.lines, round(ink.width_px) + 1)
    return add_rim(mask, pose)


def complete_fields(mask: Mask, drawing: Drawing) -> Mask:
    """Return a part with the whole of each field between lines of which it has much, the line around it and its rim.

    The whole drawing is needed, for a field is judged by its size.
    """
    added = _find_fields(mask, drawing) & ~mask
    if drawing.ink is None or not added.any():
        return mask
    line = drawing.lines & surround(added, drawing.ink.width_px + _LINE_SLACK_PX)
    return add_rim(mask | added | line, drawing.pose)


def _find_fields(mask: Mask, drawing: Drawing) -> Mask:
    """Return the fields between lines of which a part has much; none where no lines are."""
    if drawing.ink is None:
        return np.zeros_like(mask)
    filled = find_filled(drawing)
    count, fields, figures, _ = cv2.connectedComponentsWithStats(filled.astype(np.uint8), connectivity=4)
    areas = figures[:, cv2.CC_STAT_AREA]
    shares = np.bincount(fields[mask & filled], minlength=count) / areas
    own = (shares >= _LEAST_FIELD_SHARE) & (areas <= _LARGEST_FIELD * mask.sum())
    own[0] = False
    return np.asarray(own[fields])


def find_filled(drawing: Drawing) -> Mask:
    """Return what a drawing shows between its lines."""
    return (drawing.pose[..., 3] >= _SOLID) & ~drawing.lines


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


def add_rim(mask: Mask, pose: Rgba) -> Mask:
    """Return `mask` with the soft rim of the drawing beside it, but for what is also the rim of something else."""
    alpha = pose[..., 3]
    others = grow((alpha >= _SOLID) & ~mask, 3)
    return _creep(mask, (alpha > 0) & (alpha < _SOLID) & ~others, RIM_PX)


def trim_parts(masks: tuple[Mask, Mask], drawings: tuple[Drawing, Drawing], turn: Similarity) -> tuple[Mask, Mask]:
    """Return a part that nothing hides without what is not its own: pieces of what is behind it, lines that meet it.

    A drawing without a filled inside, such as one of lines alone, comes back as it is, and so do two that have little
    in common.

    Args:
        masks: The part at full size in the source and in the target.
        drawings: Both poses.
        turn: How its pixels move from the one to the other.
    """
    x, y, width, height = cv2.boundingRect(np.asarray(masks[0] | masks[1], np.uint8))
    left, top = max(0, x - _MARGIN_PX), max(0, y - _MARGIN_PX)
    box = np.s_[top : y + height + _MARGIN_PX, left : x + width + _MARGIN_PX]
    moved = change_origins(turn, (left, top), (left, top))
    near, far = (mask.copy() for mask in masks)
    fields = _find_fields(near, drawings[0])[box], _find_fields(far, drawings[1])[box]
    cropped = crop(drawings[0], box), crop(drawings[1], box)
    near[box], far[box] = _compare_parts((near[box], far[box]), fields, cropped, moved)
    return near, far


def crop(drawing: Drawing, box: tuple[slice, slice]) -> Drawing:
    """Return some rows and columns of a drawing, whose line is still that of the whole."""
    return Drawing(np.ascontiguousarray(drawing.pose[box]), drawing.ink, drawing.lines[box])


def _compare_parts(
    masks: tuple[Mask, Mask], fields: tuple[Mask, Mask], drawings: tuple[Drawing, Drawing], turn: Similarity
) -> tuple[Mask, Mask]:
    insides = find_inside(masks[0], drawings[0]), find_inside(masks[1], drawings[1])
    if any(inside.sum() <= _FILLED * mask.sum() for inside, mask in zip(insides, masks, strict=True)):
        return masks
    reach_px = _REACH * min(measure_breadth(mask) for mask in masks)
    near, far = (
        _trim(
            masks[here],
            drawings[here],
            _find_foreign(drawings[here], insides[there], drawings[there], way, reach_px),
            fields[here],
        )
        for here, there, way in ((0, 1, turn), (1, 0, invert(turn)))
    )
    kept = zip((near, far), insides, strict=True)
    # Two drawings that have so little in common are not to be judged by each other.
    return (near, far) if all((mask & inside).sum() >= _LEAST_KEPT * inside.sum() for mask, inside in kept) else masks


def _trim(mask: Mask, drawing: Drawing, foreign: Mask, fields: Mask) -> Mask:
    own = _follow_line(_regain(mask & ~foreign, mask & fields, drawing), mask, drawing)
    # What would hang in the air, were it left to the body, stays with the part.
    rest = (drawing.pose[..., 3] > 0) & ~own
    _, labels = cv2.connectedComponents(rest.astype(np.uint8), connectivity=8)
    held = np.zeros(int(labels.max()) + 1, np.bool_)
    held[labels[rest & ~mask]] = True
    return np.asarray(own | (rest & ~held[labels]))


def _regain(mask: Mask, ground: Mask, drawing: Drawing) -> Mask:
    """Return a part with what of its `ground` right beside it looks like it, whatever the other drawing shows there."""
    filled = mask & find_filled(drawing)
    if not filled.any() or not (ground & ~mask).any():
        return mask
    nearest = drawing.pose.reshape(-1, 4)[find_nearest(filled)].reshape(drawing.pose.shape)
    alike = ground & ~_lies_apart(nearest, drawing.pose)
    return _creep(mask, alike, round(_REACH * measure_breadth(mask)))


def find_inside(mask: Mask, drawing: Drawing) -> Mask:
    """Return what a part is filled with, without the slivers that lines leave between them."""
    filled = mask & find_filled(drawing)
    return np.asarray(cv2.morphologyEx(filled.astype(np.uint8), cv2.MORPH_OPEN, _BLOCK) > 0)


def _find_foreign(drawing: Drawing, inside: Mask, other: Drawing, way: Similarity, reach_px: float) -> Mask:
    """Return what does not look like the part as the other drawing shows it, or lies far from it.

    Args:
        drawing: The drawing that is asked for.
        inside: The part's inside in the other one.
        other: The other drawing.
        way: From the drawing to the other one.
        reach_px: How far outside of the other's part there may be more of the part.
    """
    brought = pull_back(inside.astype(np.float32), way) > 0.5
    if not brought.any():
        return np.ones_like(brought)
    colours = pull_back(other.pose, way).reshape(-1, 4)[find_nearest(brought)].reshape(drawing.pose.shape)
    apart = _lies_apart(colours, drawing.pose)
    width_px = drawing.ink.width_px if drawing.ink is not None else 0.0
    unlike = apart & ~drawing.lines & ~surround(brought, _SLACK_PX)
    return np.asarray(unlike | ~surround(brought, reach_px + width_px))


def _lies_apart(colours: Rgba, pose: Rgba) -> Mask:
    """Return where two pictures have different colours."""
    return np.asarray(cv2.absdiff(colours, pose)[..., :3].max(axis=2) > _LIKENESS)


def _follow_line(mask: Mask, claimed: Mask, drawing: Drawing) -> Mask:
    """Return the part of `mask`, of what was `claimed`, that hangs together, with the line that the artist draws."""
    whole = _keep_largest(mask)
    if drawing.ink is None:
        return whole
    # Across a line within the part – a cuff, a stripe – it still hangs together.
    inside = find_inside(whole, drawing)
    inside &= _keep_largest(grow(inside, 2 * round(drawing.ink.width_px) + 3))
    inside &= ~_find_offcuts(inside, claimed, drawing)
    if not inside.any():
        return whole
    lined = _keep_largest(whole & surround(inside, drawing.ink.width_px + _LINE_SLACK_PX))
    return add_rim(lined, drawing.pose)


def _find_offcuts(inside: Mask, claimed: Mask, drawing: Drawing) -> Mask:
    """Return the small pieces beyond a line of a part that go on in what nobody `claimed` for it."""
    count, pieces, figures, _ = cv2.connectedComponentsWithStats(inside.astype(np.uint8), connectivity=4)
    areas = figures[:, cv2.CC_STAT_AREA]
    areas[0] = 0
    beside = grow(find_filled(drawing) & ~grow(inside, 3) & ~claimed, 5)
    contacts = np.bincount(pieces[inside & beside], minlength=count)
    is_offcut = (areas <= _LARGEST_OFFCUT * areas.max()) & (contacts >= _LEAST_CONTACT * np.sqrt(areas))
    is_offcut[0] = False
    return np.asarray(is_offcut[pieces])


def share_out(masks: Sequence[Mask], drawing: Drawing) -> list[Mask]:
    """Return parts with the scraps that only they hold: left to the body, those would hang in the air.

    Args:
        masks: (H, W) bool each.
        drawing: What shows them.
    """
    rest = (drawing.pose[..., 3] > 0) & ~np.any(masks, axis=0)
    count, pieces, figures, _ = cv2.connectedComponentsWithStats(rest.astype(np.uint8), connectivity=8)
    areas = figures[:, cv2.CC_STAT_AREA]
    areas[0] = 0
    contacts = np.stack([np.bincount(pieces[rest & grow(mask, 3)], minlength=count) for mask in masks])
    for piece in np.flatnonzero((contacts > 0).sum(axis=0) > 1):
        if areas[piece] < areas.max():
            # What touches several goes with those that have its colour, if there are any.
            alike = [_has_colour(mask, drawing, pieces == piece) for mask in masks]
            contacts[:, piece] *= np.array(alike) if any(alike) else 1
    holders = contacts.argmax(axis=0)
    limits = _LARGEST_SCRAP * np.array([mask.sum() for mask in masks])[holders]
    is_scrap = (contacts.max(axis=0) > 0) & (areas <= limits) & (areas < areas.max())
    return [mask | (is_scrap & (holders == part))[pieces] for part, mask in enumerate(masks)]


def _has_colour(mask: Mask, drawing: Drawing, piece: Mask) -> bool:
    """Say whether a part has the colour of a piece between its lines."""
    filled = find_filled(drawing)
    if not (piece & filled).any():
        return False
    colour = np.median(drawing.pose[piece & filled][:, :3], axis=0)
    alike = measure_colour_gap(drawing.pose[mask & filled][None], colour) < _LIKENESS
    return bool(alike.sum() > _OWN_SHARE * mask.sum())


def find_crumbs(rest: Mask) -> Mask:
    """Return the pieces of `rest` that are next to nothing."""
    _, pieces, figures, _ = cv2.connectedComponentsWithStats(rest.astype(np.uint8), connectivity=8)
    small = np.flatnonzero(figures[:, cv2.CC_STAT_AREA] < _CRUMB_PX)
    return np.asarray(np.isin(pieces, small[small > 0]))


def _keep_largest(mask: Mask) -> Mask:
    count, labels, figures, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)
    if count <= 2:
        return mask
    return np.asarray(labels == 1 + int(figures[1:, cv2.CC_STAT_AREA].argmax()))


def surround(mask: Mask, reach_px: float) -> Mask:
    """Return what lies within `reach_px` of `mask`."""
    return np.asarray(cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5) <= reach_px)


def measure_breadth(mask: Mask) -> float:
    """Return how broad a part is, in pixels: its area by its length."""
    rows, columns = np.nonzero(mask)
    places = np.stack([columns, rows], axis=1).astype(np.float64)
    along = float(np.sqrt(12 * np.linalg.eigvalsh(np.cov(places.T))[-1])) if len(rows) > 1 else 1.0
    return len(rows) / max(along, 1.0)
