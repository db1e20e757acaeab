"""Free a subject from the one flat colour that it was drawn on.

Only what hangs together with the border is background: a white belly on a white sheet stays white.
Along the cut each pixel is a mix of subject and background; the mix is undone after Porter and Duff
("Compositing Digital Images", SIGGRAPH 1984), with the subject's colour taken from its neighbours.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from poseloom.frames.image import Rgba

_TOLERANCE = 14
"""How far a channel may stray from the flat colour and still be it: the noise of a JPEG."""
_LEAST_TOLERANCE = 3
_INK_SHARE = 0.25
_INK_PX = 32
_FLAT_SHARE = 0.99
_OPAQUE_ALPHA = 250
_CUT_PX = 2
_REACH_PX = 2
_MIX_ERROR = 26.0
"""How far, in levels, a pixel may lie from the line between two colours and still be their mix."""
_SPECK_PX = 12


def key_flat_border(image: Rgba) -> Rgba | None:
    """Return `image` without the flat colour around its subject, or None where that cannot be told.

    Args:
        image: (H, W, 4) uint8, opaque.

    Returns:
        A new array with an anti-aliased edge free of the background's colour, black where transparent;
        None when the image is not opaque or its border is not of one colour. Where nothing but the flat
        colour is, all of it becomes transparent.
    """
    if image[..., 3].min() < _OPAQUE_ALPHA:
        return None
    backdrop = _find_backdrop(image)
    if backdrop is None:
        return None
    background = _flood(image, backdrop, _choose_tolerance(image, backdrop))
    keyed = image.copy()
    keyed[..., 3] = 255
    keyed[background] = 0
    _clean_cut(keyed, image, background, backdrop)
    return keyed


def _find_backdrop(image: Rgba) -> NDArray[np.float32] | None:
    """Return the colour (3,) of the border, or None when it has several."""
    colour = image[..., :3]
    ring = np.concatenate([colour[0], colour[-1], colour[:, 0], colour[:, -1]]).astype(np.float32)
    backdrop = np.median(ring, axis=0).astype(np.float32)
    near = np.abs(ring - backdrop).max(axis=1) <= _TOLERANCE
    return backdrop if near.mean() >= _FLAT_SHARE else None


def _choose_tolerance(image: Rgba, backdrop: NDArray[np.float32]) -> int:
    """Return how far background may stray: less where the subject has a flat colour close to it.

    Noise has many colours; ink that happens to resemble its sheet has one.
    """
    alike = _find_alike(image, backdrop, _TOLERANCE) & ~_find_alike(image, backdrop, _LEAST_TOLERANCE)
    colours, counts = np.unique(image[alike][:, :3], axis=0, return_counts=True)
    if counts.size == 0 or counts.max() < max(_INK_PX, _INK_SHARE * counts.sum()):
        return _TOLERANCE
    ink = colours[counts.argmax()]
    return max(_LEAST_TOLERANCE, int(np.abs(ink - backdrop).max() / 2))


def _find_alike(image: Rgba, backdrop: NDArray[np.float32], tolerance: int) -> NDArray[np.bool_]:
    lowest, highest = (backdrop - tolerance).tolist(), (backdrop + tolerance).tolist()
    inside = cv2.inRange(image, np.array([*lowest, 0.0]), np.array([*highest, 255.0]))
    return np.asarray(inside, np.uint8) > 0


def _flood(image: Rgba, backdrop: NDArray[np.float32], tolerance: int) -> NDArray[np.bool_]:
    """Return (H, W): what is of the backdrop's colour and hangs together with the border."""
    alike = np.asarray(_find_alike(image, backdrop, tolerance), np.uint8)
    framed = cv2.copyMakeBorder(alike, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1)
    _, labels = cv2.connectedComponents(framed, connectivity=4)
    background = np.asarray(labels, np.int32)[1:-1, 1:-1] == labels[0, 0]
    _, pieces, facts, _ = cv2.connectedComponentsWithStats(np.asarray(~background, np.uint8), connectivity=8)
    # Noise about the edge of a JPEG leaves islands of a few pixels.
    specks = np.asarray(facts)[:, cv2.CC_STAT_AREA] < _SPECK_PX
    return np.asarray(background | specks[np.asarray(pieces)], np.bool_)


def _clean_cut(keyed: Rgba, image: Rgba, background: NDArray[np.bool_], backdrop: NDArray[np.float32]) -> None:
    """Give the pixels along the cut the alpha and the colour that they were mixed from, in place."""
    side = 2 * _CUT_PX + 1
    near = cv2.dilate(np.asarray(background, np.uint8), np.ones((side, side), np.uint8))
    rows, columns = np.nonzero((np.asarray(near) > 0) & ~background)
    if rows.size == 0:
        return
    mixed = image[rows, columns, :3] - backdrop
    pure = _find_purest(image, background, backdrop, rows, columns)
    length = np.einsum("ij,ij->i", pure, pure)
    share = np.einsum("ij,ij->i", mixed, pure) / np.maximum(length, 1)
    off_line = np.linalg.norm(mixed - share[:, None] * pure, axis=1)
    share = np.clip(np.where(off_line < _MIX_ERROR, share, 1), 0, 1)
    solid = share > 0.97
    unmixed = np.where(solid[:, None], mixed, mixed / np.maximum(share, 0.02)[:, None]) + backdrop
    keyed[rows, columns, :3] = np.clip(unmixed + 0.5, 0, 255).astype(np.uint8)
    keyed[rows, columns, 3] = np.where(solid, 255, share * 255 + 0.5).astype(np.uint8)


def _find_purest(
    image: Rgba,
    background: NDArray[np.bool_],
    backdrop: NDArray[np.float32],
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
) -> NDArray[np.float32]:
    """Return, per pixel, the contrast (n, 3) of that neighbour which is least like the backdrop."""
    height, width = background.shape
    best = image[rows, columns, :3] - backdrop
    strongest = np.einsum("ij,ij->i", best, best)
    for down in range(-_REACH_PX, _REACH_PX + 1):
        for right in range(-_REACH_PX, _REACH_PX + 1):
            y, x = np.clip(rows + down, 0, height - 1), np.clip(columns + right, 0, width - 1)
            neighbour = image[y, x, :3] - backdrop
            strength = np.einsum("ij,ij->i", neighbour, neighbour)
            stronger = (strength > strongest) & ~background[y, x]
            best = np.where(stronger[:, None], neighbour, best)
            strongest = np.where(stronger, strength, strongest)
    return best
