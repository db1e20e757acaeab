"""What a held pose does: each motion as a posture by time.

Every act begins and ends upright and at rest, so what comes before and after it meets it without a jump. The feet of
whoever stands stay where they are.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from poseloom.core.vocabulary import Motion
from poseloom.frames.ease import ease_smoother, swell
from poseloom.frames.hop import HopTiming, plan_hops
from poseloom.frames.posture import HEIGHTS, Posture, Profile, combine, squash

Act: TypeAlias = Callable[[float], Posture]
"""The posture at a time, in seconds since the act began."""

_CHEST_SHARE, _GIVE_LIMIT = 0.42, 1.4
_BREATH_SECONDS, _SWELL = 3.4, 0.06
_SWAY_SECONDS, _SWAY = 4.0, 0.030
_FLOAT_SECONDS, _FLOAT, _TRAIL = 3.0, 0.040, 0.014
_BOUNCE, _BOUNCE_SQUASH = 0.070, 0.10
_JUMP_SECONDS, _JUMP, _JUMP_SQUASH = 2.3, 0.20, 0.15
_JUMP_TIMING = HopTiming(crouch=0.38, air=0.50, settle=0.60)
_SHAKE_SECONDS, _SHAKE_HERTZ, _SHAKE = 1.6, 6.0, 0.011
_WAVE_SECONDS, _WAVE = 0.9, 0.036
_NOD_SECONDS, _NOD = 2.2, 0.09
_PULSE_SECONDS, _PULSE = 1.0, 0.035
_SPIN_SECONDS = 1.9
_CALM_SECONDS = 0.6
"""How long what swings takes to set in, and to fade."""
_FRAMES_PER_SWING = 4.5
"""With fewer, a fast swing would be seen standing, or backwards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What an act is told.

    Attributes:
        seconds: How long it lasts.
        fps: Frames per second.
        tempo: Factor of how long a cycle takes.
        size: Factor of how far it goes.
        chest: 0..1 by height: where the subject breathes.
        room: How far it can rise before it leaves the canvas, in its own heights.
        loops: Whether it must do at least one cycle, as a loop must.
    """

    seconds: float
    fps: float
    tempo: float
    size: float
    chest: Profile
    room: float
    loops: bool = True

    @property
    def give(self) -> Profile:
        """How far each height gives way to a breath or a nod: a short chest more, so that the head still moves."""
        return self.chest * min(_GIVE_LIMIT, _CHEST_SHARE / max(float(self.chest.mean()), 1e-6))

    def count(self, cycle_seconds: float) -> int:
        """Return how many whole cycles it does."""
        return max(int(self.loops), round(self.seconds / (cycle_seconds * self.tempo)))

    def soothe(self, cycle_seconds: float) -> float:
        """Return a factor of how far it goes: less when its cycle is much shorter than it should be."""
        natural = cycle_seconds * self.tempo
        return self.size * math.sqrt(min(1.0, self.seconds / (natural * max(1, self.count(cycle_seconds)))))

    def calm(self, seconds: float) -> float:
        """Return 0..1: what swings sets in and fades away."""
        span = min(_CALM_SECONDS, self.seconds / 2)
        return ease_smoother(seconds / span) * ease_smoother((self.seconds - seconds) / span)


def breathe(scene: Scene) -> Act:
    """The chest swells, as much higher as narrower; out takes longer than in."""
    breaths = scene.count(_BREATH_SECONDS)
    swelling = scene.give * (_SWELL * scene.soothe(_BREATH_SECONDS))

    def act(seconds: float) -> Posture:
        return squash(1 + swelling * _beat(seconds / scene.seconds * breaths, 0.35))

    return act


def sway(scene: Scene, share: float = 1.0) -> Act:
    """The weight goes from one foot to the other; the head comes a little later."""
    turns = scene.count(_SWAY_SECONDS)
    reach = _smooth(HEIGHTS / 1.15) * (share * _SWAY * scene.soothe(_SWAY_SECONDS))

    def act(seconds: float) -> Posture:
        phase = seconds / scene.seconds * turns - 0.05 * HEIGHTS
        return Posture(slide=reach * np.sin(2 * np.pi * phase) * scene.calm(seconds))

    return act


def float_(scene: Scene) -> Act:
    """It rises and sinks, and what hangs down trails behind."""
    rises = scene.count(_FLOAT_SECONDS)
    size = scene.soothe(_FLOAT_SECONDS)
    height = min(_FLOAT * size, scene.room)
    tail = (1 - HEIGHTS) ** 2 * (_TRAIL * size)

    def act(seconds: float) -> Posture:
        phase = seconds / scene.seconds * rises
        trail = tail * np.sin(2 * np.pi * (phase - 0.2 * (1 - HEIGHTS))) * scene.calm(seconds)
        return Posture(lift=height * _beat(phase), slide=trail)

    return act


def bounce(scene: Scene) -> Act:
    """Hops on and on."""
    timing = HopTiming().scale(scene.tempo)
    heights = (1.0,) * timing.count(scene.seconds)
    hurry = scene.seconds / timing.measure(heights)
    size = scene.size * min(1.0, hurry)
    hops = plan_hops(heights, squash=_BOUNCE_SQUASH * size, start_seconds=0, timing=timing.scale(hurry))
    height = min(_BOUNCE * size, scene.room)
    return lambda seconds: combine(squash(hops.stretch.read(seconds)), Posture(lift=height * hops.find_lift(seconds)))


def jump(scene: Scene) -> Act:
    """Crouches, jumps, lands and stands, once or several times."""
    jumps = scene.count(_JUMP_SECONDS) if scene.loops else 1
    cell_seconds = scene.seconds / max(1, jumps)
    timing = _JUMP_TIMING.scale(scene.tempo)
    hurry = min(1.0, 0.95 * cell_seconds / timing.measure((1,)))
    size = scene.size * math.sqrt(hurry)
    start_seconds = 0.35 * (cell_seconds - hurry * timing.measure((1,)))
    hops = plan_hops(
        (1.0,), squash=min(0.28, _JUMP_SQUASH * size), start_seconds=start_seconds, timing=timing.scale(hurry)
    )
    height = min(_JUMP * size, scene.room)

    def act(seconds: float) -> Posture:
        own = seconds % cell_seconds
        return combine(squash(hops.stretch.read(own)), Posture(lift=height * hops.find_lift(own)))

    return act


def shake(scene: Scene) -> Act:
    """Trembles in fits, on feet that stay."""
    fits = max(1, scene.count(_SHAKE_SECONDS))
    hertz = min(_SHAKE_HERTZ / scene.tempo, scene.fps / _FRAMES_PER_SWING)
    reach = _smooth(HEIGHTS / 0.3) * (_SHAKE * scene.size)

    def act(seconds: float) -> Posture:
        fit = swell(min(1.0, seconds / scene.seconds * fits % 1 / 0.8))
        return Posture(slide=reach * (fit * math.sin(2 * math.pi * hertz * seconds)))

    return act


def wave(scene: Scene) -> Act:
    """The upper part swings to and fro, its top a little later."""
    swings = max(1, scene.count(_WAVE_SECONDS))
    upper = np.clip((HEIGHTS - 0.30) / 0.70, 0, 1)
    reach = upper**1.4 * (_WAVE * scene.soothe(_WAVE_SECONDS))

    def act(seconds: float) -> Posture:
        phase = seconds / scene.seconds * swings - 0.10 * upper
        return Posture(slide=reach * np.sin(2 * np.pi * phase) * scene.calm(seconds))

    return act


def nod(scene: Scene) -> Act:
    """The head dips over a trunk that gives way, twice and then after a rest again."""
    nods = max(1, scene.count(_NOD_SECONDS))
    depth = scene.give * min(0.2, _NOD * scene.soothe(_NOD_SECONDS))

    def act(seconds: float) -> Posture:
        phase = seconds / scene.seconds * nods % 1
        return squash(1 - depth * (swell(phase / 0.34) + 0.6 * swell((phase - 0.34) / 0.34)))

    return act


def pulse(scene: Scene) -> Act:
    """Swells all over and shrinks, quickly up and slowly down."""
    beats = max(1, scene.count(_PULSE_SECONDS))
    swelling = _PULSE * scene.soothe(_PULSE_SECONDS)

    def act(seconds: float) -> Posture:
        scale = np.full_like(HEIGHTS, 1 + swelling * _beat(seconds / scene.seconds * beats, 0.6))
        return Posture(stretch=scale, girth=scale)

    return act


def spin(scene: Scene) -> Act:
    """Turns around whole times, and slows down towards both ends."""
    turns = max(1, scene.count(_SPIN_SECONDS))

    def act(seconds: float) -> Posture:
        return Posture(facing=math.cos(2 * math.pi * turns * _set_out(seconds, scene.seconds)))

    return act


ACTS: Mapping[Motion, Callable[[Scene], Act]] = MappingProxyType(
    {
        Motion.BREATHE: breathe,
        Motion.SWAY: sway,
        Motion.FLOAT: float_,
        Motion.BOUNCE: bounce,
        Motion.JUMP: jump,
        Motion.SHAKE: shake,
        Motion.WAVE: wave,
        Motion.SPIN: spin,
        Motion.NOD: nod,
        Motion.PULSE: pulse,
    }
)
"""The motions that bend a whole pose."""


def _beat(phase: float, lead: float = 0.0) -> float:
    """Return 0..1, once up and down in each turn of `phase`, at rest where it turns; `lead` (0..1) peaks sooner."""
    angle = 2 * math.pi * phase
    return 0.5 - 0.5 * math.cos(angle + lead * (1 - math.cos(angle)))


def _smooth(shares: Profile) -> Profile:
    """Return 3s² - 2s³ of shares kept within 0..1."""
    kept = np.clip(shares, 0, 1)
    return np.asarray(kept * kept * (3 - 2 * kept), np.float64)


def _set_out(seconds: float, whole_seconds: float) -> float:
    """Return 0..1 by time: evenly, but that it sets out and arrives smoothly."""
    ramp = min(0.5, whole_seconds / 3)
    speed = 1 / (whole_seconds - ramp)
    if seconds < ramp:
        return speed * seconds * seconds / (2 * ramp)
    if seconds > whole_seconds - ramp:
        return 1 - _set_out(whole_seconds - seconds, whole_seconds)
    return speed * (seconds - ramp / 2)
