"""Poses that arrive as bytes: uploaded, or fetched for someone."""

import io
from dataclasses import dataclass

from PIL import Image

from poseloom.core.error import TooLarge
from poseloom.core.framing import PoseExtent
from poseloom.frames.image import measure_bounds
from poseloom.media.still import MAX_BYTES, Origin, decode_pose

_FORMATS = ((b"\x89PNG", "image/png", ".png"), (b"RIFF", "image/webp", ".webp"), (b"\xff\xd8", "image/jpeg", ".jpg"))
"""First bytes, media type and file name's ending of what `decode_pose` reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PosePicture:
    """A picture that can serve as a pose.

    Attributes:
        png: It, freed from its background, upright, sRGB: a PNG with straight alpha. The same bytes for the same
            picture.
        media_type: Of the bytes that were given.
        suffix: A file name's ending for them, with its dot.
        width: In pixels.
        height: In pixels.
        extent: What it shows.
    """

    png: bytes
    media_type: str
    suffix: str
    width: int
    height: int
    extent: PoseExtent


def read_pose(content: bytes, name: str, *, opaque: bool = False) -> PosePicture:
    """Read the picture of a pose from the bytes of its file.

    Args:
        content: A PNG, WebP or JPEG.
        name: The request's field that it came in; errors name it.
        opaque: Take a picture without transparency as it is, background and all.

    Raises:
        TooLarge: There are too many bytes; `limit_bytes` says how many may be.
        InvalidImage: They cannot serve as a pose; the message names the fix.
    """
    if len(content) > MAX_BYTES:
        message = f"{name}: is larger than {MAX_BYTES // 2**20} MiB; save it smaller"
        raise TooLarge(message, field=name, limit_bytes=MAX_BYTES)
    image = decode_pose(content, Origin(name=name, kind="field"), opaque=opaque)
    bounds = measure_bounds(image)
    assert bounds is not None, "a picture that shows nothing has been refused"
    left, top, right, bottom = bounds
    height, width = image.shape[:2]
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG", compress_level=6)
    media_type, suffix = next((kind, end) for start, kind, end in _FORMATS if content.startswith(start))
    return PosePicture(
        png=buffer.getvalue(),
        media_type=media_type,
        suffix=suffix,
        width=width,
        height=height,
        extent=PoseExtent(width=width, height=height, left=left, top=top, right=right, bottom=bottom),
    )
