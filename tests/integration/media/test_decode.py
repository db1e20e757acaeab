from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from poseloom.core.clip import ClipFormat, Quality
from poseloom.core.error import InvalidClip, InvalidOrder, SeamBroken, StorageFailed
from poseloom.frames.image import Rgba
from poseloom.media.certificate import certify_clip
from poseloom.media.decode import decode_clip, decode_ends, decode_first
from poseloom.media.encode import encode_clip
from poseloom.media.inspection import inspect_clip
from poseloom.media.poster import write_poster
from poseloom.testing.subject import draw_subject

FPS = Fraction(24)
FRAMES = [draw_subject((128, 96), index / 14) for index in range(14)]


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[ClipFormat, Path]:
    folder = tmp_path_factory.mktemp("clips")
    targets = {fmt: folder / f"clip{fmt.suffix}" for fmt in ClipFormat}
    encode_clip(FRAMES, targets, fps=FPS, frame_count=14, quality=Quality.STANDARD, strength=1)
    return targets


@pytest.mark.parametrize("fmt", ClipFormat)
def test_the_ends_are_the_first_and_last_frame_of_the_whole(clips: dict[ClipFormat, Path], fmt: ClipFormat) -> None:
    whole = list(decode_clip(clips[fmt]))
    first, last = decode_ends(clips[fmt])
    assert len(whole) == 14
    assert np.array_equal(first, whole[0])
    assert np.array_equal(last, whole[-1])
    assert np.array_equal(decode_first(clips[fmt]), first)


@pytest.mark.parametrize("fmt", ClipFormat)
def test_a_report_says_what_the_file_is(clips: dict[ClipFormat, Path], fmt: ClipFormat) -> None:
    report = inspect_clip(clips[fmt])
    assert report.format is fmt
    assert (report.width, report.height, report.fps, report.frame_count) == (128, 96, FPS, 14)
    assert report.duration_seconds == 14 / 24
    assert report.size_bytes == clips[fmt].stat().st_size
    assert report.has_alpha
    assert report.coverage == pytest.approx(FRAMES[0][..., 3].mean() / 255, abs=0.005)
    assert not report.loops


def test_a_clip_that_ends_as_it_starts_loops(tmp_path: Path) -> None:
    path = tmp_path / "loop.webm"
    frames = [*FRAMES, FRAMES[0]]
    encode_clip(frames, {ClipFormat.WEBM: path}, fps=FPS, frame_count=15, quality=Quality.PREVIEW, strength=0)
    report = inspect_clip(path)
    assert report.loops
    assert report.seam_db == float("inf")


@pytest.mark.parametrize("fmt", ClipFormat)
def test_a_certificate_tells_the_right_pose_from_a_wrong_one(clips: dict[ClipFormat, Path], fmt: ClipFormat) -> None:
    right = certify_clip(clips[fmt], fmt, FRAMES[0], FRAMES[-1])
    wrong = certify_clip(clips[fmt], fmt, FRAMES[0], FRAMES[4])
    assert right.holds
    assert wrong.first == right.first
    assert not wrong.last.holds


def test_a_pose_of_another_size_breaks_the_seam(clips: dict[ClipFormat, Path]) -> None:
    with pytest.raises(SeamBroken, match="128x96 but its pose is 96x96"):
        certify_clip(clips[ClipFormat.WEBM], ClipFormat.WEBM, draw_subject(96, 0), FRAMES[-1])


@pytest.mark.parametrize("suffix", [".png", ".webp"])
@pytest.mark.parametrize("fmt", ClipFormat)
def test_a_poster_is_the_decoded_first_frame_exactly(
    clips: dict[ClipFormat, Path], tmp_path: Path, fmt: ClipFormat, suffix: str
) -> None:
    poster = tmp_path / f"poster{suffix}"
    write_poster(decode_first(clips[fmt]), poster)
    with Image.open(poster) as image:
        found: Rgba = np.asarray(image.convert("RGBA"))
    assert np.array_equal(found, decode_first(clips[fmt]))
    assert list(tmp_path.iterdir()) == [poster]


def test_a_poster_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidOrder, match=r"cannot be a \.jpg"):
        write_poster(FRAMES[0], tmp_path / "poster.jpg")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("fmt", ClipFormat)
@pytest.mark.parametrize("kept", [0.05, 0.5, 0.9])
def test_a_cut_off_file_is_no_clip(clips: dict[ClipFormat, Path], tmp_path: Path, fmt: ClipFormat, kept: float) -> None:
    content = clips[fmt].read_bytes()
    path = tmp_path / f"short{fmt.suffix}"
    path.write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(InvalidClip, match="short"):
        list(decode_clip(path))


@pytest.mark.parametrize("fmt", ClipFormat)
@pytest.mark.parametrize("seed", range(6))
def test_a_file_with_damage_decodes_or_says_so_and_never_fails_otherwise(
    clips: dict[ClipFormat, Path], tmp_path: Path, fmt: ClipFormat, seed: int
) -> None:
    content = bytearray(clips[fmt].read_bytes())
    rng = np.random.default_rng(seed)
    for place in rng.integers(0, len(content), 30):
        content[place] = int(rng.integers(256))
    path = tmp_path / f"damaged{fmt.suffix}"
    path.write_bytes(content)
    message = ""
    try:
        shapes = {frame.shape for frame in decode_clip(path)}
    except InvalidClip as error:
        message = error.message
    else:
        assert shapes == {(96, 128, 4)}
    assert not message or (message.startswith("damaged") and "\n" not in message)


@pytest.mark.parametrize("content", [b"", b"#EXTM3U\nfile:///etc/hostname\n", b"GIF89a" + bytes(50), bytes(5000)])
def test_what_is_no_clip_is_refused_by_its_first_bytes(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "thing.webm"
    path.write_bytes(content)
    with pytest.raises(InvalidClip, match=r"thing\.webm is neither WebM nor MOV nor MP4; give"):
        inspect_clip(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageFailed, match=r"gone\.webm.*check the name"):
        inspect_clip(tmp_path / "gone.webm")


def write_opaque(path: Path, codec: str, size: tuple[int, int], fmt: str) -> None:
    with av.open(str(path), "w", format=fmt) as container:
        stream = container.add_stream(codec, rate=24)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        container.mux(stream.encode(av.VideoFrame(*size, "yuv420p")))
        container.mux(stream.encode(None))


def test_ordinary_h264_is_refused_because_it_has_no_matte(tmp_path: Path) -> None:
    write_opaque(tmp_path / "plain.mp4", "libx264", (64, 64), "mp4")
    with pytest.raises(InvalidClip, match="h264 without a matte"):
        inspect_clip(tmp_path / "plain.mp4")


def test_a_webm_without_alpha_is_opaque(tmp_path: Path) -> None:
    write_opaque(tmp_path / "plain.webm", "libvpx-vp9", (64, 64), "webm")
    report = inspect_clip(tmp_path / "plain.webm")
    assert not report.has_alpha
    assert report.coverage == 1


def test_a_picture_over_the_cap_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    write_opaque(tmp_path / "huge.webm", "libvpx-vp9", (4200, 16), "webm")
    with pytest.raises(InvalidClip, match="4200x16 pixels; up to 4096"):
        inspect_clip(tmp_path / "huge.webm")
