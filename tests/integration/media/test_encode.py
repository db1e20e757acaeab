import hashlib
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from poseloom.core.clip import ClipFormat, Quality
from poseloom.core.error import FaultError, InvalidOrder, StorageFailed
from poseloom.frames.image import Rgba
from poseloom.media.certificate import certify_clip
from poseloom.media.colour import pass_through
from poseloom.media.decode import decode_clip, decode_ends
from poseloom.media.encode import STRENGTHS, encode_clip
from poseloom.media.strength import choose_strength
from poseloom.testing.subject import draw_subject

FPS = Fraction(24)
SIZE = (128, 96)
ALL_CELLS = [(fmt, quality) for fmt in ClipFormat for quality in Quality]


def draw_motion(phases: list[float]) -> list[Rgba]:
    return [draw_subject(SIZE, phase) for phase in phases]


def write(
    folder: Path,
    name: str,
    frames: list[Rgba],
    quality: Quality = Quality.PREVIEW,
    strength: int = 1,
    formats: tuple[ClipFormat, ...] = tuple(ClipFormat),
) -> dict[ClipFormat, Path]:
    targets = {fmt: folder / f"{name}{fmt.suffix}" for fmt in formats}
    encode_clip(frames, targets, fps=FPS, frame_count=len(frames), quality=quality, strength=strength)
    return targets


def test_one_pass_writes_every_format_with_every_frame_and_alpha(tmp_path: Path) -> None:
    frames = draw_motion([0, 0.1, 0.2, 0.3, 0.4, 0.5])
    for path in write(tmp_path, "clip", frames).values():
        decoded = list(decode_clip(path))
        assert [frame.shape for frame in decoded] == [(96, 128, 4)] * 6
        for frame, original in zip(decoded, frames, strict=True):
            assert np.abs(frame[..., 3].astype(int) - original[..., 3]).mean() < 0.5


@pytest.mark.parametrize(("fmt", "quality"), ALL_CELLS)
@pytest.mark.parametrize("strength", [0, STRENGTHS[-1]])
def test_clips_that_share_a_pose_meet_without_any_difference(
    tmp_path: Path, fmt: ClipFormat, quality: Quality, strength: int
) -> None:
    arriving = draw_motion([0.6, 0.5, 0.4, 0.35, 0.3, 0.27, 0.25])
    leaving = draw_motion([0.25, 0.1, 0.9, 0.7])
    resting = draw_motion([0.25])
    paths = [
        write(tmp_path, name, frames, quality, strength, (fmt,))[fmt]
        for name, frames in (("a", arriving), ("b", leaving), ("c", resting))
    ]
    meeting = decode_ends(paths[0])[1]
    assert np.array_equal(meeting, decode_ends(paths[1])[0])
    assert np.array_equal(meeting, decode_ends(paths[2])[0])


@pytest.mark.parametrize(("fmt", "quality"), ALL_CELLS)
def test_the_same_frames_give_the_same_bytes(tmp_path: Path, fmt: ClipFormat, quality: Quality) -> None:
    frames = draw_motion([0, 0.2, 0.4, 0.6, 0.8, 0])
    digests = {
        hashlib.sha256(write(tmp_path, name, frames, quality, 1, (fmt,))[fmt].read_bytes()).hexdigest()
        for name in ("first", "second")
    }
    assert len(digests) == 1


def test_a_format_has_the_same_bytes_alone_and_beside_others(tmp_path: Path) -> None:
    frames = draw_motion([0, 0.3, 0.6])
    together = write(tmp_path, "together", frames)
    for fmt in ClipFormat:
        assert write(tmp_path, "alone", frames, formats=(fmt,))[fmt].read_bytes() == together[fmt].read_bytes()


def draw_art() -> dict[str, Rgba]:
    coloured = draw_subject(144, 0.2)
    grey = coloured.copy()
    grey[..., :3] = coloured[..., 1:2]
    noise = np.random.default_rng(5).normal(0, 25, coloured[..., :3].shape)
    photo = coloured.copy()
    photo[..., :3] = np.clip(coloured[..., :3] * 0.7 + 30 + noise, 0, 255)
    flat = np.zeros_like(coloured)
    flat[30:100, 20:120] = (200, 30, 60, 255)
    return {"coloured": coloured, "grey": grey, "photo": photo, "flat": flat}


@pytest.mark.parametrize("art", ["coloured", "grey", "photo", "flat"])
@pytest.mark.parametrize("quality", Quality)
def test_the_chosen_strength_keeps_the_ends_of_any_clip_within_the_law(
    tmp_path: Path, art: str, quality: Quality
) -> None:
    pose = draw_art()[art]
    other = np.roll(pose, 9, axis=1)
    strength = choose_strength([pose, other], list(ClipFormat), quality)
    frames = [pose, np.roll(pose, 3, axis=1), np.roll(pose, 6, axis=1), other]
    for fmt, path in write(tmp_path, art, frames, quality, strength).items():
        certificate = certify_clip(path, fmt, pose, other)
        assert certificate.holds, (fmt, certificate)


def test_grey_art_needs_more_strength_than_coloured_art() -> None:
    art = draw_art()
    chosen = {name: choose_strength([art[name]], [ClipFormat.HEVC], Quality.STANDARD) for name in ("coloured", "grey")}
    assert chosen["coloured"] == 0 < chosen["grey"]


@pytest.mark.parametrize("quality", Quality)
@pytest.mark.parametrize("fmt", [ClipFormat.WEBM, ClipFormat.HEVC])
def test_at_the_last_strength_a_pose_comes_back_as_good_as_without_a_codec(
    tmp_path: Path, fmt: ClipFormat, quality: Quality
) -> None:
    pose = draw_art()["photo"]
    path = write(tmp_path, "clip", [pose], quality, STRENGTHS[-1], (fmt,))[fmt]
    assert np.array_equal(decode_ends(path)[0], pass_through(pose, fmt))


def test_a_failing_source_of_frames_leaves_no_file(tmp_path: Path) -> None:
    def fail() -> Iterator[Rgba]:
        yield from draw_motion([0, 0.1, 0.2])
        raise ZeroDivisionError

    targets = {fmt: tmp_path / f"clip{fmt.suffix}" for fmt in ClipFormat}
    with pytest.raises(ZeroDivisionError):
        encode_clip(fail(), targets, fps=FPS, frame_count=9, quality=Quality.PREVIEW, strength=0)
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_an_older_clip_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "clip.webm"
    target.write_bytes(b"older")
    with pytest.raises(FaultError, match="2 frames came where 3 were announced"):
        encode_clip(
            draw_motion([0, 0.5]),
            {ClipFormat.WEBM: target},
            fps=FPS,
            frame_count=3,
            quality=Quality.PREVIEW,
            strength=0,
        )
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("clip.webm", b"older")]


def test_a_frame_of_another_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FaultError, match="frame 2 of 2"):
        write(tmp_path, "clip", [draw_subject(64, 0), draw_subject(96, 0)])
    assert list(tmp_path.iterdir()) == []


def test_odd_sides_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidOrder, match="65x64, but sides must be even"):
        write(tmp_path, "clip", [draw_subject((65, 64), 0)])


def test_progress_counts_the_frames(tmp_path: Path) -> None:
    seen: list[int] = []
    encode_clip(
        draw_motion([0, 0.3, 0.6]),
        {ClipFormat.WEBM: tmp_path / "clip.webm"},
        fps=FPS,
        frame_count=3,
        quality=Quality.PREVIEW,
        strength=0,
        on_frame=seen.append,
    )
    assert seen == [1, 2, 3]


def test_a_missing_folder_is_named_with_its_fix(tmp_path: Path) -> None:
    with pytest.raises(StorageFailed, match=r"nowhere.clip.*create the folder first"):
        write(tmp_path / "nowhere", "clip", draw_motion([0]))


FULL_DISK = """
import resource, sys
from fractions import Fraction
from pathlib import Path
from poseloom.core.clip import ClipFormat, Quality
from poseloom.core.error import StorageFailed
from poseloom.media.encode import encode_clip
from poseloom.testing.subject import draw_subject
fmt, folder = ClipFormat(sys.argv[1]), Path(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
try:
    encode_clip([draw_subject(96, i / 9) for i in range(9)], {fmt: folder / "clip"}, fps=Fraction(24),
                frame_count=9, quality=Quality.PREVIEW, strength=0)
except StorageFailed as error:
    print(error.message, [path.name for path in folder.iterdir()])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limits on file sizes there")
@pytest.mark.parametrize("fmt", ClipFormat)
def test_a_disk_without_room_is_named_and_nothing_stays(tmp_path: Path, fmt: ClipFormat) -> None:
    command = [sys.executable, "-c", FULL_DISK, fmt.value, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert f"cannot write {tmp_path / 'clip'}" in done.stdout
    assert "raise the file size limit []" in done.stdout


PEAK = """
import resource, sys
from fractions import Fraction
from pathlib import Path
from poseloom.core.clip import ClipFormat, Quality
from poseloom.media.encode import encode_clip
from poseloom.media.decode import decode_ends
from poseloom.media.master import read_master, write_master
from poseloom.testing.subject import draw_subject
count, folder = int(sys.argv[1]), Path(sys.argv[2])
drawn = [draw_subject(192, index / 12) for index in range(12)]
frames = (drawn[index % 12] for index in range(count))
master = folder / "clip.mkv"
targets = {fmt: folder / f"clip{fmt.suffix}" for fmt in ClipFormat}
encode_clip(write_master(frames, master, fps=Fraction(24)), targets, fps=Fraction(24), frame_count=count,
            quality=Quality.PREVIEW, strength=0)
for path in targets.values():
    decode_ends(path)
assert sum(1 for _ in read_master(master, reverse=True)) == count
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="counts memory in other units there")
def test_memory_does_not_grow_with_the_length_of_a_clip(tmp_path: Path) -> None:
    peaks = {
        count: int(
            subprocess.run(
                [sys.executable, "-c", PEAK, str(count), str(tmp_path)],
                capture_output=True,
                text=True,
                check=True,
            ).stdout
        )
        for count in (40, 200)
    }
    held_frames = 160 * 192 * 192 * 4 / 2**20
    assert peaks[200] - peaks[40] < held_frames / 2, peaks


@pytest.mark.parametrize(
    ("fmt", "matrix"), [(ClipFormat.WEBM, (5, 6)), (ClipFormat.HEVC, (1,)), (ClipFormat.STACKED, (1,))]
)
def test_files_say_how_their_colours_are_meant(tmp_path: Path, fmt: ClipFormat, matrix: tuple[int, ...]) -> None:
    path = write(tmp_path, "clip", draw_motion([0]), formats=(fmt,))[fmt]
    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        assert context.colorspace in matrix
        assert (context.color_primaries, context.color_trc, context.color_range) == (1, 1, 1)
