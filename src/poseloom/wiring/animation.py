"""Where the animate verb meets its machinery."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from poseloom.core.canvas import Canvas
from poseloom.core.confidence import Confidence
from poseloom.core.error import InvalidImage, MissingImages
from poseloom.core.kind import Kind
from poseloom.core.plan import Plan
from poseloom.frames.align import align_poses
from poseloom.frames.image import Rgba, fingerprint
from poseloom.generators.judgement import judge_pairs
from poseloom.generators.render import LocalRenderer
from poseloom.media.still import load_pose
from poseloom.store.bundle import FolderPublisher
from poseloom.store.cache import DiskClipStore
from poseloom.store.folder import Mascot
from poseloom.usecases.animate import AnimateOptions, Animation, Watcher, animate
from poseloom.wiring.settings import Settings

DEFAULT_SIZE_PX = 512
DEFAULT_FPS = Fraction(24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Studio:
    """What a run needs beside the caller's options."""

    cache: Path
    cache_limit_bytes: int
    jobs: int
    opaque: bool = False


def open_studio(
    settings: Settings, *, cache: Path | None = None, jobs: int | None = None, opaque: bool = False
) -> Studio:
    """Return the settings of a run; what the caller says wins over the environment."""
    return Studio(
        cache=cache or settings.cache,
        cache_limit_bytes=settings.cache_limit_bytes,
        jobs=jobs or settings.jobs,
        opaque=opaque,
    )


def load_poses(mascot: Mascot, size: int, *, opaque: bool) -> dict[str, Rgba]:
    """Load every pose and put it on the canvas that all clips share.

    Raises:
        MissingImages: Nodes have no picture.
        InvalidImage: A picture cannot be a pose.
    """
    bare = [node.id for node in mascot.canvas.nodes if node.id not in mascot.images]
    if bare:
        edges = [edge.id for edge in mascot.canvas.edges if {edge.source, edge.target} & set(bare)]
        raise MissingImages(f"nodes without a picture: {', '.join(bare)}; give each an image", nodes=bare, edges=edges)
    pictures = {node_id: load_pose(path, opaque=opaque) for node_id, path in mascot.images.items()}
    for node_id, picture in pictures.items():
        if not picture[..., 3].any():
            path = mascot.images[node_id]
            raise InvalidImage(f"{path}: is fully transparent; draw a pose on it", file=str(path))
    return dict(zip(pictures, align_poses(list(pictures.values()), size=size), strict=True))


def judge_mascot(mascot: Mascot, plan: Plan, *, jobs: int, opaque: bool) -> Mapping[str, Confidence]:
    """Return how far each transition of a plan is to be trusted, by edge id; it costs seconds of a core each.

    Raises:
        MissingImages: Nodes have no picture.
        InvalidImage: A picture cannot be a pose.
        WorldError: Memory gave out.
    """
    poses = load_poses(mascot, mascot.canvas.size or DEFAULT_SIZE_PX, opaque=opaque)
    forwards = [(line.source, line.target) for line in plan.lines if line.kind is Kind.FORWARD]
    return plan.spread_confidences(judge_pairs(poses, forwards, jobs=jobs))


def animate_mascot(mascot: Mascot, out: Path, options: AnimateOptions, studio: Studio, watcher: Watcher) -> Animation:
    """Animate a mascot into a bundle; see `usecases.animate`."""
    store = DiskClipStore(studio.cache, studio.cache_limit_bytes)
    store.open()
    poses = load_poses(mascot, options.size, opaque=studio.opaque)
    fingerprints: Mapping[str, str] = {node_id: fingerprint(pose) for node_id, pose in poses.items()}

    def open_publisher(canvas: Canvas) -> FolderPublisher:
        return FolderPublisher(
            folder=out, canvas=canvas, poses=poses, name=mascot.name, size=options.size, fps=options.fps
        )

    renderer = LocalRenderer(poses=poses, formats=options.formats, quality=options.quality, jobs=studio.jobs)
    animation = animate(
        mascot.canvas,
        fingerprints,
        options,
        renderer=renderer,
        store=store,
        open_publisher=open_publisher,
        watcher=watcher,
    )
    store.prune()
    return animation
