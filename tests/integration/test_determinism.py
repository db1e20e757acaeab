"""The same poses give the same frames, byte for byte, whatever the process, its threads or its hash seed.

Run as a program it prints a digest of each frame: `python -m tests.integration.test_determinism NAME THREADS`.
"""

import hashlib
import json
import os
import subprocess
import sys
from fractions import Fraction

import cv2
import numpy as np
import pytest

from poseloom.core.confidence import Confidence, Rendering
from poseloom.frames.image import Rgba
from poseloom.generators.local import iterate_frames
from tests.unit.frames.puppet import draw_puppet

SIZE_PX = 256
FPS = Fraction(12)
FRAME_COUNT = 24
PATIENCE_SECONDS = 120


def draw_poses(name: str) -> tuple[Rgba, Rgba]:
    """Return a pair of which a limb turns, one that has nothing in common, or one pose twice."""
    calm = enlarge(draw_puppet(15))
    if name == "loop":
        return calm, calm
    return calm, enlarge(draw_puppet(130)) if name == "limb" else draw_stripes()


def enlarge(pose: Rgba) -> Rgba:
    """Return a pose at the size of the clips."""
    return np.asarray(cv2.resize(pose, (SIZE_PX, SIZE_PX), interpolation=cv2.INTER_NEAREST), np.uint8)


def draw_stripes() -> Rgba:
    """Return a picture that is no mascot."""
    canvas = np.zeros((SIZE_PX, SIZE_PX, 4), np.uint8)
    for top in range(20, 236, 40):
        cv2.rectangle(canvas, (12, top), (244, top + 10), (0, 255, 90, 255), -1)
    return canvas


def draw_clip(name: str) -> tuple[list[Rgba], Confidence | None]:
    """Return the frames of a clip and what was thought of its in-between."""
    judged: list[Confidence] = []
    source, target = draw_poses(name)
    frames = iterate_frames(
        source, target, frame_count=FRAME_COUNT, fps=FPS, loop=name == "loop", on_judged=judged.append
    )
    return list(frames), judged[0] if judged else None


def digest_frames(frames: list[Rgba]) -> list[str]:
    return [hashlib.sha256(frame.tobytes()).hexdigest() for frame in frames]


def start_drawing(name: str, threads: int, hash_seed: int) -> subprocess.Popen[str]:
    """Start to draw a clip in a process of its own."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    environment = {**os.environ, **dict.fromkeys(names, str(threads)), "PYTHONHASHSEED": str(hash_seed)}
    command = [sys.executable, "-m", "tests.integration.test_determinism", name, str(threads)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize(
    ("name", "rendering"), [("limb", Rendering.LIMBS), ("staged", Rendering.STAGED), ("loop", None)]
)
def test_two_processes_with_other_threads_and_hash_seeds_draw_the_same_bytes(
    name: str, rendering: Rendering | None
) -> None:
    drawing = [start_drawing(name, threads, hash_seed) for threads, hash_seed in ((1, 1), (2, 4242))]
    frames, confidence = draw_clip(name)
    answers = [json.loads(process.communicate(timeout=PATIENCE_SECONDS)[0]) for process in drawing]
    assert [process.returncode for process in drawing] == [0, 0]
    assert (None if confidence is None else confidence.rendering) == rendering
    told = None if confidence is None else confidence.document()
    assert answers == [{"frames": digest_frames(frames), "confidence": told, "threads": threads} for threads in (1, 2)]
    assert len(set(answers[0]["frames"])) > FRAME_COUNT // 3


@pytest.mark.parametrize("name", ["limb", "staged", "loop"])
def test_the_first_frame_and_the_last_are_the_poses_exactly(name: str) -> None:
    frames, _ = draw_clip(name)
    source, target = draw_poses(name)
    assert len(frames) == FRAME_COUNT
    assert np.array_equal(frames[0], source)
    assert np.array_equal(frames[-1], target)


def main() -> None:
    """Draw a clip and print what came of it."""
    name, threads = sys.argv[1], int(sys.argv[2])
    cv2.setNumThreads(threads)
    frames, confidence = draw_clip(name)
    told = None if confidence is None else confidence.document()
    print(json.dumps({"frames": digest_frames(frames), "confidence": told, "threads": cv2.getNumThreads()}))


if __name__ == "__main__":
    main()
