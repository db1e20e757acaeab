"""Frames per CPU-second, poses in, finished transparent clip out: ours against what one would otherwise reach for.

Every method makes 96 frames at 512 × 512 between the same two poses and encodes them as VP9 with alpha at the same
settings. Each runs in a process of its own; CPU is that process and its children, user and system.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.filter import Graph

from demo.build import render
from demo.rig import POSES
from poseloom.core.clip import ClipFormat, Quality
from poseloom.frames.image import Rgba
from poseloom.generators.local import iterate_frames
from poseloom.media.encode import encode_clip

SIZE_PX = 512
FRAME_COUNT = 96
FPS = Fraction(24)
STRENGTH = 0
RUNS = 3
MOVIEPY = "moviepy==2.2.1"
ROOT = Path(__file__).resolve().parent.parent


def load_poses() -> tuple[Rgba, Rgba]:
    return render(POSES["idle"], SIZE_PX), render(POSES["waving"], SIZE_PX)


def draw_ours() -> Iterator[Rgba]:
    source, target = load_poses()
    return iterate_frames(source, target, frame_count=FRAME_COUNT, fps=FPS, loop=False)


def draw_minterpolate() -> Iterator[Rgba]:
    """Motion-compensated in-betweens of FFmpeg, at its defaults, with alpha."""
    source, target = load_poses()
    graph = Graph()
    step = Fraction(FRAME_COUNT) / FPS
    start = graph.add_buffer(width=SIZE_PX, height=SIZE_PX, format="rgba", time_base=step, framerate=1 / step)
    link = graph.add("format", "yuva420p")
    between = graph.add("minterpolate", f"fps={FPS}")
    back = graph.add("format", "rgba")
    end = graph.add("buffersink")
    start.link_to(link)
    link.link_to(between)
    between.link_to(back)
    back.link_to(end)
    graph.configure()
    drawn: list[Rgba] = []
    for index, pose in enumerate((source, source, target, target)):
        frame = av.VideoFrame.from_ndarray(pose, format="rgba")
        frame.pts, frame.time_base = index, step
        start.push(frame)
        drawn += _pull(end)
    return iter(drawn[-FRAME_COUNT:])


def draw_xfade() -> Iterator[Rgba]:
    """Cross-dissolve of FFmpeg, with alpha."""
    source, target = load_poses()
    graph = Graph()
    ends = []
    for _ in range(2):
        start = graph.add_buffer(width=SIZE_PX, height=SIZE_PX, format="rgba", time_base=1 / FPS, framerate=FPS)
        link = graph.add("format", "yuva420p")
        start.link_to(link)
        ends.append((start, link))
    mix = graph.add("xfade", f"transition=fade:duration={FRAME_COUNT / FPS}:offset=0")
    back = graph.add("format", "rgba")
    end = graph.add("buffersink")
    for index, (_, link) in enumerate(ends):
        link.link_to(mix, 0, index)
    mix.link_to(back)
    back.link_to(end)
    graph.configure()
    for index in range(FRAME_COUNT):
        for (start, _), pose in zip(ends, (source, target), strict=True):
            frame = av.VideoFrame.from_ndarray(pose, format="rgba")
            frame.pts, frame.time_base = index, 1 / FPS
            start.push(frame)
        yield from _pull(end)
    for start, _ in ends:
        start.push(None)
    yield from _pull(end)


def _pull(end: object) -> Iterator[Rgba]:
    while True:
        try:
            frame = end.pull()  # type: ignore[attr-defined]
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        yield np.asarray(frame.to_ndarray(format="rgba"))


def encode(frames: Iterator[Rgba], quality: Quality) -> None:
    kept = list(frames) if quality is None else frames
    with tempfile.TemporaryDirectory() as folder:
        targets = {ClipFormat.WEBM: Path(folder) / "clip.webm"}
        encode_clip(kept, targets, fps=FPS, frame_count=FRAME_COUNT, quality=quality, strength=STRENGTH)


def run_moviepy(quality: Quality) -> None:
    raise SystemExit(f"run in an environment of its own, {quality}")


METHODS: dict[str, Callable[[], Iterator[Rgba]]] = {
    "ours": draw_ours,
    "minterpolate": draw_minterpolate,
    "xfade": draw_xfade,
}
