"""A transition: every frame from one pose to another."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import cv2
import numpy as np

from poseloom.core.confidence import Confidence
from poseloom.core.manner import NEUTRAL, Manner
from poseloom.core.vocabulary import Motion
from poseloom.frames.figure import Figure, study_figure
from poseloom.frames.ground import Ground, survey_ground
from poseloom.frames.hold import Hold, plan_hold
from poseloom.frames.image import Premultiplied, Rgba, premultiply
from poseloom.frames.inbetween import Morph, prepare_morph
from poseloom.frames.pace import GESTURES, Beat, Pace, plan_pace
from poseloom.frames.posture import HEIGHTS, UPRIGHT, Posture, combine
from poseloom.frames.stage import Placement
from poseloom.frames.stance import judge_stance

_COMPARED_PX = 48


def iterate_forward(
    source: Rgba,
    target: Rgba,
    *,
    frame_count: int,
    fps: float | Fraction,
    manner: Manner = NEUTRAL,
    on_judged: Callable[[Confidence], None] | None = None,
) -> Iterator[Rgba]:
    """Yield the frames of a transition, which begins and ends at rest.

    Args:
        source: (H, W, 4) uint8, straight alpha: exactly the first frame.
        target: The same shape: exactly the last frame.
        frame_count: How many frames, at least 2.
        fps: Frames per second.
        manner: How it is acted.
        on_judged: Hears, before the first frame, how far the in-between is to be trusted.

    Raises:
        ValueError: Fewer than 2 frames, or poses of different sizes.
    """
    if frame_count < 2:
        message = f"a transition has at least 2 frames, not {frame_count}"
        raise ValueError(message)
    moments = [index / float(fps) for index in range(frame_count)]
    passage = _plan_passage(source, target, moments, float(fps), manner)
    if on_judged is not None:
        on_judged(passage.morph.judgement)
    yield source.copy()
    for moment in moments[1:-1]:
        yield passage.draw(moment)
    yield target.copy()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Passage:
    """A transition that is planned.

    Attributes:
        ends: What the source and the target do while they are held; nothing where nobody is.
        ground: Where the subject stands meanwhile.
    """

    morph: Morph
    pace: Pace
    ground: Ground
    ends: tuple["_End | None", "_End | None"]

    def draw(self, seconds: float) -> Rgba:
        """Return the frame at a time since the first."""
        beat = self.pace.find_beat(seconds)
        placement = self.ground.place(beat)
        end = self.ends[int(beat.t)] if beat.t in {0.0, 1.0} else None
        return self.morph.draw(beat.t, placement) if end is None else end.draw(seconds, placement, beat)


@dataclass(frozen=True, slots=True, kw_only=True)
class _End:
    """A pose that is held before or after the action.

    Attributes:
        start_seconds: When the hold begins.
        seconds: How long it is held.
    """

    figure: Figure
    hold: Hold
    start_seconds: float
    seconds: float

    def draw(self, seconds: float, placement: Placement, beat: Beat) -> Rgba:
        """Return the pose at a time: held, and as the action has it."""
        own = seconds - self.start_seconds
        held = self.hold.find_posture(own) if 0 < own < self.seconds else UPRIGHT
        if placement == Placement() and beat.facing == 1:
            return self.figure.draw(held)
        ones = np.ones_like(HEIGHTS)
        acted = Posture(
            stretch=ones * placement.scale_y,
            girth=ones * placement.scale_x,
            lift=placement.lift_px / self.figure.height_px,
            facing=beat.facing,
        )
        return self.figure.draw(combine(held, acted))


def _plan_passage(source: Rgba, target: Rgba, moments: Sequence[float], fps: float, manner: Manner) -> _Passage:
    morph = prepare_morph(source, target)
    pace = plan_pace(
        confidence=morph.confidence,
        duration_seconds=moments[-1],
        fps=fps,
        change=measure_change(source, target),
        manner=manner,
    )
    before = replace(manner, motions=tuple(motion for motion in manner.motions if motion is Motion.STILL))
    after = replace(manner, motions=tuple(motion for motion in manner.motions if motion in {*GESTURES, Motion.STILL}))
    return _Passage(
        morph=morph,
        pace=pace,
        ground=survey_ground(morph, (source, target), [pace.find_beat(moment) for moment in moments]),
        ends=(
            _plan_end(source, before, moments, fps, (0.0, pace.start_seconds)),
            _plan_end(target, after, moments, fps, (pace.end_seconds, moments[-1])),
        ),
    )


def _plan_end(
    pose: Rgba, manner: Manner, moments: Sequence[float], fps: float, span: tuple[float, float]
) -> _End | None:
    figure = study_figure(pose)
    if figure is None:
        return None
    start, end = span
    held = [moment - start for moment in moments if start < moment < end]
    hold = plan_hold(figure, judge_stance(figure), manner, seconds=end - start, fps=fps, loops=False, moments=held)
    return _End(figure=figure, hold=hold, start_seconds=start, seconds=end - start)


def measure_change(source: Rgba, target: Rgba) -> float:
    """Return how much of what either pose shows differs in the other, 0..1."""
    near, far = _shrink(source), _shrink(target)
    shown = float(np.maximum(near[..., 3], far[..., 3]).sum())
    return float(np.abs(near - far).max(axis=2).sum()) / shown if shown else 0.0


def _shrink(pose: Rgba) -> Premultiplied:
    return np.asarray(cv2.resize(premultiply(pose), (_COMPARED_PX, _COMPARED_PX), interpolation=cv2.INTER_AREA))
