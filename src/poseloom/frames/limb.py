"""A part at its full size: both drawings of it, and how it is shown at any moment."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from poseloom.frames.blend import Side, blend_sides, show_side
from poseloom.frames.flow import Field, exponentiate, list_positions, look_up
from poseloom.frames.image import Rgba, premultiply, unpremultiply
from poseloom.frames.joint import close_outline
from poseloom.frames.path import Path
from poseloom.frames.silhouette import Ink, mix_inks
from poseloom.frames.similarity import Similarity, change_units, invert, move_points
from poseloom.frames.stage import Placement, Window, sample_places
from poseloom.frames.tether import Tether, draw_tether

_ONSET = 1 / 25
"""The share of the way within which lines begin to be mended: both poses stay as they were drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limb:
    """A part of both poses.

    Attributes:
        sides: The part as the source shows it, and as the target does, brought back to where the source has it.
        window: What `sides` show, in pixels of the stage.
        bounds: `x0, y0, x1, y1` of what is visible in either, in pixels of the stage.
        velocity: (h, w, 2), what is left to flow from one drawing to the other, on a grid over the stage, in cells.
        squarings: How finely that is integrated.
        path: How the part moves, in cells of the body's grid.
        is_front: Whether it lies before the body.
        inks: The lines around both subjects, which go on where it hangs on; None where there are none, or hidden.
        breadth_px: How broad it is.
        tether: How it ends where it hangs on; None where it is not seen to hang on anything in both poses.
    """

    sides: tuple[Side, Side]
    window: Window
    bounds: tuple[int, int, int, int]
    velocity: Field
    squarings: int
    path: Path
    is_front: bool
    inks: tuple[Ink, Ink] | None
    breadth_px: float
    tether: Tether | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What limbs move on, at one moment.

    Attributes:
        stage: Where the body's grid lies on the canvas.
        t: The moment, 0 at the source and 1 at the target.
        flows: Where the body has gone by then, and on the whole way, (h, w, 2) each, in cells.
    """

    stage: Window
    t: float
    flows: tuple[Field, Field]

    def move(self, limb: Limb) -> Similarity:
        """Return how pixels of the stage move with a limb since the source."""
        return change_units(limb.path.find(self.t, self.flows), *self._scale)

    def locate(self, limb: Limb) -> tuple[float, float]:
        """Return where the joint of a limb is, in pixels of the stage."""
        x, y = move_points((limb.path.joint + 0.5) * self._scale - 0.5, self.move(limb))
        return float(x), float(y)

    @property
    def _scale(self) -> tuple[float, float]:
        rows, columns = self.flows[0].shape[:2]
        height, width = self.stage.shape
        return width / columns, height / rows


def reach_limb(limb: Limb, ground: Ground) -> tuple[float, float, float, float]:
    """Return `(x0, y0, x1, y1)` of a limb, in pixels of the stage."""
    x0, y0, x1, y1 = limb.bounds
    corners = move_points(np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], np.float32), ground.move(limb))
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    return float(left), float(top), float(right), float(bottom)


def draw_limb(limb: Limb, ground: Ground, placement: Placement, canvas: Rgba) -> None:
    """Lay a limb over `canvas`, (H, W, 4) uint8, straight alpha."""
    t, move = ground.t, ground.move(limb)
    shown = _find_shown(limb, ground, move, placement, (canvas.shape[0], canvas.shape[1]))
    places = move_points(_sample_stage(ground.stage, placement, shown), invert(move))
    if t <= 0:
        painted = show_side(limb.sides[0], _look(limb, ground.stage, places, -t), shown.shape)
    elif t >= 1:
        painted = show_side(limb.sides[1], _look(limb, ground.stage, places, 1 - t), shown.shape)
    else:
        lattices = (_look(limb, ground.stage, places, -t), _look(limb, ground.stage, places, 1 - t))
        painted = blend_sides(limb.sides, lattices, shown.shape, t)
    lay_over(canvas[shown.y0 : shown.y1, shown.x0 : shown.x1], painted)


def hold_limb(limb: Limb, ground: Ground, placement: Placement, canvas: Rgba) -> None:
    """Draw a limb on to what it hangs on, where it would be torn off; `canvas` is changed."""
    if limb.tether is None or not 0 < ground.t < 1:
        return
    x, y = move_points(limb.tether.place, ground.move(limb))
    place = placement.move(float(x) + ground.stage.x0, float(y) + ground.stage.y0)
    draw_tether(limb.tether, np.array(place), ground.t, canvas)


def mend_joint(limb: Limb, ground: Ground, placement: Placement, canvas: Rgba) -> None:
    """Draw the line around the subject on where a limb hangs on; `canvas` is changed."""
    onset = min(1.0, ground.t / _ONSET, (1 - ground.t) / _ONSET)
    ink = mix_inks(*limb.inks, ground.t) if limb.inks and onset > 0 else None
    if ink is None:
        return
    stage_x, stage_y = ground.locate(limb)
    x, y = placement.move(stage_x + ground.stage.x0, stage_y + ground.stage.y0)
    # Farther out the line is whole; what is seen there tells where the edge is.
    reach = limb.breadth_px + 2 * ink.width_px
    around = Window(x0=int(x - reach), y0=int(y - reach), x1=int(x + reach) + 1, y1=int(y + reach) + 1)
    box = around.place(Placement(), (canvas.shape[0], canvas.shape[1]))
    across, down = np.arange(box.x0, box.x1, dtype=np.float32) - x, np.arange(box.y0, box.y1, dtype=np.float32) - y
    inside = (limb.breadth_px - np.sqrt(np.square(across) + np.square(down)[:, None])) / (2 * ink.width_px)
    share = np.asarray(np.clip(inside, 0, 1) * onset, np.float32)
    close_outline(canvas[box.y0 : box.y1, box.x0 : box.x1], ink, share)


def lay_over(below: Rgba, above: Rgba) -> None:
    """Lay one picture over another, (h, w, 4) uint8 each, straight alpha; `below` is changed."""
    x, y, width, height = cv2.boundingRect(cv2.extractChannel(above, 3))
    box = np.s_[y : y + height, x : x + width]
    front, back = premultiply(above[box]), premultiply(below[box])
    below[box] = unpremultiply(front + back * (1 - front[..., 3:]))


def _find_shown(limb: Limb, ground: Ground, move: Similarity, placement: Placement, canvas: tuple[int, int]) -> Window:
    """Return the part of the canvas on which a limb is."""
    window = limb.window
    corners = np.array(
        [(x, y) for x in (window.x0, window.x1) for y in (window.y0, window.y1)], np.float32
    ) - np.float32(0.5)
    moved = move_points(corners, move)
    (left, top), (right, bottom) = np.floor(moved.min(axis=0)), np.ceil(moved.max(axis=0))
    around = Window(
        x0=ground.stage.x0 + int(left) - 1,
        y0=ground.stage.y0 + int(top) - 1,
        x1=ground.stage.x0 + int(right) + 2,
        y1=ground.stage.y0 + int(bottom) + 2,
    )
    return around.place(placement, canvas)


def _sample_stage(stage: Window, placement: Placement, shown: Window) -> Field:
    """Return the lattice over `shown` of the stage's own pixels."""
    height, width = stage.shape
    # Places run on linearly: a grid of two by two cells tells them all.
    corners = (list_positions(2, 2) + np.float32(0.5)) * np.array([width / 2, height / 2], np.float32)
    return sample_places(corners - np.float32(0.5), stage, placement, shown)


def _look(limb: Limb, stage: Window, places: NDArray[np.float32], duration: float) -> Field:
    """Return the pixels of a limb's sides that are seen at `places` after `duration` of its flow."""
    rows, columns = limb.velocity.shape[:2]
    height, width = stage.shape
    scale = np.array([columns / width, rows / height], np.float32)
    cells = (places + np.float32(0.5)) * scale - np.float32(0.5)
    flow = look_up(exponentiate(limb.velocity, duration, squarings=limb.squarings), cells)
    return np.asarray(places + flow / scale - np.array([limb.window.x0, limb.window.y0], np.float32), np.float32)
