"""A canvas as it is kept: the graph, who owns it, and the numbers by which changes are noticed (spec/service.md)."""

from dataclasses import dataclass
from datetime import datetime

from poseloom.core.canvas import Canvas
from poseloom.core.framing import Framing


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCanvas:
    """A canvas of a collection.

    Attributes:
        version: Rises whenever the graph is saved; the ETag of the canvas.
        revision: Rises whenever anything does that its status shows; the ETag of the status.
        framing: How the poses of its clips lie on the canvas; None before the first clip was ordered.
    """

    id: str
    workspace_id: str
    collection_id: str
    canvas: Canvas
    generator: str | None
    version: int
    revision: int
    framing: Framing | None
    created_at: datetime
    updated_at: datetime
