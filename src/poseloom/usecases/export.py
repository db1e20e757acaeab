"""What players read of a canvas, and what a bundle of it holds."""

from collections.abc import Mapping
from dataclasses import dataclass

from poseloom.core.asset import KINDS, Asset, AssetKind
from poseloom.core.caller import Caller
from poseloom.core.catalogue import Catalogue
from poseloom.core.clip import ClipFormat, EdgeClip
from poseloom.core.error import CanvasNotReady
from poseloom.core.lint import Finding, lint_canvas
from poseloom.core.manifest import PublishedCanvas, PublishedClip, build_manifest
from poseloom.core.plan import Order, make_plan
from poseloom.core.stored_canvas import StoredCanvas
from poseloom.ports.blob import StoredBlob
from poseloom.ports.unit import Unit
from poseloom.usecases.find import find_canvas, find_collection
from poseloom.usecases.pose import find_poses


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A manifest, and the files that it names.

    Attributes:
        name: The mascot's.
        files: Bytes by the address that the manifest gives them.
    """

    name: str
    manifest: Mapping[str, object]
    files: Mapping[str, StoredBlob]


def export_canvas(
    unit: Unit,
    caller: Caller,
    address: tuple[str, str],
    *,
    catalogue: Catalogue,
    clip_folder: str,
    poster_folder: str,
    partial: bool,
) -> Export:
    """Return what players read of a canvas.

    Args:
        unit: Where it is.
        caller: Who asks.
        address: Ids of the collection and its canvas.
        catalogue: What this server offers.
        clip_folder: Stands before the names of clips, with a slash at the end.
        poster_folder: Stands before the names of stills, with a slash at the end.
        partial: Edges without a clip do not matter.

    Raises:
        NotFound: There is no such canvas for this caller.
        CanvasNotReady: Edges have no clip, and `partial` is false.
        CanvasUnsafe: A player could strand or ping-pong.
    """
    stored = find_canvas(unit, caller, *address)
    name = find_collection(unit, caller, stored.collection_id).name
    clips = unit.clips.read(stored.id)
    if not partial and not any(not edge.is_any_state for edge in stored.canvas.edges):
        raise CanvasNotReady(
            "the canvas has no edge that needs a clip; add edges, or ask for a partial export", edges=[]
        )
    assets = unit.assets.find_many(
        caller.workspace_id, [asset_id for clip in clips.values() for asset_id in clip.assets.values()]
    )
    stills = _choose_posters(unit, caller, stored, clips, assets)
    published = PublishedCanvas(
        canvas=stored.canvas,
        clips={edge_id: _publish(clip, assets, clip_folder) for edge_id, clip in clips.items()},
        posters={node_id: poster_folder + still.content_name for node_id, still in stills.items()},
        size=stored.canvas.size or catalogue.size,
        fps=stored.canvas.fps or catalogue.fps,
        name=name,
    )
    manifest = build_manifest(published, partial=partial)
    shown = [asset for asset in assets.values() if asset.kind in KINDS.values()]
    files = {clip_folder + asset.content_name: _name_blob(asset) for asset in shown}
    files |= {poster_folder + still.content_name: _name_blob(still) for still in stills.values()}
    return Export(name=name, manifest=manifest, files=files)


def _name_blob(asset: Asset) -> StoredBlob:
    return StoredBlob(sha256=asset.sha256, size_bytes=asset.size_bytes)


def _publish(clip: EdgeClip, assets: Mapping[str, Asset], folder: str) -> PublishedClip:
    files = {fmt: assets.get(clip.assets.get(KINDS[fmt].value, "")) for fmt in ClipFormat}
    urls = {fmt: folder + asset.content_name for fmt, asset in files.items() if asset is not None}
    return PublishedClip(duration_seconds=clip.duration_seconds, urls=urls)


def _choose_posters(
    unit: Unit, caller: Caller, stored: StoredCanvas, clips: Mapping[str, EdgeClip], assets: Mapping[str, Asset]
) -> dict[str, Asset]:
    """Return each node's still: the first frame of a clip that starts there, its loop before others, else its pose."""
    named = {node.id: node.asset_id for node in stored.canvas.nodes if node.asset_id is not None}
    poses = find_poses(unit, caller, list(named.values()))
    stills = {node_id: poses.assets[name] for node_id, name in named.items() if name in poses.assets}
    for edge in sorted(stored.canvas.edges, key=lambda edge: edge.is_loop):
        clip = clips.get(edge.id)
        poster = None if clip is None else assets.get(clip.assets.get(AssetKind.POSTER.value, ""))
        if poster is not None:
            stills[edge.source] = poster
    return stills


def lint(unit: Unit, caller: Caller, address: tuple[str, str]) -> tuple[Finding, ...]:
    """Return what is wrong or odd in a canvas, as if it had the reverses that generate-all adds.

    Raises:
        NotFound: There is no such canvas for this caller.
    """
    stored = find_canvas(unit, caller, *address)
    return lint_canvas(make_plan(stored.canvas, Order(), allow_missing_images=True).canvas)
