"""When a transition happens within its clip, and how it moves there.

A drawing that slides evenly for four seconds looks like wax. So it waits, draws back a little, moves
briskly, swings past, and settles (Thomas and Johnston, "The Illusion of Life", 1981). How briskly
depends on how far the flow is to be trusted: where it is not, a quick squash hides the exchange.
"""

import math
from dataclasses import dataclass

from poseloom.frames.ease import ease_sine, ease_smoother, swell

_ANTICIPATION_SECONDS = 0.28
_QUICKEST_MOVE_SECONDS = 0.30
_SLOWEST_MOVE_SECONDS = 1.00
_SETTLE_SECONDS = 0.60
_ACTION_SHARE = 0.92
"""The most of a clip that the action may take; a shorter clip plays it faster."""
_WAIT_SHARE = 0.12
"""How much of the waiting comes before the action: little, since whoever clicked wants to see it."""
_BREATH_SECONDS = 2.0
_BREATH = 0.010
_DECAY_PER_SECOND = 5.5
_SWING_HERTZ = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """One frame's moment.

    Attributes:
        t: Where between the poses: 0 source, 1 target, a little beyond for drawing back and swinging past.
        stretch: Factor of heights; its inverse is that of widths.
    """

    t: float
    stretch: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The course of one transition over time; made by `plan_pace`.

    Attributes:
        duration_seconds: Of the clip, first frame to last.
        start_seconds: When the action begins.
        hurry: Factor on the action's length, at most 1.
        confidence: 0..1, how far the flow is trusted.
    """

    duration_seconds: float
    start_seconds: float
    hurry: float
    confidence: float

    @property
    def back(self) -> float:
        """How far the source draws back."""
        return 0.04 * self.confidence

    @property
    def past(self) -> float:
        """How far the target swings past."""
        return 0.05 * self.confidence

    @property
    def squash(self) -> float:
        """How far the subject is pressed down before it moves."""
        return 0.035 + 0.13 * (1 - self.confidence)

    def find_beat(self, seconds: float) -> Beat:
        """Return the moment at `seconds` after the first frame; position and speed never jump."""
        elapsed = seconds - self.start_seconds
        if elapsed <= 0:
            return Beat(t=0.0, stretch=_breathe(seconds, self.start_seconds))
        elapsed /= self.hurry
        if elapsed <= _ANTICIPATION_SECONDS:
            wound = ease_sine(elapsed / _ANTICIPATION_SECONDS)
            return Beat(t=-self.back * wound, stretch=1 - self.squash * wound)
        elapsed -= _ANTICIPATION_SECONDS
        move_seconds = _choose_move_seconds(self.confidence)
        if elapsed <= move_seconds:
            return self._move(elapsed / move_seconds)
        elapsed -= move_seconds
        if elapsed <= _SETTLE_SECONDS:
            return self._settle(elapsed)
        waited = (elapsed - _SETTLE_SECONDS) * self.hurry
        rest = self.duration_seconds - seconds + waited
        return Beat(t=1.0, stretch=_breathe(waited, rest))

    def _move(self, progress: float) -> Beat:
        moved = ease_smoother(progress)
        stretch = 1 - self.squash * (1 - moved) + 0.9 * self.squash * swell(progress)
        return Beat(t=-self.back + (1 + self.back + self.past) * moved, stretch=stretch)

    def _settle(self, elapsed_seconds: float) -> Beat:
        angle = 2 * math.pi * _SWING_HERTZ * elapsed_seconds
        calm = math.exp(-_DECAY_PER_SECOND * elapsed_seconds)
        calm *= 1 - ease_smoother(elapsed_seconds / _SETTLE_SECONDS)
        # This sum of both waves starts at its crest without speed, as the move ended.
        drag = _DECAY_PER_SECOND / (2 * math.pi * _SWING_HERTZ)
        swing = math.cos(angle) + drag * math.sin(angle)
        landing = math.sin(angle) * ease_sine(elapsed_seconds / 0.12)
        return Beat(t=1 + self.past * calm * swing, stretch=1 - 0.6 * self.squash * calm * landing)


def plan_pace(*, confidence: float, duration_seconds: float) -> Pace:
    """Return the course of a transition of `duration_seconds`, first frame to last, trusted by 0..1."""
    action_seconds = _ANTICIPATION_SECONDS + _choose_move_seconds(confidence) + _SETTLE_SECONDS
    hurry = min(1.0, _ACTION_SHARE * duration_seconds / action_seconds)
    return Pace(
        duration_seconds=duration_seconds,
        start_seconds=(duration_seconds - action_seconds * hurry) * _WAIT_SHARE,
        hurry=hurry,
        confidence=confidence,
    )


def _choose_move_seconds(confidence: float) -> float:
    return _QUICKEST_MOVE_SECONDS + (_SLOWEST_MOVE_SECONDS - _QUICKEST_MOVE_SECONDS) * confidence


def _breathe(seconds: float, wait_seconds: float) -> float:
    """Return the stretch of a subject that waits: whole breaths only, so that it begins and ends at rest."""
    breaths = round(wait_seconds / _BREATH_SECONDS)
    if breaths == 0:
        return 1.0
    return 1 + _BREATH * 0.5 * (1 - math.cos(2 * math.pi * breaths * min(1.0, seconds / wait_seconds)))
