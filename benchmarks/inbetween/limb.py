"""Whether a limb that turns is there half-way: the intersection over union of that limb alone."""

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.inbetween.pair import Mask
from poseloom.frames.image import Premultiplied, Rgba, premultiply

_SAME = 0.15
"""Colours that differ by less in every premultiplied channel are one."""
_SHIFT_PX = 2
"""How far the rest of the picture may be displaced without being taken for the limb."""
_PALETTE_PX = 5
_SOLID_ALPHA = 0.9


def score_limb(picture: Rgba, truth: Rgba, bare: Rgba, region: Mask) -> float | None:
    """Return the limb's own intersection over union, 0..1; None where the truth shows no limb either.

    A pixel *shows the limb* when its colour is not found within 2 pixels in `bare`, the truth without that limb. What
    counts is the share of the pixels at which picture and truth both show it, among those at which either does.
    A pixel of the picture agrees only if it is that of the truth, or lies in the range of the colours that the truth's
    limb has within 5 pixels where it is solid: something half transparent, or of a foreign colour, is counted as
    shown but does not agree.

    So the truth has 1; a picture without the limb shows none of it and has 0; a dissolve has two ghosts of it, which
    enlarge the union and agree hardly anywhere. Fur of a limb on equal fur of the body is invisible and not asked for.

    Args:
        picture: (H, W, 4) uint8, straight alpha.
        truth: The same shape.
        bare: The same shape.
        region: (H, W) bool; only pixels in it count.
    """
    ours, theirs, without = premultiply(picture), premultiply(truth), premultiply(bare)
    lowest, highest = _range(without, _SHIFT_PX)
    shown = region & _lies_outside(ours, lowest, highest)
    truly_shown = region & _lies_outside(theirs, lowest, highest)
    if not truly_shown.any():
        return None
    solid = truly_shown & (theirs[..., 3] > _SOLID_ALPHA)
    limb_coloured = ~_lies_outside(ours, *_range(theirs, _PALETTE_PX, solid))
    exact = ~_lies_outside(ours, theirs, theirs)
    agrees = shown & truly_shown & (limb_coloured | exact)
    return float(agrees.sum() / (shown | truly_shown).sum())


def _range(
    image: Premultiplied, reach_px: int, known: Mask | None = None
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the least and the greatest of every channel within so many pixels, of the `known` ones alone."""
    low = high = image
    if known is not None:
        low, high = np.where(known[..., None], image, np.float32(9)), np.where(known[..., None], image, np.float32(-9))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach_px + 1, 2 * reach_px + 1))
    return np.asarray(cv2.erode(low, disc), np.float32), np.asarray(cv2.dilate(high, disc), np.float32)


def _lies_outside(image: Premultiplied, lowest: NDArray[np.float32], highest: NDArray[np.float32]) -> Mask:
    return np.asarray(((image < lowest - _SAME) | (image > highest + _SAME)).any(axis=2))
