"""Figures of quite other kinds than the demo mascot, in few strokes, whose truth is known as well.

A ball with thin arms, a robot of many shades and somebody in a plain shirt have no lines around anything; a bird has.
Four more are in `cast`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from random import Random
from types import MappingProxyType
from typing import TypeVar

from benchmarks.inbetween.cast import draw_blob, draw_fox, draw_girl, draw_moon
from benchmarks.inbetween.pair import SIZE_PX, STEPS, Pair
from benchmarks.inbetween.shape import Stand, bend, box, draw_face, ellipse, stroke, tilt
from demo.build import rasterise
from poseloom.frames.image import Rgba

Chosen = TypeVar("Chosen")

IDLE = Stand()
STANDS: Mapping[str, Stand] = MappingProxyType(
    {
        "idle": IDLE,
        "wave": replace(IDLE, right_arm=120, right_elbow=30, mouth=1),
        "cheer": replace(IDLE, left_arm=-140, right_arm=140, left_elbow=-15, right_elbow=15, mouth=1, lift=-14),
        "think": replace(IDLE, right_arm=20, right_elbow=-130, tilt=8),
        "hips": replace(IDLE, left_arm=-50, left_elbow=85, right_arm=50, right_elbow=-85),
        "kick": replace(IDLE, right_leg=70, right_knee=-10, left_arm=-60, right_arm=60),
        "sleep": replace(IDLE, eyes=0, lift=10, left_arm=-6, right_arm=6, tilt=12),
        "aside": replace(IDLE, gaze=30),
        "away": replace(IDLE, gaze=-34, mouth=1),
        "hug": replace(IDLE, left_arm=40, left_elbow=40, right_arm=-40, right_elbow=-40, eyes=0),
        "swish": replace(IDLE, tail=85, tilt=6),
    }
)
_WAVES = (("idle", "wave"), ("idle", "cheer"), ("wave", "cheer"), ("wave", "sleep"))
_LIMBED = (
    *_WAVES, ("idle", "think"), ("idle", "hips"), ("idle", "kick"), ("idle", "sleep"), ("cheer", "kick"),
)  # fmt: skip
_LOOKS = (("idle", "aside"), ("idle", "away"))
PAIRS: Mapping[str, Sequence[tuple[str, str]]] = MappingProxyType(
    {
        "ball": _LIMBED,
        "robot": _LIMBED,
        "somebody": _LIMBED,
        "bird": (*_WAVES, ("idle", "sleep")),
        "girl": (*_WAVES, ("idle", "hug"), ("idle", "think")),
        "fox": (*_WAVES, ("idle", "hug"), ("idle", "swish")),
        "blob": (*_WAVES, *_LOOKS),
        "moon": _LOOKS,
    }
)
"""What each figure does: not all have elbows, legs or a tail."""
_CHANCES = 8
"""How many random pairs each figure with arms has."""
_ARM_DEGREES, _ELBOW_DEGREES = (0, 10, 25, 45, 70, 95, 120, 140), (-35, -10, 5, 20, 40)


@dataclass(frozen=True, slots=True, kw_only=True)
class TroupeItem:
    """Two poses of one of the figures.

    Attributes:
        id: Its name.
        level: One of `pair.LEVELS`.
        figure: Its name in `FIGURES`.
        source: How it stands at first.
        target: How it stands at last.
        split: One of `pair.SPLITS`.
        size_px: The side of its pictures.
    """

    id: str
    level: str
    figure: str
    source: Stand
    target: Stand
    split: str = "troupe"
    size_px: int = SIZE_PX

    def load(self) -> Pair:
        """Return its pictures."""
        frames = {step / STEPS: self._show(step / STEPS) for step in range(STEPS + 1)}
        return Pair(source=frames[0.0], target=frames[1.0], truth=frames)

    def _show(self, t: float) -> Rgba:
        shapes = FIGURES[self.figure](mix_stands(self.source, self.target, t))
        svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 320">{shapes}</svg>'
        return rasterise(svg, self.size_px)


def list_troupe_items() -> Iterator[TroupeItem]:
    """Return the pairs of all figures."""
    for figure, pairs in PAIRS.items():
        for source, target in pairs:
            yield TroupeItem(
                id=f"{figure}_{source}_{target}",
                level="easy" if target == "sleep" and source == "idle" else "hard",
                figure=figure,
                source=STANDS[source],
                target=STANDS[target],
            )


def list_chance_items() -> Iterator[TroupeItem]:
    """Return pairs that nobody chose: one arm or both go anywhere, and sometimes the head, mouth or eyes change."""
    # A moon has no arms.
    for figure in (figure for figure, pairs in PAIRS.items() if pairs != _LOOKS):
        for number in range(_CHANCES):
            # Only `random()` is promised to be the same in every version of Python.
            chance = Random(f"{figure} {number}")
            source = replace(IDLE, **_swing("left", chance), **_swing("right", chance))
            sides = _choose((("left",), ("right",), ("left", "right"), ("left", "right")), chance)
            target = replace(source, **{name: value for side in sides for name, value in _swing(side, chance).items()})
            if chance.random() < 0.5:
                target = replace(target, tilt=16 * chance.random() - 8, mouth=_choose((0, 1), chance))
            if chance.random() < 0.3:
                target = replace(target, lift=24 * chance.random() - 14, eyes=_choose((0, 1), chance))
            name = f"chance_{figure}_{number}"
            yield TroupeItem(id=name, level="hard", figure=figure, source=source, target=target, split="chance")


def _swing(side: str, chance: Random) -> dict[str, float]:
    """Return how an arm is held, outwards on either side."""
    sign = -1 if side == "left" else 1
    return {
        f"{side}_arm": sign * _choose(_ARM_DEGREES, chance),
        f"{side}_elbow": sign * _choose(_ELBOW_DEGREES, chance),
    }


def _choose(values: Sequence[Chosen], chance: Random) -> Chosen:
    return values[int(chance.random() * len(values))]


def mix_stands(source: Stand, target: Stand, t: float) -> Stand:
    """Return how a figure stands at a moment in 0..1."""
    numbers = {
        field.name: getattr(source, field.name) * (1 - t) + getattr(target, field.name) * t for field in fields(Stand)
    }
    return Stand(**numbers)


def draw_ball(stand: Stand) -> str:
    """Return a ball with thin arms and legs of nearly its own colour behind it."""
    middle = 150 + stand.lift
    shapes = []
    for sign, leg in ((-1, bend((135, middle + 60), stand.left_leg, stand.left_knee, 35)),
                      (1, bend((185, middle + 60), stand.right_leg, stand.right_knee, 35))):  # fmt: skip
        shapes += [stroke(leg, "#0b5", 9), ellipse((leg[2][0] + 4 * sign, leg[2][1]), (15, 9), "#063")]
    for x, arm, elbow in ((92, stand.left_arm, stand.left_elbow), (228, stand.right_arm, stand.right_elbow)):
        bent = bend((x, middle + 10), arm, elbow, 37)
        shapes += [stroke(bent, "#0b5", 9), ellipse(bent[2], (12, 12), "#0b5")]
    return "".join([*shapes, ellipse((160, middle), (74, 72), "#1c7"), draw_face((160, middle - 12), stand, 1, "#222")])


def draw_robot(stand: Stand) -> str:
    """Return a robot, every piece of which has a shade of its own."""
    y = stand.lift
    shapes = []
    for x, leg, knee in ((135, stand.left_leg, stand.left_knee), (185, stand.right_leg, stand.right_knee)):
        bent = bend((x, 225 + y), leg, knee, 30)
        shapes += [stroke(bent, "#5a6b85", 20), box((bent[2][0] - 18, bent[2][1] - 2), (36, 16), 7, "#33415c")]
    shapes += [box((105, 130 + y), (110, 100), 22, "#8fa3c4"), box((130, 160 + y), (60, 34), 8, "#e8eefb")]
    head = [box((112, 48 + y), (96, 76), 24, "#a9bbd9"), box((122, 62 + y), (76, 46), 18, "#1d2740")]
    head += [stroke([(160, 48 + y), (160, 30 + y)], "#5a6b85", 6), ellipse((160, 26 + y), (8, 8), "#f9b233")]
    shapes.append(tilt("".join([*head, draw_face((160, 80 + y), stand, 0.75, "#6ff")]), stand, (160, 125)))
    for x, arm, elbow in ((100, stand.left_arm, stand.left_elbow), (220, stand.right_arm, stand.right_elbow)):
        bent = bend((x, 148 + y), arm, elbow, 39)
        shapes += [stroke(bent[:2], "#a9bbd9", 22), stroke(bent[1:], "#8fa3c4", 20)]
        shapes += [ellipse(bent[1], (9, 9), "#5a6b85"), ellipse(bent[2], (14, 14), "#33415c")]
        shapes.append(ellipse(bent[0], (12, 12), "#5a6b85"))
    return "".join(shapes)


def draw_somebody(stand: Stand) -> str:
    """Return somebody whose sleeves have the colour of the shirt."""
    y = stand.lift
    shapes = []
    for x, leg, knee in ((143, stand.left_leg, stand.left_knee), (177, stand.right_leg, stand.right_knee)):
        bent = bend((x, 205 + y), leg, knee, 42)
        shapes += [stroke(bent, "#2b3a67", 26), ellipse((bent[2][0], bent[2][1] + 12), (16, 7), "#eee")]
    shirt = f"M118 {125 + y} Q160 {105 + y} 202 {125 + y} L196 {215 + y} L124 {215 + y} Z"
    shapes += [f'<path d="{shirt}" fill="#f26b4e"/>', box((150, 92 + y), (20, 26), 0, "#e0a17c")]
    hair = f"M124 {66 + y} Q122 {24 + y} 160 {24 + y} Q198 {24 + y} 196 {66 + y} Q186 {44 + y} 150 {46 + y} Z"
    head = [ellipse((160, 68 + y), (34, 38), "#f3b995"), f'<path d="{hair}" fill="#4a2b20"/>']
    shapes.append(tilt("".join([*head, draw_face((160, 70 + y), stand, 0.6, "#222")]), stand, (160, 100)))
    for x, arm, elbow in ((126, stand.left_arm, stand.left_elbow), (194, stand.right_arm, stand.right_elbow)):
        shapes.append(stroke(bend((x, 134 + y), arm, elbow, 40), "#f26b4e", 24))
    return "".join(shapes)


def draw_bird(stand: Stand) -> str:
    """Return a bird with a line around it and its wings."""
    y, line = stand.lift, 'stroke="#33221a" stroke-width="6" stroke-linejoin="round"'
    shapes = [stroke([(x, 240 + y), (x, 266 + y)], "#e8892b", 7) for x in (140, 180)]
    shapes += [stroke([(x - 14, 266 + y), (x + 14, 266 + y)], "#e8892b", 7) for x in (140, 180)]
    shapes.append(f'<ellipse cx="160" cy="{165 + y}" rx="76" ry="82" fill="#5aa9e6" {line}/>')
    shapes += [ellipse((160, 190 + y), (46, 50), "#eaf6ff"), draw_face((160, 130 + y), stand, 1, "#222")]
    shapes.append(f'<path d="M146 {148 + y} L174 {148 + y} L160 {166 + y} Z" fill="#f7b32b" {line}/>')
    for x, degrees in ((92, stand.left_arm), (228, stand.right_arm)):
        wing = f"M{x - 16} {138 + y} Q{x} {120 + y} {x + 16} {138 + y} L{x + 14} {200 + y} "
        wing += f"Q{x} {228 + y} {x - 14} {200 + y} Z"
        turn = f"rotate({-degrees} {x} {140 + y})"
        shapes.append(f'<path transform="{turn}" d="{wing}" fill="#3d83c4" {line}/>')
    return "".join(shapes)


FIGURES: Mapping[str, Callable[[Stand], str]] = MappingProxyType(
    {
        "ball": draw_ball,
        "robot": draw_robot,
        "somebody": draw_somebody,
        "bird": draw_bird,
        "girl": draw_girl,
        "fox": draw_fox,
        "blob": draw_blob,
        "moon": draw_moon,
    }
)
