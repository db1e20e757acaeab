"""Pairs of emoji: one face or person as its artist drew it anew, with other features and hands. Nobody knows between.

Nothing of most of them turns: what was not there appears.
"""

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import resvg_py
from PIL import Image

from benchmarks.inbetween.package import fetch_npm_package
from benchmarks.inbetween.pair import SIZE_PX, Pair
from benchmarks.inbetween.sprite import place_frames
from poseloom.frames.image import Rgba

MANIFEST = Path(__file__).with_name("emoji.json")
_DRAWN_PX = 512
_NO_GUIDES = "#grid { display: none }"
"""OpenMoji's sources are drawn over lines that guide the artist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmojiItem:
    """Two emoji of one set.

    Attributes:
        id: Its name.
        package: The npm package in which they are.
        version: That package's.
        files: Their paths in it.
        is_still: Whether nothing turns between them, as everybody sees who looks.
        split: One of `pair.SPLITS`.
        level: One of `pair.LEVELS`.
        size_px: The side of the canvases on which they are placed.
    """

    id: str
    package: str
    version: str
    files: tuple[str, str]
    is_still: bool
    split: str = "emoji"
    level: str = "free"
    size_px: int = SIZE_PX

    def fetch(self) -> Path:
        """Return the folder in which the package is.

        Raises:
            PackageMissing: The package cannot be had.
        """
        return fetch_npm_package(self.package, self.version)

    def load(self) -> Pair:
        """Return its pictures.

        Raises:
            PackageMissing: The package cannot be had.
        """
        folder = self.fetch()
        source, target = place_frames([draw_vectors(folder / file) for file in self.files], self.size_px)
        return Pair(source=source, target=target, is_still=self.is_still)


def list_emoji_items() -> list[EmojiItem]:
    """Return every pair of the manifest; nothing is fetched yet."""
    manifest = json.loads(MANIFEST.read_text())
    return [_read_item(entry, manifest["packages"][entry["package"]]) for entry in manifest["items"]]


def _read_item(entry: dict[str, Any], package: dict[str, str]) -> EmojiItem:
    source, target = (f"{package['root']}/{file}" for file in entry["files"])
    return EmojiItem(
        id=entry["id"],
        package=entry["package"],
        version=package["version"],
        files=(source, target),
        is_still=entry.get("is_still", False),
    )


def draw_vectors(path: Path) -> Rgba:
    """Return an emoji as (512, 512, 4) uint8, straight alpha."""
    drawn = resvg_py.svg_to_bytes(
        svg_path=str(path), width=_DRAWN_PX, height=_DRAWN_PX, style_sheet=_NO_GUIDES, skip_system_fonts=True
    )
    with Image.open(io.BytesIO(bytes(drawn))) as picture:
        return np.array(picture.convert("RGBA"), np.uint8)
