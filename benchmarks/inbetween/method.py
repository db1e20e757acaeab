"""Ways to draw what lies between two poses: ours and what one would otherwise reach for, each sharp and blurred."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.inbetween.minterpolate import interpolate_poses
from benchmarks.inbetween.pair import STEPS
from poseloom.core.confidence import Rendering
from poseloom.frames.image import Premultiplied, Rgba, premultiply, unpremultiply
from poseloom.frames.inbetween import prepare_morph

Draw = Callable[[float], Rgba]
"""Return the picture at a moment in 0..1, (H, W, 4) uint8, straight alpha."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a method does for two poses once.

    Attributes:
        draw: How a moment between them is drawn.
        is_staged: Whether the method shows them by another way than what lies between.
        turning: How many limbs it turns.
    """

    draw: Draw
    is_staged: bool = False
    turning: int = 0


Prepare = Callable[[Rgba, Rgba], Prepared]
"""Do, for two poses of one size, what has to be done once."""

Flow = NDArray[np.float32]

_MID_GREY = 0.55
_INVERSIONS = 6
_EXPOSURE = (-1, -0.5, 0, 0.5, 1)
_SOLID_FROM, _SOLID_AT = 0.5, 0.58
"""A crisp outline is as soft as that of a drawing: what is hardly more than half there is there."""


def prepare_poseloom(source: Rgba, target: Rgba) -> Prepared:
    """Draw with the renderer under test."""
    morph = prepare_morph(source, target)
    return Prepared(morph.draw, morph.judgement.rendering is Rendering.STAGED, morph.judgement.limbs)


def prepare_exposed(source: Rgba, target: Rgba) -> Prepared:
    """Blur what the renderer draws as a camera does whose shutter stands open for half of the way.

    It is no way to show a mascot: it tells what our motion is worth when it may blend as much as others do.
    """
    morph = prepare_morph(source, target)
    drawn: dict[int, Premultiplied] = {}

    def show(step: int) -> Premultiplied:
        if step not in drawn:
            drawn[step] = premultiply(morph.draw(step / STEPS))
        return drawn[step]

    def draw(t: float) -> Rgba:
        step = round(t * STEPS)
        reach = min(STEPS // 4, step, STEPS - step)
        seen = [show(step + round(reach * share)) for share in _EXPOSURE]
        return unpremultiply(np.asarray(np.mean(seen, axis=0), np.float32))

    return Prepared(draw, morph.judgement.rendering is Rendering.STAGED)


def prepare_hold(source: Rgba, target: Rgba) -> Prepared:
    """Hold the source and cut to the target half-way."""
    return Prepared(lambda t: source if t < 0.5 else target)


def prepare_dissolve(source: Rgba, target: Rgba) -> Prepared:
    """Cross-dissolve."""
    near, far = premultiply(source), premultiply(target)
    return Prepared(lambda t: unpremultiply((1 - t) * near + t * far))


def prepare_dis(source: Rgba, target: Rgba) -> Prepared:
    """Warp both poses along OpenCV's dense inverse search flow (Kroeger et al., 2016), and blend."""
    near, far = premultiply(source), premultiply(target)
    grey, far_grey = _to_grey(near), _to_grey(far)
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    there = np.asarray(search.calc(grey, far_grey, np.zeros((*grey.shape, 2), np.float32)), np.float32)
    back = np.asarray(search.calc(far_grey, grey, np.zeros((*grey.shape, 2), np.float32)), np.float32)

    def draw(t: float) -> Rgba:
        warped, far_warped = _warp(near, _invert(there, t)), _warp(far, _invert(back, 1 - t))
        return unpremultiply((1 - t) * warped + t * far_warped)

    return Prepared(draw)


def prepare_minterpolate(source: Rgba, target: Rgba) -> Prepared:
    """Draw with FFmpeg's motion compensation; only the moments 0/24 … 24/24 can be had, all made at once."""
    pictures = interpolate_poses(source, target)
    return Prepared(lambda t: pictures[round(t * STEPS)])


def crispen(prepare: Prepare) -> Prepare:
    """Return a method with crisp outlines: what is at most half there is left out, and the rest is solid.

    It tells what a method that blends is worth when it may show no more ghosts than ours does.
    """

    def prepare_crisp(source: Rgba, target: Rgba) -> Prepared:
        prepared = prepare(source, target)

        def draw(t: float) -> Rgba:
            picture = prepared.draw(t)
            if t in {0.0, 1.0}:
                return picture
            alpha = picture[..., 3].astype(np.float32) / 255
            solid = np.clip((alpha - _SOLID_FROM) / (_SOLID_AT - _SOLID_FROM), 0, 1)
            crisp = np.dstack([picture[..., :3], np.round(255 * solid).astype(np.uint8)])
            crisp[crisp[..., 3] == 0] = 0
            return crisp

        return replace(prepared, draw=draw)

    return prepare_crisp


METHODS: Mapping[str, Prepare] = MappingProxyType(
    {
        "poseloom": prepare_poseloom,
        "exposed": prepare_exposed,
        "minterpolate": prepare_minterpolate,
        "dis": prepare_dis,
        "dissolve": prepare_dissolve,
        "hold": prepare_hold,
        "minterpolate-crisp": crispen(prepare_minterpolate),
        "dis-crisp": crispen(prepare_dis),
        "dissolve-crisp": crispen(prepare_dissolve),
    }
)


def _to_grey(image: Premultiplied) -> NDArray[np.uint8]:
    colour = image[..., :3] + (1 - image[..., 3:]) * np.float32(_MID_GREY)
    luma = colour @ np.array([0.299, 0.587, 0.114], np.float32)
    return np.asarray(np.clip(luma, 0, 1) * 255, np.uint8)


def _invert(flow: Flow, share: float) -> Flow:
    """Return where to look in a pose for what has moved `share` of the way."""
    inverse = np.zeros_like(flow)
    for _ in range(_INVERSIONS):
        inverse = -np.float32(share) * _warp(flow, inverse, cv2.BORDER_REPLICATE)
    return inverse


def _warp(image: NDArray[np.float32], offset: Flow, border: int = cv2.BORDER_CONSTANT) -> NDArray[np.float32]:
    rows, columns = np.indices(offset.shape[:2], np.float32)
    seen = cv2.remap(image, columns + offset[..., 0], rows + offset[..., 1], cv2.INTER_LINEAR, borderMode=border)
    return np.asarray(seen, np.float32)
