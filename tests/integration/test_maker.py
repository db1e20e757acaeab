"""The local maker of the service with real processes and codecs."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from poseloom.core.canvas import Canvas, Edge, Node
from poseloom.core.clip import ClipFormat, Quality
from poseloom.core.error import GeneratorFailed, InvalidImage, JobCancelled, SeamBroken, StorageFailed
from poseloom.core.manner import read_manner
from poseloom.frames.align import place_pose
from poseloom.frames.image import Rgba
from poseloom.frames.seam import measure_subject_psnr
from poseloom.generators.maker import LocalClipMaker
from poseloom.media.decode import decode_clip, decode_first
from poseloom.media.master import read_master, write_master
from poseloom.media.still import load_pose
from poseloom.ports.maker import ClipTask, MadeClip
from poseloom.store.folder import Mascot
from poseloom.usecases.animate import AnimateOptions, Watcher
from poseloom.wiring.animation import Studio, animate_mascot
from tests.integration.making import (
    LONG,
    SIZE_PX,
    ignore_frames,
    list_processes,
    open_store,
    save_poses,
    write_forward,
    write_loop,
    write_reverse,
)

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 60
ALIKE_DB = 30.0


@pytest.fixture
def poses(tmp_path: Path) -> dict[str, Path]:
    return save_poses(tmp_path / "poses")


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def maker(cache: Path) -> Iterator[LocalClipMaker]:
    with LocalClipMaker(open_store(cache), 2) as maker:
        yield maker


def make(maker: LocalClipMaker, task: ClipTask) -> MadeClip:
    return maker.make(task, ignore_frames)


def list_unfinished(cache: Path) -> list[str]:
    """Name the files of a cache in which no clip was finished; how finely to encode may be remembered."""
    return [path.name for path in cache.rglob("*") if path.is_file() and path.suffix != ".number"]


def wait_until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    pause = threading.Event()
    while not holds():
        assert time.monotonic() < deadline, what
        pause.wait(0.02)


def draw_elsewhere(task: ClipTask, path: Path) -> list[Rgba]:
    """Write frames that no generator of ours draws: it stays, then it is there at once."""
    source, target = (
        place_pose(load_pose(task.poses[pose], opaque=True), task.framing, size=task.size)
        for pose in (task.source, task.target)
    )
    frames = [source] * 7 + [target] * 5
    for _ in write_master(frames, path, fps=task.fps):
        pass
    return frames


def test_a_loop_is_whole_certified_and_has_its_still(maker: LocalClipMaker, poses: dict[str, Path]) -> None:
    heard: list[int] = []
    made = maker.make(write_loop(poses), heard.append)
    assert made.records[ClipFormat.WEBM].seam.holds
    assert made.records[ClipFormat.WEBM].duration_seconds == 1
    assert len(list(decode_clip(made.files[ClipFormat.WEBM]))) == 12
    with Image.open(made.poster) as poster:
        assert np.array_equal(np.asarray(poster), decode_first(made.files[ClipFormat.WEBM]))
    assert made.frames is None
    assert heard == sorted(set(heard))
    assert heard[-1] == 12


def test_a_reverse_plays_the_kept_frames_of_its_forward_backwards(
    maker: LocalClipMaker, poses: dict[str, Path]
) -> None:
    forward = make(maker, write_forward(poses))
    assert forward.frames is not None
    reverse = make(maker, write_reverse(poses, forward.frames))
    assert reverse.frames is None
    assert reverse.records[ClipFormat.WEBM].seam.holds
    kept = list(read_master(forward.frames))
    shown = list(decode_clip(reverse.files[ClipFormat.WEBM]))
    assert len(shown) == len(kept) == 12
    for frame, image in zip(reversed(kept), shown, strict=True):
        assert measure_subject_psnr(image, frame) > ALIKE_DB


def test_a_forward_says_how_far_it_is_trusted_when_it_is_found_too(
    cache: Path, maker: LocalClipMaker, poses: dict[str, Path]
) -> None:
    made = make(maker, write_forward(poses))
    assert made.confidence is not None
    with LocalClipMaker(open_store(cache), 1) as another:
        assert make(another, write_forward(poses)).confidence == made.confidence
    assert make(maker, write_loop(poses)).confidence is None


def test_what_was_drawn_elsewhere_has_no_confidence(
    maker: LocalClipMaker, poses: dict[str, Path], tmp_path: Path
) -> None:
    task = write_forward(poses)
    draw_elsewhere(task, tmp_path / "elsewhere.mkv")
    assert make(maker, replace(task, frames=tmp_path / "elsewhere.mkv")).confidence is None


def test_a_clip_that_was_made_before_is_found_and_no_frame_drawn(maker: LocalClipMaker, poses: dict[str, Path]) -> None:
    heard: list[int] = []
    for task in (write_loop(poses), write_forward(poses)):
        made = make(maker, task)
        assert maker.make(task, heard.append) == made
        if made.frames is not None:
            assert maker.make(write_reverse(poses, made.frames), ignore_frames)
            heard.clear()
            maker.make(write_reverse(poses, made.frames), heard.append)
    assert heard == []


def test_a_clip_that_lost_its_still_gets_it_back_and_no_frame_is_drawn(
    maker: LocalClipMaker, poses: dict[str, Path]
) -> None:
    made = make(maker, write_loop(poses))
    content = made.poster.read_bytes()
    made.poster.unlink()
    heard: list[int] = []
    assert maker.make(write_loop(poses), heard.append) == made
    assert heard == []
    assert made.poster.read_bytes() == content


def test_a_forward_that_lost_its_frames_is_drawn_again(maker: LocalClipMaker, poses: dict[str, Path]) -> None:
    made = make(maker, write_forward(poses))
    assert made.frames is not None
    made.frames.unlink()
    assert make(maker, write_forward(poses)) == made
    assert made.frames.exists()


def test_what_the_command_line_made_is_found(
    maker: LocalClipMaker, poses: dict[str, Path], cache: Path, tmp_path: Path
) -> None:
    edges = (
        Edge(id="stay", source="calm", target="calm"),
        Edge(id="go", source="calm", target="glad", description="It leaps, it waves."),
        Edge(id="back", source="glad", target="calm", reverse=True),
        Edge(id="off", source="calm", target="sad"),
        Edge(id="on", source="sad", target="calm", reverse=True),
    )
    canvas = Canvas(
        nodes=tuple(Node(id=pose, name=pose, image=f"{pose}.png") for pose in poses),
        edges=edges,
        name="m",
        initial_node="calm",
    )
    options = AnimateOptions(
        size=SIZE_PX,
        fps=Fraction(12),
        formats=(ClipFormat.WEBM,),
        quality=Quality.PREVIEW,
        duration_seconds=Fraction(1),
    )
    studio = Studio(cache=cache, cache_limit_bytes=2**30, jobs=2)
    mascot = Mascot(name="mascot", canvas=canvas, images=poses)
    animation = animate_mascot(mascot, tmp_path / "bundle", options, studio, Watcher())
    heard: list[int] = []
    manner = read_manner("Waves and jumps.")
    forward = replace(write_forward(poses), manner=manner)
    stay, go = (maker.make(task, heard.append) for task in (write_loop(poses), forward))
    back = maker.make(replace(write_reverse(poses, go.frames), manner=manner), heard.append)
    assert heard == []
    made = {"stay": stay, "go": go, "back": back}
    for edge_id, clip in made.items():
        stored = animation.clips[edge_id][ClipFormat.WEBM]
        assert (clip.files[ClipFormat.WEBM], clip.records[ClipFormat.WEBM]) == (stored.path, stored.record)


def test_a_reverse_in_another_manner_than_its_forwards_plays_the_same_frames(
    maker: LocalClipMaker, poses: dict[str, Path]
) -> None:
    forward = make(maker, write_forward(poses))
    reverse = write_reverse(poses, forward.frames)
    one, other = (make(maker, replace(reverse, manner=read_manner(said))) for said in (None, "It jumps."))
    assert one.files[ClipFormat.WEBM].read_bytes() == other.files[ClipFormat.WEBM].read_bytes()


def test_frames_drawn_elsewhere_are_encoded_as_they_are_and_kept(
    maker: LocalClipMaker, poses: dict[str, Path], tmp_path: Path
) -> None:
    task = write_forward(poses)
    drawn = draw_elsewhere(task, tmp_path / "drawn.mkv")
    made = make(maker, replace(task, frames=tmp_path / "drawn.mkv"))
    assert made.frames is not None
    assert all(np.array_equal(*pair) for pair in zip(read_master(made.frames), drawn, strict=True))
    shown = decode_clip(made.files[ClipFormat.WEBM])
    assert all(measure_subject_psnr(image, frame) > ALIKE_DB for image, frame in zip(shown, drawn, strict=True))


def test_frames_drawn_elsewhere_are_not_mistaken_for_ours_forwards_or_backwards(
    maker: LocalClipMaker, poses: dict[str, Path], tmp_path: Path
) -> None:
    draw_elsewhere(write_forward(poses), tmp_path / "drawn.mkv")
    theirs = make(maker, replace(write_forward(poses), frames=tmp_path / "drawn.mkv"))
    ours = make(maker, write_forward(poses))
    assert theirs.files != ours.files
    back = [make(maker, write_reverse(poses, forward.frames)) for forward in (theirs, ours)]
    first, second = (clip.files[ClipFormat.WEBM].read_bytes() for clip in back)
    assert first != second


def test_frames_whose_ends_are_not_the_poses_are_refused_and_leave_no_clip(
    maker: LocalClipMaker, poses: dict[str, Path], cache: Path, tmp_path: Path
) -> None:
    draw_elsewhere(replace(write_forward(poses), target="sad"), tmp_path / "drawn.mkv")
    with pytest.raises(SeamBroken):
        make(maker, replace(write_forward(poses), frames=tmp_path / "drawn.mkv"))
    assert not list(cache.rglob("*.webm"))
    assert not list(cache.rglob("*.json"))


def test_a_cancel_in_the_middle_stops_the_clip_and_leaves_nothing_half_written(
    maker: LocalClipMaker, poses: dict[str, Path], cache: Path
) -> None:
    # Large, so that it is far from done when it is heard of first, on a busy machine, too.
    task = replace(write_forward(poses, LONG), size=8 * SIZE_PX)
    heard: list[int] = []

    def cancel(frames: int) -> None:
        heard.append(frames)
        maker.cancel(task.job_id)

    with pytest.raises(JobCancelled):
        maker.make(task, cancel)
    assert heard[-1] < 120
    assert list_unfinished(cache) == []
    assert make(maker, write_forward(poses)).records[ClipFormat.WEBM].seam.holds


def test_a_job_that_waits_for_a_process_is_cancelled_at_once(poses: dict[str, Path], cache: Path) -> None:
    others_go_on = threading.Event()
    long, waiting = write_loop(poses, "calm", LONG), write_loop(poses, "glad", LONG)

    def hold(frames: int) -> None:
        del frames
        others_go_on.wait(PATIENCE_SECONDS)

    with LocalClipMaker(open_store(cache), 1) as maker, ThreadPoolExecutor(2) as threads:
        first = threads.submit(maker.make, long, hold)
        second = threads.submit(make, maker, waiting)

        def is_cancelled() -> bool:
            # Nobody sees when it begins to wait, so it is cancelled until it is.
            maker.cancel(waiting.job_id)
            return second.done()

        try:
            wait_until(is_cancelled, "it is cancelled")
            assert not first.done()
        finally:
            maker.cancel(long.job_id)
            others_go_on.set()
        for made in (first, second):
            with pytest.raises(JobCancelled):
                made.result(PATIENCE_SECONDS)
    assert list_unfinished(cache) == []


def test_a_cancel_of_a_job_that_is_not_here_does_nothing(maker: LocalClipMaker, poses: dict[str, Path]) -> None:
    maker.cancel("job_calm")
    assert make(maker, write_loop(poses))


def test_a_caller_who_goes_away_takes_its_clip_along(
    maker: LocalClipMaker, poses: dict[str, Path], cache: Path
) -> None:
    def fail(frames: int) -> None:
        message = f"nobody hears of {frames} frames"
        raise ConnectionError(message)

    with pytest.raises(ConnectionError):
        maker.make(write_loop(poses, duration_seconds=LONG), fail)
    assert make(maker, write_loop(poses, "glad"))
    wait_until(lambda: not list(cache.rglob("*.partial")), "nothing is half-written")


def test_a_killed_process_is_a_failure_that_may_be_tried_again(maker: LocalClipMaker, poses: dict[str, Path]) -> None:
    def kill(frames: int) -> None:
        del frames
        for process in list_processes():
            os.kill(process, signal.SIGKILL)

    with pytest.raises(GeneratorFailed, match="was killed") as caught:
        # So much work that it cannot be done before its first report is heard.
        maker.make(replace(write_loop(poses, duration_seconds=LONG), size=8 * SIZE_PX), kill)
    assert caught.value.retryable
    assert make(maker, write_loop(poses)).records[ClipFormat.WEBM].seam.holds


def test_processes_killed_while_they_rest_are_not_missed(maker: LocalClipMaker, poses: dict[str, Path]) -> None:
    make(maker, write_loop(poses))
    for process in list_processes():
        os.kill(process, signal.SIGKILL)
    wait_until(lambda: not list_processes(), "they are dead")
    assert make(maker, write_loop(poses, "glad"))


def test_a_killed_process_takes_only_clips_along_that_say_so(poses: dict[str, Path], cache: Path) -> None:
    """Several callers hear of one death; none of them may take the new processes away from another."""
    tasks = [replace(write_loop(poses, pose, LONG), job_id=f"job_{pose}") for pose in poses]
    is_killed = threading.Event()

    def kill_once(frames: int) -> None:
        del frames
        if not is_killed.is_set():
            is_killed.set()
            os.kill(list_processes()[0], signal.SIGKILL)

    with LocalClipMaker(open_store(cache), 2) as maker, ThreadPoolExecutor(len(tasks)) as threads:

        def make_patiently(task: ClipTask) -> MadeClip:
            try:
                return maker.make(task, kill_once)
            except GeneratorFailed:
                return make(maker, task)

        made = list(threads.map(make_patiently, tasks))
    assert all(clip.records[ClipFormat.WEBM].seam.holds for clip in made)


def test_two_threads_are_served_at_once(maker: LocalClipMaker, poses: dict[str, Path]) -> None:
    together = threading.Barrier(2, timeout=PATIENCE_SECONDS)
    tasks = [write_loop(poses, pose, LONG) for pose in ("calm", "glad")]

    def make_together(task: ClipTask) -> MadeClip:
        is_met = threading.Event()

        def meet(frames: int) -> None:
            del frames
            if not is_met.is_set():
                is_met.set()
                together.wait()

        return maker.make(task, meet)

    with ThreadPoolExecutor(2) as threads:
        made = list(threads.map(make_together, tasks))
    assert made[0].files != made[1].files


def test_a_damaged_picture_is_named(maker: LocalClipMaker, poses: dict[str, Path]) -> None:
    poses["calm"].write_bytes(poses["calm"].read_bytes()[:200])
    with pytest.raises(InvalidImage, match=r"calm\.png: is damaged") as caught:
        make(maker, write_loop(poses))
    assert not caught.value.retryable


def test_a_cache_that_cannot_be_written_may_be_tried_again(
    maker: LocalClipMaker, poses: dict[str, Path], cache: Path
) -> None:
    for number in range(256):
        (cache / f"{number:02x}").write_text("a file where a folder belongs")
    with pytest.raises(StorageFailed) as caught:
        make(maker, write_loop(poses))
    assert caught.value.retryable


def test_a_closed_maker_makes_nothing(poses: dict[str, Path], cache: Path) -> None:
    with LocalClipMaker(open_store(cache), 1) as maker:
        pass
    with pytest.raises(GeneratorFailed, match="stopping"):
        make(maker, write_loop(poses))


def test_no_process_outlives_a_parent_that_is_killed(tmp_path: Path) -> None:
    rest = tmp_path / "temporary"
    rest.mkdir()
    command = [sys.executable, "-m", "tests.integration.making", str(tmp_path)]
    environment = {**os.environ, "TMPDIR": str(rest)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment) as parent:
        assert parent.stdout is not None
        assert json.loads(parent.stdout.readline())["processes"]
        parent.kill()
        # They have the parent's output, so it ends when the last of them has ended, and no sooner.
        parent.communicate(timeout=PATIENCE_SECONDS)
    assert not list(rest.glob("poseloom-pool-*"))
