"""The two eyes of a pose, found by what cartoon eyes have in common, or not at all.

Two compact dark shapes of one size and one look, side by side in the upper part, each enclosed by the face. What speaks
for them is a number between 0 and 1 each, and the weakest says how sure it is: a mascot that does not blink is
better than one that blinks with its buttons.
"""

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from poseloom.frames.blob import Blob, Colour, Mask, Picture, find_ring_colour, gather_blobs, look_at, resemble
from poseloom.frames.image import Rgba, measure_bounds

SURE = 0.5
"""The confidence from which eyes may be painted over."""
_WORK_LONG_SIDE = 384
_LOOKED_AT_PX = 24
_ROUGH = 0.80
"""Of its convex hull, an eye fills more than this share."""
_SPECK_PX = 4
_KIN = 0.5
"""A third blob as like one of a pair in size as this makes both doubtful."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Eye:
    """One eye, in canvas pixels.

    Attributes:
        x: Its middle.
        y: The same, downwards.
        half_width: Along the line between both eyes.
        half_height: Across it.
        shape: (h, w) uint8, 1 where it is, one pixel for each `grain_px` of the canvas.
        corner: x and y of the top left corner of `shape`.
        grain_px: Canvas pixels to a pixel of `shape`.
        ink: (3,) float32, 0..255, the colour of what is dark in it.
    """

    x: float
    y: float
    half_width: float
    half_height: float
    shape: Mask
    corner: tuple[float, float]
    grain_px: float
    ink: Colour


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Eyes:
    """Two eyes of a pose.

    Attributes:
        pair: The viewer's left one, then the right one.
        tilt: Radians by which the line from the one to the other goes down.
        face: (3,) float32, 0..255, the colour around both.
        reasons: What speaks for them, 0..1 each, by name.
    """

    pair: tuple[Eye, Eye]
    tilt: float
    face: Colour
    reasons: Mapping[str, float]

    @property
    def confidence(self) -> float:
        """How sure it is that these are eyes, 0..1: as sure as the weakest reason."""
        return min(self.reasons.values())

    @property
    def apart_px(self) -> float:
        """How far the middle of one is from that of the other."""
        left, right = self.pair
        return math.hypot(right.x - left.x, right.y - left.y)


def find_eyes(pose: Rgba) -> Eyes | None:
    """Return the likeliest eyes of `pose`, (H, W, 4) uint8, however unlikely; None when nothing is like a pair."""
    bounds = measure_bounds(pose)
    if bounds is None:
        return None
    x0, y0, x1, y1 = bounds
    cut = pose[y0:y1, x0:x1]
    scale = _WORK_LONG_SIDE / max(cut.shape[:2])
    picture = look_at(cut, scale)
    found = []
    for blobs in gather_blobs(picture):
        found += [_judge(picture, _order(pair), blobs) for pair in itertools.combinations(blobs, 2)]
    # What is sure with its white is an eye with its white.
    best = max(found, key=lambda eyes: (min(eyes.confidence, SURE), eyes.pair[0].half_height), default=None)
    return None if best is None else _enlarge(best, 1 / scale, (x0, y0))


def _order(pair: tuple[Blob, Blob]) -> tuple[Blob, Blob]:
    return pair if pair[0].middle[0] <= pair[1].middle[0] else (pair[1], pair[0])


def _count_kin(pair: tuple[Blob, Blob], blobs: list[Blob]) -> int:
    """Return how many more blobs are like a pair: spots, buttons and wheels come in numbers.

    What lies under the pair in its middle may be a nose or a mouth.
    """
    left, right = pair
    run = right.middle[0] - left.middle[0]
    middle = (left.middle[0] + right.middle[0]) / 2, (left.middle[1] + right.middle[1]) / 2
    alike = [
        blob
        for blob in blobs
        if blob not in pair and blob.solidity > _ROUGH and min(blob.area, left.area) > _KIN * max(blob.area, left.area)
    ]
    return sum(
        abs(x - middle[0]) > 0.35 * run or y < middle[1] + 0.25 * run for x, y in (blob.middle for blob in alike)
    )


def _judge(picture: Picture, pair: tuple[Blob, Blob], blobs: list[Blob]) -> Eyes:
    """Return two blobs as eyes, with what speaks for them."""
    left, right = pair
    run, fall = right.middle[0] - left.middle[0], right.middle[1] - left.middle[1]
    tilt = math.atan2(fall, run) if run > 0 else math.pi / 2
    width = (left.box[2] + right.box[2]) / 2
    height, middle_y = picture.solid.shape[0], (left.middle[1] + right.middle[1]) / 2
    reasons = {
        "level": _rise(abs(math.degrees(tilt)), 32, 18),
        "size": _rise(min(left.area, right.area) / max(left.area, right.area), 0.5, 0.8),
        "shape": _rise(_compare_aspects(left, right), 0.6, 0.85),
        "solidity": _rise(min(left.solidity, right.solidity), _ROUGH, 0.92),
        "spacing": min(_rise(math.hypot(run, fall) / width, 1.05, 1.35), _rise(math.hypot(run, fall) / width, 8, 5.5)),
        "place": min(_rise(middle_y / height, 0.75, 0.62), _rise(middle_y / height, 0.04, 0.10)),
    }
    face = np.zeros(3, np.float32)
    if min(reasons.values()) > 0:
        face = find_ring_colour(picture, left, right)
        reasons |= _judge_face(picture, pair, face)
        reasons["alone"] = float(_count_kin(pair, blobs) == 0)
    return Eyes(
        pair=(_measure(left, tilt), _measure(right, tilt)),
        tilt=tilt,
        face=face,
        reasons=reasons,
    )


def _judge_face(picture: Picture, blobs: tuple[Blob, Blob], face: Colour) -> dict[str, float]:
    """Return what the surroundings of two blobs say."""
    alike = resemble(picture, face)
    enclosed = min(float(alike[blob.part][blob.ring > 0].mean()) for blob in blobs)
    ink = np.maximum(blobs[0].ink, blobs[1].ink)
    inks_gap = float(np.abs(blobs[0].ink - blobs[1].ink).max())
    return {
        "enclosed": _rise(enclosed, 0.45, 0.65),
        "joined": float(_is_joined(alike, blobs)),
        "contrast": _rise(float(face.mean() - ink.mean()), 30, 65),
        "ink": _rise(inks_gap, 70, 40),
        "centred": _rise(_measure_offset(alike, blobs), 0.85, 0.55),
        "likeness": _rise(_compare_looks(picture, blobs), 0.45, 0.75),
    }


def _measure(blob: Blob, tilt: float) -> Eye:
    """Return a blob as an eye, measured along and across the line between both."""
    rows, columns = np.nonzero(blob.shape)
    rows, columns = rows + blob.corner[1], columns + blob.corner[0]
    cosine, sine = math.cos(tilt), math.sin(tilt)
    along = columns * cosine + rows * sine
    across = rows * cosine - columns * sine
    middle = float(along.min() + along.max()) / 2, float(across.min() + across.max()) / 2
    return Eye(
        x=middle[0] * cosine - middle[1] * sine + 0.5,
        y=middle[0] * sine + middle[1] * cosine + 0.5,
        half_width=float(along.max() - along.min() + 1) / 2,
        half_height=float(across.max() - across.min() + 1) / 2,
        shape=blob.shape,
        corner=blob.corner,
        grain_px=1.0,
        ink=blob.ink,
    )


def _compare_aspects(one: Blob, other: Blob) -> float:
    first, second = (blob.box[2] / blob.box[3] for blob in (one, other))
    return min(first, second) / max(first, second)


def _is_joined(alike: NDArray[np.bool_], blobs: tuple[Blob, Blob]) -> bool:
    """Say whether one face surrounds two blobs, not one white of an eye each."""
    _, labels = cv2.connectedComponents(alike.astype(np.uint8), connectivity=4)
    parts = [np.bincount(labels[blob.part][blob.ring > 0]) for blob in blobs]
    left, right = (int(np.argmax(part[1:])) if len(part) > 1 else -1 for part in parts)
    return left == right >= 0


def _measure_offset(alike: NDArray[np.bool_], blobs: tuple[Blob, Blob]) -> float:
    """Return 0..1, how far the eyes are from the middle of the face: its reach outwards of each is compared."""
    left, right = blobs
    reaches = (
        _reach(alike[round(left.middle[1]), : left.box[0]][::-1]),
        _reach(alike[round(right.middle[1]), right.box[0] + right.box[2] :]),
    )
    apart = right.middle[0] - left.middle[0]
    return abs(reaches[0] - reaches[1]) / (sum(reaches) + 0.5 * apart)


def _reach(alike: NDArray[np.bool_]) -> int:
    """Return how far a row is of the face's colour, but for specks and a soft edge at its start."""
    holds = np.concatenate([alike, np.zeros(_SPECK_PX + 1, np.bool_)])
    gaps = np.lib.stride_tricks.sliding_window_view(holds, _SPECK_PX + 1).any(axis=1)
    return int(np.argmin(gaps)) if not gaps.all() else len(alike)


def _compare_looks(picture: Picture, blobs: tuple[Blob, Blob]) -> float:
    """Return how far two blobs look alike, or are each other's mirror images: a correlation, -1..1."""
    first, second = (_cut_look(picture, blob) for blob in blobs)
    return max(float((first * other).mean()) for other in (second, second[:, ::-1]))


def _cut_look(picture: Picture, blob: Blob) -> NDArray[np.float32]:
    """Return the lightness in a blob's box, in a common size, as deviations of unit strength."""
    x, y, width, height = blob.box
    light = np.where(blob.shape > 0, picture.light[blob.part], np.float32(255))
    light = light[y - blob.corner[1] :, x - blob.corner[0] :][:height, :width]
    look = np.asarray(cv2.resize(light, (_LOOKED_AT_PX, _LOOKED_AT_PX), interpolation=cv2.INTER_AREA), np.float32)
    look -= look.mean()
    return look / max(float(look.std()), 1.0)


def _enlarge(eyes: Eyes, factor: float, corner: tuple[int, int]) -> Eyes:
    """Return eyes in pixels of the canvas, on which the picture began at `corner`."""
    left, right = (
        replace(
            eye,
            x=corner[0] + eye.x * factor,
            y=corner[1] + eye.y * factor,
            half_width=eye.half_width * factor,
            half_height=eye.half_height * factor,
            corner=(corner[0] + eye.corner[0] * factor, corner[1] + eye.corner[1] * factor),
            grain_px=factor,
        )
        for eye in eyes.pair
    )
    return replace(eyes, pair=(left, right))


def _rise(value: float, none: float, full: float) -> float:
    """Return 0..1: 0 up to `none`, 1 from `full` on, in either direction."""
    return min(1.0, max(0.0, (value - none) / (full - none)))
