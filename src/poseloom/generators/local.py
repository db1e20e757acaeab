"""The generator that needs no network: frames drawn on this machine, from the poses alone."""

from collections.abc import Callable, Iterator
from fractions import Fraction

from poseloom.core.confidence import Confidence
from poseloom.core.manner import NEUTRAL, Manner
from poseloom.frames.forward import iterate_forward
from poseloom.frames.image import Rgba
from poseloom.frames.loop import iterate_loop

VERSION = "35"
"""Part of every cache key: raise it when the same poses and manner would give other frames."""


def iterate_frames(
    source: Rgba,
    target: Rgba,
    *,
    frame_count: int,
    fps: float | Fraction,
    loop: bool = False,
    manner: Manner = NEUTRAL,
    on_judged: Callable[[Confidence], None] | None = None,
) -> Iterator[Rgba]:
    """Yield the frames of one clip, (H, W, 4) uint8, straight alpha.

    Args:
        source: Exactly the first frame.
        target: Exactly the last frame, of the same shape.
        frame_count: How many frames, at least 2.
        fps: Frames per second.
        loop: Whether the clip stays with its source; the target is not looked at then.
        manner: How the clip is acted.
        on_judged: Hears, before the first frame, how far the in-between of a transition is to be trusted.

    Raises:
        ValueError: Fewer than 2 frames, or poses of different sizes.
    """
    if loop:
        return iterate_loop(source, frame_count=frame_count, fps=fps, manner=manner)
    return iterate_forward(source, target, frame_count=frame_count, fps=fps, manner=manner, on_judged=on_judged)
