"""Recipes: everything a clip depends on, and so the name under which it is kept.

Two clips with one recipe are the same bytes; a second run finds them and makes only what changed.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from fractions import Fraction

from poseloom.core.canvas import Canvas
from poseloom.core.clip import ClipFormat, Quality
from poseloom.core.duration import choose_duration, count_frames
from poseloom.core.kind import classify
from poseloom.core.manner import NEUTRAL, Manner, narrow_manner, read_manner


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What the frames of a clip, and their encoding, depend on.

    Attributes:
        source: Fingerprint of the aligned source pose; of the forward's for a reverse.
        target: Fingerprint of the aligned target pose; of the forward's for a reverse.
        is_reversed: The frames are played backwards.
        manner: How they are acted; of the forward for a reverse.
        renderer: Version of what draws the frames.
        encoder: Version of what encodes them.
        strength: Rung on the encoders' ladder of quantisers.
    """

    source: str
    target: str
    is_loop: bool
    is_reversed: bool
    frame_count: int
    fps: Fraction
    size: int
    renderer: str
    encoder: str
    quality: Quality
    strength: int
    manner: Manner = NEUTRAL

    def name_frames(self) -> str:
        """Return the name of the frames, in forward order, however they are encoded."""
        drawn = ("source", "target", "is_loop", "frame_count", "fps", "size", "renderer", "manner")
        return _hash({key: value for key, value in self._list().items() if key in drawn})

    def name_clip(self, fmt: ClipFormat) -> str:
        """Return the name of the clip in a format."""
        return _hash({**self._list(), "format": fmt})

    def _list(self) -> dict[str, object]:
        return {**asdict(self), "manner": str(self.manner)}


def name_strength(fingerprints: Iterable[str], formats: Iterable[ClipFormat], quality: Quality, encoder: str) -> str:
    """Return the name under which the strength that suits these poses is remembered."""
    poses = sorted(set(fingerprints))
    return _hash({"strength": poses, "formats": sorted(formats), "quality": quality, "encoder": encoder})


def _hash(document: dict[str, object]) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True, default=str).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderSettings:
    """What all clips of a canvas share.

    Attributes:
        duration_seconds: Outranks the edges' own; None leaves each its own.
        strength: Rung on the encoders' ladder of quantisers.
    """

    size: int
    fps: Fraction
    duration_seconds: Fraction | None
    quality: Quality
    strength: int
    renderer: str
    encoder: str


def write_recipe(
    ends: tuple[str, str],
    settings: RenderSettings,
    *,
    duration_seconds: Fraction,
    is_loop: bool = False,
    is_reversed: bool = False,
    manner: Manner = NEUTRAL,
) -> Recipe:
    """Return the recipe of one clip; whoever makes clips names them by it, so that all share one cache.

    Args:
        ends: Fingerprints of the aligned source and target pose; of the forward's for a reverse.
        settings: What the clip shares with others of its canvas; their `duration_seconds` is not looked at.
        duration_seconds: The clip's.
        is_loop: Whether it stays with its source.
        is_reversed: Whether the frames are played backwards.
        manner: How the clip is acted; of the forward for a reverse. What says nothing of such a clip is left out.
    """
    source, target = ends
    return Recipe(
        source=source,
        target=target,
        is_loop=is_loop,
        is_reversed=is_reversed,
        frame_count=count_frames(duration_seconds, settings.fps),
        fps=settings.fps,
        size=settings.size,
        renderer=settings.renderer,
        encoder=settings.encoder,
        quality=settings.quality,
        strength=settings.strength,
        manner=narrow_manner(manner, is_loop=is_loop),
    )


def write_recipes(canvas: Canvas, fingerprints: dict[str, str], settings: RenderSettings) -> dict[str, Recipe]:
    """Return the recipe of every edge that needs a clip.

    Args:
        canvas: The canvas, created reverses included.
        fingerprints: Of each node's aligned pose.
        settings: What all clips share.
    """
    kinds = classify(canvas)
    recipes = {
        edge.id: write_recipe(
            (fingerprints[edge.source], fingerprints[edge.target]),
            settings,
            duration_seconds=choose_duration(edge, settings.duration_seconds),
            is_loop=edge.is_loop,
            manner=read_manner(edge.description),
        )
        for edge in canvas.edges
        if not edge.is_any_state and edge.id not in kinds.forwards
    }
    for reverse_id, forward_id in kinds.forwards.items():
        recipes[reverse_id] = replace(recipes[forward_id], is_reversed=True)
    return recipes
