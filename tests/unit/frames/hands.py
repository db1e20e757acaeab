"""Faces with and without a hand, a handkerchief, a heart: what appears is nothing of the face that turns."""

import math

from poseloom.frames.image import Rgba
from tests.unit.frames.faces import WHITE, Painter, Point, Shade, Sketch, bows, dots, draw

LINE, YELLOW, ORANGE, DARK = (0, 0, 0), (252, 234, 43), (255, 176, 46), (60, 40, 50)
_LINE_PX = 7
_PALM_AND_FINGERS = (
    ((0, 0), (46, 38), 0),
    ((58, -26), (40, 14), -20),
    ((64, 2), (42, 14), 0),
    ((54, 28), (38, 14), 20),
    ((-6, -44), (14, 34), 20),
)


def _outlined(middle: Point, radii: Point, shade: Shade) -> Painter:
    def paint(sketch: Sketch) -> None:
        sketch.ellipse(middle, (radii[0] + _LINE_PX, radii[1] + _LINE_PX), LINE)
        sketch.ellipse(middle, (radii[0] - _LINE_PX, radii[1] - _LINE_PX), shade)

    return paint


def _hand(x: int, y: int, degrees: float) -> Painter:
    along, aside = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))

    def place(across: float, down: float) -> Point:
        return round(x + across * along - down * aside), round(y + across * aside + down * along)

    def paint(sketch: Sketch) -> None:
        for wider, shade in ((_LINE_PX - 1, LINE), (1 - _LINE_PX, YELLOW)):
            for (across, down), (long, broad), tilt in _PALM_AND_FINGERS:
                radii = long + wider, broad + wider
                sketch.ellipse(place(across, down), radii, shade, degrees=degrees + tilt)

    return paint


def _show(*painters: Painter) -> Rgba:
    return draw(_outlined((256, 240), (170, 170), YELLOW), dots((196, 200), (316, 200), shade=LINE), *painters)


def _straight_mouth(sketch: Sketch) -> None:
    sketch.box((196, 300), (316, 312), LINE)


FACE = _show(_straight_mouth)
HANDS = {
    "before its chin": _show(_straight_mouth, _hand(170, 380, -30)),
    "at its brow": _show(_straight_mouth, _hand(130, 120, -40)),
    "before its mouth": _show(_hand(256, 330, -80)),
    "on its cheek": _show(_straight_mouth, _hand(120, 240, -90)),
}
"""By where a hand is: the same face with it, drawn with lines around everything."""


def _ground(sketch: Sketch) -> None:
    sketch.ellipse((256, 240), (170, 170), ORANGE)


def _wide_eyes(sketch: Sketch) -> None:
    for x in (200, 312):
        sketch.ellipse((x, 200), (46, 46), WHITE)
        sketch.ellipse((x + 4, 204), (24, 24), DARK)


def _pinched_eyes(sketch: Sketch) -> None:
    for x, side in ((190, 1), (322, -1)):
        for y, tilt in ((188, 25), (212, -25)):
            sketch.ellipse((x, y), (30, 7), DARK, degrees=side * tilt)


def _handkerchief(sketch: Sketch) -> None:
    sketch.ellipse((170, 340), (60, 80), WHITE, degrees=30)
    sketch.ellipse((150, 380), (50, 40), WHITE)


def _small_mouth(sketch: Sketch) -> None:
    sketch.ellipse((300, 330), (40, 14), DARK)


CALM = draw(_ground, _wide_eyes, _straight_mouth)
SNEEZING = draw(_ground, _pinched_eyes, _handkerchief, _small_mouth)
"""One face twice, drawn without lines; the whites of the eyes are gone, and a white handkerchief is there."""


def _cat(sketch: Sketch) -> None:
    sketch.box((100, 140), (412, 440), ORANGE)
    for x in (130, 382):
        sketch.ellipse((x, 130), (34, 60), ORANGE)


def _grin(sketch: Sketch) -> None:
    sketch.ellipse((256, 340), (70, 44), (187, 29, 128))
    sketch.box((180, 290), (330, 335), ORANGE)


def _kiss(sketch: Sketch) -> None:
    for y in (330, 358):
        sketch.ellipse((262, y), (20, 12), DARK)


def _heart(x: int, y: int, width: int) -> Painter:
    def paint(sketch: Sketch) -> None:
        for side in (-1, 1):
            middle = x + side * width // 2, y - width // 3
            sketch.ellipse(middle, (width * 2 // 3, width * 2 // 3), (202, 11, 74))
        sketch.ellipse((x, y + width // 3), (width // 2, width * 4 // 5), (202, 11, 74))

    return paint


GRINNING = draw(_cat, dots((200, 250), (312, 250), radii=(14, 26), shade=DARK), _grin)


def kiss(x: int, y: int, width: int) -> Rgba:
    """Return the cat that kisses, with a heart there."""
    return draw(_cat, bows((200, 250), (312, 250)), _kiss, _heart(x, y, width))
