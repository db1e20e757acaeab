"""What an encoder is asked for."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from poseloom.core.clip import Quality


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A clip that is about to be written.

    Attributes:
        path: Where the bytes go now.
        target: The name it will have, for messages.
        width: Pixels, even.
        height: Pixels, even.
        fps: Frames per second.
        frame_count: How many frames will come, 1 or more.
        quality: The encoder's effort.
        quantiser: The codec's own number, lower is better: crf for VP9, qp for the others.
    """

    path: Path
    target: Path
    width: int
    height: int
    fps: Fraction
    frame_count: int
    quality: Quality
    quantiser: int
