"""Faces to look for eyes in, and things that only seem to have some."""

from collections.abc import Callable

import cv2
import numpy as np

from poseloom.frames.image import Rgba, blank

SIDE = 512
INK, SKIN, WHITE = (40, 25, 20), (250, 200, 80), (255, 255, 255)
_FINE = 4

Point = tuple[int, int]
Shade = tuple[int, int, int]
Painter = Callable[["Sketch"], None]


class Sketch:
    """A canvas to draw ellipses, boxes and lines on, with soft edges."""

    def __init__(self) -> None:
        self._colour = np.zeros((SIDE, SIDE, 3), np.float32)
        self._alpha = np.zeros((SIDE, SIDE), np.float32)

    def ellipse(self, middle: Point, radii: Point, shade: Shade, *, degrees: float = 0) -> None:
        self._paint(lambda cover: cv2.ellipse(cover, middle, radii, degrees, 0, 360, 1, -1, cv2.LINE_AA), shade)

    def box(self, corner: Point, other: Point, shade: Shade) -> None:
        self._paint(lambda cover: cv2.rectangle(cover, corner, other, 1, -1), shade)

    def bow(self, middle: Point, radii: Point, shade: Shade = INK) -> None:
        self._paint(lambda cover: cv2.ellipse(cover, middle, radii, 0, 0, 180, 1, 7, cv2.LINE_AA), shade)

    def finish(self) -> Rgba:
        image = blank(SIDE)
        image[..., :3] = self._colour.round()
        image[..., 3] = (self._alpha * 255).round()
        return image

    def _paint(self, draw: Callable[[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]], object], shade: Shade) -> None:
        mask = np.zeros((SIDE, SIDE), np.uint8)
        draw(mask)
        cover = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.6)
        self._colour += (np.array(shade, np.float32) - self._colour) * cover[..., None]
        self._alpha = np.maximum(self._alpha, cover)


def draw(*painters: Painter) -> Rgba:
    sketch = Sketch()
    for painter in painters:
        painter(sketch)
    return sketch.finish()


def head(shade: Shade = SKIN) -> Painter:
    return lambda sketch: sketch.ellipse((256, 280), (150, 170), shade)


def dots(*middles: Point, radii: Point = (18, 20), shade: Shade = INK) -> Painter:
    def paint(sketch: Sketch) -> None:
        for middle in middles:
            sketch.ellipse(middle, radii, shade)

    return paint


def bows(*middles: Point) -> Painter:
    def paint(sketch: Sketch) -> None:
        for middle in middles:
            sketch.bow(middle, (26, 16))

    return paint


def googly(*middles: Point, outline: bool) -> Painter:
    def paint(sketch: Sketch) -> None:
        for x, y in middles:
            if outline:
                sketch.ellipse((x, y), (40, 48), INK)
            sketch.ellipse((x, y), (34, 42), WHITE)
            sketch.ellipse((x + 8, y + 6), (14, 16), INK)

    return paint


def patches(sketch: Sketch) -> None:
    for x, turn in ((185, 20), (327, -20)):
        sketch.ellipse((x, 250), (42, 54), (30, 30, 30), degrees=turn)
        sketch.ellipse((x, 246), (18, 20), WHITE)
        sketch.ellipse((x, 246), (11, 13), (20, 20, 20))


def wheels(sketch: Sketch) -> None:
    sketch.box((60, 200), (450, 340), (60, 90, 220))
    sketch.ellipse((140, 340), (46, 46), INK)
    sketch.ellipse((370, 340), (46, 46), INK)


GREEN, GREY = (90, 180, 90), (250, 250, 250)
LEFT, RIGHT = (200, 240), (312, 240)
SEEING = {
    "dots": (draw(head(), dots(LEFT, RIGHT)), 20),
    "dots and a bow": (draw(head(), dots(LEFT, RIGHT), bows((256, 300))), 20),
    "dots and a round mouth": (draw(head(), dots(LEFT, RIGHT, (256, 320))), 20),
    "tilted dots": (draw(head(), dots((200, 225), (312, 255))), 20),
    "whites with an outline": (draw(head(GREEN), googly((200, 230), (312, 230), outline=True)), 48),
    "whites without one": (draw(head(GREEN), googly((200, 230), (312, 230), outline=False)), 42),
}
"""By name: a face with two eyes, and half their height in pixels."""
BLIND = {
    "nothing on it": draw(head()),
    "one eye": draw(head(), dots((256, 240))),
    "shut eyes": draw(head(), bows(LEFT, RIGHT)),
    "two above each other": draw(head(), dots((256, 200), (256, 280))),
    "two of two sizes": draw(head(), dots(LEFT), dots(RIGHT, radii=(9, 10))),
    "three in a row": draw(head(), dots((180, 240), (256, 240), (332, 240))),
    "a ladybird": draw(
        lambda sketch: sketch.ellipse((256, 280), (170, 150), (220, 40, 40)),
        dots((180, 220), (330, 220), (150, 300), (360, 300), (210, 360), (300, 360), radii=(26, 26)),
    ),
    "a panda's patches": draw(head(GREY), patches),
    "wheels": draw(wheels),
    "feet": draw(head(), dots((200, 420), (312, 420), radii=(40, 24))),
    "faint": draw(head(), dots(LEFT, RIGHT, shade=(225, 175, 70))),
    "at the edge of the face": draw(head(), dots((112, 280), (400, 280))),
    "crowded to one side": draw(head(), dots((130, 240), (200, 240))),
    "glasses": draw(
        head(),
        lambda sketch: sketch.box((160, 210), (240, 260), INK),
        lambda sketch: sketch.box((272, 210), (352, 260), INK),
        lambda sketch: sketch.box((150, 212), (362, 220), INK),
    ),
    "whites that touch": draw(head(GREEN), googly((218, 230), (294, 230), outline=True)),
}
"""By name: what has no two eyes that could shut."""
