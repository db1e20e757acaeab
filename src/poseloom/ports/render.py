"""What makes clips."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from poseloom.core.clip import ClipFormat, ClipRecord
from poseloom.core.error import PoseloomError
from poseloom.core.recipe import Recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderOrder:
    """One clip to make.

    Attributes:
        source: Node id of the first frame's pose.
        target: Node id of the last frame's pose.
        files: Where each wanted format is written.
        frames: Where a forward keeps its frames and its reverse finds them; None for a loop.
        forward_id: For a reverse, the order that must be done before, when it is among the orders.
    """

    edge_id: str
    source: str
    target: str
    recipe: Recipe
    files: Mapping[ClipFormat, Path]
    frames: Path | None
    forward_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FramesDone:
    """An order has come as far as this frame."""

    edge_id: str
    frame_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipDone:
    """An order is done; its files are complete."""

    edge_id: str
    records: Mapping[ClipFormat, ClipRecord]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipFailed:
    """An order failed; none of its files is there."""

    edge_id: str
    error: PoseloomError


RenderEvent = FramesDone | ClipDone | ClipFailed


class Renderer(Protocol):
    """Makes clips from poses that it holds."""

    @property
    def renderer_version(self) -> str:
        """The version of what draws frames."""
        ...

    @property
    def encoder_version(self) -> str:
        """The version of what encodes them."""
        ...

    def choose_strength(self) -> int:
        """Return the lowest rung of the encoders' ladder at which every pose's seam holds."""
        ...

    def render(self, orders: Sequence[RenderOrder], report: Callable[[RenderEvent], None]) -> None:
        """Make clips, on as many cores as there are; report in the caller's thread.

        Every order ends with `ClipDone` or `ClipFailed`. When the caller is interrupted, nothing half-written is left.

        Raises:
            WorldError: Disk or memory gave out; finished clips were reported, the others are given up.
        """
        ...
