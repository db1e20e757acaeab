"""The local maker of the service: one job's clip at a time and thread, in a pool that lives as long as the server."""

import hashlib
import threading
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import CancelledError, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Self

from poseloom.core.clip import ClipFormat, ClipRecord
from poseloom.core.confidence import Confidence
from poseloom.core.error import GeneratorFailed, InvalidClip, JobCancelled, SeamBroken
from poseloom.core.framing import Framing
from poseloom.core.recipe import Recipe, RenderSettings, name_strength, write_recipe
from poseloom.frames.align import place_pose
from poseloom.frames.image import Rgba, fingerprint
from poseloom.generators.local import VERSION, iterate_frames
from poseloom.generators.pool import Desk, Interrupted, RenderPool, Task
from poseloom.media.certificate import certify_clip
from poseloom.media.decode import decode_first
from poseloom.media.encode import ENCODER_VERSION, encode_clip
from poseloom.media.inspection import measure_duration
from poseloom.media.master import read_master, write_master
from poseloom.media.poster import write_poster
from poseloom.media.publication import guard_reading
from poseloom.media.still import load_pose
from poseloom.media.strength import choose_strength
from poseloom.ports.clip import ClipStore
from poseloom.ports.maker import ClipTask, MadeClip

POLL_SECONDS = 0.1
STRENGTH_POSES_LIMIT = 64
"""A canvas with more poses than this is encoded as finely as each clip's own two poses need."""


class LocalClipMaker:
    """A `ClipMaker` on this machine; clips are kept in a store, so that none is made twice."""

    def __init__(self, store: ClipStore, processes: int) -> None:
        """Prepare a maker; entering it as a context opens its pool.

        Args:
            store: Keeps clips; it is sent along to the processes.
            processes: How many clips are made at once.
        """
        self._store = store
        self._pool = RenderPool(processes)
        self._stack = ExitStack()
        self._turn = threading.Lock()
        self._tasks: dict[str, Task[MadeClip]] = {}

    def __enter__(self) -> Self:
        self._stack.enter_context(self._pool)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for job_id in list(self._tasks):
            self.cancel(job_id)
        self._stack.close()

    def make(self, task: ClipTask, on_frames: Callable[[int], None]) -> MadeClip:
        """Make a clip and return when it is done.

        Raises:
            JobCancelled: `cancel` was called for its job.
            GeneratorFailed: The process that made it was killed; trying again may help.
            PoseloomError: It cannot be made.
        """
        with self._turn:
            # In one turn, so that no cancel falls between the two.
            running = self._pool.submit(make_clip, task, self._store)
            self._tasks[task.job_id] = running
        try:
            return self._await(running, on_frames)
        except (Interrupted, CancelledError) as error:
            raise JobCancelled(f"{task.job_id}: was stopped") from error
        except (BrokenProcessPool, MemoryError) as error:
            if running.is_stopped():
                raise JobCancelled(f"{task.job_id}: was stopped") from error
            raise GeneratorFailed(
                "a render process was killed, perhaps for want of memory; it is tried again"
            ) from error
        finally:
            # Whatever made the caller go, nobody waits for this clip any more.
            running.leave()
            with self._turn:
                if self._tasks.get(task.job_id) is running:
                    del self._tasks[task.job_id]

    def _await(self, running: Task[MadeClip], on_frames: Callable[[int], None]) -> MadeClip:
        told = 0
        is_done = False
        while not is_done:
            is_done = bool(wait([running.future], POLL_SECONDS).done)
            if running.is_dropped():
                raise Interrupted
            frames = running.read_frames()
            if frames > told:
                told = frames
                on_frames(frames)
        return running.future.result()

    def cancel(self, job_id: str) -> None:
        """Stop making a job's clip within a frame; does nothing when it is not being made here."""
        with self._turn:
            running = self._tasks.get(job_id)
        if running is not None:
            running.stop()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bench:
    """What a process has before it while it makes one clip."""

    task: ClipTask
    store: ClipStore
    recipe: Recipe
    source: Rgba
    target: Rgba

    @property
    def keeps_frames(self) -> bool:
        """Whether it is a forward, whose frames its reverse will play."""
        return not (self.task.is_loop or self.task.is_reversed)

    @property
    def frames(self) -> Path:
        return self.store.place_frames(self.recipe.name_frames())

    @property
    def poster(self) -> Path:
        return self.store.place_poster(self.recipe.name_clip(self.task.formats[0]))

    def place(self, fmt: ClipFormat) -> Path:
        return self.store.place(self.recipe.name_clip(fmt), fmt)


def make_clip(desk: Desk, task: ClipTask, store: ClipStore) -> MadeClip:
    """Make one clip, or find it made; called in a process of the pool."""
    desk.note(0)
    bench = _lay_out(desk, task, store)
    return _find(bench) or _make(desk, bench)


def _lay_out(desk: Desk, task: ClipTask, store: ClipStore) -> _Bench:
    poses = {pose: _place(task.poses[pose], task.framing, task.size) for pose in {task.source, task.target}}
    fingerprints = {pose: fingerprint(image) for pose, image in poses.items()}
    if len(task.poses) <= STRENGTH_POSES_LIMIT:
        others = task.poses.keys() - poses.keys()
        fingerprints |= {pose: _remember_fingerprint(task.poses[pose], task) for pose in others}
    settings = RenderSettings(
        size=task.size,
        fps=task.fps,
        duration_seconds=None,
        quality=task.quality,
        strength=_choose_strength(desk, task, store, poses, fingerprints),
        renderer=VERSION,
        encoder=ENCODER_VERSION,
    )
    recipe = write_recipe(
        (fingerprints[task.source], fingerprints[task.target]),
        settings,
        duration_seconds=task.duration_seconds,
        is_loop=task.is_loop,
        is_reversed=task.is_reversed,
        manner=task.manner,
    )
    if task.frames is not None:
        recipe = _name_origin(recipe, task, task.frames, store)
    source, target = poses[task.source], poses[task.target]
    ends = (target, source) if task.is_reversed else (source, target)
    return _Bench(task=task, store=store, recipe=recipe, source=ends[0], target=ends[1])


def _name_origin(recipe: Recipe, task: ClipTask, frames: Path, store: ClipStore) -> Recipe:
    """Return the recipe of frames that may have been drawn elsewhere: the poses alone do not say what those are."""
    with guard_reading(frames):
        digest = _digest(frames)
    if task.is_reversed and _digest_kept(store.place_frames(recipe.name_frames())) == digest:
        # Drawn here; so the command line finds its reverse, and we find its.
        return recipe
    return replace(recipe, source=f"{recipe.source}:{digest}")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digest_kept(path: Path) -> str | None:
    try:
        return _digest(path)
    except OSError:
        return None


def _place(picture: Path, framing: Framing, size: int) -> Rgba:
    return place_pose(load_pose(picture, opaque=True), framing, size=size)


def _remember_fingerprint(picture: Path, task: ClipTask) -> str:
    with guard_reading(picture):
        changed_ns = picture.stat().st_mtime_ns
    return _measure_fingerprint(picture, changed_ns, task.framing, task.size)


@lru_cache(maxsize=16 * STRENGTH_POSES_LIMIT)
def _measure_fingerprint(picture: Path, changed_ns: int, framing: Framing, size: int) -> str:
    """Return a placed pose's fingerprint; every clip of a canvas asks for that of every pose."""
    del changed_ns
    return fingerprint(_place(picture, framing, size))


def _choose_strength(
    desk: Desk, task: ClipTask, store: ClipStore, poses: Mapping[str, Rgba], fingerprints: Mapping[str, str]
) -> int:
    """Return how finely the poses must be encoded; measured once for the same poses and settings."""
    name = name_strength(fingerprints.values(), task.formats, task.quality, ENCODER_VERSION)
    strength = store.recall(name)
    if strength is None:
        # In one order for every clip, as the answer is remembered for all of them.
        images = [
            poses[pose] if pose in poses else _place(task.poses[pose], task.framing, task.size)
            for pose in sorted(fingerprints)
        ]
        strength = choose_strength(images, task.formats, task.quality, lambda: desk.note(0))
        store.remember(name, strength)
    return strength


def _find(bench: _Bench) -> MadeClip | None:
    """Return the clip that was made before by the same recipe, if everything of it is still there."""
    found = {fmt: bench.store.find(bench.recipe.name_clip(fmt), fmt) for fmt in bench.task.formats}
    clips = {fmt: clip for fmt, clip in found.items() if clip is not None}
    if len(clips) < len(found) or (bench.keeps_frames and not bench.frames.exists()):
        return None
    if not bench.poster.exists():
        # The command line makes none.
        try:
            write_poster(decode_first(clips[bench.task.formats[0]].path), bench.poster)
        except InvalidClip:
            return None
    return _hand_over(bench, {fmt: clip.record for fmt, clip in clips.items()})


def _make(desk: Desk, bench: _Bench) -> MadeClip:
    files = {fmt: bench.place(fmt) for fmt in bench.task.formats}
    judged: list[Confidence] = []
    with closing(_open_frames(bench, judged.append)) as frames:
        encode_clip(
            frames,
            files,
            fps=bench.recipe.fps,
            frame_count=bench.recipe.frame_count,
            quality=bench.recipe.quality,
            strength=bench.recipe.strength,
            on_frame=desk.note,
        )
    try:
        confidence = judged[0] if judged else None
        records = {fmt: _certify(bench, fmt, path, confidence) for fmt, path in files.items()}
    except SeamBroken:
        for path in files.values():
            path.unlink(missing_ok=True)
        raise
    write_poster(decode_first(files[bench.task.formats[0]]), bench.poster)
    for fmt, record in records.items():
        bench.store.commit(bench.recipe.name_clip(fmt), fmt, record)
    return _hand_over(bench, records)


def _open_frames(bench: _Bench, on_judged: Callable[[Confidence], None]) -> Generator[Rgba]:
    """Yield the frames: kept ones, backwards for a reverse; else drawn, and kept for a forward."""
    task, recipe = bench.task, bench.recipe
    if task.is_reversed:
        assert task.frames is not None
        yield from read_master(task.frames, reverse=True)
        return
    if task.frames is not None:
        frames = read_master(task.frames)
    else:
        frames = iterate_frames(
            bench.source,
            bench.target,
            frame_count=recipe.frame_count,
            fps=recipe.fps,
            loop=task.is_loop,
            manner=recipe.manner,
            on_judged=on_judged,
        )
    yield from write_master(frames, bench.frames, fps=recipe.fps) if bench.keeps_frames else frames


def _certify(bench: _Bench, fmt: ClipFormat, path: Path, confidence: Confidence | None) -> ClipRecord:
    seam = certify_clip(path, fmt, bench.source, bench.target)
    if not seam.holds:
        raise SeamBroken(f"the ends of the {fmt} clip are not its poses: {seam}")
    return ClipRecord(seam=seam, duration_seconds=measure_duration(path), confidence=confidence)


def _hand_over(bench: _Bench, records: Mapping[ClipFormat, ClipRecord]) -> MadeClip:
    return MadeClip(
        files={fmt: bench.place(fmt) for fmt in bench.task.formats},
        records=records,
        poster=bench.poster,
        frames=bench.frames if bench.keeps_frames else None,
    )
