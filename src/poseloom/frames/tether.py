"""What holds a part where it would be torn off: more of it, from its end to the nearest of the subject.

A body that flows may take a shoulder or the root of a tail elsewhere than the part turns, or melt it. Half-way the
part would fly alone. It is drawn on, then, of its own colour and nearly as broad as it ends, with the line around it.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from poseloom.frames.comparison import Mask
from poseloom.frames.contour import Drawing, find_filled, measure_breadth
from poseloom.frames.image import Plane, Rgba, measure_colour_gap, premultiply, unpremultiply
from poseloom.frames.silhouette import Ink, find_nearest, mix_inks

_SOLID = 128
_REACH = 7.0
"""What holds a part is looked for so far around its end, in half breadths of it."""
_END_BREADTHS = 0.75
"""How long the end of a part is."""
_NECK = 0.35
"""What hangs on by less than a third of its breadth is as good as torn off."""
_ALONE = 1.5
"""What is half as much again as the part has around its end is more than the part alone."""
_CRUMB = 1.0
"""In squares of half a breadth: less holds nothing."""
_THINNEST = 0.75
"""A part is drawn on at no less than this share of its breadth, however thin what is left there."""
_LIKENESS, _OWN_LIKENESS = 60, 40
"""How far from the line's colour a line may be, and how far from the part's own what it ends."""
_MELTED_PX = 2.0
"""How far a line has melted with what it ends."""
_EVEN_PX = 1.0
"""Places that differ by less are equally near."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grip:
    """Where a part is held in one pose.

    Attributes:
        place: (x, y), the middle of its end.
        half_px: Half of how broad that is, its line included.
        area_px: How much of the part is firm around there.
        colour: (3,) float32, 0..255.
    """

    place: NDArray[np.float64]
    half_px: float
    area_px: float
    colour: NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tether:
    """Where a part is held in both poses.

    Attributes:
        place: (x, y) in the source, the middle of its end.
        half_px: Half of how broad that is, its line included.
        area_px: How much of the part is firm around there.
        colours: (3,) float32 each, 0..255, in the source and in the target.
        inks: The lines around both subjects; None where there are none.
    """

    place: NDArray[np.float64]
    half_px: float
    area_px: float
    colours: tuple[NDArray[np.float32], NDArray[np.float32]]
    inks: tuple[Ink, Ink] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """The way on which a part is missing: (x, y) at both its ends, and half of how broad the part is there."""

    start: NDArray[np.float64]
    end: NDArray[np.float64]
    half_px: float


def find_grip(mask: Mask, drawing: Drawing, joint: NDArray[np.float64]) -> Grip | None:
    """Return where a part is held about its joint; None where it is not seen to be.

    Args:
        mask: (H, W), where the part is.
        drawing: What shows it.
        joint: (x, y), about which it turns.
    """
    if not mask.any():
        return None
    rows, columns = np.nonzero(mask)
    depth = _measure_depth(np.pad(mask, 1))[rows + 1, columns + 1]
    away, breadth_px = np.hypot(columns - joint[0], rows - joint[1]), measure_breadth(mask)
    middle = int(np.argmax(np.where(away <= away.min() + _END_BREADTHS * breadth_px, depth, 0)))
    place = np.array([columns[middle], rows[middle]], np.float64)
    # A hand is broader than the arm by which it hangs.
    half_px = min(float(depth[middle]), breadth_px / 2)
    area_px = float(_find_firm(_measure_depth(_cut_around(mask, place, half_px)), half_px).sum())
    own = find_filled(drawing)[rows, columns] & (np.hypot(columns - place[0], rows - place[1]) < half_px)
    if not own.any() or find_gap(drawing.pose[..., 3] >= _SOLID, place, half_px, area_px) is not None:
        return None
    colour = np.median(drawing.pose[rows[own], columns[own]][:, :3], axis=0)
    return Grip(place=place, half_px=half_px, area_px=area_px, colour=colour.astype(np.float32))


def find_gap(solid: Mask, place: NDArray[np.float64], half_px: float, area_px: float) -> Gap | None:
    """Return the way from a part to what should hold it; None where something does, or nothing is near.

    Args:
        solid: (H, W), what is seen.
        place: (x, y), the middle of the part's end.
        half_px: Half of how broad that is.
        area_px: How much of the part is firm around there.
    """
    around = _cut_around(solid, place, half_px)
    if not around.any():
        return None
    depth = _measure_depth(around)
    firm = _find_firm(depth, half_px)
    count, pieces, figures, _ = cv2.connectedComponentsWithStats(firm.astype(np.uint8), connectivity=8)
    areas = figures[:, cv2.CC_STAT_AREA]
    large = [piece for piece in range(1, count) if areas[piece] >= _CRUMB * half_px * half_px]
    if len(large) < 2:
        return None
    corner = np.array(_find_corner(place, half_px))
    rows, columns = np.nonzero(np.isin(pieces, large))
    nearest = int(np.argmin(np.hypot(columns + corner[0] - place[0], rows + corner[1] - place[1])))
    part = int(pieces[rows[nearest], columns[nearest]])
    if areas[part] > _ALONE * area_px:
        return None
    rest = np.isin(pieces, [piece for piece in large if piece != part])
    gap = _span(pieces == part, rest, depth, half_px)
    return replace(gap, start=gap.start + corner, end=gap.end + corner)


def draw_tether(tether: Tether, place: NDArray[np.float64], t: float, canvas: Rgba) -> None:
    """Draw a part on to the nearest of the subject, if it is torn off; `canvas` is changed.

    Args:
        tether: Where it is held.
        place: (x, y) on the canvas, where that is now.
        t: The moment in 0..1.
        canvas: (H, W, 4) uint8, straight alpha, with everything on it.
    """
    gap = find_gap(canvas[..., 3] >= _SOLID, place, tether.half_px, tether.area_px)
    if gap is None:
        return
    margin = gap.half_px + 2
    left, top = (max(0, int(value - margin)) for value in np.minimum(gap.start, gap.end))
    right, bottom = (int(value + margin) + 1 for value in np.maximum(gap.start, gap.end))
    near, far = tether.colours
    colour = near * np.float32(1 - t) + far * np.float32(t)
    ink = mix_inks(*tether.inks, t) if tether.inks else None
    shown = replace(gap, start=gap.start - (left, top), end=gap.end - (left, top))
    _draw_on(canvas[top:bottom, left:right], shown, colour, ink)


def _draw_on(view: Rgba, gap: Gap, colour: NDArray[np.float32], ink: Ink | None) -> None:
    distance = _measure_way(view.shape, gap)
    half_px, width_px = np.float32(gap.half_px + 0.5), np.float32(ink.width_px if ink else 0)
    whole, inner = np.clip(half_px - distance, 0, 1), np.clip(half_px - width_px - distance, 0, 1)
    edge = ink.colour if ink else colour
    stroke = np.dstack([edge + inner[..., None] * (colour - edge), 255 * whole]).round().astype(np.uint8)
    front, back = premultiply(view), premultiply(stroke)
    if ink is not None:
        over = (inner * _find_end_lines(view, colour, ink))[..., None]
        front = front * (1 - over) + np.append(colour / np.float32(255), np.float32(1)) * over
    view[:] = unpremultiply(np.asarray(front + back * (1 - front[..., 3:]), np.float32))


def _find_end_lines(view: Rgba, colour: NDArray[np.float32], ink: Ink) -> Mask:
    """Return where a line ends what has a colour: drawn on, that has no end there."""
    bare = view[..., 3] < _SOLID
    filled = ~bare & (measure_colour_gap(view, ink.colour) > _LIKENESS)
    if not filled.any() or not bare.any():
        return np.zeros_like(filled)
    within = _measure_depth(~bare) <= ink.width_px + _MELTED_PX
    beside = view.reshape(-1, 4)[find_nearest(filled)].reshape(view.shape)
    return np.asarray(within & (measure_colour_gap(beside, colour) < _OWN_LIKENESS))


def _span(part: Mask, rest: Mask, depth: Plane, half_px: float) -> Gap:
    """Return the shortest way from a part to the rest."""
    start = _find_nearest(part, _measure_depth(~rest))
    end = _find_nearest(rest, np.hypot(*(np.indices(rest.shape) - start[::-1, None, None])))
    rows, columns = np.nonzero(rest)
    beside = np.hypot(columns - end[0], rows - end[1]) <= half_px
    # What is left of a thin stem is no broader than that.
    thickness_px = float(depth[rows[beside], columns[beside]].max())
    return Gap(
        start=start,
        end=end,
        half_px=min(half_px, max(thickness_px, _THINNEST * half_px)),
    )


def _find_nearest(mask: Mask, away: Plane) -> NDArray[np.float64]:
    """Return the (x, y) of a mask from which it is least far, the middle of them where there are several."""
    rows, columns = np.nonzero(mask & (away <= away[mask].min() + _EVEN_PX))
    places = np.stack([columns, rows], axis=1).astype(np.float64)
    middle = int(np.argmin(np.hypot(*(places - np.median(places, axis=0)).T)))
    return np.asarray(places[middle])


def _find_corner(place: NDArray[np.float64], half_px: float) -> tuple[int, int]:
    left, top = (max(0, int(value - _REACH * half_px)) for value in place)
    return left, top


def _cut_around(solid: Mask, place: NDArray[np.float64], half_px: float) -> Mask:
    left, top = _find_corner(place, half_px)
    right, bottom = (max(0, int(value + _REACH * half_px) + 1) for value in place)
    return solid[top:bottom, left:right]


def _measure_depth(mask: Mask) -> Plane:
    """Return (h, w) how far each pixel lies from what is not in a mask; without end where nothing is not."""
    if mask.all():
        return np.full(mask.shape, np.inf, np.float32)
    return np.asarray(cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5), np.float32)


def _find_firm(depth: Plane, half_px: float) -> Mask:
    return np.asarray(depth > max(1.0, _NECK * half_px))


def _measure_way(shape: tuple[int, ...], gap: Gap) -> Plane:
    """Return how far each pixel lies from the straight way over a gap."""
    down, across = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    (x, y), (along_x, along_y) = gap.start, gap.end - gap.start
    share = ((across - x) * along_x + (down - y) * along_y) / max(along_x**2 + along_y**2, 1e-6)
    share = np.clip(share, 0, 1)
    return np.asarray(np.hypot(across - x - share * along_x, down - y - share * along_y), np.float32)
