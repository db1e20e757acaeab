"""Which clips outlive a change of their canvas (spec/service.md)."""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from enum import StrEnum

from poseloom.core.canvas import Canvas, Edge
from poseloom.core.kind import classify


class DropReason(StrEnum):
    """Why a clip no longer serves its edge; the first that applies, in this order."""

    EDGE_REMOVED = "edge_removed"
    FORMAT_CHANGED = "format_changed"
    """The canvas has another size or frame rate."""
    SOURCE_CHANGED = "source_changed"
    TARGET_CHANGED = "target_changed"
    POSE_CHANGED = "pose_changed"
    """One of its nodes shows another picture."""
    KIND_CHANGED = "kind_changed"
    """A forward became a reverse, or the other way round."""
    FORWARD_CHANGED = "forward_changed"
    """A reverse became the reverse of another forward."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A clip that is dropped, or a job whose clip would be."""

    edge_id: str
    reason: DropReason

    def document(self) -> dict[str, object]:
        """Return the wire form."""
        return {"edge_id": self.edge_id, "reason": self.reason.value}


def find_dropped(old: Canvas, new: Canvas, edge_ids: Set[str]) -> tuple[Dropped, ...]:
    """Return what a change of a canvas costs, in the order of its old edges.

    Args:
        old: The canvas as the clips were made for it.
        new: The changed canvas.
        edge_ids: Edges that have a clip, or a job under way.
    """
    return tuple(_list_dropped(old, new, edge_ids))


def _list_dropped(old: Canvas, new: Canvas, edge_ids: Set[str]) -> Iterator[Dropped]:
    before, after = classify(old), classify(new)
    poses_before, poses_after = _read_poses(old), _read_poses(new)
    successors = {edge.id: edge for edge in new.edges}
    is_format_kept = (old.size, old.fps) == (new.size, new.fps)
    for edge in old.edges:
        if edge.id not in edge_ids:
            continue
        successor = successors.get(edge.id)
        if successor is None:
            yield Dropped(edge_id=edge.id, reason=DropReason.EDGE_REMOVED)
            continue
        reasons = (
            (not is_format_kept, DropReason.FORMAT_CHANGED),
            (edge.source != successor.source, DropReason.SOURCE_CHANGED),
            (edge.target != successor.target, DropReason.TARGET_CHANGED),
            (_show(edge, poses_before) != _show(successor, poses_after), DropReason.POSE_CHANGED),
            # A reverse has no frames of its own, so as a forward it could not give any to a reverse.
            (before.kinds[edge.id] is not after.kinds[edge.id], DropReason.KIND_CHANGED),
            (before.forwards.get(edge.id) != after.forwards.get(edge.id), DropReason.FORWARD_CHANGED),
        )
        reason = next((reason for applies, reason in reasons if applies), None)
        if reason is not None:
            yield Dropped(edge_id=edge.id, reason=reason)


def _read_poses(canvas: Canvas) -> dict[str, str | None]:
    return {node.id: node.asset_id for node in canvas.nodes}


def _show(edge: Edge, poses: dict[str, str | None]) -> tuple[str | None, str | None]:
    """Return the pictures of an edge's ends."""
    return poses.get(edge.source), poses.get(edge.target)
