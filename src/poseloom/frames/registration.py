"""Find the flow that turns one pose into another: symmetric log-demons, coarse to fine.

After Vercauteren et al., "Symmetric Log-Domain Diffeomorphic Registration: A Demons-Based Approach"
(MICCAI 2008), with a robust Gauss-Newton step over several channels (colour, alpha, signed distance),
taken from a little ahead (Nesterov, "A Method for Solving the Convex Programming Problem with
Convergence Rate O(1/k²)", 1983; here with a constant momentum).
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from poseloom.frames.affinity import fit_shape
from poseloom.frames.flow import Channels, Field, count_squarings, exponentiate, resample_field, smooth, warp
from poseloom.frames.image import Plane, Premultiplied
from poseloom.frames.silhouette import measure_distance

_LONGEST_UPDATE_CELLS = 1.0
_LONGEST_STEP_CELLS = 1.0
"""Longer than where something is drawn: what they leave, the next update mends."""
_MOMENTUM = 0.55
"""How much of its last change a flow goes on by before it is judged: so half the rounds bring it as far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stiffness:
    """How a registration runs.

    Attributes:
        rounds: Per level, the longer side of the grid in cells and the number of iterations there.
        fluid_cells: Blur of each update: large keeps faces rigid, small lets limbs go.
        elastic_cells: Blur of the whole field after each update.
        damping: Resistance of flat regions.
        outlier: Colour gap at which a pixel starts to count less.
        outline: Weight of the signed-distance channel.
    """

    rounds: tuple[tuple[int, int], ...]
    fluid_cells: float
    elastic_cells: float
    damping: float
    outlier: float
    outline: float


FIRM = Stiffness(
    rounds=((24, 10), (48, 8)),
    fluid_cells=5.0,
    elastic_cells=0.8,
    damping=0.1,
    outlier=0.3,
    outline=0.0,
)
"""A flow that leaves alone what moves otherwise."""
FIRM_ON = replace(FIRM, rounds=((48, 5),))
"""The same from a start that is nearly right."""
SOFT = Stiffness(
    rounds=((16, 16), (24, 16), (32, 13), (48, 10), (64, 6), (96, 4)),
    fluid_cells=2.2,
    elastic_cells=0.6,
    damping=0.02,
    outlier=0.5,
    outline=0.6,
)
STIFF = Stiffness(
    rounds=((24, 16), (48, 14), (96, 6)),
    fluid_cells=5.0,
    elastic_cells=0.8,
    damping=0.1,
    outlier=0.5,
    outline=0.3,
)
CALM = replace(STIFF, outlier=0.2, elastic_cells=2.0, outline=0.0)
"""Moves what is surely the same and lets the rest be, rather than bend it until it fits."""
CALM_BEGUN, CALM_ENDED = replace(CALM, rounds=CALM.rounds[:-1]), replace(CALM, rounds=CALM.rounds[-1:])
"""The same in two steps."""
REFINE = Stiffness(
    rounds=((96, 9),),
    fluid_cells=4.0,
    elastic_cells=0.5,
    damping=0.3,
    outlier=0.3,
    outline=0.0,
)

LEFTOVER = Stiffness(
    rounds=((48, 6), (96, 4)),
    fluid_cells=2.5,
    elastic_cells=0.6,
    damping=0.1,
    outlier=0.5,
    outline=0.0,
)
"""What is left of a part's motion after its turn."""
REFINE_FAST = replace(REFINE, rounds=((96, 5),))


class FeaturePyramid:
    """A pair of poses seen at several sizes; each size is made once."""

    __slots__ = ("_levels", "_source", "_target", "_trust")

    def __init__(self, source: Premultiplied, target: Premultiplied) -> None:
        """Take a pair of poses, (H, W, 4) each; every place counts."""
        self._source = source
        self._target = target
        self._trust: tuple[Plane, Plane] | None = None
        self._levels: dict[tuple[int, float], tuple[Channels, Channels]] = {}

    def entrust(self, near: Plane, far: Plane) -> "FeaturePyramid":
        """Return the same pair with places that count less; what was seen of it is shared.

        Args:
            near: (h, w) float32, on any grid: how far each place of the source counts, 0..1.
            far: The same of the target.
        """
        entrusted = FeaturePyramid(self._source, self._target)
        entrusted._trust, entrusted._levels = (near, far), self._levels
        return entrusted

    @property
    def poses(self) -> tuple[Premultiplied, Premultiplied]:
        """Source and target."""
        return self._source, self._target

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the full pictures."""
        return self._source.shape[0], self._source.shape[1]

    def see(self, long_side: int, outline: float) -> tuple[Channels, Channels]:
        """Return both poses, (h, w, 4 or 5): premultiplied RGBA, and the signed distance if it counts.

        They can't be written to.
        """
        key = long_side, outline
        if key not in self._levels:
            shape = fit_shape(self.shape, long_side)
            self._levels[key] = _describe(self._source, shape, outline), _describe(self._target, shape, outline)
        return self._levels[key]

    def see_trust(self, shape: tuple[int, int]) -> tuple[Plane, Plane] | None:
        """Return how far each place counts on a grid of `shape`; None is fully everywhere."""
        if self._trust is None:
            return None
        near, far = (cv2.resize(plane, shape[::-1], interpolation=cv2.INTER_AREA) for plane in self._trust)
        return np.asarray(near, np.float32), np.asarray(far, np.float32)


def register(pyramid: FeaturePyramid, stiffness: Stiffness, start: Field | None = None) -> Field:
    """Return the velocity field whose flow over one unit carries the source onto the target.

    Args:
        pyramid: Both poses.
        stiffness: How soft the flow may be, and how long to search.
        start: Where to begin; at rest by default.
    """
    velocity = start
    for long_side, iterations in stiffness.rounds:
        source, target = pyramid.see(long_side, stiffness.outline)
        shape = (source.shape[0], source.shape[1])
        velocity = np.zeros((*shape, 2), np.float32) if velocity is None else resample_field(velocity, shape)
        trust = pyramid.see_trust(shape)
        previous = velocity
        for _ in range(iterations):
            ahead = velocity + np.float32(_MOMENTUM) * (velocity - previous)
            update = _step(source, target, ahead, stiffness, trust)
            previous = velocity
            velocity = smooth(ahead + smooth(update, stiffness.fluid_cells), stiffness.elastic_cells)
    assert velocity is not None, "a registration has at least one round"
    return velocity


def _describe(image: Premultiplied, shape: tuple[int, int], outline: float) -> Channels:
    small = np.asarray(cv2.resize(image, shape[::-1], interpolation=cv2.INTER_AREA), np.float32)
    if outline:
        distance = np.tanh(measure_distance(small[..., 3]) / np.float32(0.08 * max(shape)))
        small = np.dstack([small, distance * np.float32(outline)])
    small.flags.writeable = False
    return small


def _step(
    source: Channels, target: Channels, velocity: Field, stiffness: Stiffness, known: tuple[Plane, Plane] | None
) -> Field:
    """Return one robust Gauss-Newton update, judged half-way between the poses."""
    squarings = count_squarings(velocity * np.float32(0.5), _LONGEST_STEP_CELLS)
    back, forth = (exponentiate(velocity, duration, squarings=squarings) for duration in (-0.5, 0.5))
    near, far = warp(source, back), warp(target, forth)
    total = near + far
    gap, slope_x, slope_y = (_part(image) for image in (near - far, _slope(total, 1, 0), _slope(total, 0, 1)))
    trust = 1 / (1 + _multiply(gap, gap) / np.float32(stiffness.outlier**2))
    if known is not None:
        trust = trust * warp(known[0], back) * warp(known[1], forth)
    pairs = ((slope_x, slope_x), (slope_y, slope_y), (slope_x, slope_y), (slope_x, gap), (slope_y, gap))
    terms = cv2.merge([_multiply(left, right) * trust for left, right in pairs])
    xx, yy, xy, x, y = _part(smooth(np.asarray(terms, np.float32), 1.0))
    ridge = np.float32(0.05 * stiffness.damping) + np.float32(0.02) * (xx + yy)
    xx, yy = xx + ridge, yy + ridge
    determinant = xx * yy - xy * xy
    along_x, along_y = yy * x - xy * y, xx * y - xy * x
    # Divided by the determinant, but where that is longer than an update may be.
    most = np.float32(_LONGEST_UPDATE_CELLS)
    # Not by cv2.magnitude: its last bits depend on where in memory it writes.
    share = most / np.maximum(np.sqrt(along_x * along_x + along_y * along_y), most * determinant)
    return np.asarray(cv2.merge([along_x * share, along_y * share]), np.float32)


def _part(image: Channels) -> Channels:
    """Return the planes of an image one after another, (c, h, w): sums over them run several times as fast."""
    return np.ascontiguousarray(image.transpose(2, 0, 1))


def _multiply(left: Channels, right: Channels) -> Plane:
    """Return the inner product at each place of two stacks of planes."""
    return np.asarray(np.einsum("cij,cij->ij", left, right), np.float32)


def _slope(total: Channels, along_x: int, along_y: int) -> Channels:
    """Return how the mean of two pictures changes per cell, along one axis, from their sum."""
    slope = cv2.Sobel(total, cv2.CV_32F, along_x, along_y, ksize=3, scale=0.0625, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(slope, np.float32)
