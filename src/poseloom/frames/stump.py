"""Parts that come out from behind a line, as an ear does from behind a head: where they end, and what hides them.

On a coarse grid such a part is cut where both poses still show it, and would leave a stump on the body.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from poseloom.frames.comparison import Mask, grow
from poseloom.frames.contour import Drawing, add_rim, crop, find_crumbs, find_filled, surround
from poseloom.frames.silhouette import Ink

_LARGEST = 0.2
_LEAST_PX = 12
_LEAST_CONTACT = 0.9
_AROUND_JOINT = 0.7
_SLACK_PX = 1.0
_MELTED_PX = 1.5
_CORNER_WIDTHS = 3.0
_DECISIVE = 8

Masks = tuple[Mask, Mask]


def sheathe_parts(
    masks: Masks, drawings: tuple[Drawing, Drawing], joints: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> Masks | None:
    """Return a part with its stumps, if in both poses it has one and ends at the line of what lies before it.

    Args:
        masks: (H, W) bool each, the part in the source and in the target.
        drawings: What shows it.
        joints: (x, y) each in pixels, about which it turns.

    Returns:
        The masks without that line; None when the part has no stump or may well lie before what it ends at.
    """
    parts = []
    for mask, drawing, joint in zip(masks, drawings, joints, strict=True):
        if drawing.ink is None or not mask.any():
            return None
        box = _box_around(mask)
        corner = np.array([box[1].start, box[0].start])
        sheathed = _sheathe(mask[box], crop(drawing, box), drawing.ink, joint - corner)
        if sheathed is None:
            return None
        part = mask.copy()
        part[box] = sheathed
        parts.append(part)
    return parts[0], parts[1]


def _sheathe(mask: Mask, drawing: Drawing, ink: Ink, joint: NDArray[np.floating]) -> Mask | None:
    filled = find_filled(drawing)
    stump = _find_stump(mask, drawing, filled, ink, joint)
    if not stump.any():
        return None
    part, width_px = mask | stump, ink.width_px + _SLACK_PX
    end = _find_end(filled & ~part, surround(stump, width_px))
    line = drawing.lines & surround(end, width_px)
    # What lies behind meets a line in corners, what lies before goes on smoothly beside it: the stem of a T belongs
    # to what is behind (Guzmán, "Decomposition of a Visual Scene into Three-Dimensional Bodies", 1968).
    own = filled & part
    nearby = surround(line & surround(own, width_px), _CORNER_WIDTHS * ink.width_px)
    corners, end_corners = (int((_find_corners(piece, ink.width_px) & nearby).sum()) for piece in (own, end))
    if corners <= _DECISIVE * end_corners:
        return None
    melted = surround(line, _MELTED_PX) & ~drawing.lines
    return np.asarray(part & ~line & ~melted)


def _find_stump(mask: Mask, drawing: Drawing, filled: Mask, ink: Ink, joint: NDArray[np.floating]) -> Mask:
    """Return what hangs on a part about its joint and on nothing else, for lines part it from the rest, with its line.

    The line of what it ends at is left out.
    """
    rest = filled & ~mask
    count, pieces, figures, centres = cv2.connectedComponentsWithStats(rest.astype(np.uint8), connectivity=4)
    contacts = np.bincount(pieces[rest & grow(mask & filled, 3)], minlength=count)
    areas, area = figures[:, cv2.CC_STAT_AREA], int(mask.sum())
    own = [
        piece
        for piece in range(1, count)
        if areas[piece] <= _LARGEST * area
        and contacts[piece] >= _LEAST_CONTACT * math.sqrt(areas[piece])
        and math.dist(centres[piece], joint) <= _AROUND_JOINT * math.sqrt(area)
    ]
    stump = np.isin(pieces, own)
    if stump.sum() < _LEAST_PX:
        return np.zeros_like(mask)
    width_px = ink.width_px + _SLACK_PX
    line = drawing.lines & surround(stump, width_px) & ~surround(rest & ~stump, width_px)
    whole = add_rim(mask | stump | line, drawing.pose)
    return np.asarray((whole | find_crumbs((drawing.pose[..., 3] > 0) & ~whole)) & ~mask)


def _find_end(rest: Mask, around: Mask) -> Mask:
    """Return the one piece of `rest` of which most lies `around` a stump."""
    count, pieces = cv2.connectedComponents(rest.astype(np.uint8), connectivity=4)
    return np.asarray(rest & (pieces == np.bincount(pieces[rest & around], minlength=count).argmax()))


def _find_corners(filled: Mask, width_px: float) -> Mask:
    """Return what of `filled` a disc cannot reach from within."""
    side = 2 * max(1, round(_CORNER_WIDTHS * width_px)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return np.asarray(filled & (cv2.morphologyEx(filled.astype(np.uint8), cv2.MORPH_OPEN, disc) == 0))


def _box_around(mask: Mask) -> tuple[slice, slice]:
    """Return the rows and columns of a mask and as much around it as its stump may take."""
    x, y, width, height = cv2.boundingRect(mask.astype(np.uint8))
    margin = max(width, height) // 2 + 1
    rows = slice(max(0, y - margin), min(y + height + margin, mask.shape[0]))
    return rows, slice(max(0, x - margin), min(x + width + margin, mask.shape[1]))
