"""What the figures of the troupe are made of: how they stand, and a few shapes as SVG."""

import math
from dataclasses import dataclass

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
        gaze: How far the face looks aside, in units of the drawing.
        tail: How far the tail leans over, if there is one.
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
    gaze: float = 0
    tail: float = 40


def bend(start: Point, root_degrees: float, bend_degrees: float, length: float) -> list[Point]:
    """Return the shoulder, elbow and hand of an arm, or what they are called of a leg."""
    middle = go(start, root_degrees, length)
    return [start, middle, go(middle, root_degrees + bend_degrees, length)]


def go(start: Point, degrees: float, length: float) -> Point:
    """Return the place so far from another; 0 degrees is straight down, positive to the right."""
    angle = math.radians(degrees)
    return start[0] + length * math.sin(angle), start[1] + length * math.cos(angle)


def draw_face(middle: Point, stand: Stand, scale: float, colour: str) -> str:
    """Return two eyes and a mouth as SVG, the eyes about `middle`."""
    x, y = middle
    eye = (6 * scale, 9 * scale * max(stand.eyes, 0.08))
    eyes = "".join(ellipse((x + 18 * scale * sign, y), eye, colour) for sign in (-1, 1))
    lip, depth = y + 20 * scale, y + (30 + 14 * stand.mouth) * scale
    lips = f"M{x - 12 * scale} {lip} Q{x} {depth} {x + 12 * scale} {lip}"
    fill = colour if stand.mouth > 0.3 else "none"
    return f'{eyes}<path d="{lips}" fill="{fill}" stroke="{colour}" stroke-width="{4 * scale}" stroke-linecap="round"/>'


def tilt(shapes: str, stand: Stand, about: Point) -> str:
    """Return shapes, as SVG, turned as the head of a figure is."""
    return f'<g transform="rotate({stand.tilt} {about[0]} {about[1]})">{shapes}</g>'


def stroke(points: list[Point], colour: str, width: float) -> str:
    """Return a round stroke through points as SVG."""
    way = " L".join(f"{x:.2f} {y:.2f}" for x, y in points)
    joins = 'fill="none" stroke-linecap="round" stroke-linejoin="round"'
    return f'<path d="M{way}" stroke="{colour}" stroke-width="{width}" {joins}/>'


def ellipse(middle: Point, radii: Point, colour: str) -> str:
    """Return a filled ellipse as SVG."""
    return f'<ellipse cx="{middle[0]}" cy="{middle[1]}" rx="{radii[0]}" ry="{radii[1]}" fill="{colour}"/>'


def box(corner: Point, size: Point, radius: float, colour: str) -> str:
    """Return a filled box with round corners as SVG, from its upper left one."""
    x, y = corner
    return f'<rect x="{x}" y="{y}" width="{size[0]}" height="{size[1]}" rx="{radius}" fill="{colour}"/>'
