"""A pose that lives on the spot, and ends exactly as it began."""

from collections.abc import Iterator
from fractions import Fraction

from poseloom.core.manner import NEUTRAL, Manner
from poseloom.frames.figure import study_figure
from poseloom.frames.hold import plan_hold
from poseloom.frames.image import Rgba
from poseloom.frames.stance import judge_stance


def iterate_loop(pose: Rgba, *, frame_count: int, fps: float | Fraction, manner: Manner = NEUTRAL) -> Iterator[Rgba]:
    """Yield the frames of a pose that lives: its first and its last frame are exactly `pose`.

    What it does stands in spec/manner.md. On both sides of the seam it is at rest.

    Args:
        pose: (H, W, 4) uint8, straight alpha.
        frame_count: How many frames, at least 2.
        fps: Frames per second.
        manner: How it is acted.

    Raises:
        ValueError: Fewer than 2 frames.
    """
    if frame_count < 2:
        message = f"a loop has at least 2 frames, not {frame_count}"
        raise ValueError(message)
    figure = study_figure(pose)
    if figure is None:
        yield from (pose.copy() for _ in range(frame_count))
        return
    moments = [index / float(fps) for index in range(frame_count)]
    hold = plan_hold(
        figure,
        judge_stance(figure),
        manner,
        seconds=moments[-1],
        fps=float(fps),
        loops=True,
        moments=moments,
    )
    yield pose.copy()
    for moment in moments[1:-1]:
        yield figure.draw(hold.find_posture(moment))
    yield pose.copy()
