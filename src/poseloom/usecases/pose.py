"""The pictures of a canvas' nodes, as renders need them."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from poseloom.core.asset import Asset
from poseloom.core.caller import Caller
from poseloom.core.canvas import Canvas
from poseloom.core.error import InvalidCanvas, PoseOutOfFrame
from poseloom.core.framing import Framing, fits, measure_framing
from poseloom.ports.unit import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Poses:
    """The poses of a canvas.

    Attributes:
        assets: Transparent picture by the asset id that nodes name.
    """

    assets: Mapping[str, Asset]

    def list_hashes(self) -> dict[str, str]:
        """Return each pose's SHA-256 by the id of its transparent picture."""
        return {asset.id: asset.sha256 for asset in self.assets.values()}


def find_poses(unit: Unit, caller: Caller, asset_ids: Sequence[str]) -> Poses:
    """Return the transparent pictures that stand for assets; what is no picture of the caller's is left out."""
    named = unit.assets.find_many(caller.workspace_id, asset_ids)
    wanted = {name: asset.pose_asset_id for name, asset in named.items() if asset.pose_asset_id is not None}
    pictures = unit.assets.find_many(caller.workspace_id, wanted.values())
    found = {name: pictures[pose_id] for name, pose_id in wanted.items() if pose_id in pictures}
    return Poses(assets=found)


def check_assets(unit: Unit, caller: Caller, canvas: Canvas) -> None:
    """Refuse a canvas whose nodes name what is no picture of the caller's.

    Raises:
        InvalidCanvas: It names the field.
    """
    poses = find_poses(unit, caller, [node.asset_id for node in canvas.nodes if node.asset_id is not None])
    for index, node in enumerate(canvas.nodes):
        if node.asset_id is not None and node.asset_id not in poses.assets:
            field = f"nodes[{index}].assetId"
            raise InvalidCanvas(f"{field}: there is no picture {node.asset_id!r} here; upload it first", field=field)


def choose_framing(canvas: Canvas, poses: Poses, framing: Framing | None, kept_edges: Set[str]) -> Framing:
    """Return how the poses lie on the canvas: as before while a clip stays that was made so, else measured anew.

    Args:
        canvas: With the assets of its nodes.
        poses: The pictures of its nodes.
        framing: As the canvas' clips have it; None when it has none.
        kept_edges: Ids of edges whose clip stays, or is being made.

    Raises:
        PoseOutOfFrame: A pose reaches out of the frame that must stay.
    """
    extents = {name: asset.extent for name, asset in poses.assets.items() if asset.extent is not None}
    if framing is None or not kept_edges:
        return measure_framing(list(extents.values()))
    outside = [
        node.id
        for node in canvas.nodes
        if node.asset_id is not None and node.asset_id in extents and not fits(extents[node.asset_id], framing)
    ]
    if outside:
        raise PoseOutOfFrame(
            f"{', '.join(outside)}: reaches out of the frame that this canvas' clips share; "
            "make all clips again (skip_completed: false), or give a smaller picture",
            nodes=outside,
        )
    return framing
