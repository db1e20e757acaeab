"""The troupe's pairs as they come from a hand: no two drawings of one character are quite alike.

Programs draw the second pose exactly as the first. People and image models do not: lines come to lie a little
elsewhere, colours are a little off, and no colour is quite even.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from zlib import crc32

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.inbetween.pair import SIZE_PX, Pair
from benchmarks.inbetween.troupe import TroupeItem, list_chance_items, list_troupe_items
from poseloom.frames.flow import Field, list_positions
from poseloom.frames.image import Rgba, premultiply, unpremultiply

_KNOTS = 6
_AMISS_SHARE = 1 / 320
"""How far lines lie elsewhere, root mean square, in widths of the picture."""
_COLOUR_SHARE = 0.02
"""By how much red, green and blue are brighter or darker at most."""
_UNEVEN_LEVELS = 1.4
"""Standard deviation of what a pixel's colour is off by itself, of 255."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedrawnItem:
    """A pair whose target is drawn anew.

    Attributes:
        drawn: The pair as it is drawn exactly.
        split: One of `pair.SPLITS`.
        size_px: The side of its pictures.
    """

    drawn: TroupeItem
    split: str = "redrawn"
    size_px: int = SIZE_PX

    @property
    def id(self) -> str:
        """Its name."""
        return f"redrawn_{self.drawn.id}"

    @property
    def level(self) -> str:
        """One of `pair.LEVELS`."""
        return self.drawn.level

    def load(self) -> Pair:
        """Return its pictures: between them everything is on its way to where and as it is drawn at last."""
        exact = replace(self.drawn, size_px=self.size_px).load()
        chance = np.random.default_rng(crc32(self.id.encode()))
        amiss = _wander(self.size_px, chance)
        gain = (1 + chance.uniform(-_COLOUR_SHARE, _COLOUR_SHARE, 3)).astype(np.float32)
        truth = {t: _redraw(picture, t * amiss, 1 + t * (gain - 1)) for t, picture in exact.truth.items()}
        return Pair(source=_roughen(truth[0.0], chance), target=_roughen(truth[1.0], chance), truth=truth)


def list_redrawn_items() -> Iterator[RedrawnItem]:
    """Return every pair of the troupe, with its target drawn anew."""
    for item in (*list_troupe_items(), *list_chance_items()):
        yield RedrawnItem(drawn=item)


def _wander(size_px: int, chance: np.random.Generator) -> Field:
    """Return, (H, W, 2) in pixels, how far from its place everything is drawn: smoothly, everywhere another way."""
    knots = chance.standard_normal((_KNOTS, _KNOTS, 2)).astype(np.float32)
    amiss = cv2.resize(knots, (size_px, size_px), interpolation=cv2.INTER_CUBIC)
    length = np.sqrt(np.square(amiss).sum(axis=2).mean())
    return np.asarray(amiss * np.float32(_AMISS_SHARE * size_px / length), np.float32)


def _redraw(picture: Rgba, amiss: Field, gain: NDArray[np.float32]) -> Rgba:
    places = list_positions(*amiss.shape[:2]) + amiss
    seen = cv2.remap(
        premultiply(picture), places[..., 0], places[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT
    )
    alpha = np.clip(seen[..., 3:], 0, 1)
    colour = np.clip(seen[..., :3] * gain, 0, alpha)
    return unpremultiply(np.asarray(np.concatenate([colour, alpha], axis=2), np.float32))


def _roughen(picture: Rgba, chance: np.random.Generator) -> Rgba:
    rough = picture.copy()
    off = _UNEVEN_LEVELS * chance.standard_normal((*picture.shape[:2], 3))
    rough[..., :3] = np.clip(np.round(picture[..., :3] + off), 0, 255) * (picture[..., 3:] > 0)
    return rough
