"""Pictures in files: poses come in here, and nothing a file says is believed before it is checked."""

import io
import os
import struct
import tempfile
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from poseloom.core.error import InvalidImage, StorageFailed
from poseloom.frames.image import Rgba, measure_bounds
from poseloom.frames.matte import key_flat_border

MAX_BYTES = 32 * 2**20
"""The largest file that is read."""
MAX_PIXELS = 64_000_000
"""The largest picture that is decoded, judged by its header."""
MIN_SIDE_PX = 16
"""The smallest side a pose may have."""

_FORMATS = ("PNG", "WEBP", "JPEG")
_WANTED = "use PNG, WebP or JPEG"
_DECODING_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    OverflowError,
    TypeError,
    KeyError,
    struct.error,
    zlib.error,
)
_SIGNATURES = (
    (b"GIF8", "a GIF", f"export one still of it: {_WANTED}"),
    (b"<svg", "an SVG", f"render it, 1024 pixels wide or more: {_WANTED}"),
    (b"%PDF", "a PDF", f"render it: {_WANTED}"),
    (b"8BPS", "a Photoshop file", f"export it: {_WANTED}"),
    (b"BM", "a BMP", f"convert it: {_WANTED}"),
    (b"II*\0", "a TIFF", f"convert it: {_WANTED}"),
    (b"MM\0*", "a TIFF", f"convert it: {_WANTED}"),
    (b"\0\0\1\0", "an icon (ICO)", f"convert it: {_WANTED}"),
    (b"PK\3\4", "a ZIP archive", f"unpack it: {_WANTED}"),
    (b"\x1aE\xdf\xa3", "a WebM video", f"export one still of it: {_WANTED}"),
)
_BRANDS = {b"avif": "an AVIF", b"avis": "an AVIF", b"heic": "a HEIC", b"heix": "a HEIC", b"mif1": "a HEIF"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a picture came from, as messages name it.

    Attributes:
        name: A file's path, or the name of a request's field.
        kind: Under which key errors carry the name: `file` or `field`.
    """

    name: str
    kind: Literal["file", "field"]


def load_pose(path: Path, *, opaque: bool = False) -> Rgba:
    """Read a picture of a pose.

    The picture may be PNG, WebP or JPEG in any colour mode; its EXIF orientation and its colour profile
    are applied. One without transparency whose border is of one flat colour is freed from that colour.

    Args:
        path: The file.
        opaque: Take a picture without transparency as it is, background and all.

    Returns:
        (H, W, 4) uint8, straight alpha, sRGB.

    Raises:
        InvalidImage: The file cannot serve as a pose; the message names it and the fix, `file` its path.
    """
    origin = Origin(name=str(path), kind="file")
    content = _read(path, origin)
    if len(content) > MAX_BYTES:
        raise _refuse(origin, f"is larger than {MAX_BYTES // 2**20} MiB", "save it smaller")
    return decode_pose(content, origin, opaque=opaque)


def decode_pose(content: bytes, origin: Origin, *, opaque: bool = False) -> Rgba:
    """Read the picture of a pose from the bytes of its file; the rules are those of `load_pose`.

    Returns:
        (H, W, 4) uint8, straight alpha, sRGB.

    Raises:
        InvalidImage: They cannot serve as a pose; the message names their origin and the fix.
    """
    if not content:
        raise _refuse(origin, "is empty", "save the picture again")
    image = _decode(origin, content)
    height, width = image.shape[:2]
    if min(height, width) < MIN_SIDE_PX:
        raise _refuse(origin, f"is only {width}×{height} pixels", f"give at least {MIN_SIDE_PX} on each side")
    if not opaque and image[..., 3].min() == 255:
        keyed = key_flat_border(image)
        if keyed is None:
            raise _refuse(
                origin,
                "has no transparency and its border is not one flat colour",
                "remove its background, or say that it shall stay opaque",
            )
        image = keyed
    if measure_bounds(image) is None:
        raise _refuse(origin, "shows nothing but background", "give a picture with a subject")
    return image


def save_still(image: Rgba, path: Path) -> None:
    """Write `image`, (H, W, 4) uint8, straight alpha, as a PNG; `path` holds all of it or what it held before.

    Raises:
        StorageFailed: The file cannot be written; `file` is its path.
    """
    temporary = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as handle:
            temporary = Path(handle.name)
            Image.fromarray(image).save(handle, "PNG")
            handle.flush()
            os.fsync(handle.fileno())
        temporary.replace(path)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        reason = error.strerror or "the disk refused it"
        raise StorageFailed(f"{path}: cannot be written ({reason})", file=str(path)) from error


def _refuse(origin: Origin, fault: str, fix: str) -> InvalidImage:
    return InvalidImage(f"{origin.name}: {fault}; {fix}", **{origin.kind: origin.name})


def _read(path: Path, origin: Origin) -> bytes:
    """Return the bytes of a regular file, one more than the limit at most."""
    try:
        if path.is_dir():
            raise _refuse(origin, "is a folder", "name a picture in it")
        if not path.exists():
            raise _refuse(origin, "is not there", "check the name")
        if not path.is_file():
            raise _refuse(origin, "is not a regular file", "name a picture")
        with path.open("rb") as handle:
            return handle.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is not one"
        raise _refuse(origin, f"cannot be read ({reason})", "check its name and permissions") from error


def _decode(origin: Origin, content: bytes) -> Rgba:
    try:
        with warnings.catch_warnings():
            # A large picture is refused by its header below; a warning beside the refusal says nothing more.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=_FORMATS)
        with picture:
            _check_header(origin, picture)
            picture.load()
            return _convert(picture)
    except Image.DecompressionBombError as error:
        raise _refuse_size(origin, "") from error
    except UnidentifiedImageError as error:
        raise _refuse_unknown(origin, content) from error
    except _DECODING_ERRORS as error:
        raise _refuse(origin, "is damaged or cut short", "save or download it again") from error
    except MemoryError as error:
        raise _refuse_size(origin, "") from error


def _check_header(origin: Origin, picture: Image.Image) -> None:
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise _refuse_size(origin, f" ({width}×{height})")
    # A JPEG with several pictures in it (MPO) is what cameras write; its first is the picture.
    if picture.format != "MPO" and getattr(picture, "n_frames", 1) > 1:
        kind = {"PNG": "an animated PNG", "WEBP": "an animated WebP"}.get(picture.format or "", "animated")
        raise _refuse(origin, f"is {kind}", "export one still of it")


def _refuse_size(origin: Origin, dimensions: str) -> InvalidImage:
    fault = f"has more than {MAX_PIXELS // 1_000_000} million pixels{dimensions}"
    return _refuse(origin, fault, "scale it down, 2048 on the longer side is plenty")


def _refuse_unknown(origin: Origin, content: bytes) -> InvalidImage:
    """Say what the file is, as far as its first bytes tell."""
    start = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    for signature, name, fix in _SIGNATURES:
        if start.startswith(signature) or (signature == b"<svg" and b"<svg" in start):
            return _refuse(origin, f"is {name}", fix)
    if content[4:8] == b"ftyp":
        name = _BRANDS.get(content[8:12], "a video")
        return _refuse(origin, f"is {name}", f"export one still of it: {_WANTED}")
    if start.startswith((b"\x89PNG", b"RIFF", b"\xff\xd8")):
        return _refuse(origin, "is damaged or cut short", "save or download it again")
    return _refuse(origin, "is not a picture that can be read", _WANTED)


def _convert(picture: Image.Image) -> Rgba:
    """Return the pixels, upright, sRGB, with alpha."""
    upright = ImageOps.exif_transpose(picture)
    if upright.mode.startswith("I") or upright.mode == "F":
        wide = np.asarray(upright, np.float64)
        grey = np.clip(wide / 257 + 0.5, 0, 255).astype(np.uint8)
        upright = Image.fromarray(grey)
    return np.asarray(_manage_colour(upright).convert("RGBA"), np.uint8).copy()


def _manage_colour(picture: Image.Image) -> Image.Image:
    """Return `picture` in sRGB if it brings a profile of its own; a broken profile is none."""
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in {"RGB", "RGBA", "CMYK"}:
        return picture
    if "transparency" in picture.info:
        picture = picture.convert("RGBA")
    alpha = picture.getchannel("A") if picture.mode == "RGBA" else None
    colour = picture.convert("RGB") if alpha else picture
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        managed = ImageCms.profileToProfile(colour, own, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture
    assert managed is not None, "a conversion that is not in place returns its picture"
    if alpha is not None:
        managed.putalpha(alpha)
    return managed
