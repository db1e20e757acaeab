"""Colour under transparency: what an encoder that knows no alpha should find there.

A codec stores colour and alpha apart and blurs both. With black under the transparent pixels that
blur becomes a dark rim; with the subject's own colour carried outwards there is nothing to see.
The method is push-pull (Gortler et al., "The Lumigraph", 1996) with flat fill, because flat blocks
cost an encoder the fewest bytes and keep the edge as clean as smooth ones.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from poseloom.frames.image import Rgba

BLEED_FLOOR = 8
"""Pixels under this alpha get borrowed colour; their own is too faint to be right."""


def bleed(image: Rgba) -> Rgba:
    """Return `image` with the subject's colour carried into its (almost) transparent pixels.

    Args:
        image: (H, W, 4) uint8, straight alpha.

    Returns:
        A new array of the same shape: alpha untouched, colour untouched where alpha >= `BLEED_FLOOR`.
        With no such pixel at all the colour is black everywhere.
    """
    alpha = np.ascontiguousarray(image[..., 3])
    _, solid = cv2.threshold(alpha, BLEED_FLOOR - 1, 255, cv2.THRESH_BINARY)
    known = cv2.copyTo(image, solid)
    filled = _fill(np.asarray(known, np.uint8), np.asarray(solid, np.uint8))
    cv2.mixChannels([alpha], [filled], [0, 3])
    return filled


def _fill(known: Rgba, solid: NDArray[np.uint8]) -> Rgba:
    """Fill where `solid` is 0 with the mean colour of ever larger blocks; alpha comes back undefined."""
    height, width = solid.shape
    if height == 1 and width == 1:
        return known
    if height % 2 or width % 2:
        # Whole blocks of four only: a sliver of a pixel would have too little alpha to tell its colour.
        known, solid = _pad(known), _pad(solid)
        return np.ascontiguousarray(_fill(known, solid)[:height, :width])
    half = (width // 2, height // 2)
    dimmed = cv2.cvtColor(known, cv2.COLOR_RGBA2mRGBA)
    coarse = np.asarray(cv2.resize(dimmed, half, interpolation=cv2.INTER_AREA), np.uint8)
    coarse = np.asarray(cv2.cvtColor(coarse, cv2.COLOR_mRGBA2RGBA), np.uint8)
    _, coarse_solid = cv2.threshold(coarse[..., 3], 0, 255, cv2.THRESH_BINARY)
    # From here on a block is either known or not: a faint edge counts as much as a full one.
    cv2.mixChannels([coarse_solid], [coarse], [0, 3])
    filled = cv2.resize(
        _fill(coarse, np.asarray(coarse_solid, np.uint8)), (width, height), interpolation=cv2.INTER_NEAREST
    )
    cv2.copyTo(known, solid, filled)
    return np.asarray(filled, np.uint8)


def _pad(plane: NDArray[np.uint8]) -> NDArray[np.uint8]:
    down, right = plane.shape[0] % 2, plane.shape[1] % 2
    return np.asarray(cv2.copyMakeBorder(plane, 0, down, 0, right, cv2.BORDER_CONSTANT), np.uint8)
