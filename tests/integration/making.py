"""What a maker of clips is given; run as a program it makes a long clip and tells who makes it.

`python -m tests.integration.making FOLDER` prints the ids of its processes as JSON when the clip is under way.
"""

import json
import multiprocessing
import sys
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from PIL import Image

from poseloom.core.clip import ClipFormat, Quality
from poseloom.core.framing import measure_framing
from poseloom.frames.align import measure_extent
from poseloom.generators.maker import LocalClipMaker
from poseloom.ports.maker import ClipTask
from poseloom.store.cache import DiskClipStore
from poseloom.testing.subject import draw_subject

SIZE_PX = 96
PICTURE_PX = 120
SHORT, LONG = Fraction(1), Fraction(10)
PHASES = {"calm": 0.1, "glad": 0.4, "sad": 0.8}


def save_poses(folder: Path) -> dict[str, Path]:
    """Write three pictures of one mascot."""
    folder.mkdir(parents=True, exist_ok=True)
    poses = {name: folder / f"{name}.png" for name in PHASES}
    for name, path in poses.items():
        Image.fromarray(draw_subject(PICTURE_PX, PHASES[name])).save(path)
    return poses


def write_loop(poses: Mapping[str, Path], pose: str = "calm", duration_seconds: Fraction = SHORT) -> ClipTask:
    """Return a loop's task."""
    extents = [measure_extent(draw_subject(PICTURE_PX, phase)) for phase in PHASES.values()]
    return ClipTask(
        job_id=f"job_{pose}",
        poses=poses,
        source=pose,
        target=pose,
        framing=measure_framing(extents),
        is_loop=True,
        is_reversed=False,
        duration_seconds=duration_seconds,
        size=SIZE_PX,
        fps=Fraction(12),
        formats=(ClipFormat.WEBM,),
        quality=Quality.PREVIEW,
    )


def write_forward(poses: Mapping[str, Path], duration_seconds: Fraction = SHORT) -> ClipTask:
    """Return the task of a way from one pose to another."""
    task = write_loop(poses, duration_seconds=duration_seconds)
    return replace(task, job_id="job_forward", target="glad", is_loop=False)


def write_reverse(poses: Mapping[str, Path], frames: Path | None) -> ClipTask:
    """Return the task of the way back, from a forward's kept frames."""
    return replace(write_forward(poses), job_id="job_reverse", is_reversed=True, frames=frames)


def open_store(folder: Path) -> DiskClipStore:
    """Return a cache that is empty unless the folder was one."""
    store = DiskClipStore(folder, 2**30)
    store.open()
    return store


def ignore_frames(frames: int) -> None:
    """Hear of frames and do nothing."""
    del frames


def list_processes() -> list[int]:
    """Return the ids of the processes that this one has started in pools."""
    return [process.pid for process in multiprocessing.active_children() if process.pid is not None]


def main(folder: Path) -> None:
    """Make a clip that takes long."""

    def tell(frames: int) -> None:
        print(json.dumps({"processes": list_processes(), "frames": frames}), flush=True)

    task = replace(write_loop(save_poses(folder / "poses"), duration_seconds=LONG), fps=Fraction(60))
    with LocalClipMaker(open_store(folder / "cache"), 2) as maker:
        maker.make(task, tell)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
