"""Motion-compensated in-betweens of FFmpeg. It knows no alpha, so colour and alpha go through it one by one."""

from collections.abc import Iterator
from itertools import pairwise

import av
import numpy as np
from av.filter import Graph
from av.filter.context import FilterContext
from numpy.typing import NDArray

from benchmarks.inbetween.pair import STEPS
from poseloom.frames.image import Premultiplied, Rgba, premultiply, unpremultiply

GROUND = 0.55
"""The grey on which the colour is laid."""
_OPTIONS = f"fps={STEPS}:mi_mode=mci:mc_mode=aobmc:me_mode=bidir:vsbmc=1:scd=none"

Rgb = NDArray[np.uint8]


def interpolate_poses(source: Rgba, target: Rgba) -> list[Rgba]:
    """Return the pictures at 0/24 … 24/24 of the way, (H, W, 4) uint8, straight alpha.

    Args:
        source: The same shape.
        target: The same shape.
    """
    near, far = premultiply(source), premultiply(target)
    colours = _interpolate(_lay_on_grey(near), _lay_on_grey(far))
    alphas = _interpolate(_paint_alpha(near), _paint_alpha(far))
    return [
        source,
        *(_join(colour, alpha) for colour, alpha in zip(colours[1:STEPS], alphas[1:STEPS], strict=True)),
        target,
    ]


def _interpolate(source: Rgb, target: Rgb) -> list[Rgb]:
    graph = Graph()
    height, width = source.shape[:2]
    shape = f"video_size={width}x{height}:pix_fmt=rgb24:pixel_aspect=1/1:time_base=1/{STEPS}:frame_rate={STEPS}"
    start, end = graph.add("buffer", shape), graph.add("buffersink")
    between = graph.add("format", "yuv444p"), graph.add("minterpolate", _OPTIONS), graph.add("format", "rgb24")
    for one, following in pairwise((start, *between, end)):
        one.link_to(following)
    graph.configure()
    pictures: dict[int, Rgb] = {}
    # It looks a frame around, so each pose has a double just outside the transition.
    for picture, step in ((source, -1), (source, 0), (target, STEPS), (target, STEPS + 1)):
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts = step + 1
        start.push(frame)
        pictures.update(_pull(end))
    start.push(None)
    pictures.update(_pull(end))
    return [pictures[step] for step in range(1, STEPS + 2)]


def _pull(end: FilterContext) -> Iterator[tuple[int, Rgb]]:
    while True:
        try:
            frame = end.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        assert isinstance(frame, av.VideoFrame)
        assert frame.pts is not None
        yield frame.pts, np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)


def _lay_on_grey(image: Premultiplied) -> Rgb:
    colour = image[..., :3] + (1 - image[..., 3:]) * np.float32(GROUND)
    return np.asarray(np.clip(colour, 0, 1) * 255, np.uint8)


def _paint_alpha(image: Premultiplied) -> Rgb:
    return np.ascontiguousarray(np.repeat(image[..., 3:] * 255, 3, axis=2).astype(np.uint8))


def _join(colour: Rgb, alpha: Rgb) -> Rgba:
    cover = alpha.mean(axis=2, keepdims=True, dtype=np.float32) / np.float32(255)
    premultiplied = colour.astype(np.float32) / np.float32(255) - (1 - cover) * np.float32(GROUND)
    return unpremultiply(np.concatenate([np.clip(premultiplied, 0, cover), cover], axis=2))
