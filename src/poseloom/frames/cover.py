"""What lies before a part that comes out from behind something, and how the part goes on there."""

import cv2
import numpy as np

from poseloom.frames.affinity import fit_shape
from poseloom.frames.comparison import Mask, grow
from poseloom.frames.contour import Drawing, surround
from poseloom.frames.flow import Field, exponentiate, resample_field, warp
from poseloom.frames.image import Plane, Premultiplied, Rgba, premultiply, unpremultiply
from poseloom.frames.registration import LEFTOVER, FeaturePyramid, register

_WORK_LONG_SIDE = 320
_SOLID = 250
_COVER_PX = 3
_LINE_SLACK_PX = 1.0


def find_cover(mask: Mask, drawing: Drawing, *, is_sheathed: bool) -> Mask:
    """Return what lies before a part, and the part's own rim there, where it shows a line that is not its own.

    Args:
        mask: (H, W), where the part is seen.
        drawing: What shows it.
        is_sheathed: Whether it was cut off at the line of what it comes out from. Of what else lies before it the
            line is still there.
    """
    before = (drawing.pose[..., 3] >= _SOLID) & ~mask
    if is_sheathed and drawing.ink is not None:
        return before | grow(drawing.lines & surround(before, drawing.ink.width_px + _LINE_SLACK_PX), 3)
    return grow(before, 2 * _COVER_PX + 1)


def uncover(near: Rgba, brought: Rgba, covers: tuple[Mask, Mask], *, is_still: bool) -> tuple[Rgba, Rgba, Field]:
    """Return both drawings of a part, completed as far as the other shows what is hidden, and what is left to flow.

    Args:
        near: (H, W, 4) uint8, straight alpha, the part as the source shows it.
        brought: The same of the target, where the source has it.
        covers: (H, W) each, what is hidden of it.
        is_still: Whether what is hidden is where it is in the other, as of a part that ends at a line; it counts, then.
    """
    if is_still:
        still = np.zeros((*near.shape[:2], 2), np.float32)
        near, brought = _fill(near, brought, covers[0], still), _fill(brought, near, covers[1], still)
        return near, brought, match_drawings(near, brought)
    velocity = match_drawings(near, brought, (~(covers[0] | covers[1])).astype(np.float32))
    there, back = (resample_field(exponentiate(velocity, duration), near.shape[:2]) for duration in (1.0, -1.0))
    return _fill(near, brought, covers[0], there), _fill(brought, near, covers[1], back), velocity


def match_drawings(near: Rgba, brought: Rgba, shown: Plane | None = None) -> Field:
    """Return what is left to flow from one drawing of a part to the other; on request only what is shown counts.

    Args:
        near: (H, W, 4) uint8, straight alpha, the part as the source shows it.
        brought: The same of the target, where the source has it.
        shown: (H, W) 0..1, how far each place counts.

    Returns:
        (h, w, 2), the velocity over one unit of time, in cells of a grid over both.
    """
    pyramid = FeaturePyramid(_shrink(near), _shrink(brought))
    return register(pyramid if shown is None else pyramid.entrust(shown, shown), LEFTOVER)


def _fill(part: Rgba, other: Rgba, cover: Mask, flow: Field) -> Rgba:
    """Return a drawing of a part with what is hidden in it, as the other drawing shows it along a flow."""
    if not cover.any():
        return part
    seen = unpremultiply(np.clip(warp(premultiply(other), flow, border=cv2.BORDER_CONSTANT), 0, 1))
    filled = cover & ((seen[..., 3] >= _SOLID) | (seen[..., 3] > part[..., 3]))
    return np.where(filled[..., None], seen, part)


def _shrink(image: Rgba) -> Premultiplied:
    """Return a part at the size at which what is left of its motion is sought; eight bits are enough for that."""
    height, width = fit_shape((image.shape[0], image.shape[1]), _WORK_LONG_SIDE)
    whole = cv2.cvtColor(image, cv2.COLOR_RGBA2mRGBA)
    small = cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA)
    return np.multiply(small, np.float32(1 / 255), dtype=np.float32)
