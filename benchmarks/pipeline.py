"""Frames per CPU-second, poses in, finished transparent clip out: ours against what one would otherwise reach for.

Every method makes 96 frames at 512 × 512 between the same two poses and encodes them as VP9 with alpha at the same
settings, each in a process of its own, on one thread. CPU is that of the process and its children, without start-up.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import cv2
import numpy as np
from av.filter import Graph
from av.filter.context import FilterContext

from demo.build import render
from demo.rig import POSES
from poseloom.core.clip import ClipFormat, Quality
from poseloom.frames.bleed import bleed
from poseloom.frames.image import Rgba
from poseloom.generators.local import iterate_frames
from poseloom.media.colour import Converter, choose_matrix
from poseloom.media.draft import Draft
from poseloom.media.encode import LADDER, encode_clip
from poseloom.media.vp9 import Vp9Encoder

SIZE_PX = 512
FRAME_COUNT = 96
FPS = Fraction(24)
LENGTH_SECONDS = FRAME_COUNT / FPS
STRENGTH = 1
"""The rung that the demo mascot needs."""
RUNS = 3
MOVIEPY = "moviepy==2.2.1"
MOVIEPY_SCRIPT = Path(__file__).with_name("moviepy_fade.py")
QUANTISER = LADDER[ClipFormat.WEBM][STRENGTH]


def load_poses() -> tuple[Rgba, Rgba]:
    return render(POSES["idle"], SIZE_PX), render(POSES["waving"], SIZE_PX)


def draw_ours(source: Rgba, target: Rgba) -> Iterator[Rgba]:
    return iterate_frames(source, target, frame_count=FRAME_COUNT, fps=FPS)


def draw_minterpolate(source: Rgba, target: Rgba) -> Iterator[Rgba]:
    """Motion-compensated in-betweens of FFmpeg at its defaults, alpha included, in the pixel format it negotiates."""
    graph = Graph()
    start = _add_source(graph, 1 / LENGTH_SECONDS)
    _chain(start, graph.add("minterpolate", f"fps={FPS}"), graph.add("format", "rgba"), end := graph.add("buffersink"))
    graph.configure()
    # It looks two frames around: the poses are doubled, and what it draws before the second pose counts too.
    for index, pose in enumerate((source, source, target, target)):
        _push(start, pose, index, LENGTH_SECONDS)
        yield from _pull(end)


def draw_xfade(source: Rgba, target: Rgba) -> Iterator[Rgba]:
    """Cross-dissolve of FFmpeg, alpha included."""
    graph = Graph()
    starts = [_add_source(graph, FPS) for _ in range(2)]
    mix = graph.add("xfade", f"transition=fade:duration={float(LENGTH_SECONDS)}:offset=0")
    for index, start in enumerate(starts):
        start.link_to(mix, 0, index)
    _chain(mix, graph.add("format", "rgba"), end := graph.add("buffersink"))
    graph.configure()
    for index in range(FRAME_COUNT):
        for start, pose in zip(starts, (source, target), strict=True):
            _push(start, pose, index, 1 / FPS)
        yield from _pull(end)
    for start in starts:
        start.push(None)
    yield from _pull(end)


def _add_source(graph: Graph, rate: Fraction) -> FilterContext:
    shape = f"video_size={SIZE_PX}x{SIZE_PX}:pix_fmt=rgba:pixel_aspect=1/1"
    return graph.add("buffer", f"{shape}:time_base={1 / rate}:frame_rate={rate}")


def _chain(*filters: FilterContext) -> None:
    for one, following in pairwise(filters):
        one.link_to(following)


def _push(start: FilterContext, pose: Rgba, index: int, step: Fraction) -> None:
    frame = av.VideoFrame.from_ndarray(pose, format="rgba")
    frame.pts, frame.time_base = index, step
    start.push(frame)


def _pull(end: FilterContext) -> Iterator[Rgba]:
    while True:
        try:
            frame = end.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        assert isinstance(frame, av.VideoFrame)
        yield np.asarray(frame.to_ndarray(format="rgba"), np.uint8)


METHODS: dict[str, Callable[[Rgba, Rgba], Iterator[Rgba]]] = {
    "ours": draw_ours,
    "minterpolate": draw_minterpolate,
    "xfade": draw_xfade,
}


def measure_cpu_seconds() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def measure(method: str, quality: Quality) -> dict[str, float]:
    """Return CPU seconds for 96 frames: to draw them, and for all of it."""
    cv2.setNumThreads(1)
    poses = load_poses()
    begun = measure_cpu_seconds()
    drawn = list(METHODS[method](*poses))
    draw = (measure_cpu_seconds() - begun) * FRAME_COUNT / len(drawn)
    frames = drawn[-FRAME_COUNT:]
    begun = measure_cpu_seconds()
    encode(frames, quality)
    finish = measure_cpu_seconds() - begun
    return {"total": draw + finish, "draw": draw, "encoder": measure_encoder(frames, quality)}


def encode(frames: Iterable[Rgba], quality: Quality) -> None:
    with tempfile.TemporaryDirectory() as folder:
        targets = {ClipFormat.WEBM: Path(folder) / "clip.webm"}
        encode_clip(frames, targets, fps=FPS, frame_count=FRAME_COUNT, quality=quality, strength=STRENGTH)


def measure_encoder(frames: Sequence[Rgba], quality: Quality) -> float:
    """Return the CPU seconds of the VP9 encoder alone, fed with planes that are ready."""
    converter = Converter(choose_matrix(ClipFormat.WEBM))
    planes = [converter.split(bleed(frame)) for frame in frames]
    height, width = frames[0].shape[:2]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.webm"
        draft = Draft(
            path=path, target=path, width=width, height=height, fps=FPS, frame_count=len(frames),
            quality=quality, quantiser=QUANTISER,
        )  # fmt: skip
        begun = measure_cpu_seconds()
        encoder = Vp9Encoder(draft)
        for plane in planes:
            encoder.write(plane)
        encoder.finish()
        return measure_cpu_seconds() - begun


def measure_moviepy(uv: str, quality: Quality) -> dict[str, float]:
    """Return the CPU seconds of MoviePy's cross-fade in an environment of its own."""
    effort = {Quality.STANDARD: ("good", "2"), Quality.PREVIEW: ("realtime", "6")}[quality]
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / "a.npy", Path(folder) / "b.npy"]
        for path, pose in zip(paths, load_poses(), strict=True):
            np.save(path, pose)
        command = [uv, "run", "--no-project", "--isolated", "--quiet", "--with", MOVIEPY, "python", MOVIEPY_SCRIPT]
        arguments = [*paths, Path(folder) / "clip.webm", LENGTH_SECONDS, FPS, *effort, QUANTISER]
        done = subprocess.run([*map(str, [*command, *arguments])], capture_output=True, text=True, check=True)
    return {"total": float(done.stdout.split()[-1])}


def run(uv: str) -> None:
    print(f"pipeline: {FRAME_COUNT} frames at {SIZE_PX}², two poses in, WebM with alpha out; median of {RUNS}")
    rows: dict[tuple[str, Quality], dict[str, float]] = {}
    for quality in Quality:
        for method in METHODS:
            rows[method, quality] = _take_median([_measure_apart(method, quality) for _ in range(RUNS)])
        rows["moviepy", quality] = _take_median([measure_moviepy(uv, quality) for _ in range(RUNS)])
    print("  method        quality   frames per CPU-second   ours is")
    for (method, quality), row in rows.items():
        ratio = row["total"] / rows["ours", quality]["total"]
        print(f"  {method:<13} {quality:<9} {FRAME_COUNT / row['total']:>8.1f}                ×{ratio:.1f}")
    for quality in Quality:
        ours, rival = rows["ours", quality], rows["minterpolate", quality]
        share = 1 - ours["encoder"] / ours["total"]
        print(
            f"  ours, {quality}: {share:.0%} of the CPU outside the encoder, {ours['draw'] / ours['total']:.0%} drawing"
        )
        print(f"  drawing alone, without encoding: ours ×{rival['draw'] / ours['draw']:.1f} of minterpolate")
    print()


def _take_median(rows: list[dict[str, float]]) -> dict[str, float]:
    return {name: statistics.median(row[name] for row in rows) for name in rows[0]}


def _measure_apart(method: str, quality: Quality) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.pipeline", method, quality]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    result: dict[str, float] = json.loads(done.stdout)
    return result


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("method", choices=METHODS)
    parser.add_argument("quality", type=Quality)
    options = parser.parse_args()
    print(json.dumps(measure(options.method, options.quality)))


if __name__ == "__main__":
    main()
