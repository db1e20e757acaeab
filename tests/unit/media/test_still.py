import contextlib
import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from poseloom.core.error import InvalidImage, StorageFailed
from poseloom.frames.image import blank
from poseloom.media.still import MAX_BYTES, load_pose, save_still
from poseloom.testing.subject import draw_subject

SUBJECT = draw_subject(64, 0.2)
PICTURE = Image.fromarray(SUBJECT)


def pack(picture: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def pack_png(width: int, height: int, depth: int, colour: int, rows: bytes) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    parts = chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows, 1)), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def flatten(backdrop: tuple[int, int, int]) -> Image.Image:
    sheet = Image.new("RGBA", PICTURE.size, (*backdrop, 255))
    sheet.alpha_composite(PICTURE)
    return sheet.convert("RGB")


def refuse(path: Path) -> str:
    with pytest.raises(InvalidImage) as caught:
        load_pose(path)
    message = caught.value.message
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    assert "; " in message, "no fix is named"
    assert caught.value.fields == {"file": str(path)}
    return message


@pytest.fixture
def write(tmp_path: Path) -> Callable[[bytes], Path]:
    def put(content: bytes) -> Path:
        path = tmp_path / "pose.bin"
        path.write_bytes(content)
        return path

    return put


Write = Callable[[bytes], Path]


def test_a_png_comes_back_as_it_was(write: Write) -> None:
    assert np.array_equal(load_pose(write(pack(PICTURE, "PNG"))), SUBJECT)


def test_a_lossless_webp_comes_back_as_it_was(write: Write) -> None:
    loaded = load_pose(write(pack(PICTURE, "WEBP", lossless=True, exact=True)))
    assert np.array_equal(loaded, SUBJECT)


def test_a_jpeg_on_a_flat_sheet_is_keyed(write: Write) -> None:
    loaded = load_pose(write(pack(flatten((255, 255, 255)), "JPEG", quality=92)))
    assert np.abs(loaded[..., 3].astype(int) - SUBJECT[..., 3]).mean() < 2


def test_an_opaque_scene_is_refused_unless_it_is_wanted(write: Write) -> None:
    scene = np.random.default_rng(3).integers(0, 256, (40, 40, 3), np.uint8)
    path = write(pack(Image.fromarray(scene), "PNG"))
    assert "not one flat colour" in refuse(path)
    assert np.array_equal(load_pose(path, opaque=True)[..., :3], scene)


def test_a_palette_with_transparency_keeps_it(write: Write) -> None:
    loaded = load_pose(write(pack(PICTURE.quantize(32), "PNG")))
    assert np.abs(loaded[..., 3].astype(int) - SUBJECT[..., 3]).mean() < 4


def test_grey_with_alpha_keeps_both(write: Write) -> None:
    grey = PICTURE.convert("LA")
    assert np.array_equal(load_pose(write(pack(grey, "PNG"))), np.asarray(grey.convert("RGBA")))


def test_sixteen_bits_of_grey_become_eight(write: Write) -> None:
    ramp = np.linspace(0, 65535, 64 * 64).reshape(64, 64).astype(np.uint16)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in ramp)
    loaded = load_pose(write(pack_png(64, 64, 16, 0, rows)), opaque=True)
    assert np.abs(loaded[..., 0] - ramp / 257).max() <= 1


def test_sixteen_bits_of_colour_and_alpha_become_eight(write: Write) -> None:
    wide = SUBJECT.astype(np.uint16) * 257
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in wide)
    assert np.array_equal(load_pose(write(pack_png(64, 64, 16, 6, rows))), SUBJECT)


def test_a_cmyk_jpeg_has_its_colours(write: Write) -> None:
    red = Image.new("RGB", (32, 32), (220, 20, 30)).convert("CMYK")
    loaded = load_pose(write(pack(red, "JPEG", quality=95)), opaque=True)
    assert loaded[16, 16].tolist() == pytest.approx([220, 20, 30, 255], abs=6)


def test_a_camera_s_orientation_is_applied(write: Write) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    upright = SUBJECT[:, 8:56]
    sideways = Image.fromarray(np.ascontiguousarray(np.rot90(upright)))
    assert np.array_equal(load_pose(write(pack(sideways, "PNG", exif=exif))), upright)


def test_a_broken_colour_profile_is_ignored(write: Write) -> None:
    assert np.array_equal(load_pose(write(pack(PICTURE, "PNG", icc_profile=b"no profile"))), SUBJECT)


def test_the_profile_of_srgb_changes_nothing_that_is_seen(write: Write) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    loaded = load_pose(write(pack(PICTURE, "PNG", icc_profile=profile)))
    assert np.abs(loaded.astype(int) - SUBJECT)[SUBJECT[..., 3] > 0].max() <= 2


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (pack(PICTURE, "GIF"), "a GIF"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG"),
        (pack(flatten((0, 0, 0)), "BMP"), "a BMP"),
        (pack(PICTURE, "TIFF"), "a TIFF"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"\0\0\0\x1cftypavif\0\0\0\0", "an AVIF"),
        (b"\0\0\0\x1cftypisom\0\0\0\0", "a video"),
        (b"just some text", "not a picture"),
        (b"\x89PNG\r\n\x1a\nrubbish", "damaged"),
    ],
)
def test_other_kinds_of_files_are_named(write: Write, content: bytes, name: str) -> None:
    assert name in refuse(write(content))


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_animations_are_refused(write: Write, kind: str) -> None:
    others = [Image.fromarray(draw_subject(64, 0.6))]
    content = pack(PICTURE, kind, save_all=True, append_images=others, duration=100)
    assert "animated" in refuse(write(content))


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_a_file_that_is_cut_short_is_refused(write: Write, kind: str, share: float) -> None:
    content = pack(flatten((255, 255, 255)), kind)
    refuse(write(content[: int(len(content) * share)]))


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_file_never_does_worse_than_be_refused(write: Write, seed: int) -> None:
    random = np.random.default_rng(seed)
    content = bytearray(pack(PICTURE, ("PNG", "WEBP")[seed % 2]))
    for place in random.integers(8, len(content), 12):
        content[place] = int(random.integers(256))
    with contextlib.suppress(InvalidImage):
        load_pose(write(bytes(content)), opaque=True)


@pytest.mark.parametrize(("width", "height"), [(40_000, 40_000), (12_000, 6_000), (2**31 - 1, 2**31 - 1)])
def test_a_gigantic_picture_is_refused_by_its_header(write: Write, width: int, height: int) -> None:
    assert "million pixels" in refuse(write(pack_png(width, height, 8, 0, b"\0" * 100_000)))


def test_a_file_of_too_many_bytes_is_refused(write: Write) -> None:
    assert "32 MiB" in refuse(write(b"\x89PNG\r\n\x1a\n" + bytes(MAX_BYTES)))


def test_an_empty_file_is_refused(write: Write) -> None:
    assert "is empty" in refuse(write(b""))


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert "is a folder" in refuse(tmp_path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert "is not there" in refuse(tmp_path / "nobody.png")


def test_a_device_is_refused() -> None:
    assert "not a regular file" in refuse(Path("/dev/zero"))


def test_a_tiny_picture_is_refused(write: Write) -> None:
    assert "40×15" in refuse(write(pack(Image.new("RGBA", (40, 15), (9, 9, 9, 255)), "PNG")))


@pytest.mark.parametrize("alpha", [0, 255])
def test_a_picture_without_a_subject_is_refused(write: Write, alpha: int) -> None:
    sheet = Image.new("RGBA", (32, 32), (255, 255, 255, alpha))
    assert "nothing but background" in refuse(write(pack(sheet, "PNG")))


def test_a_saved_still_is_loaded_again(tmp_path: Path) -> None:
    path = tmp_path / "pose.png"
    save_still(SUBJECT, path)
    save_still(SUBJECT, path)
    assert np.array_equal(load_pose(path), SUBJECT)
    assert [entry.name for entry in tmp_path.iterdir()] == ["pose.png"]


def test_a_still_that_cannot_be_saved_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "pose.png").mkdir()
    with pytest.raises(StorageFailed):
        save_still(blank(16), tmp_path / "pose.png")
    assert [entry.name for entry in tmp_path.iterdir()] == ["pose.png"]
    with pytest.raises(StorageFailed):
        save_still(blank(16), tmp_path / "nowhere" / "pose.png")
