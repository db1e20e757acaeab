"""Still pictures of a clip, as a browser will show its first frame."""

from pathlib import Path

from PIL import Image

from poseloom.core.error import InvalidOrder
from poseloom.frames.image import Rgba
from poseloom.media.publication import guard_writing, publish


def write_poster(picture: Rgba, path: Path) -> None:
    """Write the first frame of a clip, decoded, as a lossless picture.

    The pose itself would differ at coloured edges, which 4:2:0 softens, and the swap would show.

    Args:
        picture: What `decode_first` returns, (H, W, 4) uint8.
        path: Ends in .png or .webp; appears when complete.

    Raises:
        InvalidOrder: Another ending.
        StorageFailed: The file cannot be written.
    """
    image = Image.fromarray(picture)
    with publish([path]) as (draft,), guard_writing(path):
        match path.suffix.lower():
            case ".png":
                image.save(draft, format="PNG", optimize=True)
            case ".webp":
                image.save(draft, format="WEBP", lossless=True, exact=True, method=4)
            case suffix:
                raise InvalidOrder(
                    f"a poster cannot be a {suffix or 'file without ending'}; name it .png or .webp",
                    field="poster",
                )
