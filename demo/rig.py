"""Pim, the demo mascot: a small weaver whose tail is the yarn that its scarf is knitted from.

A parametric rig. A `Pose` is nothing but numbers, so any two poses have true in-betweens: `interpolate` blends the
numbers and `draw` draws what they mean. Points are complex numbers, x + y·i with y downwards, for then a turn is a
product. Left and right are the viewer's; angles are degrees, and on both sides positive means outwards.
"""

import cmath
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from types import MappingProxyType

SIZE = 1024
GROUND = 930.0
CENTRE = 500.0
OUTLINE = 11.0

INK = "#2d1b4e"
FUR, FUR_LIGHT, FUR_SHADE = "#b4a2ff", "#cfc3ff", "#8f79ea"
CREAM, CREAM_SHADE = "#fff6e6", "#f2d9cc"
CORAL, CORAL_LIGHT, CORAL_SHADE = "#ff7d6e", "#ff9d8a", "#de5560"
BLUSH, ROSE = "#ff86a8", "#ffb3bd"
TONGUE, THROAT = "#ff8f8f", "#6b1f45"
GOLD, MINT, SKY = "#ffcb52", "#6fdcc4", "#cdeeff"

UPPER_ARM, FORE_ARM = 76.0, 78.0
EAR_LENGTH, TAIL_LENGTH, SCARF_LENGTH = 190.0, 260.0, 124.0
BALL_RADIUS = 60.0
_LINE = 'class="line"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Pose:
    """Everything that moves.

    Attributes:
        lift: How far the hips are above their stand, in pixels; below zero the mascot sits down.
        lean: Degrees by which the body leans to the right.
        stretch: Share by which the body grows in height; its width makes up for it.
        head_tilt: Degrees by which the head tips to the right.
        head_turn: Where the face points, from -1 (left) to 1 (right).
        head_nod: Where the face points, from -1 (up) to 1 (down).
        left_ear: The ear's angle from straight up.
        left_ear_bend: Degrees by which the ear bends further out over its length.
        left_arm: The upper arm's angle from straight down.
        left_elbow: Degrees by which the forearm bends on from the upper arm.
        left_reach: The arm's length as a multiple of its natural one.
        left_palm: How much of the paw's pads is seen, from 0 to 1.
        left_foot: How far the foot is out from its stand, in pixels.
        left_heel: Degrees by which the foot turns out.
        left_step: How far the foot is off the ground, in pixels.
        sole: How much of the feet's soles is seen, from 0 to 1.
        left_eye: From 0 (shut) to 1 (open).
        eye_smile: How a shut eye bends, from -1 (asleep) to 1 (glad).
        gaze_x: Where the eyes look, from -1 (left) to 1 (right).
        gaze_y: Where the eyes look, from -1 (up) to 1 (down).
        left_brow: How far the brow is raised, from -1 to 1.
        brow_tilt: Degrees by which the brows' inner ends go up.
        mouth_open: From 0 to 1.
        mouth_width: Half the mouth's width in pixels.
        smile: How deep the mouth bends, below zero for a frown.
        blush: Strength of the cheeks, from 0 to 1.
        tail: The tail's angle at its root, from the horizontal upwards.
        tail_curl: Degrees by which the tail curls up over its length.
        tuft: Degrees by which the curl on the head leans to the right.
        scarf: Degrees by which the scarf's end swings to the left.
        bubble: Size of the nose bubble, from 0 to 1.
        doze: Size of the sleeper's Z, from 0 to 1.
        sparkle: Size of the sparkles, from 0 to 1.
    """

    lift: float = 0.0
    lean: float = 0.0
    stretch: float = 0.0
    head_tilt: float = 0.0
    head_turn: float = 0.0
    head_nod: float = 0.0
    left_ear: float = 14.0
    right_ear: float = 14.0
    left_ear_bend: float = 20.0
    right_ear_bend: float = 20.0
    left_arm: float = 34.0
    right_arm: float = 34.0
    left_elbow: float = -26.0
    right_elbow: float = -26.0
    left_reach: float = 0.92
    right_reach: float = 0.92
    left_palm: float = 0.0
    right_palm: float = 0.0
    left_foot: float = 0.0
    right_foot: float = 0.0
    left_heel: float = 6.0
    right_heel: float = 6.0
    left_step: float = 0.0
    right_step: float = 0.0
    sole: float = 0.0
    left_eye: float = 1.0
    right_eye: float = 1.0
    eye_smile: float = 0.0
    gaze_x: float = 0.0
    gaze_y: float = 0.0
    left_brow: float = 0.0
    right_brow: float = 0.0
    brow_tilt: float = 6.0
    mouth_open: float = 0.0
    mouth_width: float = 34.0
    smile: float = 1.0
    blush: float = 0.75
    tail: float = 8.0
    tail_curl: float = 80.0
    tuft: float = 0.0
    scarf: float = 8.0
    bubble: float = 0.0
    doze: float = 0.0
    sparkle: float = 0.0


POSES: Mapping[str, Pose] = MappingProxyType(
    {
        "idle": Pose(right_ear=18, right_ear_bend=48, head_tilt=-2, gaze_x=0.1),
        "waving": Pose(
            lean=3, stretch=0.02, head_tilt=8, head_turn=-0.12, head_nod=-0.1,
            left_ear=2, left_ear_bend=14, right_ear=26, right_ear_bend=52,
            left_arm=114, left_elbow=40, left_reach=1.3, left_palm=1, right_arm=48, right_elbow=-40,
            right_foot=6, right_heel=14, gaze_x=-0.2, left_brow=0.5, right_brow=0.4,
            mouth_open=0.85, mouth_width=46, smile=1.1, blush=1, tail=30, tail_curl=60, tuft=10, scarf=16,
        ),
        "thinking": Pose(
            lean=-3, head_tilt=8, head_turn=-0.4, head_nod=-0.3,
            left_ear=30, left_ear_bend=66, right_ear=2, right_ear_bend=-6,
            left_arm=34, left_elbow=-118, right_arm=68, right_elbow=-208, right_reach=1.56,
            gaze_x=-0.8, gaze_y=-0.9, left_brow=0.9, right_brow=0.1, brow_tilt=-2, left_eye=1, right_eye=0.92,
            mouth_width=17, smile=-0.25, blush=0.55, tail=-6, tail_curl=64, tuft=-14, scarf=2, left_heel=10,
        ),
        "sleeping": Pose(
            lift=-62, stretch=-0.06, head_tilt=10, head_turn=0.14, head_nod=0.75,
            left_ear=58, left_ear_bend=88, right_ear=64, right_ear_bend=84,
            left_arm=26, left_elbow=-112, right_arm=26, right_elbow=-112, left_reach=0.84, right_reach=0.84,
            left_foot=62, right_foot=62, left_heel=14, right_heel=14, sole=1,
            left_eye=0, right_eye=0, eye_smile=-0.9, left_brow=-0.5, right_brow=-0.5, brow_tilt=10,
            mouth_width=20, smile=0.7, blush=0.95, tail=-10, tail_curl=10, tuft=20, scarf=-2,
            bubble=1, doze=1,
        ),
        "celebrating": Pose(
            lift=26, stretch=0.07, head_tilt=-5, head_nod=-0.35,
            left_ear=34, left_ear_bend=-34, right_ear=34, right_ear_bend=-34,
            left_arm=112, left_elbow=38, right_arm=112, right_elbow=38, left_reach=1.3, right_reach=1.3,
            left_palm=1, right_palm=1,
            left_foot=16, right_foot=22, left_heel=12, right_heel=30, right_step=34,
            left_eye=0, right_eye=0, eye_smile=1, left_brow=1, right_brow=1,
            mouth_open=1, mouth_width=54, smile=1.2, blush=1, tail=6, tail_curl=40, tuft=-10, scarf=20, sparkle=1,
        ),
    }
)  # fmt: skip


def interpolate(source: Pose, target: Pose, t: float) -> Pose:
    """Return the pose at share `t` of the way; exactly the source at 0 and the target at 1."""
    return Pose(
        **{
            field.name: getattr(source, field.name) * (1 - t) + getattr(target, field.name) * t
            for field in fields(Pose)
        }
    )


def draw(pose: Pose) -> str:
    """Return the pose as an SVG document on a transparent ground."""
    return assemble(svg for _, svg in draw_parts(pose))


def hide_lines(svg: str) -> str:
    """Return a drawing without the lines around its shapes; what is nothing but lines, such as a mouth, stays."""
    return svg.replace(_LINE, 'display="none"')


def assemble(parts: Iterable[str]) -> str:
    """Return the SVG document of some of the parts that `draw_parts` gives, in its order."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{SIZE}" height="{SIZE}" viewBox="0 0 {SIZE} {SIZE}">'
        f"{_DEFINITIONS}{''.join(parts)}</svg>"
    )


def draw_parts(pose: Pose) -> list[tuple[str, str]]:
    """Return name and SVG of every part, back to front; a limb whose parts lie apart has its name on each."""
    body = _frame_body(pose)
    head = _frame_head(pose, body)
    arms = [_trace_arm(pose, body, side) for side in _SIDES]
    return [
        ("tail", _draw_tail(pose, body)),
        *((f"{side.name}-leg", _draw_leg(pose, body, side)) for side in _SIDES),
        *((f"{side.name}-arm", _ink(arm.path(lambda _: OUTLINE))) for arm, side in zip(arms, _SIDES, strict=True)),
        ("body", _draw_body(body)),
        *((f"{side.name}-leg", _draw_foot(pose, side)) for side in _SIDES),
        ("scarf", _draw_scarf(pose, body)),
        *((f"{side.name}-ear", _draw_ear(pose, head, side)) for side in _SIDES),
        ("tuft", _draw_tuft(pose, head)),
        ("head", _draw_head(pose, head)),
        *((f"{side.name}-arm", _draw_arm(pose, arm, side)) for arm, side in zip(arms, _SIDES, strict=True)),
        ("bubble", _draw_bubble(pose, head)),
        ("doze", _draw_doze(pose)),
        ("sparkles", _draw_sparkles(pose)),
    ]


_DEFINITIONS = f"""<defs>
<linearGradient id="fur" x1="0.2" y1="0" x2="0.6" y2="1">
<stop offset="0" stop-color="{FUR_LIGHT}"/><stop offset="0.7" stop-color="{FUR}"/></linearGradient>
<linearGradient id="coral" x1="0.2" y1="0" x2="0.6" y2="1">
<stop offset="0" stop-color="{CORAL_LIGHT}"/><stop offset="0.7" stop-color="{CORAL}"/></linearGradient>
<linearGradient id="iris" x1="0" y1="0" x2="0" y2="1">
<stop offset="0.25" stop-color="{INK}"/><stop offset="1" stop-color="#7a54e0"/></linearGradient>
<radialGradient id="blush">
<stop offset="0.2" stop-color="{BLUSH}"/><stop offset="1" stop-color="{BLUSH}" stop-opacity="0"/></radialGradient>
</defs>"""


# Geometry


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """Where a part is: its origin, its turn, and how much it is scaled before the turn."""

    origin: complex
    degrees: float = 0.0
    width: float = 1.0
    height: float = 1.0

    def place(self, x: float, y: float) -> complex:
        """Return a point of the part on the canvas."""
        return self.origin + _turn(complex(x * self.width, y * self.height), self.degrees)

    @property
    def transform(self) -> str:
        """The same as an SVG transform."""
        at = f"translate({_number(self.origin.real)} {_number(self.origin.imag)}) rotate({_number(self.degrees)})"
        return f"{at} scale({self.width:.4f} {self.height:.4f})"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tube:
    """A soft limb: the hull of discs along a line, so joints cannot show."""

    points: Sequence[complex]
    radii: Sequence[float]

    def path(self, grow: Callable[[float], float] = lambda _: 0.0) -> str:
        """Return the limb's shape as path data, grown by so many pixels as `grow` says for a share of its length."""
        last = len(self.points) - 1
        radii = [max(1.0, radius + grow(index / last)) for index, radius in enumerate(self.radii)]
        left, right = [], []
        for index, (point, radius) in enumerate(zip(self.points, radii, strict=True)):
            before, after = max(index - 1, 0), min(index + 1, last)
            along = self.points[after] - self.points[before]
            # Where discs grow or shrink, their common tangent touches them off the perpendicular.
            bearing = math.acos(min(max((radii[before] - radii[after]) / abs(along), -0.99), 0.99))
            reach = radius * along / abs(along)
            left.append(point + reach * cmath.exp(-1j * bearing))
            right.append(point + reach * cmath.exp(1j * bearing))
        hull = [*left, *_cap(self.points[-1], left[-1], right[-1]), *reversed(right)]
        hull += _cap(self.points[0], right[0], left[0])
        # A sharp bend turns the hull inside out on its inner side; the discs keep that side filled.
        discs = zip(self.points[2:-2:4], radii[2:-2:4], strict=True)
        return f"M{_xy(*hull)}z" + "".join(_disc(point, 0.94 * radius) for point, radius in discs)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """One of the two sides, by the prefix of its numbers and the sign of its outward direction."""

    name: str
    sign: int

    def read(self, pose: Pose, part: str) -> float:
        """Return this side's number of a pose."""
        value: float = getattr(pose, f"{self.name}_{part}")
        return value

    def ray(self, degrees: float) -> complex:
        """Return the unit vector at an angle from straight down, outwards."""
        angle = math.radians(degrees)
        return complex(self.sign * math.sin(angle), math.cos(angle))


_SIDES = (_Side(name="left", sign=-1), _Side(name="right", sign=1))


def _turn(vector: complex, degrees: float) -> complex:
    return vector * cmath.exp(1j * math.radians(degrees))


def _smooth(value: float) -> float:
    """Return 0 below 0, 1 above 1, and a soft step in between."""
    share = min(max(value, 0.0), 1.0)
    return share * share * (3 - 2 * share)


def _number(value: float) -> str:
    return f"{value:.2f}"


def _xy(*points: complex) -> str:
    return " ".join(f"{_number(point.real)},{_number(point.imag)}" for point in points)


def _disc(centre: complex, radius: float) -> str:
    r, width = _number(radius), _number(2 * radius)
    return f"M{_xy(centre - radius)}a{r},{r} 0 1,1 {width},0a{r},{r} 0 1,1 -{width},0z"


def _cap(centre: complex, start: complex, end: complex) -> list[complex]:
    """Return points on the arc about a centre, clockwise on the canvas."""
    span = cmath.phase((end - centre) / (start - centre)) % (2 * math.pi)
    return [centre + (start - centre) * cmath.exp(1j * span * index / 24) for index in range(1, 24)]


def _bow(start: complex, degrees: float, bend: float, length: float, power: float = 1.0) -> list[complex]:
    """Return a line that starts at an angle and bends by `bend` over its length; `power` above 1 bends the end more."""
    steps = 56
    points = [start]
    for index in range(steps):
        share = ((index + 0.5) / steps) ** power
        points.append(points[-1] + _turn(complex(length / steps), degrees + bend * share))
    return points


def _swell(count: int, *radii: float) -> list[float]:
    """Return radii along a Bézier curve of the given ones, which has no bumps that they have not."""
    result = []
    for index in range(count):
        share = index / (count - 1)
        row = list(radii)
        while len(row) > 1:
            row = [near * (1 - share) + far * share for near, far in pairwise(row)]
        result.append(row[0])
    return result


# Paint


def _ink(path: str) -> str:
    return _mark_line(f'<path d="{path}" fill="{INK}"/>')


def _mark_line(svg: str) -> str:
    return svg.replace("<path ", f"<path {_LINE} ", 1)


def _stroke(path: str, width: float, colour: str = INK) -> str:
    return (
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{_number(width)}" '
        f'stroke-linecap="round" stroke-linejoin="round"/>'
    )


def _outline(path: str) -> str:
    return _mark_line(
        f'<path d="{path}" fill="{INK}" stroke="{INK}" stroke-width="{2 * OUTLINE}" stroke-linejoin="round"/>'
    )


def _cel(name: str, path: str, paint: str, shade: str, depth: float = 9.0, inside: str = "") -> str:
    """Fill a shape in two tones: light from the top left, so the shape itself, moved there, parts light from shade."""
    return (
        f'<clipPath id="{name}"><path d="{path}"/></clipPath><g clip-path="url(#{name})">'
        f'<path d="{path}" fill="{shade}"/>'
        f'<path d="{path}" fill="{paint}" transform="translate({-depth * 0.7:.1f} {-depth:.1f})"/>{inside}</g>'
    )


def _ellipse(centre: complex, rx: float, ry: float, fill: str, more: str = "") -> str:
    return (
        f'<ellipse cx="{_number(centre.real)}" cy="{_number(centre.imag)}" rx="{_number(rx)}" ry="{_number(ry)}" '
        f'fill="{fill}"{more}/>'
    )


def _group(transform: str, *parts: str) -> str:
    return f'<g transform="{transform}">{"".join(parts)}</g>'


# Body, legs, arms


def _frame_body(pose: Pose) -> _Frame:
    origin = complex(CENTRE, GROUND - pose.lift)
    return _Frame(origin=origin, degrees=pose.lean, width=1 - 0.6 * pose.stretch, height=1 + pose.stretch)


def _draw_body(body: _Frame) -> str:
    neck, waist, bottom = (0, -352), (112, -262), (0, -84)
    half = neck, (60, -352), (92, -330), waist, (128, -206), (148, -190), (148, -150), (148, -104), (90, -84), bottom
    path = _mirror(body, half)
    belly = _group(
        body.transform,
        _ellipse(complex(0, -170), 84, 76, CREAM_SHADE),
        _ellipse(complex(-4, -174), 80, 73, CREAM),
    )
    return _outline(path) + _cel("body", path, "url(#fur)", FUR_SHADE, 12, belly)


def _mirror(frame: _Frame, half: Sequence[tuple[float, float]]) -> str:
    """Return a closed path of cubic curves from its right half, which starts and ends on the axis."""
    whole = [*half, *((-x, y) for x, y in reversed(half[:-1]))]
    start, *rest = (frame.place(x, y) for x, y in whole)
    return f"M{_xy(start)}C{_xy(*rest)}z"


def _place_foot(pose: Pose, side: _Side) -> complex:
    """Return the middle of a foot; feet stay where they stand, whatever the body does."""
    height = _size_foot(pose)[1]
    x = CENTRE + side.sign * (76 + side.read(pose, "foot"))
    return complex(x, GROUND - OUTLINE - height - side.read(pose, "step"))


def _size_foot(pose: Pose) -> tuple[float, float]:
    return 66 - 8 * pose.sole, 36 + 20 * pose.sole


def _draw_leg(pose: Pose, body: _Frame, side: _Side) -> str:
    hip = body.place(side.sign * 76, -120)
    hip -= 1j * max(0.0, hip.imag - (GROUND - OUTLINE - 68))  # a sitter's hips rest on the ground
    ankle = _place_foot(pose, side) - side.sign * 8 - 22j
    steps = 24
    points = [hip + (ankle - hip) * index / steps for index in range(steps + 1)]
    path = _Tube(points=points, radii=_swell(steps + 1, 58, 34)).path()
    return _outline(path) + _cel(f"{side.name}-leg", path, FUR, FUR_SHADE)


def _draw_foot(pose: Pose, side: _Side) -> str:
    rx, ry = _size_foot(pose)
    # Turned about its middle, a foot would dip under the ground by what this gives back.
    turn = side.sign * side.read(pose, "heel") * (1 - 2 * pose.sole / 3)
    angle = math.radians(turn)
    dip = math.hypot(rx * math.sin(angle), ry * math.cos(angle)) - ry + 1
    frame = _Frame(origin=_place_foot(pose, side) - complex(0, dip), degrees=turn)
    half = (0, -ry), (0.62 * rx, -ry), (rx, -0.5 * ry), (rx, 0.15 * ry), (rx, 0.7 * ry), (0.6 * rx, ry), (0, ry)
    path = _mirror(frame, half)
    toes = "".join(_stroke(f"M{x},{0.45 * ry:.2f}v{0.3 * ry:.2f}", 7 * (1 - pose.sole), CREAM_SHADE) for x in (-17, 17))
    pads = _draw_pads(1.0 * pose.sole, 1.25)
    marks = _group(frame.transform, toes, pads)
    return _outline(path) + _cel(f"{side.name}-foot", path, CREAM, CREAM_SHADE, 8, marks)


def _draw_pads(size: float, scale: float) -> str:
    """Draw a paw's pads about the origin, toes up."""
    if size <= 0:
        return ""
    toes = (_ellipse(complex(x, y), 6.5, 8, ROSE) for x, y in ((-16, -10), (0, -18), (16, -10)))
    return _group(f"scale({size * scale:.3f})", _ellipse(complex(0, 8), 15, 12.5, ROSE), *toes)


def _trace_arm(pose: Pose, body: _Frame, side: _Side) -> _Tube:
    shoulder = body.place(side.sign * 104, -234)
    reach = side.read(pose, "reach")
    upper = side.read(pose, "arm")
    fore = upper + side.read(pose, "elbow")
    elbow = shoulder + _turn(reach * UPPER_ARM * side.ray(upper), pose.lean)
    wrist = elbow + _turn(reach * FORE_ARM * side.ray(fore), pose.lean)
    # Pulled towards the elbow's outside, so that the soft bend still comes close to it.
    bend = 1.3 * elbow - 0.15 * (shoulder + wrist)
    shares = [index / 48 for index in range(49)]
    points = [(1 - t) ** 2 * shoulder + 2 * t * (1 - t) * bend + t * t * wrist for t in shares]
    return _Tube(points=points, radii=_swell(len(points), 30, 27, 22, 34, 36))


def _draw_arm(pose: Pose, arm: _Tube, side: _Side) -> str:
    # The outline fades in from the shoulder, where the arm grows out of the body.
    line = _ink(arm.path(lambda share: OUTLINE * _smooth((share - 0.06) / 0.2) - 1))
    path = arm.path()
    heading = math.degrees(cmath.phase(arm.points[-1] - arm.points[-4])) + 90
    hand = _Frame(origin=arm.points[-1], degrees=heading)
    mitten = _disc(arm.points[-1], 36) + _disc(arm.points[-5], 36)
    pads = _cel(f"{side.name}-hand", mitten, CREAM, CREAM_SHADE, 8) + _group(
        hand.transform, _draw_pads(side.read(pose, "palm"), 0.95)
    )
    return line + _cel(f"{side.name}-arm", path, FUR, FUR_SHADE, 8, pads)


# Tail and scarf


def _draw_tail(pose: Pose, body: _Frame) -> str:
    line = _bow(body.place(90, -120), pose.lean - pose.tail, -pose.tail_curl, TAIL_LENGTH, 1.4)
    rise = min(0.0, GROUND - OUTLINE - BALL_RADIUS - line[-1].imag)
    # What would sink into the ground lies on it; the root stays where it is.
    line = [point + 1j * rise * _smooth(index / len(line)) for index, point in enumerate(line)]
    path = _Tube(points=line, radii=[15.0] * len(line)).path()
    heading = line[-1] - line[-5]
    ply = "".join(
        _stroke(f"M{_xy(here + across * (8 + 13j))}L{_xy(here - across * (8 + 13j))}", 5, CORAL_SHADE)
        for here, across in _walk(line, 5)
    )
    thread = _outline(path) + _cel("tail", path, CORAL, CORAL_SHADE, 5, ply)
    return thread + _draw_ball(line[-1], math.degrees(cmath.phase(heading)))


def _walk(line: Sequence[complex], step: int) -> list[tuple[complex, complex]]:
    """Return every so many points of a line with its direction there."""
    return [
        (line[index], (line[index + 1] - line[index]) / abs(line[index + 1] - line[index]))
        for index in range(step, len(line) - 1, step)
    ]


def _draw_ball(centre: complex, degrees: float) -> str:
    """Draw a ball of yarn: one sheaf of windings across, and another that lies over it."""
    path = _disc(centre, BALL_RADIUS)
    across = (_stroke(f"M-64,{y}Q0,{y - 26} 64,{y - 4}", 5.5, CORAL_SHADE) for y in (-32, -8, 16))
    over = "M-70,26Q-10,-14 70,12V80H-70z"
    sheaf = f'<path d="{over}" fill="{CORAL}"/>' + _stroke("M-70,26Q-10,-14 70,12", 5.5, CORAL_SHADE)
    down = (
        _stroke(f"M{x},{y}Q{x + 26},{y + 24} {x + 18},{y + 68}", 5.5, CORAL_SHADE)
        for x, y in ((-38, 10), (-12, 2), (14, 1))
    )
    frame = _Frame(origin=centre, degrees=degrees + 40)
    windings = _group(frame.transform, *across, sheaf, *down)
    return _outline(path) + _cel("ball", path, "url(#coral)", CORAL_SHADE, 10, windings)


def _draw_scarf(pose: Pose, body: _Frame) -> str:
    start = body.place(-28, -322)
    line = _bow(start, 90 + pose.lean + pose.scarf, -1.5 * pose.scarf, SCARF_LENGTH)
    return _draw_scarf_end(line) + _draw_scarf_band(body)


def _draw_scarf_end(line: Sequence[complex]) -> str:
    steps = _walk(line, 1)
    widths = _swell(len(steps), 24, 30, 33)
    right = [here - 1j * along * w for (here, along), w in zip(steps, widths, strict=True)]
    left = [here + 1j * along * w for (here, along), w in zip(steps, widths, strict=True)]
    path = f"M{_xy(*right, *reversed(left))}z"
    stripes = "".join(
        _stroke(f"M{_xy(here - 40j * along)}L{_xy(here + 40j * along)}", 13, CREAM)
        for here, along in (steps[30], steps[44])
    )
    end, along = steps[-1]
    fringe = "".join(f"M{_xy(end + 1j * along * x)}l{_xy(along * 17)}" for x in (-26, -9, 9, 26))
    threads = _mark_line(_stroke(fringe, 12 + 2 * OUTLINE * 0.8)) + _stroke(fringe, 12, CORAL)
    return threads + _outline(path) + _cel("scarf-end", path, CORAL, CORAL_SHADE, 8, stripes)


def _draw_scarf_band(body: _Frame) -> str:
    half = (0, -352), (80, -352), (132, -348), (132, -322), (132, -290), (84, -268), (0, -268)
    path = _mirror(body, half)
    stripes = _group(
        body.transform,
        *(_stroke(f"M{x},-360Q{x * 1.25},-310 {x},-262", 13, CREAM) for x in (-92, 18, 78)),
    )
    return _outline(path) + _cel("scarf", path, CORAL, CORAL_SHADE, 9, stripes)


# Head and face


def _frame_head(pose: Pose, body: _Frame) -> _Frame:
    return _Frame(origin=body.place(0, -330), degrees=pose.lean + pose.head_tilt)


def _draw_ear(pose: Pose, head: _Frame, side: _Side) -> str:
    root = head.place(side.sign * 98 - 12 * pose.head_turn, -262 - 8 * pose.head_nod)
    angle = side.sign * side.read(pose, "ear") + head.degrees - 90
    line = _bow(root, angle, side.sign * side.read(pose, "ear_bend"), EAR_LENGTH)
    path = _Tube(points=line, radii=_swell(len(line), 34, 54, 62, 22)).path()
    inner = _Tube(points=line[8:-6], radii=_swell(len(line) - 14, 12, 32, 38, 8)).path()
    return _outline(path) + _cel(
        f"{side.name}-ear", path, "url(#fur)", FUR_SHADE, 9, f'<path d="{inner}" fill="{ROSE}"/>'
    )


def _draw_tuft(pose: Pose, head: _Frame) -> str:
    root = head.place(-16 - 14 * pose.head_turn, -321)
    line = _bow(root, head.degrees - 104 + pose.tuft, 265, 168, 1.25)
    path = _Tube(points=line, radii=_swell(len(line), 15, 10, 10)).path()
    return _outline(path) + _cel("tuft", path, CORAL, CORAL_SHADE, 4)


def _draw_head(pose: Pose, head: _Frame) -> str:
    half = (0, -326), (112, -326), (194, -252), (210, -146), (224, -52), (134, 12), (0, 12)
    path = _mirror(head, half)
    skull = _outline(path) + _cel("head", path, "url(#fur)", FUR_SHADE, 14, _draw_muzzle(pose, head))
    look = f"{head.transform} translate({_number(34 * pose.head_turn)} {_number(-126 + 24 * pose.head_nod)})"
    return skull + _group(look, *(_draw_eye(pose, side) for side in _SIDES), _draw_nose(), _draw_mouth(pose))


def _draw_muzzle(pose: Pose, head: _Frame) -> str:
    x, y = 40 * pose.head_turn, -126 + 26 * pose.head_nod
    puff = "M0,30C44,22 92,46 92,84C92,116 52,130 0,130C-52,130 -92,116 -92,84C-92,46 -44,22 0,30z"
    patch = f'<path d="{puff}" fill="{CREAM}"/>'
    cheeks = [
        _ellipse(complex(sign * 146 - 8 * pose.head_turn, 66), 46, 32, "url(#blush)", f' opacity="{pose.blush:.3f}"')
        for sign in (-1, 1)
    ]
    return _group(f"{head.transform} translate({_number(x)} {_number(y)})", patch, *cheeks)


def _draw_eye(pose: Pose, side: _Side) -> str:
    openness = side.read(pose, "eye")
    rx = 42 - 2 * (1 - openness)
    fold = -18 * pose.eye_smile * (1 - openness)
    top, bottom = fold - 54 * openness, fold + 54 * openness
    k = 0.5523
    path = (
        f"M{-rx:.2f},0C{-rx:.2f},{k * top:.2f} {-k * rx:.2f},{top:.2f} 0,{top:.2f}"
        f"C{k * rx:.2f},{top:.2f} {rx:.2f},{k * top:.2f} {rx:.2f},0"
        f"C{rx:.2f},{k * bottom:.2f} {k * rx:.2f},{bottom:.2f} 0,{bottom:.2f}"
        f"C{-k * rx:.2f},{bottom:.2f} {-rx:.2f},{k * bottom:.2f} {-rx:.2f},0z"
    )
    # The far eye is narrower when the face turns away from it.
    squeeze = 1 - 0.12 * max(0.0, side.sign * pose.head_turn)
    x, y = side.sign * 98 + 10 * pose.gaze_x, 12 + 10 * pose.gaze_y
    at = f"translate({_number(x)} {_number(y)}) scale({squeeze:.3f} 1)"
    shine = _smooth(openness * 1.6)
    light = complex(6 * pose.gaze_x, 4 * pose.gaze_y)
    name = f"{side.name}-eye"
    return _group(
        at,
        f'<clipPath id="{name}"><path d="{path}"/></clipPath>',
        f'<path d="{path}" fill="url(#iris)"/>',
        _stroke(path, 11 - 3 * openness),
        f'<g clip-path="url(#{name})">',
        _ellipse(complex(0, 45) + light, 27 * shine, 16 * shine, "#a88bff"),
        _ellipse(complex(-13, -20) + light, 16 * shine, 18 * shine, "#ffffff"),
        _ellipse(complex(16, 18) + light, 8 * shine, 8.5 * shine, "#ffffff"),
        "</g>",
        _draw_brow(pose, side),
    )


def _draw_brow(pose: Pose, side: _Side) -> str:
    height = -80 - 13 * side.read(pose, "brow")
    at = f"translate({side.sign * 2} {_number(height)}) rotate({_number(side.sign * pose.brow_tilt)})"
    return _group(at, _stroke("M-17,4Q0,-9 17,4", 9))


def _draw_nose() -> str:
    path = "M-15,47C-15,41 15,41 15,47C15,55 6,62 0,62C-6,62 -15,55 -15,47z"
    return f'<path d="{path}" fill="{CORAL_SHADE}" stroke="{INK}" stroke-width="6"/>' + _ellipse(
        complex(-4, 48), 5, 2.5, "#ffffff"
    )


def _draw_mouth(pose: Pose) -> str:
    """Draw two bows that meet under the nose; a jaw that opens pulls a bowl out of them."""
    width, top = pose.mouth_width, 76.0
    sag, jaw = 17 * pose.smile, 58 * pose.mouth_open
    dip = top + 1.5 * sag
    lip = f"M{-width:.2f},{top}Q{-width / 2:.2f},{dip:.2f} 0,{top}Q{width / 2:.2f},{dip:.2f} {width:.2f},{top}"
    # Shut, the floor runs back along the lip; before the jaw is all the way down, it is a bowl.
    bowl = min(1.0, 1.6 * pose.mouth_open)
    near = complex(width * (2 + bowl) / 3, top + sag + 0.7 * jaw)
    far = complex(width * (1 / 3 + 0.22 * bowl), top + sag * (1 - bowl) + jaw)
    chin, corner = complex(0, top + jaw), complex(-width, top)
    floor = f"C{_xy(near, far, chin)}C{_xy(-far.conjugate(), -near.conjugate(), corner)}z"
    tongue = _ellipse(chin, 0.62 * width, 0.5 * jaw, TONGUE)
    return (
        f'<clipPath id="mouth"><path d="{lip}{floor}"/></clipPath><path d="{lip}{floor}" fill="{THROAT}"/>'
        f'<g clip-path="url(#mouth)">{tongue}</g>{_stroke(lip + floor, 8)}'
    )


# Props, each with a size that may be nothing


def _draw_bubble(pose: Pose, head: _Frame) -> str:
    if pose.bubble <= 0:
        return ""
    radius = 36 * pose.bubble
    nose = head.place(34 * pose.head_turn + 12, -126 + 24 * pose.head_nod + 56)
    centre = nose + complex(0.8 * radius, 0.8 * radius)
    path = _disc(centre, radius)
    shine = _ellipse(centre + radius * (-0.36 - 0.4j), 0.2 * radius, 0.28 * radius, "#ffffff")
    return f'<path d="{path}" fill="{SKY}" stroke="{INK}" stroke-width="{8 * min(1, 2 * pose.bubble):.2f}"/>{shine}'


def _draw_doze(pose: Pose) -> str:
    if pose.doze <= 0:
        return ""
    letter = "M-24,-28H24L-24,28H24"
    return _group(
        f"translate(826 282) rotate(10) scale({pose.doze:.3f})",
        _mark_line(_stroke(letter, 16 + 2 * OUTLINE)),
        _stroke(letter, 16, MINT),
    )


def _draw_sparkles(pose: Pose) -> str:
    if pose.sparkle <= 0:
        return ""
    star = "M0,-40C5,-12 12,-5 40,0C12,5 5,12 0,40C-5,12 -12,5 -40,0C-12,-5 -5,-12 0,-40z"
    shine = _outline(star)
    return "".join(
        _group(f"translate({x} {y}) scale({size * pose.sparkle:.3f})", shine, f'<path d="{star}" fill="{colour}"/>')
        for x, y, size, colour in ((136, 236, 1.1, GOLD), (876, 262, 1.0, GOLD), (120, 640, 0.7, MINT))
    )
