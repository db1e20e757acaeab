"""Edge kinds and pairing (spec/kind.md). Linear in the number of edges."""

from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from poseloom.core.canvas import Canvas, Edge
from poseloom.core.error import InvalidCanvas

_Ends = tuple[str, str]


class Kind(StrEnum):
    """The four kinds of edge."""

    LOOP = "loop"
    FORWARD = "forward"
    REVERSE = "reverse"
    ANY_STATE = "any_state"

    @property
    def is_paid(self) -> bool:
        """Whether making its clip costs credits."""
        return self in {Kind.LOOP, Kind.FORWARD}


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """What each edge is.

    Attributes:
        kinds: By edge id, in canvas order.
        forwards: Reverse id → id of the forward whose frames it plays backwards.
        reverses: Forward id → id of its reverse; forwards without one are absent.
    """

    kinds: Mapping[str, Kind]
    forwards: Mapping[str, str]
    reverses: Mapping[str, str]


def classify(canvas: Canvas) -> Classification:
    """Say what kind each edge is and which belong together.

    Raises:
        InvalidCanvas: An edge says `reverse: true` and no opposite edge is left to pair with.
    """
    forwards = _pair_explicit(canvas)
    kinds: dict[str, Kind] = {}
    taken = set(forwards.values())
    waiting: defaultdict[_Ends, deque[str]] = defaultdict(deque)
    for edge in canvas.edges:
        kind = _settle(edge, forwards, taken, waiting)
        kinds[edge.id] = kind
        if kind is Kind.FORWARD and edge.id not in taken:
            waiting[edge.source, edge.target].append(edge.id)
    reverses = {forward: reverse for reverse, forward in forwards.items()}
    return Classification(kinds=kinds, forwards=forwards, reverses=reverses)


def _pair_explicit(canvas: Canvas) -> dict[str, str]:
    """Pair edges that say `reverse: true` with their opposites."""
    opposites: defaultdict[_Ends, deque[str]] = defaultdict(deque)
    for edge in canvas.edges:
        if edge.reverse is not True:
            opposites[edge.source, edge.target].append(edge.id)
    pairs: dict[str, str] = {}
    for index, edge in enumerate(canvas.edges):
        if edge.reverse is not True or edge.is_loop or edge.is_any_state:
            continue
        candidates = opposites[edge.target, edge.source]
        if not candidates:
            raise InvalidCanvas(
                f"edges[{index}].reverse: true for {edge.id!r}, but no edge {edge.target} → {edge.source} is left to "
                "pair with; add one, or remove reverse",
                field=f"edges[{index}].reverse",
                edge=edge.id,
            )
        pairs[edge.id] = candidates.popleft()
    return pairs


def _settle(edge: Edge, forwards: dict[str, str], taken: set[str], waiting: defaultdict[_Ends, deque[str]]) -> Kind:
    """Say the kind of one edge; an unset one takes the first forward that waits the other way."""
    if edge.is_any_state:
        return Kind.ANY_STATE
    if edge.is_loop:
        return Kind.LOOP
    if edge.id in forwards:
        return Kind.REVERSE
    if edge.reverse is None and edge.id not in taken and waiting[edge.target, edge.source]:
        forwards[edge.id] = waiting[edge.target, edge.source].popleft()
        return Kind.REVERSE
    return Kind.FORWARD
