"""When a transition happens within its clip, and how it moves there.

A drawing that slides evenly for four seconds looks like wax. So it waits, draws back a little, moves
briskly, swings past, and settles (Thomas and Johnston, "The Illusion of Life", 1981). How briskly
depends on how far the flow is to be trusted, and on how much of the picture changes. Where it is not to be
trusted at all, the exchange is staged: pressed down, thrown up and landed, with the change in the fastest moment.
"""

import math
from dataclasses import dataclass, replace

from poseloom.core.confidence import measure_trust
from poseloom.core.manner import NEUTRAL, Manner
from poseloom.core.vocabulary import Motion
from poseloom.frames.ease import ease_linear, ease_sine, ease_smoother
from poseloom.frames.hop import Hops, HopTiming, plan_hops
from poseloom.frames.track import Key, Track

QUICKEST_MOVE_SECONDS, SLOWEST_MOVE_SECONDS = 0.30, 1.00
FLOAT_MOVE_SECONDS = 1.30
SNAP_FRAMES = 2.5
GESTURES = frozenset({Motion.SWAY, Motion.SHAKE, Motion.WAVE, Motion.NOD, Motion.PULSE})
"""What is done once the target is there."""

_NEAR, _FAR = 0.10, 0.60
"""Shares of the picture that change, between which the move takes longer."""
_ANTICIPATION_SECONDS, _SETTLE_SECONDS = 0.26, 0.55
_ACTION_SHARE, _BUSY_ACTION_SHARE = 0.92, 0.60
"""The most of a clip that the action may take, and when more is to come after it; a shorter clip plays it faster."""
_WAIT_SHARE = 0.12
"""How much of the waiting comes before the action: little, since whoever clicked wants to see it."""
_BACK, _PAST = 0.04, 0.05
_SOFTEST_SQUASH, _HARDEST_SQUASH, _DEEPEST_SQUASH = 0.03, 0.17, 0.26
_HIGH_SHARE = 0.6
"""How far a move is stretched, as a share of how far it was pressed down."""
_SETTLING = ((0.30, -0.55), (0.60, 0.20), (0.82, -0.06), (1.0, 0.0))
"""After the move: when, as a share of the settling, and how far of the squash."""
_SWINGING = ((0.38, -0.30), (0.72, 0.08), (1.0, 0.0))
"""After the move: when, and how far beyond the target, of how far it swung past it."""
_JUMP, _JUMP_SQUASH, _JUMP_TIMING = 0.30, 0.15, HopTiming(crouch=0.36, air=0.50, settle=0.60)
_BOUNCES, _BOUNCE, _BOUNCE_SQUASH = (1.0, 0.42, 0.16), 0.12, 0.11
_FLOAT = 0.06
_EDGE_ON = 0.25
"""The share of a turn after which the subject stands edge-on for the first time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """One frame's moment.

    Attributes:
        t: Where between the poses: 0 source, 1 target, a little beyond for drawing back and swinging past.
        stretch: Factor of heights; its inverse is that of widths.
        lift: How far the subject is off the ground, in its own heights.
        facing: Cosine of its turn: 1 towards us, -1 away.
    """

    t: float
    stretch: float = 1.0
    lift: float = 0.0
    facing: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The course of one transition over time; made by `plan_pace`.

    Attributes:
        duration_seconds: Of the clip, first frame to last.
        start_seconds: When the action begins; the source is held before.
        end_seconds: When it is over; the target is held after.
        move_seconds: When the move begins and when it ends.
        progress: `t` over time.
        stretch: Factor of heights over time.
        hops: What leaves the ground, if anything does, and how high in heights of the subject.
        rise: Height off the ground over time, of what floats.
        turn: The share of its turn that it has made, over time.
    """

    duration_seconds: float
    start_seconds: float
    end_seconds: float
    move_seconds: tuple[float, float]
    progress: Track
    stretch: Track
    hops: tuple[Hops, float] | None
    rise: Track
    turn: Track

    def find_beat(self, seconds: float) -> Beat:
        """Return the moment at `seconds` after the first frame; position never jumps."""
        turn = self.turn.read(seconds)
        lift = self.rise.read(seconds)
        if self.hops is not None:
            hops, height = self.hops
            lift += height * hops.find_lift(seconds)
        return Beat(
            t=self._find_progress(seconds, turn),
            stretch=self.stretch.read(seconds),
            lift=lift,
            facing=math.cos(2 * math.pi * turn) if 0 < turn < 1 else 1.0,
        )

    def _find_progress(self, seconds: float, turn: float) -> float:
        if len(self.turn.keys) == 1:
            return self.progress.read(seconds)
        # What turns around is exchanged where it is seen edge-on.
        return float(turn >= _EDGE_ON)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Score:
    """What the tracks of a transition are written from, in seconds without hurry and from the start of the action.

    Attributes:
        manner: How it is acted.
        trust: 0..1, how far the flow may be shown slowly.
        size: Factor of how far everything goes.
        timing: Of hops; for others, `crouch` is the anticipation and `air` the move.
        heights: Of its hops, as shares of the highest; empty when it stays on the ground.
        lift: Height of the highest, or of what floats, in heights of the subject.
    """

    manner: Manner
    trust: float
    size: float
    timing: HopTiming
    heights: tuple[float, ...]
    lift: float

    @property
    def squash(self) -> float:
        """How far the subject is pressed down before it moves."""
        if self.has(Motion.STILL):
            return 0.0
        if self.has(Motion.FLOAT) and not self.heights:
            return 0.01
        least = {Motion.JUMP: _JUMP_SQUASH, Motion.BOUNCE: _BOUNCE_SQUASH, Motion.SNAP: 0.07}
        asked = max((depth for motion, depth in least.items() if self.has(motion)), default=0.0)
        doubted = _SOFTEST_SQUASH + (_HARDEST_SQUASH - _SOFTEST_SQUASH) * (1 - self.trust) ** 1.5
        return float(min(_DEEPEST_SQUASH, self.size * max(asked, doubted)))

    def has(self, motion: Motion) -> bool:
        return motion in self.manner.motions


def plan_pace(
    *, confidence: float, duration_seconds: float, fps: float, change: float = 1.0, manner: Manner = NEUTRAL
) -> Pace:
    """Return the course of a transition.

    Args:
        confidence: 0..1, how far the flow between the poses is to be trusted.
        duration_seconds: Of the clip, first frame to last.
        fps: Frames per second.
        change: 0..1, how much of the picture changes.
        manner: How it is acted.
    """
    score = _write_score(confidence, change, fps, manner)
    share = _BUSY_ACTION_SHARE if GESTURES & set(manner.motions) else _ACTION_SHARE
    timing = _fit_timing(score, share * duration_seconds)
    start = (duration_seconds - timing.measure(score.heights or (1.0,))) * _WAIT_SHARE
    takeoff = start + timing.crouch
    landing = takeoff + timing.air
    end = start + timing.measure(score.heights or (1.0,))
    hops = None
    stretch = _track_stretch(score.squash, start, timing)
    if score.heights:
        flights = plan_hops(score.heights, squash=score.squash, start_seconds=start, timing=timing)
        hops, stretch = (flights, score.lift), flights.stretch
    floats = score.lift if not score.heights else 0.0
    return Pace(
        duration_seconds=duration_seconds,
        start_seconds=start,
        end_seconds=end,
        move_seconds=(takeoff, landing),
        progress=_track_progress(score, (start, takeoff, landing, end)),
        stretch=stretch,
        hops=hops,
        rise=Track(((start, 0.0), ((start + end) / 2, floats), (end, 0.0))),
        turn=Track(((takeoff, 0.0), (landing, 1.0)), _hurry_over) if score.has(Motion.SPIN) else Track(((0.0, 0.0),)),
    )


def choose_move_seconds(trust: float, change: float) -> float:
    """Return how long the poses take to change when nothing is asked for: both are 0..1."""
    far = ease_linear((change - _NEAR) / (_FAR - _NEAR))
    return QUICKEST_MOVE_SECONDS + (SLOWEST_MOVE_SECONDS - QUICKEST_MOVE_SECONDS) * trust * (0.4 + 0.6 * far)


def _write_score(confidence: float, change: float, fps: float, manner: Manner) -> _Score:
    trust = measure_trust(confidence)
    size = manner.size_factor
    tempo = manner.time_factor
    move = choose_move_seconds(trust, change)
    timing = HopTiming(crouch=_ANTICIPATION_SECONDS, air=move, settle=_SETTLE_SECONDS)
    heights: tuple[float, ...] = ()
    lift = 0.0
    if Motion.FLOAT in manner.motions:
        timing, lift = HopTiming(crouch=0.2, air=FLOAT_MOVE_SECONDS, settle=0.5), _FLOAT * size
    if Motion.SPIN in manner.motions:
        timing = HopTiming(crouch=timing.crouch, air=max(0.8, timing.air), settle=timing.settle)
    if Motion.BOUNCE in manner.motions:
        timing, heights, lift = HopTiming(), _BOUNCES, _BOUNCE * size
    if Motion.JUMP in manner.motions:
        timing, heights, lift = _JUMP_TIMING, (1.0,), _JUMP * size
    timing = timing.scale(tempo)
    if Motion.SNAP in manner.motions and not heights:
        timing = HopTiming(crouch=0.2 * tempo, air=max(0.06, SNAP_FRAMES / fps), settle=timing.settle)
    return _Score(manner=manner, trust=trust, size=size, timing=timing, heights=heights, lift=lift)


def _fit_timing(score: _Score, limit_seconds: float) -> HopTiming:
    """Return the timing, hurried when it would take longer than the limit; a snap is as quick as it can be."""
    snaps = score.has(Motion.SNAP) and not score.heights
    fixed = min(score.timing.air, limit_seconds / 2) if snaps else 0.0
    whole = score.timing.measure(score.heights or (1.0,))
    hurried = score.timing.scale(min(1.0, (limit_seconds - fixed) / (whole - fixed)))
    return replace(hurried, air=fixed) if snaps else hurried


def _track_stretch(squash: float, start: float, timing: HopTiming) -> Track:
    """Return the squash and stretch of what stays on the ground."""
    takeoff = start + timing.crouch
    landing = takeoff + timing.air
    keys: list[Key] = [(start, 1.0), (takeoff, 1 - squash), (takeoff + 0.45 * timing.air, 1 + _HIGH_SHARE * squash)]
    keys += [(landing + share * timing.settle, 1 + part * squash) for share, part in _SETTLING]
    return Track(tuple(keys))


def _track_progress(score: _Score, times: tuple[float, float, float, float]) -> Track:
    """Return `t` over time: back, there, past, and to rest."""
    start, takeoff, landing, end = times
    swings = score.trust * score.size * (0 if score.has(Motion.STILL) or score.has(Motion.FLOAT) else 1)
    back, past = min(0.06, _BACK * swings), min(0.06, _PAST * swings)
    # What is not to be trusted is exchanged within the fastest part of the move.
    share = 1.0 if score.has(Motion.SNAP) else 0.55 + 0.45 * score.trust
    middle = takeoff + (0.45 if score.heights else 0.42 + 0.08 * score.trust) * (landing - takeoff)
    begun = max(takeoff, middle - share * (landing - takeoff) / 2)
    done = min(landing, middle + share * (landing - takeoff) / 2)
    keys: list[Key] = [(start, 0.0), (begun, -back), (done, 1 + past)]
    keys += [(landing + part * (end - landing), 1 + past * beyond) for part, beyond in _SWINGING]
    return Track(tuple(keys), ease_smoother)


def _hurry_over(share: float) -> float:
    """Return the progress of a turn: out of rest and into it, evenly between."""
    return 0.5 * ease_sine(share) + 0.5 * ease_smoother(share)
