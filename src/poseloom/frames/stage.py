"""The part of a canvas on which something happens, and how it is laid back onto the canvas."""

from dataclasses import dataclass

import cv2
import numpy as np

from poseloom.frames.flow import Channels, Field
from poseloom.frames.image import Rgba, measure_bounds

_MARGIN = 0.07
_CELL_PX = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """A squash or stretch about a point that stays put, then a lift, in canvas pixels.

    Attributes:
        scale_x: Factor of widths.
        scale_y: Factor of heights.
        pivot_x: The point that stays put.
        pivot_y: The same, downwards.
        lift_px: Upwards.
    """

    scale_x: float = 1.0
    scale_y: float = 1.0
    pivot_x: float = 0.0
    pivot_y: float = 0.0
    lift_px: float = 0.0

    def move(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point goes."""
        across = (x - self.pivot_x) * self.scale_x + self.pivot_x
        down = (y - self.pivot_y) * self.scale_y + self.pivot_y
        return across, down - self.lift_px


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A rectangle in canvas pixels, ends exclusive; it may reach over the canvas."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width."""
        return self.y1 - self.y0, self.x1 - self.x0

    def cut(self, image: Rgba) -> Rgba:
        """Return what `image` shows in this window, transparent beyond its border."""
        height, width = image.shape[:2]
        inside = image[max(self.y0, 0) : max(self.y1, 0), max(self.x0, 0) : max(self.x1, 0)]
        return np.asarray(
            cv2.copyMakeBorder(
                inside,
                max(-self.y0, 0),
                max(self.y1 - height, 0),
                max(-self.x0, 0),
                max(self.x1 - width, 0),
                cv2.BORDER_CONSTANT,
            ),
            np.uint8,
        )

    def place(self, placement: Placement, canvas: tuple[int, int]) -> "Window":
        """Return where this window lies on a `canvas` (height, width) once placed, clipped to it."""
        height, width = canvas
        left, top = placement.move(self.x0, self.y0)
        right, bottom = placement.move(self.x1, self.y1)
        return Window(
            x0=min(max(int(left), 0), width - 1),
            y0=min(max(int(top), 0), height - 1),
            x1=max(min(int(right) + 1, width), 1),
            y1=max(min(int(bottom) + 1, height), 1),
        )


def set_stage(source: Rgba, target: Rgba) -> Window | None:
    """Return the window that holds both poses with room to move, or None when both are empty."""
    bounds = [found for found in (measure_bounds(source), measure_bounds(target)) if found]
    if not bounds:
        return None
    x0, y0 = min(found[0] for found in bounds), min(found[1] for found in bounds)
    x1, y1 = max(found[2] for found in bounds), max(found[3] for found in bounds)
    margin = 4 + round(_MARGIN * max(x1 - x0, y1 - y0))
    return Window(x0=x0 - margin, y0=y0 - margin, x1=x1 + margin, y1=y1 + margin)


def sample_places(places: Channels, stage: Window, placement: Placement, shown: Window) -> Field:
    """Return `places` at a coarse lattice over `shown`: one sample per `_CELL_PX` pixels, one cell wider.

    Args:
        places: (h, w, c), a quantity known on a grid over `stage`.
        stage: Where that grid lies.
        placement: How the stage is laid onto the canvas.
        shown: The window of the canvas that is wanted.

    Enlarged by `enlarge_places` this is exact to a small part of a pixel, which a direct `cv2.remap` is
    not: it rounds to 1/32 of a cell.
    """
    height, width = shown.shape
    columns = shown.x0 + _CELL_PX * (np.arange(-1, -(-width // _CELL_PX) + 1) + 0.5) - 0.5
    rows = shown.y0 + _CELL_PX * (np.arange(-1, -(-height // _CELL_PX) + 1) + 0.5) - 0.5 + placement.lift_px
    columns = (columns - placement.pivot_x) / placement.scale_x + placement.pivot_x - stage.x0
    rows = (rows - placement.pivot_y) / placement.scale_y + placement.pivot_y - stage.y0
    stage_height, stage_width = stage.shape
    by_row = _interpolate(places, (rows + 0.5) * (places.shape[0] / stage_height) - 0.5)
    across = by_row.transpose(1, 0, 2)
    both = _interpolate(across, (columns + 0.5) * (places.shape[1] / stage_width) - 0.5)
    return np.ascontiguousarray(both.transpose(1, 0, 2))


def enlarge_places(lattice: Field, shape: tuple[int, int], *, shrunk: int = 1) -> Field:
    """Return the lattice of `sample_places` at every pixel of `shape`, or at every `shrunk`-th."""
    cell = _CELL_PX // shrunk
    size = (lattice.shape[1] * cell, lattice.shape[0] * cell)
    enlarged = cv2.resize(lattice, size, interpolation=cv2.INTER_LINEAR)
    height, width = -(-shape[0] // shrunk), -(-shape[1] // shrunk)
    return np.asarray(enlarged[cell : cell + height, cell : cell + width], np.float32)


def _interpolate(values: Channels, rows: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Channels:
    """Return `values` between its rows, linearly, and onwards beyond its ends with the last slope."""
    last = values.shape[0] - 1
    below = np.clip(np.floor(rows).astype(np.intp), 0, last - 1)
    share = (rows - below).astype(np.float32)[:, None, None]
    return np.asarray(values[below] * (1 - share) + values[below + 1] * share, np.float32)
