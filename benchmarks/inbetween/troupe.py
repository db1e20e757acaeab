"""Figures of quite other kinds than the demo mascot, in few strokes, whose truth is known as well.

A ball with thin arms, a robot of many shades and somebody in a plain shirt have no lines around anything; a bird has.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType

from benchmarks.inbetween.pair import SIZE_PX, STEPS, Pair
from demo.build import rasterise
from poseloom.frames.image import Rgba

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """How a figure stands; angles in degrees, 0 hangs down, positive is to the right.

    Attributes:
        left_arm: At the shoulder; `left_elbow` is added to it below the elbow. The same on the right, and of legs.
        lift: Downwards, in units of the drawing.
        eyes: 1 is open.
        mouth: 1 is open.
        tilt: Of the head.
    """

    left_arm: float = -12
    left_elbow: float = -4
    right_arm: float = 12
    right_elbow: float = 4
    left_leg: float = -6
    left_knee: float = 0
    right_leg: float = 6
    right_knee: float = 0
    lift: float = 0
    eyes: float = 1
    mouth: float = 0
    tilt: float = 0


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
    }
)
PAIRS = (
    ("idle", "wave"), ("idle", "cheer"), ("idle", "think"), ("idle", "hips"), ("idle", "kick"), ("idle", "sleep"),
    ("wave", "cheer"), ("wave", "sleep"), ("cheer", "kick"),
)  # fmt: skip
WINGED = {"idle", "wave", "cheer", "sleep"}
"""What somebody without elbows and legs can do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TroupeItem:
    """Two poses of one of the figures.

    Attributes:
        id: Its name.
        level: One of `pair.LEVELS`.
        figure: Its name in `FIGURES`.
        source: How it stands at first.
        target: How it stands at last.
    """

    id: str
    level: str
    figure: str
    source: Stand
    target: Stand

    @property
    def split(self) -> str:
        """The troupe's own split."""
        return "troupe"

    def load(self) -> Pair:
        """Return its pictures."""
        frames = {step / STEPS: self._show(step / STEPS) for step in range(STEPS + 1)}
        return Pair(source=frames[0.0], target=frames[1.0], truth=frames)

    def _show(self, t: float) -> Rgba:
        shapes = FIGURES[self.figure](mix_stands(self.source, self.target, t))
        svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 320">{shapes}</svg>'
        return rasterise(svg, SIZE_PX)


def list_troupe_items() -> Iterator[TroupeItem]:
    """Return the pairs of all figures."""
    for figure in FIGURES:
        for source, target in PAIRS:
            if figure != "bird" or {source, target} <= WINGED:
                yield TroupeItem(
                    id=f"{figure}_{source}_{target}",
                    level="easy" if target == "sleep" and source == "idle" else "hard",
                    figure=figure,
                    source=STANDS[source],
                    target=STANDS[target],
                )


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
    for sign, leg in ((-1, _bend((135, middle + 60), stand.left_leg, stand.left_knee, 35)),
                      (1, _bend((185, middle + 60), stand.right_leg, stand.right_knee, 35))):  # fmt: skip
        shapes += [_stroke(leg, "#0b5", 9), _ellipse((leg[2][0] + 4 * sign, leg[2][1]), (15, 9), "#063")]
    for x, arm, elbow in ((92, stand.left_arm, stand.left_elbow), (228, stand.right_arm, stand.right_elbow)):
        bent = _bend((x, middle + 10), arm, elbow, 37)
        shapes += [_stroke(bent, "#0b5", 9), _ellipse(bent[2], (12, 12), "#0b5")]
    return "".join(
        [*shapes, _ellipse((160, middle), (74, 72), "#1c7"), _draw_face((160, middle - 12), stand, 1, "#222")]
    )


def draw_robot(stand: Stand) -> str:
    """Return a robot, every piece of which has a shade of its own."""
    y = stand.lift
    shapes = []
    for x, leg, knee in ((135, stand.left_leg, stand.left_knee), (185, stand.right_leg, stand.right_knee)):
        bent = _bend((x, 225 + y), leg, knee, 30)
        shapes += [_stroke(bent, "#5a6b85", 20), _box((bent[2][0] - 18, bent[2][1] - 2), (36, 16), 7, "#33415c")]
    shapes += [_box((105, 130 + y), (110, 100), 22, "#8fa3c4"), _box((130, 160 + y), (60, 34), 8, "#e8eefb")]
    head = [_box((112, 48 + y), (96, 76), 24, "#a9bbd9"), _box((122, 62 + y), (76, 46), 18, "#1d2740")]
    head += [_stroke([(160, 48 + y), (160, 30 + y)], "#5a6b85", 6), _ellipse((160, 26 + y), (8, 8), "#f9b233")]
    shapes.append(_tilt("".join([*head, _draw_face((160, 80 + y), stand, 0.75, "#6ff")]), stand, (160, 125)))
    for x, arm, elbow in ((100, stand.left_arm, stand.left_elbow), (220, stand.right_arm, stand.right_elbow)):
        bent = _bend((x, 148 + y), arm, elbow, 39)
        shapes += [_stroke(bent[:2], "#a9bbd9", 22), _stroke(bent[1:], "#8fa3c4", 20)]
        shapes += [_ellipse(bent[1], (9, 9), "#5a6b85"), _ellipse(bent[2], (14, 14), "#33415c")]
        shapes.append(_ellipse(bent[0], (12, 12), "#5a6b85"))
    return "".join(shapes)


def draw_somebody(stand: Stand) -> str:
    """Return somebody whose sleeves have the colour of the shirt."""
    y = stand.lift
    shapes = []
    for x, leg, knee in ((143, stand.left_leg, stand.left_knee), (177, stand.right_leg, stand.right_knee)):
        bent = _bend((x, 205 + y), leg, knee, 42)
        shapes += [_stroke(bent, "#2b3a67", 26), _ellipse((bent[2][0], bent[2][1] + 12), (16, 7), "#eee")]
    shirt = f"M118 {125 + y} Q160 {105 + y} 202 {125 + y} L196 {215 + y} L124 {215 + y} Z"
    shapes += [f'<path d="{shirt}" fill="#f26b4e"/>', _box((150, 92 + y), (20, 26), 0, "#e0a17c")]
    hair = f"M124 {66 + y} Q122 {24 + y} 160 {24 + y} Q198 {24 + y} 196 {66 + y} Q186 {44 + y} 150 {46 + y} Z"
    head = [_ellipse((160, 68 + y), (34, 38), "#f3b995"), f'<path d="{hair}" fill="#4a2b20"/>']
    shapes.append(_tilt("".join([*head, _draw_face((160, 70 + y), stand, 0.6, "#222")]), stand, (160, 100)))
    for x, arm, elbow in ((126, stand.left_arm, stand.left_elbow), (194, stand.right_arm, stand.right_elbow)):
        shapes.append(_stroke(_bend((x, 134 + y), arm, elbow, 40), "#f26b4e", 24))
    return "".join(shapes)


def draw_bird(stand: Stand) -> str:
    """Return a bird with a line around it and its wings."""
    y, line = stand.lift, 'stroke="#33221a" stroke-width="6" stroke-linejoin="round"'
    shapes = [_stroke([(x, 240 + y), (x, 266 + y)], "#e8892b", 7) for x in (140, 180)]
    shapes += [_stroke([(x - 14, 266 + y), (x + 14, 266 + y)], "#e8892b", 7) for x in (140, 180)]
    shapes.append(f'<ellipse cx="160" cy="{165 + y}" rx="76" ry="82" fill="#5aa9e6" {line}/>')
    shapes += [_ellipse((160, 190 + y), (46, 50), "#eaf6ff"), _draw_face((160, 130 + y), stand, 1, "#222")]
    shapes.append(f'<path d="M146 {148 + y} L174 {148 + y} L160 {166 + y} Z" fill="#f7b32b" {line}/>')
    for x, degrees in ((92, stand.left_arm), (228, stand.right_arm)):
        wing = f"M{x - 16} {138 + y} Q{x} {120 + y} {x + 16} {138 + y} L{x + 14} {200 + y} "
        wing += f"Q{x} {228 + y} {x - 14} {200 + y} Z"
        turn = f"rotate({-degrees} {x} {140 + y})"
        shapes.append(f'<path transform="{turn}" d="{wing}" fill="#3d83c4" {line}/>')
    return "".join(shapes)


FIGURES: Mapping[str, Callable[[Stand], str]] = MappingProxyType(
    {"ball": draw_ball, "robot": draw_robot, "somebody": draw_somebody, "bird": draw_bird}
)


def _bend(start: Point, root_degrees: float, bend_degrees: float, length: float) -> list[Point]:
    """Return the shoulder, elbow and hand of an arm, or what they are called of a leg."""
    middle = _go(start, root_degrees, length)
    return [start, middle, _go(middle, root_degrees + bend_degrees, length)]


def _go(start: Point, degrees: float, length: float) -> Point:
    angle = math.radians(degrees)
    return start[0] + length * math.sin(angle), start[1] + length * math.cos(angle)


def _draw_face(middle: Point, stand: Stand, scale: float, colour: str) -> str:
    x, y = middle
    eye = (6 * scale, 9 * scale * max(stand.eyes, 0.08))
    eyes = "".join(_ellipse((x + 18 * scale * sign, y), eye, colour) for sign in (-1, 1))
    lip, depth = y + 20 * scale, y + (30 + 14 * stand.mouth) * scale
    lips = f"M{x - 12 * scale} {lip} Q{x} {depth} {x + 12 * scale} {lip}"
    fill = colour if stand.mouth > 0.3 else "none"
    return f'{eyes}<path d="{lips}" fill="{fill}" stroke="{colour}" stroke-width="{4 * scale}" stroke-linecap="round"/>'


def _tilt(shapes: str, stand: Stand, about: Point) -> str:
    return f'<g transform="rotate({stand.tilt} {about[0]} {about[1]})">{shapes}</g>'


def _stroke(points: list[Point], colour: str, width: float) -> str:
    way = " L".join(f"{x:.2f} {y:.2f}" for x, y in points)
    joins = 'fill="none" stroke-linecap="round" stroke-linejoin="round"'
    return f'<path d="M{way}" stroke="{colour}" stroke-width="{width}" {joins}/>'


def _ellipse(middle: Point, radii: Point, colour: str) -> str:
    return f'<ellipse cx="{middle[0]}" cy="{middle[1]}" rx="{radii[0]}" ry="{radii[1]}" fill="{colour}"/>'


def _box(corner: Point, size: Point, radius: float, colour: str) -> str:
    x, y = corner
    return f'<rect x="{x}" y="{y}" width="{size[0]}" height="{size[1]}" rx="{radius}" fill="{colour}"/>'
