"""A moving hold: a pose that is held and yet lives."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from poseloom.core.manner import Manner
from poseloom.core.vocabulary import Motion
from poseloom.frames.act import ACTS, Act, Scene, sway
from poseloom.frames.figure import Figure
from poseloom.frames.posture import UPRIGHT, Posture, combine
from poseloom.frames.stance import Bearing, Stance

_BREATHLESS = frozenset({Motion.BOUNCE, Motion.JUMP, Motion.SPIN, Motion.PULSE, Motion.STILL})
_WEIGHT_SHARE = 0.3
"""An unasked shift of weight goes as far as this share of one that is asked for."""
_ONCE_SECONDS = {Motion.SWAY: 3.0, Motion.SHAKE: 1.1, Motion.WAVE: 1.8, Motion.NOD: 1.5, Motion.PULSE: 1.0}
"""How long a motion takes that is done once."""
_FREE_PX = 2.0
"""Kept free at the border, for the dust around what is seen."""
_HALVINGS = 6


@dataclass(frozen=True, slots=True)
class Hold:
    """What a held pose does over a time; upright and at rest at both ends."""

    acts: tuple[Act, ...] = ()

    def find_posture(self, seconds: float) -> Posture:
        """Return the posture at a time since the hold began."""
        return combine(*(act(seconds) for act in self.acts)) if self.acts else UPRIGHT


def plan_hold(
    figure: Figure, stance: Stance, manner: Manner, *, seconds: float, fps: float, loops: bool, moments: Sequence[float]
) -> Hold:
    """Return what a pose does over `seconds`, no part of it leaving the canvas.

    Args:
        figure: The pose.
        stance: What its shape says.
        manner: What is asked for.
        seconds: First frame to last.
        fps: Frames per second.
        loops: Whether it comes round: then a shape that may shift its weight, or float, does so unasked.
        moments: When it is drawn.
    """
    scene = Scene(
        seconds=seconds,
        fps=fps,
        tempo=manner.time_factor,
        size=manner.size_factor,
        chest=stance.chest,
        room=max(0.0, figure.feet - figure.height_px - _FREE_PX) / figure.height_px,
        loops=loops,
    )
    makers = [_choose_maker(motion, loops=loops) for motion in choose_motions(manner, stance, loops=loops)]
    if loops and _shifts_weight(manner, stance):
        makers.append(lambda scene: sway(scene, _WEIGHT_SHARE))
    fitted = [_fit(figure, maker, scene, moments) for maker in makers]

    def make(scene: Scene) -> Act:
        acts = [maker(replace(each, size=each.size * scene.size)) for maker, each in zip(makers, fitted, strict=True)]
        return Hold(tuple(acts)).find_posture

    # What fits one by one may not fit at once.
    share = _fit(figure, make, replace(scene, size=1.0), moments).size if len(makers) > 1 else 1.0
    return Hold(tuple(maker(replace(each, size=each.size * share)) for maker, each in zip(makers, fitted, strict=True)))


def _choose_maker(motion: Motion, *, loops: bool) -> Callable[[Scene], Act]:
    """Return what makes the act of a motion; what is not to come round is done once."""
    maker = ACTS[motion]
    once_seconds = _ONCE_SECONDS.get(motion)
    if loops or once_seconds is None:
        return maker

    def make(scene: Scene) -> Act:
        seconds = min(scene.seconds, once_seconds * scene.tempo)
        act = maker(replace(scene, seconds=seconds, loops=True))
        return lambda moment: act(moment) if moment < seconds else UPRIGHT

    return make


def choose_motions(manner: Manner, stance: Stance, *, loops: bool) -> tuple[Motion, ...]:
    """Return the motions of a held pose: those asked for, and breath with those that leave room for it."""
    asked = [motion for motion in manner.motions if motion in ACTS]
    if not asked and Motion.STILL not in manner.motions and loops and stance.bearing is Bearing.HANGS:
        asked = [motion for motion in (Motion.FLOAT,) if motion not in manner.avoided]
    breathes = not _BREATHLESS & set(manner.motions) and Motion.BREATHE not in manner.avoided
    return tuple(dict.fromkeys([*([Motion.BREATHE] if breathes else []), *asked]))


def _shifts_weight(manner: Manner, stance: Stance) -> bool:
    """Say whether a pose shifts its weight unasked."""
    asked = set(manner.motions) - {Motion.BLINK, Motion.SNAP}
    return not asked and Motion.SWAY not in manner.avoided and stance.bearing is Bearing.STANDS


def _fit(figure: Figure, maker: Callable[[Scene], Act], scene: Scene, moments: Sequence[float]) -> Scene:
    """Return `scene` with the largest size, up to its own, at which the act stays on the canvas."""
    if _fits(figure, maker(scene), moments):
        return scene
    small, large = 0.0, scene.size
    for _ in range(_HALVINGS):
        middle = (small + large) / 2
        if _fits(figure, maker(replace(scene, size=middle)), moments):
            small = middle
        else:
            large = middle
    return replace(scene, size=small)


def _fits(figure: Figure, act: Act, moments: Sequence[float]) -> bool:
    height, width = figure.pose.shape[:2]
    x0, y0, x1, y1 = figure.measure_reach(UPRIGHT)
    # Where the pose itself comes nearer to the border than it should, it may stay there.
    left, top = min(x0, _FREE_PX), min(y0, _FREE_PX)
    right, bottom = max(x1, width - _FREE_PX), max(y1, height - _FREE_PX)
    slack = 1e-6
    for moment in moments:
        reach = figure.measure_reach(act(moment))
        if reach[0] < left - slack or reach[1] < top - slack or reach[2] > right + slack or reach[3] > bottom + slack:
            return False
    return True
