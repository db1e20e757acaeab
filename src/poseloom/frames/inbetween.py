"""Draw what lies between two poses, at any moment and in any order."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from poseloom.core.confidence import Confidence, Fault, FaultKind, Rendering, judge_pair
from poseloom.frames.affinity import fit_shape
from poseloom.frames.anatomy import Anatomy, Verdict, judge_anatomy
from poseloom.frames.blend import Side, blend_sides, prepare_side, show_side
from poseloom.frames.candidate import Candidate, calm_flow, choose_flow, hold_flow
from poseloom.frames.comparison import Comparison
from poseloom.frames.cutout import cut_parts, rescale_limb
from poseloom.frames.dissection import LONG_SIDES, dissect
from poseloom.frames.flow import Channels, Field, count_squarings, exponentiate, list_positions, resample_field, warp
from poseloom.frames.image import Premultiplied, Rgba, measure_bounds, premultiply
from poseloom.frames.island import count_pieces, drop_islands
from poseloom.frames.limb import Ground, Limb, draw_limb, hold_limb, lay_over, mend_joint, reach_limb
from poseloom.frames.refinement import refine_turns
from poseloom.frames.registration import FeaturePyramid
from poseloom.frames.silhouette import are_lined
from poseloom.frames.stage import Placement, Window, sample_places, set_stage

_WORK_LONG_SIDE = 320
_AT_REST = Placement()
_SEEN_ALPHA = 0.06
_FAR_SHARE = 0.0375
"""So far outside the other's outline, by the longer side of the stage, what one pose has would grow out of a thread."""
_EMPTY = (Fault(kind=FaultKind.EMPTY_POSE, amount=1, weight=1),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Morph:
    """A pair of poses and the flow between them; made by `prepare_morph`.

    Attributes:
        source: (H, W, 4) uint8, straight alpha.
        target: The same shape.
        judgement: How far it is to be trusted, and why no further.
        stage: The part of the canvas on which the poses are.
        velocity: (h, w, 2) float32, the flow over one unit of time, in cells of a grid over the stage.
        squarings: How finely the flow is integrated, the same at every moment.
        whole: (h, w, 2) float32, where that has gone at the target.
        sides: Both bodies as cut by the stage, ready to be looked up.
        limbs: The parts that turn, each behind or before the body.
        shades: (h, w) float32 each, the poses' alpha on the grid of the velocity.
        pieces: In how many pieces one of the poses shows the subject: what more there are between them have torn off.
    """

    source: Rgba
    target: Rgba
    judgement: Confidence
    stage: Window
    velocity: Field
    squarings: int
    whole: Field
    sides: tuple[Side, Side]
    limbs: tuple[Limb, ...]
    shades: tuple[Channels, Channels]
    pieces: int

    def draw(self, t: float, placement: Placement = _AT_REST) -> Rgba:
        """Return the picture at `t`, (H, W, 4) uint8, straight alpha, black where it is transparent.

        Args:
            t: 0 is the source and 1 the target, both exact. A little less than 0 or more than 1 draws back
                before the start or swings past the end; beyond 6 % the poses distort.
            placement: A squash or stretch of the whole, at rest by default.
        """
        if placement == _AT_REST and t in {0.0, 1.0}:
            return (self.target if t else self.source).copy()
        canvas = np.zeros_like(self.source)
        if self.limbs:
            self._draw_layers(t, placement, canvas)
        else:
            self._draw_body(t, placement, canvas, is_first=True)
        if self.pieces and 0 < t < 1:
            drop_islands(canvas, self.pieces)
        return canvas

    def _draw_layers(self, t: float, placement: Placement, canvas: Rgba) -> None:
        ground = self._stand(t)
        behind, front = ([limb for limb in self.limbs if limb.is_front == is_front] for is_front in (False, True))
        for limb in behind:
            draw_limb(limb, ground, placement, canvas)
        self._draw_body(t, placement, canvas, is_first=not behind)
        for limb in front:
            draw_limb(limb, ground, placement, canvas)
        for limb in self.limbs:
            hold_limb(limb, ground, placement, canvas)
        for limb in front:
            mend_joint(limb, ground, placement, canvas)

    def _draw_body(self, t: float, placement: Placement, canvas: Rgba, *, is_first: bool) -> None:
        shown = self.stage.place(placement, (canvas.shape[0], canvas.shape[1]))
        if t <= 0:
            painted = show_side(self.sides[0], self._look(-t, placement, shown), shown.shape)
        elif t >= 1:
            painted = show_side(self.sides[1], self._look(1 - t, placement, shown), shown.shape)
        else:
            lattices = self._look(-t, placement, shown), self._look(1 - t, placement, shown)
            painted = blend_sides(self.sides, lattices, shown.shape, t, far_px=self._far_px)
        view = canvas[shown.y0 : shown.y1, shown.x0 : shown.x1]
        if is_first:
            cv2.copyTo(painted, cv2.extractChannel(painted, 3), view)
        else:
            lay_over(view, painted)

    @property
    def confidence(self) -> float:
        """Return 0..1, how far it may be shown slowly."""
        return self.judgement.value

    @property
    def _far_px(self) -> float:
        # Beside limbs that turn, what is far from the other outline is most likely a piece of one.
        return math.inf if self.limbs else _FAR_SHARE * max(self.stage.shape)

    def _stand(self, t: float) -> Ground:
        return Ground(stage=self.stage, t=t, flows=(self._flow(t), self.whole))

    def measure_reach(self, t: float) -> tuple[float, float, float, float]:
        """Return `(x0, y0, x1, y1)`, about a grid cell wide of the truth, in canvas pixels, of `draw(t)`.

        It may lie beyond the canvas, where `draw` would clip. An empty picture reaches nowhere: zeros.
        """
        reaches = self._reach_limbs(t)
        near = warp(self.shades[0], self._flow(-t)) * (t < 1)
        far = warp(self.shades[1], self._flow(1 - t)) * (t > 0)
        seen = np.asarray(np.maximum(near, far) > _SEEN_ALPHA, np.uint8)
        x, y, width, height = cv2.boundingRect(seen)
        if width:
            cell_x = self.stage.shape[1] / seen.shape[1]
            cell_y = self.stage.shape[0] / seen.shape[0]
            reaches.append((x * cell_x, y * cell_y, (x + width) * cell_x, (y + height) * cell_y))
        if not reaches:
            return 0.0, 0.0, 0.0, 0.0
        left, top = (min(reach[axis] for reach in reaches) for axis in (0, 1))
        right, bottom = (max(reach[axis] for reach in reaches) for axis in (2, 3))
        return self.stage.x0 + left, self.stage.y0 + top, self.stage.x0 + right, self.stage.y0 + bottom

    def _reach_limbs(self, t: float) -> list[tuple[float, float, float, float]]:
        if not self.limbs:
            return []
        ground = self._stand(t)
        return [reach_limb(limb, ground) for limb in self.limbs]

    def _flow(self, duration: float) -> Field:
        return exponentiate(self.velocity, duration, squarings=self.squarings)

    def _look(self, duration: float, placement: Placement, shown: Window) -> Field:
        """Return the lattice of stage pixels that are seen after `duration` of the flow."""
        field = self._flow(duration)
        rows, columns = field.shape[:2]
        height, width = self.stage.shape
        scale = np.array([width / columns, height / rows], np.float32)
        half = np.float32(0.5)
        places = (list_positions(rows, columns) + field + half) * scale - half
        return sample_places(places, self.stage, placement, shown)


def prepare_morph(source: Rgba, target: Rgba) -> Morph:
    """Find the flow from `source` to `target`, so that `Morph.draw` gives every moment between them.

    Args:
        source: (H, W, 4) uint8, straight alpha.
        target: The same shape.

    Returns:
        The morph; with an empty pose nothing moves, and it is not trusted.

    Raises:
        ValueError: The poses differ in size.
    """
    if source.shape != target.shape:
        message = f"poses of one size are needed, not {source.shape} and {target.shape}"
        raise ValueError(message)
    whole = Window(x0=0, y0=0, x1=source.shape[1], y1=source.shape[0])
    stage = set_stage(source, target) or whole
    poses = stage.cut(source), stage.cut(target)
    if measure_bounds(source) is None or measure_bounds(target) is None:
        found = _Found(np.zeros((*fit_shape(stage.shape, 16), 2), np.float32), judge_pair(_EMPTY), poses, ())
    else:
        found = _find_motion(poses)
    shades = _shade(found.bodies[0], found.velocity), _shade(found.bodies[1], found.velocity)
    squarings = count_squarings(found.velocity)
    return Morph(
        source=source,
        target=target,
        judgement=found.judgement,
        stage=stage,
        velocity=found.velocity,
        squarings=squarings,
        whole=exponentiate(found.velocity, 1.0, squarings=squarings),
        sides=(prepare_side(found.bodies[0]), prepare_side(found.bodies[1])),
        limbs=found.limbs,
        shades=shades,
        pieces=max(count_pieces(source), count_pieces(target)),
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """What moves, and how."""

    velocity: Field
    judgement: Confidence
    bodies: tuple[Rgba, Rgba]
    limbs: tuple[Limb, ...]


def _find_motion(poses: tuple[Rgba, Rgba]) -> _Found:
    """Find one flow for both poses, or one for their bodies and turns for their limbs: what has fewer faults."""
    work = _shrink(poses[0]), _shrink(poses[1])
    single = choose_flow(*work)
    read = _read(work, single, _judge_flow(single))
    if read.judgement.rendering is not Rendering.LIMBS:
        # Poses that differ so much are exchanged so quickly that turning limbs would only confuse.
        shown = hold_flow(*work, calm_flow(*work, single))
        judgement = read.judgement if shown is single else judge_pair(_judge_flow(shown).list_faults())
        return _Found(shown.velocity, judgement, poses, ())
    cutout = cut_parts(poses, refine_turns(read.anatomy, work), read.comparison)
    body = choose_flow(_shrink(cutout.bodies[0]), _shrink(cutout.bodies[1]), read.anatomy.velocity)
    shape = (body.velocity.shape[0], body.velocity.shape[1])
    limbs = tuple(rescale_limb(limb, read.comparison.shape, shape) for limb in (*cutout.roots, *cutout.limbs))
    judgement = judge_pair(read.verdict.list_faults(), limbs=len(cutout.limbs))
    return _Found(body.velocity, judgement, cutout.bodies, limbs)


def _judge_flow(flow: Candidate) -> Verdict:
    """Return the faults of a reading without parts."""
    return Verdict(mismatch=flow.mismatch, distortion=flow.distortion)


@dataclass(frozen=True, slots=True)
class _Read:
    """What was made of a pair on one grid."""

    comparison: Comparison
    anatomy: Anatomy
    verdict: Verdict
    is_near_miss: bool

    @property
    def judgement(self) -> Confidence:
        return judge_pair(self.verdict.list_faults(), limbs=len(self.anatomy.turns))


def _read(work: tuple[Premultiplied, Premultiplied], single: Candidate, alone: Verdict) -> _Read:
    """Return the best reading of a pair; where it flows, untrusted, and limbs nearly help, they are sought anew."""
    first = _look(work, single, alone, LONG_SIDES[0])
    if first.judgement.rendering is not Rendering.FLOWS or first.judgement.value == 1 or not first.is_near_miss:
        return first
    return min(first, _look(work, single, alone, LONG_SIDES[1]), key=lambda read: read.verdict.score)


def _look(work: tuple[Premultiplied, Premultiplied], single: Candidate, alone: Verdict, long_side: int) -> _Read:
    comparison = Comparison(*FeaturePyramid(*work).see(long_side, 0.0), is_lined=are_lined(*work))
    found = dissect(comparison, resample_field(single.velocity, comparison.shape), single.start)
    verdict = judge_anatomy(found.anatomy, comparison)
    if not found.anatomy.turns:
        verdict = min(alone, verdict, key=lambda verdict: verdict.score)
    return _Read(comparison, found.anatomy, verdict, found.is_near_miss)


def _shrink(image: Rgba) -> Premultiplied:
    """Return `image` premultiplied at the size at which flows are sought, never enlarged."""
    height, width = image.shape[:2]
    whole = premultiply(image)
    if max(height, width) <= _WORK_LONG_SIDE:
        return whole
    height, width = fit_shape((height, width), _WORK_LONG_SIDE)
    return np.asarray(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA), np.float32)


def _shade(image: Rgba, velocity: Field) -> Channels:
    size = (velocity.shape[1], velocity.shape[0])
    small = cv2.resize(np.ascontiguousarray(image[..., 3]), size, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32) * np.float32(1 / 255)
