"""What a benchmark of in-betweens asks: two poses, and what lies between them as far as that is known."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from poseloom.frames.image import Rgba

SIZE_PX = 320
SIZES_PX = (288, SIZE_PX, 416, 512)
"""What is found on a grid depends on the size, too: a change for the better is one at each of these."""
STEPS = 24
"""A transition is drawn at the moments 0/24, 1/24 … 24/24."""
MIDDLE = 0.5
SCORED_MOMENTS = (0.25, MIDDLE, 0.75)
LEVELS = ("easy", "medium", "hard", "free")
"""How much moves; of a free pair nobody knows what lies between."""
SPLITS = ("rig", "flat", "troupe", "chance", "redrawn", "tune", "test", "emoji")
"""The rig and the troupe are our own drawing; what the troupe does by chance, nobody chose; redrawn are both, with a
second pose that is not drawn exactly as the first. Sprites are for tuning or for testing, by the game they come
from. Emoji are drawn by others, too; of what lies between them nobody knows more than whether something turns."""

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "build" / "inbetween"

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limb:
    """A limb that turns far, and what is needed to see whether an in-between has it.

    Attributes:
        name: As the rig names it.
        region: (H, W) bool, wherever it comes by on its way, and a little around.
        bare: (H, W, 4) uint8 by moment, straight alpha: the truth without that limb.
    """

    name: str
    region: Mask
    bare: Mapping[float, Rgba]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two poses and the truth between them.

    Attributes:
        source: (H, W, 4) uint8, straight alpha, square.
        target: The same shape.
        truth: What lies between by moment in 0..1, the same shape; empty when nobody knows.
        limbs: Those that turn far.
        is_still: Whether it is known that nothing turns.
    """

    source: Rgba
    target: Rgba
    truth: Mapping[float, Rgba] = field(default_factory=dict)
    limbs: tuple[Limb, ...] = ()
    is_still: bool = False


class Item(Protocol):
    """A pair that can be loaded, in any process."""

    @property
    def id(self) -> str:
        """Its name in reports, options and file names."""
        ...

    @property
    def split(self) -> str:
        """One of `SPLITS`."""
        ...

    @property
    def level(self) -> str:
        """One of `LEVELS`."""
        ...

    def load(self) -> Pair:
        """Return its pictures."""
        ...
