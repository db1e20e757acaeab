"""A pose that lives on the spot, and ends exactly as it began."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from poseloom.core.manner import NEUTRAL, Manner
from poseloom.core.vocabulary import Motion
from poseloom.frames.blink import Lids, plan_blinks, prepare_lids
from poseloom.frames.eye import SURE, Eyes, find_eyes
from poseloom.frames.figure import Figure, study_figure
from poseloom.frames.hold import Hold, plan_hold
from poseloom.frames.image import Rgba
from poseloom.frames.stance import judge_stance
from poseloom.frames.track import Track

_UNBLINKING = frozenset({Motion.SPIN, Motion.STILL})
_FACE_SHARE = 0.8


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
    life = _plan_life(figure, moments, float(fps), manner)
    yield pose.copy()
    for moment in moments[1:-1]:
        yield life.draw(moment)
    yield pose.copy()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Life:
    """What a pose does over a loop.

    Attributes:
        lids: Of its eyes, where they are found.
        shut: How far the eyes are shut over time.
    """

    figure: Figure
    hold: Hold
    lids: Lids | None
    shut: Track

    def draw(self, moment: float) -> Rgba:
        """Return the frame at a time since the first."""
        shut = self.shut.read(moment)
        figure = self.figure if self.lids is None or shut == 0 else self.lids.shut(shut)
        return figure.draw(self.hold.find_posture(moment))


def _plan_life(figure: Figure, moments: Sequence[float], fps: float, manner: Manner) -> _Life:
    eyes = find_eyes(figure.pose)
    if eyes is not None and eyes.confidence < SURE:
        eyes = None
    blinks = Motion.BLINK not in manner.avoided and not _UNBLINKING & set(manner.motions)
    hold = plan_hold(
        figure,
        judge_stance(figure, None if eyes is None else _find_chin(figure, eyes)),
        manner,
        seconds=moments[-1],
        fps=fps,
        loops=True,
        moments=moments,
    )
    return _Life(
        figure=figure,
        hold=hold,
        lids=prepare_lids(figure, eyes) if blinks and eyes is not None else None,
        shut=plan_blinks(moments[-1], fps, is_asked=Motion.BLINK in manner.motions),
    )


def _find_chin(figure: Figure, eyes: Eyes) -> float:
    """Return the height above which the face is: about as far under the eyes as they are apart."""
    row = sum(eye.y for eye in eyes.pair) / 2 + _FACE_SHARE * eyes.apart_px
    return (figure.feet - row) / figure.height_px
