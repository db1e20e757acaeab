"""What drawing costs beside the encoder: every clip of the demo mascot, set-up included, at two sizes.

Each clip is drawn and then encoded as VP9 with alpha at the standard settings, in one process on one thread. The
encoder is fed planes that are ready, so that only its own work counts.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import cv2

from benchmarks.pipeline import STRENGTH, measure_cpu_seconds, measure_encoder
from demo.build import CANVAS, render
from demo.rig import POSES
from poseloom.core.clip import ClipFormat, Quality
from poseloom.core.document import parse_canvas
from poseloom.core.kind import Kind
from poseloom.core.manner import narrow_manner, read_manner
from poseloom.core.plan import Action, Line, Order, make_plan
from poseloom.frames.image import Rgba
from poseloom.generators.local import iterate_frames
from poseloom.media.encode import encode_clip

SIZES_PX = (512, 1024)
FPS = Fraction(24)
PREVIEW_SIZE_PX = 256
PREVIEW_FPS = Fraction(12)


def list_lines() -> Iterator[tuple[Line, str | None]]:
    """Yield what one call renders, and the words that direct it."""
    canvas = parse_canvas(json.loads(CANVAS.read_text()))
    words = {edge.id: edge.description for edge in canvas.edges}
    for line in make_plan(canvas, Order()).lines:
        if line.action is Action.RENDER:
            yield line, words[line.edge_id]


def draw(line: Line, words: str | None, poses: tuple[Rgba, Rgba], fps: Fraction) -> list[Rgba]:
    is_loop = line.kind is Kind.LOOP
    count, manner = round(line.duration_seconds * fps), narrow_manner(read_manner(words), is_loop=is_loop)
    return list(iterate_frames(*poses, frame_count=count, fps=fps, loop=is_loop, manner=manner))


def measure(size_px: int) -> None:
    """Print, for each clip, CPU seconds to draw it and to encode it."""
    cv2.setNumThreads(1)
    for line, words in list_lines():
        poses = render(POSES[line.source], size_px), render(POSES[line.target], size_px)
        begun = measure_cpu_seconds()
        frames = draw(line, words, poses, FPS)
        drawing = measure_cpu_seconds() - begun
        print(json.dumps({"kind": line.kind, "drawing": drawing, "encoder": measure_encoder(frames, Quality.STANDARD)}))


def measure_preview() -> float:
    """Return the seconds until the slowest transition is there small and coarse, two poses in, WebM out."""
    slowest = 0.0
    for line, words in list_lines():
        poses = render(POSES[line.source], PREVIEW_SIZE_PX), render(POSES[line.target], PREVIEW_SIZE_PX)
        begun = time.perf_counter()
        frames = draw(line, words, poses, PREVIEW_FPS)
        with tempfile.TemporaryDirectory() as folder:
            targets = {ClipFormat.WEBM: Path(folder) / "clip.webm"}
            encode_clip(
                frames, targets, fps=PREVIEW_FPS, frame_count=len(frames), quality=Quality.PREVIEW, strength=STRENGTH
            )
        slowest = max(slowest, time.perf_counter() - begun)
    return slowest


def run(uv: str) -> None:
    del uv
    print("drawing: CPU seconds for every clip of the demo mascot, beside the VP9 encoder at standard quality")
    print("  size    clips        drawing   encoder   drawing is")
    for size_px in SIZES_PX:
        command = [sys.executable, "-m", "benchmarks.drawing", str(size_px)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        rows = [json.loads(row) for row in done.stdout.splitlines()]
        for name, kinds in (("loops", {"loop"}), ("transitions", {"forward"}), ("all", {"loop", "forward"})):
            drawing, encoder = (
                sum(row[what] for row in rows if row["kind"] in kinds) for what in ("drawing", "encoder")
            )
            print(f"  {size_px:>4}²   {name:<11}  {drawing:>6.1f} s  {encoder:>6.1f} s   ×{drawing / encoder:.2f}")
    measure_preview()
    # The second time the process is warm.
    print(f"  a first preview, {PREVIEW_SIZE_PX}² at {PREVIEW_FPS} fps: {measure_preview():.1f} s for the slowest clip")
    print()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("size_px", type=int)
    measure(parser.parse_args().size_px)


if __name__ == "__main__":
    main()
