"""Pictures into the planes that codecs store, and back.

Colour is limited-range 4:2:0. VP9 uses the BT.601 matrix because Firefox assumes it for WebM with alpha
whatever the tags say; the Apple and H.264 files use BT.709, which their players assume. Alpha is never
touched by the scaler, whose own copy of it may be off by one.
"""

from dataclasses import dataclass
from enum import Enum

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from numpy.typing import NDArray

from poseloom.core.clip import ClipFormat
from poseloom.frames.bleed import bleed
from poseloom.frames.image import Rgba

Plane8 = NDArray[np.uint8]
"""(H, W) uint8, one sample per pixel."""

NEUTRAL_CHROMA = 128
_SCALING = (
    Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT | Interpolation.FULL_CHR_H_INP
)
_LEVELS = np.arange(256)
_TO_LIMITED = np.rint(16 + _LEVELS * (219 / 255)).astype(np.uint8)
_FROM_LIMITED = np.rint(np.clip((_LEVELS - 16) * (255 / 219), 0, 255)).astype(np.uint8)


class Matrix(Enum):
    """How red, green and blue become luma and chroma; the value is swscale's name for it."""

    BT601 = Colorspace.ITU601
    BT709 = Colorspace.ITU709


@dataclass(frozen=True, slots=True, kw_only=True)
class Planes:
    """A picture as codecs see it.

    Attributes:
        colour: A yuv420p frame, limited range.
        alpha: (H, W) uint8, 0 transparent to 255 opaque.
    """

    colour: av.VideoFrame
    alpha: Plane8


class Converter:
    """Between RGBA and planes by one matrix; keeps the scaler's tables, so make one per clip."""

    def __init__(self, matrix: Matrix) -> None:
        self.matrix = matrix
        self._splitter = VideoReformatter()
        self._joiner = VideoReformatter()

    def split(self, image: Rgba) -> Planes:
        """Return the planes of `image`, (H, W, 4) uint8 with even sides, already bled."""
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgba")
        colour = self._splitter.reformat(
            frame,
            format="yuv420p",
            src_color_range=ColorRange.JPEG,
            dst_color_range=ColorRange.MPEG,
            src_colorspace=self.matrix.value,
            dst_colorspace=self.matrix.value,
            interpolation=_SCALING,
            threads=1,
        )
        return Planes(colour=colour, alpha=np.ascontiguousarray(image[..., 3]))

    def join(self, planes: Planes) -> Rgba:
        """Return the picture, (H, W, 4) uint8, straight alpha."""
        frame = self._joiner.reformat(
            planes.colour,
            format="rgba",
            src_color_range=ColorRange.MPEG,
            dst_color_range=ColorRange.JPEG,
            src_colorspace=self.matrix.value,
            dst_colorspace=self.matrix.value,
            interpolation=_SCALING,
            threads=1,
        )
        image: Rgba = np.array(frame.to_ndarray(), dtype=np.uint8)
        image[..., 3] = planes.alpha
        return image


def choose_matrix(fmt: ClipFormat) -> Matrix:
    """Return the matrix that `fmt` is written with."""
    return Matrix.BT601 if fmt is ClipFormat.WEBM else Matrix.BT709


def pass_through(image: Rgba, fmt: ClipFormat) -> Rgba:
    """Return `image` as it would come back from `fmt` if its codec lost nothing: the ceiling of a seam.

    Args:
        image: (H, W, 4) uint8, straight alpha, even sides.
        fmt: The clip's format; its chroma subsampling, range and matrix are what is lost to.

    Returns:
        A new array of the same shape.
    """
    converter = Converter(choose_matrix(fmt))
    planes = converter.split(bleed(image))
    if fmt is ClipFormat.STACKED:
        planes = Planes(colour=planes.colour, alpha=narrow_to_matte(planes.alpha))
        planes = Planes(colour=planes.colour, alpha=widen_from_matte(planes.alpha))
    return converter.join(planes)


def narrow_to_matte(alpha: Plane8) -> Plane8:
    """Return alpha 0..255 as limited-range luma 16..235: what a video texture shows as grey 0..255."""
    return np.take(_TO_LIMITED, alpha)


def widen_from_matte(luma: Plane8) -> Plane8:
    """Return limited-range luma as alpha 0..255, the inverse of `narrow_to_matte` up to rounding."""
    return np.take(_FROM_LIMITED, luma)


def read_planes(frame: av.VideoFrame) -> list[Plane8]:
    """Return a planar 8-bit frame's planes as views without padding, each (H, W) of that plane's size."""
    return [
        np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]
        for plane in frame.planes
    ]


def build_frame(planes: list[Plane8], pixel_format: str) -> av.VideoFrame:
    """Return a new frame holding copies of `planes`; luma first, its shape is the frame's size."""
    height, width = planes[0].shape
    frame = av.VideoFrame(width, height, pixel_format)
    for target, source in zip(read_planes(frame), planes, strict=True):
        target[...] = source
    return frame


def build_matte(alpha: Plane8) -> av.VideoFrame:
    """Return a yuv420p frame with `alpha` as full-range luma and no colour."""
    height, width = alpha.shape
    grey = np.full((height // 2, width // 2), NEUTRAL_CHROMA, np.uint8)
    return build_frame([alpha, grey, grey], "yuv420p")
