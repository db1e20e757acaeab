"""Two pictures of one moment become one.

Where they agree they cross-fade. Where their outlines differ, the edge between them travels instead of
fading, unless it has so far to go that an arm would grow out of a thread: then one drawing's replaces the
other's half-way. Where their colours differ, one drawing replaces the other within a blink.
"""

import math
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from poseloom.frames.ease import ease_smooth
from poseloom.frames.flow import Field, double_pixels, look_up
from poseloom.frames.image import Plane, Rgba
from poseloom.frames.silhouette import Ink, extend_colour, find_ink, measure_distance, mix_inks
from poseloom.frames.stage import enlarge_places

Bytes: TypeAlias = NDArray[np.uint8]

SWITCH = 0.06
"""The share of the way within which colours that do not match are exchanged."""
_ONSET = 1 / 25
"""The share of the way after which only travelling edges decide where outlines differ."""
_FURTHEST_PX = 400.0
_SURELY_FAR = 2.7
"""So many times as far as an edge begins to be exchanged, it is."""
_RIM = 0.25
"""By how much of that distance an outline may merely be drawn elsewhere."""
_LINE_SPREAD = 60
"""How far what is drawn may differ from the colour of the line and still be of it."""
_GAP_LEVELS = np.clip((np.arange(256) / 255 - 0.06) / 0.16 * 255, 0, 255).astype(np.uint8)
_EDGE_LEVELS = np.clip((np.arange(256) / 255 * 2.5 - 0.5) * 255, 0, 255).astype(np.uint8)
_HALF = 128
_BLOCK = np.ones((3, 3), np.uint8)
_WIDE_BLOCK = np.ones((5, 5), np.uint8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One pose, ready to be looked up.

    Attributes:
        picture: (H, W, 4) uint8, its colour carried on beyond its edge.
        fine: (2H, 2W, 4) uint8, the same with pixels doubled: sharper, and three times as slow to look up.
        distance: (H/2, W/2) float32, full-size pixels to that edge, positive inside.
        ink: The line along that edge, if there is one.
        inked: (H/2, W/2) uint8, where it is: 255 at the line and close by. An edge that was cut has none.
    """

    picture: Rgba
    fine: Rgba
    distance: Plane
    ink: Ink | None
    inked: Bytes


def prepare_side(image: Rgba, open_end: NDArray[np.bool_] | None = None) -> Side:
    """Return `image` ready for `blend_sides`.

    Args:
        image: (H, W, 4) uint8, straight alpha.
        open_end: (H, W), where its edge is a cut through what goes on in another picture: no line is drawn along that.
    """
    distance = measure_distance(np.asarray(image[..., 3], np.float32) / np.float32(255))
    np.clip(distance, -_FURTHEST_PX, _FURTHEST_PX, out=distance)
    half = ((image.shape[1] + 1) // 2, (image.shape[0] + 1) // 2)
    small = cv2.resize(distance, half, interpolation=cv2.INTER_AREA)
    picture = extend_colour(image)
    ink = find_ink(image, distance)
    return Side(
        picture=picture,
        fine=double_pixels(picture),
        distance=np.asarray(small, np.float32),
        ink=ink,
        inked=_find_inked(image, ink, half, open_end),
    )


def _find_inked(image: Rgba, ink: Ink | None, size: tuple[int, int], open_end: NDArray[np.bool_] | None) -> Bytes:
    if ink is None:
        return np.zeros(size[::-1], np.uint8)
    like = cv2.inRange(image[..., :3], *(_clip_colour(ink.colour + sign * _LINE_SPREAD) for sign in (-1, 1)))
    lines = cv2.bitwise_and(like, np.asarray(255 * (image[..., 3] >= _HALF), np.uint8))
    if open_end is not None:
        lines[open_end] = 0
    near = cv2.dilate(np.asarray(cv2.resize(lines, size, interpolation=cv2.INTER_AREA), np.uint8), _WIDE_BLOCK)
    return np.asarray(cv2.GaussianBlur(near, (0, 0), 1.0), np.uint8)


def _clip_colour(colour: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.clip(colour, 0, 255).astype(np.float64)


def show_side(side: Side, lattice: Field, shape: tuple[int, int]) -> Rgba:
    """Return (H, W, 4): the pose seen through `lattice` (see `stage.sample_places`)."""
    return look_up(side.fine, enlarge_places(lattice * 2, shape))


def blend_sides(
    sides: tuple[Side, Side],
    lattices: tuple[Field, Field],
    shape: tuple[int, int],
    t: float,
    *,
    far_px: float = math.inf,
) -> Rgba:
    """Return (H, W, 4) uint8: both poses at a moment, its colour defined even where transparent.

    Args:
        sides: The poses, or a part of them.
        lattices: The pixels of each that are seen (see `stage.sample_places`).
        shape: Height and width.
        t: The moment, 0 at the source and 1 at the target.
        far_px: How far outside one outline the edge no longer travels all the way: there it begins to be exchanged
            at once, half-way. By default it travels everywhere.
    """
    near, far = (
        look_up(side.picture, enlarge_places(lattice, shape)) for side, lattice in zip(sides, lattices, strict=True)
    )
    half = ((shape[1] + 1) // 2, (shape[0] + 1) // 2)
    small_near, small_far = _split(near, half), _split(far, half)
    near_weight, far_weight = _weigh_colour(small_near, small_far, t)
    size = (shape[1], shape[0])
    painted = cv2.blendLinear(near, far, cv2.resize(near_weight, size), cv2.resize(far_weight, size))
    plain = cv2.addWeighted(cv2.extractChannel(near, 3), 1 - t, cv2.extractChannel(far, 3), t, 0)
    edges = _weigh_edges(small_near[3], small_far[3], t)
    alpha = np.asarray(plain, np.uint8)
    if edges.any():
        places = _halve(lattices[0], shape), _halve(lattices[1], shape)
        distance = _travel(sides, places, shape, t, far_px)
        share = np.asarray(cv2.resize(edges, size), np.float32)
        crisp = np.clip(distance * 255 + np.float32(127.5), 0, 255).astype(np.uint8)
        alpha = np.asarray(cv2.blendLinear(plain, crisp, 1 - share, share), np.uint8)
        painted = _trace(np.asarray(painted, np.uint8), sides, distance, share * _find_line(sides, places, shape), t)
    cv2.mixChannels([alpha], [painted], [0, 3])
    return np.asarray(painted, np.uint8)


def _split(image: Rgba, size: tuple[int, int]) -> list[Bytes]:
    """Return the four planes of `image` at `size` (width, height)."""
    small = cv2.resize(image, size, interpolation=cv2.INTER_NEAREST)
    return [np.asarray(plane, np.uint8) for plane in cv2.split(small)]


def _weigh_colour(near: list[Bytes], far: list[Bytes], t: float) -> tuple[Plane, Plane]:
    """Return what each picture contributes per pixel, from their planes at half size."""
    gap = np.maximum.reduce([cv2.absdiff(near[band], far[band]) for band in range(3)])
    foreign = cv2.multiply(cv2.LUT(gap, _GAP_LEVELS), cv2.min(near[3], far[3]), scale=1 / 255)
    foreign = cv2.GaussianBlur(cv2.dilate(foreign, _WIDE_BLOCK), (0, 0), 1.6)
    switched = ease_smooth((t - 0.5) / SWITCH + 0.5)
    share = np.asarray(foreign, np.float32) * np.float32((switched - t) / 255) + np.float32(t)
    # A pose has a say in the colour only where it is there at all.
    return (1 - share) * np.maximum(near[3], 1), share * np.maximum(far[3], 1)


def _weigh_edges(near_alpha: Bytes, far_alpha: Bytes, t: float) -> Plane:
    """Return 0..1 at half size: how far the travelling edge decides, rather than the cross-fade."""
    onset = min(1.0, t / _ONSET, (1 - t) / _ONSET)
    apart = cv2.dilate(cv2.LUT(cv2.absdiff(near_alpha, far_alpha), _EDGE_LEVELS), _BLOCK)
    return np.asarray(apart, np.float32) * np.float32(onset / 255)


def _trace(painted: Rgba, sides: tuple[Side, Side], distance: Plane, share: Plane, t: float) -> Rgba:
    """Return `painted` with the artists' line along the travelling edge, where both poses have one."""
    ink = mix_inks(sides[0].ink, sides[1].ink, t)
    if ink is None:
        return painted
    x, y, width, height = cv2.boundingRect(np.asarray(share > 0, np.uint8))
    if not width:
        return painted
    box = np.s_[y : y + height, x : x + width]
    line = np.clip(np.float32(ink.width_px + 0.5) - distance[box], 0, 1) * share[box]
    inked = np.full((height, width, 4), (*ink.colour.round(), 255), np.uint8)
    painted[box] = cv2.blendLinear(painted[box], inked, 1 - line, line)
    return painted


def _halve(lattice: Field, shape: tuple[int, int]) -> Field:
    """Return the pixels of what a side has at half size that are seen at every second pixel of `shape`."""
    places = enlarge_places(lattice, shape, shrunk=2)
    places -= np.float32(0.5)
    places *= np.float32(0.5)
    return places


def _find_line(sides: tuple[Side, Side], places: tuple[Field, Field], shape: tuple[int, int]) -> Plane:
    """Return 0..1, (H, W): whether either drawing has a line there."""
    near, far = (look_up(side.inked, place) for side, place in zip(sides, places, strict=True))
    both = cv2.max(near, far)
    lined = cv2.resize(both, (both.shape[1] * 2, both.shape[0] * 2))[: shape[0], : shape[1]]
    return np.asarray(lined, np.float32) * np.float32(1 / 255)


def _travel(
    sides: tuple[Side, Side], places: tuple[Field, Field], shape: tuple[int, int], t: float, far_px: float
) -> Plane:
    """Return the pixels (H, W) to the outline that lies between both outlines, positive inside."""
    near, far = (look_up(side.distance, place) for side, place in zip(sides, places, strict=True))
    share = np.float32(t) + _find_swapped(near, far, far_px) * np.float32((t > 0.5) - t)
    distance = near + (far - near) * share
    full = cv2.resize(distance, (distance.shape[1] * 2, distance.shape[0] * 2))
    return np.asarray(full, np.float32)[: shape[0], : shape[1]]


def _find_swapped(near: Plane, far: Plane, far_px: float) -> Plane:
    """Return 0..1, where the edge is exchanged: all of what one pose has alone, if some of it lies far off the other.

    Args:
        near: (h, w) float32, half-size, full-size pixels to the source's outline.
        far: The same to the target's.
        far_px: As for `blend_sides`.
    """
    outside = np.asarray(cv2.min(near, far) * np.float32(-1 / far_px), np.float32)
    swapped = np.asarray(np.clip((outside - 1) * np.float32(1 / (_SURELY_FAR - 1)), 0, 1), np.float32)
    alone = np.asarray((outside > _RIM) & (np.asarray(cv2.max(near, far)) > 0))
    if not swapped[alone].any():
        return swapped
    count, parts = cv2.connectedComponents(alone.astype(np.uint8), connectivity=4)
    places = np.asarray(parts, np.int32)
    furthest = np.zeros(count, np.float32)
    np.maximum.at(furthest, places[alone], swapped[alone])
    width = 2 * math.ceil(_RIM * far_px / 2) + 3
    whole = cv2.dilate(furthest[places], np.ones((width, width), np.uint8))
    return np.asarray(cv2.max(swapped, cv2.GaussianBlur(whole, (0, 0), width / 4)), np.float32)
