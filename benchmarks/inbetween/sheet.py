"""Pictures to be looked at: a contact sheet and a moving picture for every pair, and a page that shows them all."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from html import escape
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.inbetween.pair import OUT, STEPS, Pair
from poseloom.frames.image import Rgba, premultiply
from poseloom.generators.local import iterate_frames

FOLDER = OUT / "sheets"
CELLS = 9
"""A row shows the moments 0, 1/8 … 1."""
CELL_PX = 160
FPS = 24
_GAP_PX = 2
_WORST_SCALE = 0.5
_SQUARE_PX = 10
_LIGHT, _DARK = 0.97, 0.90
_RIVALS = ("dis", "dissolve", "minterpolate", "hold")

Opaque = NDArray[np.uint8]


def write_sheet(name: str, pair: Pair, transitions: Mapping[str, Sequence[Rgba]], folder: Path = FOLDER) -> None:
    """Write `<name>.png` and `<name>.webp`.

    The sheet's rows are our transition, the truth (of a sprite: both poses and what lies between), and the first
    rival that was drawn. The moving picture is what a user gets, with its pace.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shown = [name for name in ("poseloom", *_RIVALS) if name in transitions][:2]
    rows: list[list[Rgba | None]] = [_pick(transitions[name]) for name in shown]
    rows.insert(1, _pick_truth(pair))
    sheet = np.vstack([np.hstack([_show(picture) for picture in row]) for row in rows])
    Image.fromarray(sheet).save(folder / f"{name}.png")
    _write_motion(folder / f"{name}.webp", pair)


def write_page(captions: Mapping[str, str], folder: Path = FOLDER) -> Path:
    """Write `index.html`, which shows every pair with what is to be said about it; return its path."""
    figures = "\n".join(
        f'<figure id="{name}"><figcaption><b>{name}</b> {escape(caption)}</figcaption>'
        f'<img src="{name}.png" loading="lazy"><img src="{name}.webp" loading="lazy" class="motion"></figure>'
        for name, caption in captions.items()
    )
    style = (
        "body{font:14px sans-serif}figure{margin:0 0 24px}img{vertical-align:top}.motion{height:320px;background:#eee}"
    )
    path = folder / "index.html"
    path.write_text(f"<!doctype html><meta charset=utf-8><title>In-betweens</title><style>{style}</style>\n{figures}\n")
    return path


def write_worst(names: Sequence[str], path: Path, folder: Path = FOLDER) -> None:
    """Write one picture of several pairs: of each, our transition and below it the truth, from their sheets."""
    rows = []
    for name in names:
        with Image.open(folder / f"{name}.png") as sheet:
            rows.append(np.asarray(sheet.convert("RGB"))[: 2 * CELL_PX])
    whole = np.vstack(rows)
    size = (round(whole.shape[1] * _WORST_SCALE), round(whole.shape[0] * _WORST_SCALE))
    small = cv2.resize(whole, size, interpolation=cv2.INTER_AREA)
    Image.fromarray(small).save(path, quality=70, method=6)


def _pick(transition: Sequence[Rgba]) -> list[Rgba | None]:
    return [transition[index * STEPS // (CELLS - 1)] for index in range(CELLS)]


def _pick_truth(pair: Pair) -> list[Rgba | None]:
    """Return what is known at the nine moments, None where nothing is."""
    known = {**pair.truth, 0.0: pair.source, 1.0: pair.target}
    return [known.get(index / (CELLS - 1)) for index in range(CELLS)]


def _show(picture: Rgba | None) -> Opaque:
    """Return one cell, on a chequered ground."""
    rows, columns = np.indices((CELL_PX, CELL_PX)) // _SQUARE_PX
    ground = np.where((rows + columns) % 2, np.float32(_DARK), np.float32(_LIGHT))[..., None]
    cell = np.repeat(ground, 3, axis=2)
    if picture is not None:
        small = cv2.resize(premultiply(picture), (CELL_PX, CELL_PX), interpolation=cv2.INTER_AREA)
        cell = small[..., :3] + (1 - small[..., 3:]) * cell
    cell[-_GAP_PX:] = cell[:, -_GAP_PX:] = 1
    return np.asarray(np.clip(cell, 0, 1) * 255 + 0.5, np.uint8)


def _write_motion(path: Path, pair: Pair) -> None:
    frames = iterate_frames(pair.source, pair.target, frame_count=FPS + 1, fps=Fraction(FPS))
    first, *others = [Image.fromarray(frame) for frame in frames]
    durations = [400, *[round(1000 / FPS)] * (len(others) - 1), 400]
    first.save(path, save_all=True, append_images=others, duration=durations, loop=0, quality=70, method=2)
