"""Pairs from free games: three frames of an animation, of which the middle one is the truth, or two loose drawings."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.inbetween.package import fetch_package
from benchmarks.inbetween.pair import MIDDLE, SIZE_PX, Pair
from poseloom.frames.image import Rgba, premultiply

MANIFEST = Path(__file__).with_name("manifest.json")
MARGIN_SHARE = 0.075
_DUST_ALPHA = 16
_STEEPEST = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SpriteItem:
    """Two frames of a sprite, or three with the truth in the middle.

    Attributes:
        id: Its name.
        split: `tune` or `test`, by the package.
        level: One of `pair.LEVELS`.
        package: The Debian package in which the frames are.
        files: Their paths in it; `*` stands for what changes with the version.
        size_px: The side of the canvases on which they are placed.
    """

    id: str
    split: str
    level: str
    package: str
    files: tuple[str, ...]
    size_px: int = SIZE_PX

    def fetch(self) -> Path:
        """Return the folder in which the package is.

        Raises:
            PackageMissing: The package cannot be had.
        """
        return fetch_package(self.package)

    def load(self) -> Pair:
        """Return its pictures.

        Raises:
            PackageMissing: The package cannot be had.
        """
        folder = self.fetch()
        frames = place_frames([read_picture(next(folder.glob(file))) for file in self.files], self.size_px)
        truth = {MIDDLE: frames[1]} if len(frames) == 3 else {}
        return Pair(source=frames[0], target=frames[-1], truth=truth)


def list_sprite_items() -> list[SpriteItem]:
    """Return every pair of the manifest; nothing is fetched yet."""
    manifest = json.loads(MANIFEST.read_text())
    return [_read_item(entry, manifest["packages"][entry["package"]]) for entry in manifest["items"]]


def _read_item(entry: dict[str, Any], package: dict[str, str]) -> SpriteItem:
    return SpriteItem(
        id=entry["id"],
        split=package["split"],
        level=entry["level"],
        package=entry["package"],
        files=tuple(f"{package['root']}/{file}" for file in entry["files"]),
    )


def read_picture(path: Path) -> Rgba:
    """Return a picture as (H, W, 4) uint8, straight alpha."""
    with Image.open(path) as picture:
        return np.array(picture.convert("RGBA"), np.uint8)


def place_frames(frames: Sequence[Rgba], size_px: int = SIZE_PX) -> list[Rgba]:
    """Return the frames on square canvases, at one scale, so that they fill these but for a margin.

    Frames of different sizes share the middle of their bottom edge. Small sprites are enlarged; their edge is made
    steep again, as that of a large drawing is.

    Args:
        frames: (h, w, 4) uint8 each, straight alpha.
        size_px: The side of the canvases.
    """
    height, width = (max(frame.shape[axis] for frame in frames) for axis in (0, 1))
    boards = [_put_on_board(frame, height, width) for frame in frames]
    seen = np.max([board[..., 3] for board in boards], axis=0) > _DUST_ALPHA
    x, y, seen_width, seen_height = cv2.boundingRect(np.asarray(seen, np.uint8))
    room = size_px * (1 - 2 * MARGIN_SHARE)
    scale = min(room / seen_height, room / seen_width)
    shift_x, shift_y = size_px / 2 - scale * (x + seen_width / 2), size_px / 2 - scale * (y + seen_height / 2)
    transform = np.array([[scale, 0, shift_x], [0, scale, shift_y]], np.float32)
    return [_enlarge(board, transform, scale, size_px) for board in boards]


def _put_on_board(frame: Rgba, height: int, width: int) -> Rgba:
    board = np.zeros((height, width, 4), np.uint8)
    left = (width - frame.shape[1]) // 2
    board[height - frame.shape[0] :, left : left + frame.shape[1]] = frame
    return board


def _enlarge(board: Rgba, transform: NDArray[np.float32], scale: float, size_px: int) -> Rgba:
    image = np.asarray(premultiply(board), np.float32)
    if scale < 1:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), 0.45 / scale), np.float32)
    placed = cv2.warpAffine(image, transform, (size_px, size_px), flags=cv2.INTER_CUBIC)
    whole = np.clip(placed[..., 3:], 0, 1)
    colour = np.clip(placed[..., :3] / np.maximum(whole, np.float32(1e-3)), 0, 1)
    alpha = whole if scale <= 1.5 else np.clip((whole - 0.5) * min(0.8 * scale, _STEEPEST) + 0.5, 0, 1)
    straight = np.concatenate([colour, alpha], axis=2)
    return np.asarray(straight * np.float32(255) + np.float32(0.5), np.uint8)
