from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from poseloom.core.error import FaultError, InvalidClip, StorageFailed
from poseloom.frames.image import Rgba
from poseloom.media.master import read_master, write_master
from poseloom.testing.subject import draw_subject

FPS = Fraction(24)


def make_frames(size: tuple[int, int], count: int) -> list[Rgba]:
    rng = np.random.default_rng(3)
    frames = [draw_subject(size, index / count) for index in range(count)]
    # Colour under transparency must survive as well.
    frames[1] = rng.integers(0, 256, frames[1].shape, dtype=np.uint8)
    return frames


@pytest.mark.parametrize("size", [(96, 96), (131, 77)])
def test_a_master_gives_its_frames_back_exactly_forwards_and_backwards(tmp_path: Path, size: tuple[int, int]) -> None:
    frames = make_frames(size, 9)
    path = tmp_path / "master.mkv"
    passed = list(write_master(frames, path, fps=FPS))
    assert all(given is taken for given, taken in zip(frames, passed, strict=True))
    for order, reverse in ((frames, False), (frames[::-1], True)):
        found = list(read_master(path, reverse=reverse))
        assert all(np.array_equal(a, b) for a, b in zip(found, order, strict=True))


@pytest.mark.parametrize("fps", [Fraction(12), Fraction(30000, 1001), Fraction(60), Fraction(240)])
def test_any_frame_rate_can_be_read_backwards(tmp_path: Path, fps: Fraction) -> None:
    frames = [draw_subject(32, index / 50) for index in range(50)]
    path = tmp_path / "master.mkv"
    assert sum(1 for _ in write_master(frames, path, fps=fps)) == 50
    found = list(read_master(path, reverse=True))
    assert all(np.array_equal(a, b) for a, b in zip(found, frames[::-1], strict=True))


def test_a_reader_that_stops_early_leaves_no_master(tmp_path: Path) -> None:
    writing = write_master(make_frames((32, 32), 5), tmp_path / "master.mkv", fps=FPS)
    next(writing)
    next(writing)
    writing.close()
    assert list(tmp_path.iterdir()) == []


def test_no_frames_make_no_master(tmp_path: Path) -> None:
    with pytest.raises(FaultError, match="no frames"):
        list(write_master([], tmp_path / "master.mkv", fps=FPS))
    assert list(tmp_path.iterdir()) == []


def test_frames_of_two_sizes_make_no_master(tmp_path: Path) -> None:
    with pytest.raises(FaultError, match="frame 2"):
        list(write_master([draw_subject(32, 0), draw_subject(48, 0)], tmp_path / "master.mkv", fps=FPS))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("reverse", [False, True])
def test_a_cut_off_master_says_so(tmp_path: Path, reverse: bool) -> None:
    path = tmp_path / "master.mkv"
    list(write_master(make_frames((96, 96), 5), path, fps=FPS))
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 3 // 4])
    with pytest.raises(InvalidClip, match=r"master\.mkv is cut short at frame \d of 5"):
        list(read_master(path, reverse=reverse))


def test_another_file_is_no_master(tmp_path: Path) -> None:
    path = tmp_path / "master.mkv"
    path.write_bytes(b"no master at all")
    with pytest.raises(InvalidClip, match=r"master\.mkv"):
        list(read_master(path))


def test_a_missing_master_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageFailed, match=r"gone\.mkv.*check the name"):
        list(read_master(tmp_path / "gone.mkv"))
