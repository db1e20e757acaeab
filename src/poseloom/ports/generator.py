"""A generator elsewhere: a service that draws a clip's frames (spec/generator.md)."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from poseloom.core.catalogue import GeneratorFacts
from poseloom.core.framing import Framing


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a generator elsewhere can do.

    Attributes:
        facts: What orders are checked against before anything is charged.
        takes_key: Two orders with one tag are one order: a submit whose outcome is unknown may be repeated.
        finds_orders: It can be asked for the order of a tag.
    """

    facts: GeneratorFacts
    takes_key: bool = False
    finds_orders: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteOrder:
    """The frames of one clip.

    Attributes:
        source: Picture file (PNG, straight alpha) of the first frame's pose.
        target: Picture file of the last frame's pose; the same as `source` for a loop.
        framing: How both lie on the canvas.
        size: Width and height of the frames in pixels.
        fps: Frames per second.
    """

    source: Path
    target: Path
    framing: Framing
    is_loop: bool
    duration_seconds: Fraction
    frame_count: int
    size: int
    fps: Fraction
    prompt: str | None = None
    seed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A generator's word that it has taken an order.

    Attributes:
        id: Its own id of the order.
        poll_after_seconds: When it wants to be asked first.
    """

    id: str
    poll_after_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """An order waits or is being drawn."""

    poll_after_seconds: float


@dataclass(frozen=True, slots=True)
class Rendered:
    """An order's frames can be fetched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A generator gave an order up by a fault of its own; nothing comes of it, and the same order may be sent anew."""

    reason: str


Standing = Rendering | Rendered | Dropped


class RemoteGenerator(Protocol):
    """A service elsewhere. Every method may be called from any thread and returns within seconds, `fetch` in minutes.

    Unless a method says more, it raises `GeneratorFailed` when the service is down or slow.
    """

    @property
    def capabilities(self) -> Capabilities:
        """What it can do; always the same."""
        ...

    def submit(self, order: RemoteOrder, tag: str) -> Ticket:
        """Send an order.

        Args:
            order: What to draw.
            tag: Ours for this order; given as its idempotency key, or kept with it, where the service can.

        Raises:
            GeneratorFailed: The order has certainly not arrived; it may be sent again.
            GeneratorRefused: The service will not draw it.
            SubmitUnknown: Nobody knows whether it arrived.
        """
        ...

    def find(self, tag: str) -> str | None:
        """Return the ticket id of the order with this tag, None when there is none; only with `finds_orders`."""
        ...

    def poll(self, ticket_id: str) -> Standing:
        """Say how an order stands.

        Raises:
            GeneratorRefused: The service will not draw it after all.
            SubmitUnknown: The service does not know the order.
        """
        ...

    def fetch(self, ticket_id: str, order: RemoteOrder, target: Path) -> None:
        """Write a drawn order's frames losslessly to `target`, as kept frames are written; it appears whole.

        There are `order.frame_count` of them, `order.size` pixels square, straight alpha. The first is exactly the
        source pose as it lies on the canvas, the last exactly the target pose: cutting out and fitting is done in here.

        Raises:
            GeneratorRefused: What was drawn cannot be used.
            StorageFailed: The file cannot be written.
        """
        ...

    def cancel(self, ticket_id: str) -> None:
        """Give an order up, as far as the service lets one; does nothing to an ended or unknown order."""
        ...

    def ping(self) -> None:
        """Do nothing when the service can be reached and takes our key.

        Raises:
            GeneratorRefused: It does not take our key.
        """
        ...
