"""Compact dark shapes in a picture, and the white around them: what an eye may be made of."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from poseloom.frames.image import Rgba, measure_colour_gap

Mask: TypeAlias = NDArray[np.uint8]
"""(h, w) uint8, 1 where it holds."""
Colour: TypeAlias = NDArray[np.float32]
"""(3,) float32, 0..255."""

RING_PX = 5
_DARKNESSES = (0.35, 0.5, 0.65)
"""What is darker than this share of the subject's median lightness is dark."""
_SMALLEST, _LARGEST = 0.0005, 0.08
"""The least and the most of the subject's area that a blob takes."""
_BLOBS_LIMIT = 14
_SLIMMEST = 3.0
_WHITE_LIMIT = 8.0
"""The white around a dark shape is at most so many times as large."""
_PATCH_SHARE, _PUPIL_SHARE = 0.45, 0.15
_LIKE_COLOUR = 42
_SOLID_ALPHA = 250


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Picture:
    """A pose at the size at which blobs are sought.

    Attributes:
        colour: (h, w, 3) uint8.
        light: (h, w) float32, 0..255.
        solid: Where it is opaque.
        area: How many pixels are opaque, at least 1.
    """

    colour: NDArray[np.uint8]
    light: NDArray[np.float32]
    solid: Mask
    area: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Blob:
    """A compact shape.

    Attributes:
        corner: x and y of the part of the picture in which it lies, with room for a ring.
        shape: Where it is in that part, without holes.
        area: Pixels of that shape.
        box: x, y, width, height, in the picture.
        middle: x, y, in the picture.
        solidity: Its share of its convex hull.
        ink: The colour of what is dark in it.
    """

    corner: tuple[int, int]
    shape: Mask
    area: float
    box: tuple[int, int, int, int]
    middle: tuple[float, float]
    solidity: float
    ink: Colour

    @property
    def part(self) -> tuple[slice, slice]:
        """The part of the picture in which it lies."""
        (x, y), (height, width) = self.corner, self.shape.shape
        return np.s_[y : y + height, x : x + width]

    @property
    def ring(self) -> Mask:
        """Where the ring is, in that part, that lies around it; a pixel of soft edge is left out."""
        near = cv2.dilate(self.shape, _disc(1))
        return np.asarray(cv2.dilate(near, _disc(RING_PX)) - near, np.uint8)


def look_at(image: Rgba, scale: float) -> Picture:
    """Return `image`, (H, W, 4) uint8, `scale` times as large, as blobs are sought in it."""
    height, width = (max(1, round(side * scale)) for side in image.shape[:2])
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = np.asarray(cv2.resize(image, (width, height), interpolation=method), np.uint8)
    colour = np.ascontiguousarray(small[..., :3])
    solid = np.asarray(small[..., 3] >= _SOLID_ALPHA, np.uint8)
    light = np.asarray(cv2.cvtColor(colour, cv2.COLOR_RGB2GRAY), np.float32)
    return Picture(colour=colour, light=light, solid=solid, area=max(1.0, float(solid.sum())))


def gather_blobs(picture: Picture) -> Iterator[list[Blob]]:
    """Yield the blobs of each darkness: those that are dark all over, then those with the white around them."""
    if not picture.solid.any():
        return
    usual = float(np.median(picture.light[picture.solid > 0]))
    for darkness in _DARKNESSES:
        dark = np.asarray((picture.light < darkness * usual) & (picture.solid > 0), np.uint8)
        blobs = _cut_blobs(picture, dark)
        yield blobs
        yield [whole for blob in blobs if (whole := _add_white(picture, blob)) is not None]


def resemble(picture: Picture, colour: Colour, part: tuple[slice, slice] = np.s_[:, :]) -> NDArray[np.bool_]:
    """Return where a part of `picture` is opaque and of about `colour`."""
    return np.asarray((measure_colour_gap(picture.colour[part], colour) < _LIKE_COLOUR) & (picture.solid[part] > 0))


def find_ring_colour(picture: Picture, *blobs: Blob) -> Colour:
    """Return the median colour of what is opaque around blobs; nothing opaque is black."""
    seen = [picture.colour[blob.part][(blob.ring & picture.solid[blob.part]) > 0] for blob in blobs]
    return _find_median(np.concatenate(seen))


def _find_median(colours: NDArray[np.uint8]) -> Colour:
    return np.median(colours, axis=0).astype(np.float32) if len(colours) else np.zeros(3, np.float32)


def _cut_blobs(picture: Picture, dark: Mask) -> list[Blob]:
    """Return the blobs of a mask, largest first, their holes filled; none that is a patch around an eye."""
    contours, tree = cv2.findContours(dark, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    borders = [np.asarray(contour, np.int32) for contour in contours]
    holders = [int(place[3]) for place in tree[0]] if borders else []
    blobs = []
    for index, border in enumerate(borders):
        if holders[index] >= 0:
            # The border of a hole.
            continue
        blob = _shape_blob(picture, border, dark)
        holes = [hole for hole, holder in zip(borders, holders, strict=True) if holder == index]
        if blob is not None and not any(_holds_eye(hole, blob, dark) for hole in holes):
            blobs.append(blob)
    return sorted(blobs, key=lambda blob: -blob.area)[:_BLOBS_LIMIT]


def _holds_eye(hole: NDArray[np.int32], blob: Blob, dark: Mask) -> bool:
    """Say whether a hole of a blob is the white of a smaller eye: small, with something dark in it."""
    inside = np.zeros_like(blob.shape)
    cv2.drawContours(inside, [np.asarray(hole - np.array(blob.corner), np.int32)], -1, 1, cv2.FILLED)
    # The border itself is dark and lies around the hole.
    inside = np.asarray(cv2.erode(inside, _disc(1)), np.uint8)
    area = float(inside.sum())
    return 0 < area < _PATCH_SHARE * blob.area and float((inside & dark[blob.part]).sum()) > _PUPIL_SHARE * area


def _shape_blob(picture: Picture, contour: NDArray[np.int32], dark: Mask) -> Blob | None:
    """Return what a contour encloses; None when it is too small, too large or too slim for an eye."""
    x, y, width, height = cv2.boundingRect(contour)
    is_slim = max(width, height) > _SLIMMEST * min(width, height)
    if is_slim or not _SMALLEST < width * height / picture.area < 2 * _LARGEST:
        return None
    rows, columns = picture.solid.shape
    margin = RING_PX + 2
    left, top = max(0, x - margin), max(0, y - margin)
    shape = np.zeros((min(rows, y + height + margin) - top, min(columns, x + width + margin) - left), np.uint8)
    hull = shape.copy()
    moved = np.asarray(contour - np.array([left, top]), np.int32)
    cv2.drawContours(shape, [moved], -1, 1, cv2.FILLED)
    cv2.fillConvexPoly(hull, cv2.convexHull(moved), 1)
    area = float(shape.sum())
    if not _SMALLEST < area / picture.area < _LARGEST:
        return None
    moments = cv2.moments(shape, binaryImage=True)
    part = np.s_[top : top + shape.shape[0], left : left + shape.shape[1]]
    return Blob(
        corner=(left, top),
        shape=shape,
        area=area,
        box=(x, y, width, height),
        middle=(left + moments["m10"] / moments["m00"], top + moments["m01"] / moments["m00"]),
        solidity=area / float(hull.sum()),
        ink=_find_median(picture.colour[part][(shape & dark[part]) > 0]),
    )


def _add_white(picture: Picture, blob: Blob) -> Blob | None:
    """Return a blob with the one light colour that lies around it, or None when that is no small shape."""
    colour = find_ring_colour(picture, blob)
    if float(colour.mean()) < float(blob.ink.mean()) + 2 * _LIKE_COLOUR:
        return None
    # The white that is small enough lies within this far.
    x, y, width, height = blob.box
    reach = round(1.5 * max(width, height))
    left, top = max(0, x - reach), max(0, y - reach)
    part = np.s_[top : y + height + reach, left : x + width + reach]
    dark = np.zeros_like(picture.solid)
    dark[blob.part] = blob.shape
    white = np.asarray(resemble(picture, colour, part), np.uint8) | dark[part]
    _, labels, stats, _ = cv2.connectedComponentsWithStats(white, connectivity=4)
    label = int(labels[round(blob.middle[1]) - top, round(blob.middle[0]) - left])
    if label == 0 or stats[label, cv2.CC_STAT_AREA] > _WHITE_LIMIT * blob.area:
        return None
    contours, _ = cv2.findContours(
        np.asarray(labels == label, np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE, offset=(left, top)
    )
    whole = _shape_blob(picture, np.asarray(max(contours, key=len)), dark)
    return None if whole is None or whole.area < 1.2 * blob.area else whole


def _disc(radius_px: int) -> Mask:
    side = 2 * radius_px + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)
