import io

import numpy as np
import pytest
from PIL import Image

from poseloom.core.error import InvalidImage, TooLarge
from poseloom.core.framing import PoseExtent
from poseloom.frames.image import blank, measure_bounds
from poseloom.media.pose import read_pose
from poseloom.media.still import MAX_BYTES
from poseloom.testing.subject import draw_subject

SUBJECT = draw_subject(64, 0.2)


def pack(picture: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def unpack(png: bytes) -> Image.Image:
    with Image.open(io.BytesIO(png)) as picture:
        picture.load()
        return picture


@pytest.mark.parametrize(
    ("kind", "options", "media_type", "suffix"),
    [("PNG", {}, "image/png", ".png"), ("WEBP", {"lossless": True, "exact": True}, "image/webp", ".webp")],
)
def test_an_upload_becomes_a_png_of_the_same_pixels(
    kind: str, options: dict[str, object], media_type: str, suffix: str
) -> None:
    pose = read_pose(pack(Image.fromarray(SUBJECT), kind, **options), "image")
    assert (pose.media_type, pose.suffix, pose.width, pose.height) == (media_type, suffix, 64, 64)
    picture = unpack(pose.png)
    assert (picture.format, picture.mode) == ("PNG", "RGBA")
    assert np.array_equal(np.asarray(picture), SUBJECT)


def test_a_jpeg_on_a_flat_sheet_is_freed_from_it() -> None:
    sheet = Image.new("RGBA", (64, 64), (255, 255, 255, 255))
    sheet.alpha_composite(Image.fromarray(SUBJECT))
    pose = read_pose(pack(sheet.convert("RGB"), "JPEG", quality=92), "image")
    assert (pose.media_type, pose.suffix) == ("image/jpeg", ".jpg")
    assert np.asarray(unpack(pose.png))[0, 0, 3] == 0


def test_the_same_picture_gives_the_same_bytes_whatever_it_was_packed_as() -> None:
    picture = Image.fromarray(SUBJECT)
    uploads = [
        pack(picture, "PNG"),
        pack(picture, "PNG", compress_level=1),
        pack(picture, "WEBP", lossless=True, exact=True),
    ]
    assert len({read_pose(upload, "image").png for upload in uploads}) == 1


def test_the_extent_is_what_the_pose_shows() -> None:
    image = blank(64)
    image[10:30, 5:50] = (200, 10, 10, 255)
    pose = read_pose(pack(Image.fromarray(image), "PNG"), "image")
    assert pose.extent == PoseExtent(width=64, height=64, left=5, top=10, right=50, bottom=30)
    assert measure_bounds(image) == (5, 10, 50, 30)


def test_an_opaque_scene_stays_whole_when_it_is_wanted() -> None:
    scene = pack(Image.fromarray(np.random.default_rng(3).integers(0, 256, (40, 48, 3), np.uint8)), "PNG")
    pose = read_pose(scene, "image", opaque=True)
    assert pose.extent == PoseExtent(width=48, height=40, left=0, top=0, right=48, bottom=40)
    with pytest.raises(InvalidImage, match=r"^image: has no transparency"):
        read_pose(scene, "image")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "is empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is an SVG"),
        (pack(Image.fromarray(SUBJECT), "GIF"), "is a GIF"),
        (b"\x89PNG\r\n\x1a\nrubbish", "is damaged"),
        (b"hello", "is not a picture"),
    ],
)
def test_a_refusal_names_the_field_and_no_file(content: bytes, fault: str) -> None:
    with pytest.raises(InvalidImage) as caught:
        read_pose(content, "image_base64")
    assert caught.value.message.startswith(f"image_base64: {fault}")
    assert caught.value.fields == {"field": "image_base64"}


def test_too_many_bytes_are_refused_before_they_are_looked_at() -> None:
    with pytest.raises(TooLarge, match=r"^image: is larger than 32 MiB; ") as caught:
        read_pose(bytes(MAX_BYTES + 1), "image")
    assert caught.value.fields == {"field": "image", "limit_bytes": MAX_BYTES}
