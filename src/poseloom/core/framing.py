"""Framing: how the poses of a canvas lie on the square that all its clips share (spec/framing.md)."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

PADDING = 0.08
"""The part of the square left free on every side: room to breathe, jump back and swing past."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoseExtent:
    """A picture's size and the rectangle of what it shows, in its own pixels; right and bottom are exclusive."""

    width: int
    height: int
    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Framing:
    """A square window, in pixels of the pictures.

    Attributes:
        left: Of the window, from each pose's anchor.
        top: Of the window, from each pose's anchor.
        side: Of the window.
        is_anchored: Each pose's anchor is the bottom centre of what it shows; else every picture's top left corner.
    """

    left: int
    top: int
    side: int
    is_anchored: bool


def measure_framing(extents: Sequence[PoseExtent], padding: float = PADDING) -> Framing:
    """Return the smallest window that shows every pose, its padding included.

    Pictures of equal dimensions keep their places relative to each other: those are the artist's. Others are stood
    on one spot.

    Args:
        extents: At least one.
        padding: Free part of the window on each side, 0 to under one half.
    """
    is_anchored = len({(extent.width, extent.height) for extent in extents}) > 1
    places = [_place(extent, is_anchored=is_anchored) for extent in extents]
    left, top = min(place[0] for place in places), min(place[1] for place in places)
    right, bottom = max(place[2] for place in places), max(place[3] for place in places)
    side = ceil(max(right - left, bottom - top) / (1 - 2 * padding))
    return Framing(left=(left + right - side) // 2, top=(top + bottom - side) // 2, side=side, is_anchored=is_anchored)


def find_anchor(extent: PoseExtent, *, is_anchored: bool) -> tuple[int, int]:
    """Return the point of a picture, x and y, from which the window is measured."""
    return ((extent.left + extent.right) // 2, extent.bottom) if is_anchored else (0, 0)


def fits(extent: PoseExtent, framing: Framing) -> bool:
    """Say whether a pose lies wholly inside a window that was measured for others."""
    left, top, right, bottom = _place(extent, is_anchored=framing.is_anchored)
    return (
        framing.left <= left
        and framing.top <= top
        and right <= framing.left + framing.side
        and bottom <= framing.top + framing.side
    )


def _place(extent: PoseExtent, *, is_anchored: bool) -> tuple[int, int, int, int]:
    x, y = find_anchor(extent, is_anchored=is_anchored)
    return extent.left - x, extent.top - y, extent.right - x, extent.bottom - y
