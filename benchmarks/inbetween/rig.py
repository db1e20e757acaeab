"""Pairs whose truth is known at every moment, because we draw both poses and all between them: the demo mascot."""

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.inbetween.pair import OUT, SCORED_MOMENTS, SIZE_PX, STEPS, Limb, Mask, Pair
from demo import build, rig
from demo.rig import Pose, interpolate
from poseloom.frames.image import Rgba

FAR_DEGREES = 60
"""A limb that turns by so much is scored alone."""
_TRACE_STEPS = 16
_REGION_MARGIN_PX = 4
_CACHE = OUT / "rig"


@dataclass(frozen=True, slots=True, kw_only=True)
class RigItem:
    """Two poses of the rig.

    Attributes:
        id: Its name.
        level: One of `pair.LEVELS`.
        source: Where the motion starts.
        target: Where it ends.
        is_lined: Whether shapes have lines around them.
        size_px: The side of its pictures.
    """

    id: str
    level: str
    source: Pose
    target: Pose
    is_lined: bool = True
    size_px: int = SIZE_PX

    @property
    def split(self) -> str:
        """The rig's own split, by its style."""
        return "rig" if self.is_lined else "flat"

    def load(self) -> Pair:
        """Return its pictures; what was drawn once is kept under `build`."""
        path = _CACHE / f"{self.id}-{self._fingerprint()}.npz"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._draw(path)
        with np.load(path) as kept:
            frames = {step / STEPS: frame for step, frame in enumerate(kept["frames"])}
            limbs = tuple(
                Limb(
                    name=name,
                    region=kept[f"{name} region"],
                    bare=dict(zip(SCORED_MOMENTS, kept[f"{name} bare"], strict=True)),
                )
                for name in find_far_limbs(self.source, self.target)
            )
        return Pair(source=frames[0.0], target=frames[1.0], truth=frames, limbs=limbs)

    def _draw(self, path: Path) -> None:
        frames = [build.render(self.pose(step / STEPS), self.size_px, lined=self.is_lined) for step in range(STEPS + 1)]
        arrays: dict[str, NDArray[np.generic]] = {"frames": np.array(frames)}
        for name in find_far_limbs(self.source, self.target):
            arrays[f"{name} region"] = self.trace(name)
            bare = [draw_without(self.pose(t), name, self.size_px, lined=self.is_lined) for t in SCORED_MOMENTS]
            arrays[f"{name} bare"] = np.array(bare)
        # Two runs beside each other never read what is half written.
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".npz", delete=False) as draft:
            np.savez_compressed(draft, allow_pickle=False, **arrays)
        Path(draft.name).replace(path)

    def pose(self, t: float) -> Pose:
        """Return the true pose at a moment in 0..1."""
        return interpolate(self.source, self.target, t)

    def trace(self, limb: str) -> Mask:
        """Return (H, W) bool: wherever the limb comes by, and a little around."""
        poses = [self.pose(step / _TRACE_STEPS) for step in range(_TRACE_STEPS + 1)]
        parts = [svg for pose in poses for name, svg in rig.draw_parts(pose) if name == limb]
        swept = np.asarray(build.rasterise(rig.assemble(parts), self.size_px)[..., 3] > 0, np.uint8)
        width = 2 * _REGION_MARGIN_PX + 1
        return np.asarray(cv2.dilate(swept, np.ones((width, width), np.uint8)) > 0)

    def _fingerprint(self) -> str:
        drawn_by = [Path(str(module.__file__)).read_text() for module in (build, rig)]
        return hashlib.sha256(repr([drawn_by, self, STEPS]).encode()).hexdigest()[:12]


def draw_without(pose: Pose, limb: str, size_px: int, *, lined: bool = True) -> Rgba:
    """Return the pose without one of its limbs, (size_px, size_px, 4) uint8, straight alpha."""
    svg = rig.assemble(svg for name, svg in rig.draw_parts(pose) if name != limb)
    return build.rasterise(svg if lined else rig.hide_lines(svg), size_px)


def find_far_limbs(source: Pose, target: Pose) -> list[str]:
    """Return the names of the limbs whose root or tip turns by 60 degrees or more."""
    turns = {"tail": _turns(source, target, "tail", "tail_curl")}
    for side in ("left", "right"):
        turns[f"{side}-arm"] = _turns(source, target, f"{side}_arm", f"{side}_elbow")
        turns[f"{side}-ear"] = _turns(source, target, f"{side}_ear", f"{side}_ear_bend")
    return sorted(name for name, degrees in turns.items() if degrees >= FAR_DEGREES)


def _turns(source: Pose, target: Pose, root: str, bend: str) -> float:
    """Return the larger of two angles: by how much a limb turns at its root, and by how much its tip does."""
    root_turn: float = getattr(target, root) - getattr(source, root)
    tip_turn: float = root_turn + getattr(target, bend) - getattr(source, bend)
    return max(abs(root_turn), abs(tip_turn))
