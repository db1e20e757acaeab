"""What one generate-all call does, edge by edge (spec/plan.md). Linear in the number of edges."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType

from poseloom.core.canvas import Canvas, Edge
from poseloom.core.confidence import Confidence
from poseloom.core.duration import choose_duration
from poseloom.core.error import InvalidOrder, MissingImages
from poseloom.core.kind import Classification, Kind, classify
from poseloom.core.price import CREDITS_PER_SECOND, price_clip

REVERSE_STEM_LIMIT = 180
"""How much of a forward's id its created reverse takes over; ids are limited themselves."""


class Action(StrEnum):
    """What is done for an edge."""

    RENDER = "render"
    REVERSE = "reverse"
    SKIP = "skip"


class Reason(StrEnum):
    """Why an edge is skipped; the first that applies, in this order."""

    ANY_STATE = "any_state"
    NOT_SELECTED = "not_selected"
    IN_FLIGHT = "in_flight"
    AUTO_REVERSE_OFF = "auto_reverse_off"
    COMPLETED = "completed"
    FORWARD_MISSING = "forward_missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The options of one call. `duration_seconds` overrides each edge's own; `edge_ids` names a subset."""

    skip_completed: bool = True
    duration_seconds: Fraction | None = None
    auto_reverse: bool = True
    edge_ids: frozenset[str] | None = None
    rate: Fraction = CREDITS_PER_SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What the plan says of one edge.

    Attributes:
        duration_seconds: The length of the clip to be made; the edge's own when it is skipped.
        reason: Why it is skipped; None when it is not.
        forward_id: For a reverse, the edge whose frames it plays backwards.
    """

    edge_id: str
    kind: Kind
    source: str
    target: str
    action: Action
    duration_seconds: Fraction
    reason: Reason | None = None
    credits: Fraction = Fraction(0)
    forward_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One line per edge in canvas order, created reverses last.

    Attributes:
        canvas: The canvas with the created reverses in it.
        created: The reverses that the call adds.
    """

    canvas: Canvas
    lines: tuple[Line, ...]
    created: tuple[Edge, ...]

    @property
    def total_credits(self) -> Fraction:
        """The price of the call."""
        return sum((line.credits for line in self.lines), Fraction(0))

    def count(self, kind: Kind) -> int:
        """Count the edges of a kind, whatever is done for them."""
        return sum(line.kind is kind for line in self.lines)

    def spread_confidences(self, judged: Mapping[tuple[str, str], Confidence]) -> dict[str, Confidence]:
        """Return the confidence of each transition by edge id; a reverse has its forward's, a loop has none.

        Args:
            judged: By source and target of forwards; some may be missing.
        """
        spread = {}
        for line in self.lines:
            if line.kind in {Kind.FORWARD, Kind.REVERSE}:
                ends = (line.source, line.target) if line.kind is Kind.FORWARD else (line.target, line.source)
                if ends in judged:
                    spread[line.edge_id] = judged[ends]
        return spread

    def list_made(self) -> tuple[Line, ...]:
        """Return the lines for which a clip is made."""
        return tuple(line for line in self.lines if line.action is not Action.SKIP)


def make_plan(
    canvas: Canvas,
    order: Order,
    *,
    clips: Set[str] = frozenset(),
    in_flight: Set[str] = frozenset(),
    lengths: Mapping[str, Fraction] = MappingProxyType({}),
    allow_missing_images: bool = False,
) -> Plan:
    """Plan one call.

    Args:
        canvas: The canvas as it is saved.
        order: The options of the call.
        clips: Ids of edges that have a completed clip.
        in_flight: Ids of edges with a job under way.
        lengths: Seconds of clips that are there or under way, by edge id: a reverse is as long as its forward is.
        allow_missing_images: Only the price is wanted; pictures may come later.

    Raises:
        InvalidOrder: `edge_ids` names an edge that the canvas does not have.
        MissingImages: A clip is to be rendered and one of its poses has no picture.
    """
    _check_selection(canvas, order)
    kinds = classify(canvas)
    created = _create_reverses(canvas, kinds, order)
    if created:
        canvas = replace(canvas, edges=canvas.edges + created)
        kinds = classify(canvas)
    settled: dict[str, Line] = {}
    planner = _Planner(kinds=kinds, order=order, clips=clips, in_flight=in_flight, lengths=lengths, settled=settled)
    edges = {edge.id: edge for edge in canvas.edges}
    # A reverse asks what becomes of its forward, so forwards are settled first, wherever they stand.
    for edge in sorted(canvas.edges, key=lambda edge: kinds.kinds[edge.id] is Kind.REVERSE):
        settled[edge.id] = planner.settle(edge)
    plan = Plan(canvas=canvas, lines=tuple(settled[edge_id] for edge_id in edges), created=created)
    if not allow_missing_images:
        _check_images(plan)
    return plan


def _check_selection(canvas: Canvas, order: Order) -> None:
    unknown = sorted((order.edge_ids or frozenset()) - {edge.id for edge in canvas.edges})
    if unknown:
        raise InvalidOrder(
            f"edge_ids: the canvas has no edge {', '.join(map(repr, unknown))}; name edges of this canvas",
            field="edge_ids",
            edges=unknown,
        )


def _is_selected(edge_id: str, order: Order) -> bool:
    return order.edge_ids is None or edge_id in order.edge_ids


def _create_reverses(canvas: Canvas, kinds: Classification, order: Order) -> tuple[Edge, ...]:
    """Make the reverses that do not exist: one per pair of nodes, for its first forward when selected."""
    if not order.auto_reverse:
        return ()
    ends = {(edge.source, edge.target) for edge in canvas.edges}
    ids = {edge.id for edge in canvas.edges}
    created: list[Edge] = []
    for edge in canvas.edges:
        way_back = (edge.target, edge.source)
        if kinds.kinds[edge.id] is not Kind.FORWARD or way_back in ends:
            continue
        # A parallel forward behind this one would not be the one that the reverse pairs with.
        ends.add(way_back)
        if _is_selected(edge.id, order):
            reverse = Edge(
                id=_name_reverse(edge.id, ids),
                source=edge.target,
                target=edge.source,
                reverse=True,
                duration_seconds=edge.duration_seconds,
            )
            created.append(reverse)
            ids.add(reverse.id)
    return tuple(created)


def _name_reverse(forward_id: str, taken: Set[str]) -> str:
    stem = f"{forward_id[:REVERSE_STEM_LIMIT]}-reverse"
    name = stem
    number = 2
    while name in taken:
        name = f"{stem}-{number}"
        number += 1
    return name


@dataclass(frozen=True, slots=True, kw_only=True)
class _Planner:
    """What the decision on one edge looks at; `settled` grows as edges are decided."""

    kinds: Classification
    order: Order
    clips: Set[str]
    in_flight: Set[str]
    lengths: Mapping[str, Fraction]
    settled: Mapping[str, Line]

    def settle(self, edge: Edge) -> Line:
        """Decide one edge; a reverse's forward must be settled before."""
        kind = self.kinds.kinds[edge.id]
        forward_id = self.kinds.forwards.get(edge.id)
        reason = self._find_reason(edge, kind, forward_id)
        duration = choose_duration(edge, self.order.duration_seconds if reason is None else None)
        if forward_id is not None:
            duration = self._measure_forward(self.settled[forward_id])
        line = Line(
            edge_id=edge.id,
            kind=kind,
            source=edge.source,
            target=edge.target,
            action=Action.SKIP,
            reason=reason,
            duration_seconds=duration,
            forward_id=forward_id,
        )
        if reason is not None:
            return line
        if kind is Kind.REVERSE:
            return replace(line, action=Action.REVERSE)
        return replace(line, action=Action.RENDER, credits=price_clip(duration, self.order.rate))

    def _measure_forward(self, forward: Line) -> Fraction:
        """Return how long a forward's frames are: as this plan makes them, else as they are there or under way."""
        if forward.action is Action.RENDER:
            return forward.duration_seconds
        return self.lengths.get(forward.edge_id, forward.duration_seconds)

    def _find_reason(self, edge: Edge, kind: Kind, forward_id: str | None) -> Reason | None:
        """Return why an edge is skipped, or None when its clip is made."""
        selected = _is_selected(edge.id, self.order) or (
            forward_id is not None and _is_selected(forward_id, self.order)
        )
        is_reverse = forward_id is not None
        reasons = (
            (kind is Kind.ANY_STATE, Reason.ANY_STATE),
            (not selected, Reason.NOT_SELECTED),
            (edge.id in self.in_flight, Reason.IN_FLIGHT),
            (is_reverse and not self.order.auto_reverse, Reason.AUTO_REVERSE_OFF),
            (self.order.skip_completed and edge.id in self.clips, Reason.COMPLETED),
            (is_reverse and not self._has_frames(forward_id), Reason.FORWARD_MISSING),
        )
        return next((reason for applies, reason in reasons if applies), None)

    def _has_frames(self, forward_id: str | None) -> bool:
        """Say whether a forward has, or will have, frames to play backwards."""
        return (
            forward_id in self.clips
            or forward_id in self.in_flight
            or (forward_id is not None and self.settled[forward_id].action is Action.RENDER)
        )


def _check_images(plan: Plan) -> None:
    """Refuse an order that needs pictures which are not there."""
    bare = {node.id for node in plan.canvas.nodes if not node.has_image}
    needed = [line for line in plan.lines if line.action is Action.RENDER]
    edges = [line.edge_id for line in needed if bare & {line.source, line.target}]
    if edges:
        used = {node_id for line in needed for node_id in (line.source, line.target)}
        nodes = [node.id for node in plan.canvas.nodes if node.id in bare & used]
        raise MissingImages(
            f"nodes without a picture: {', '.join(nodes)} (needed by {', '.join(edges)}); give each an image",
            nodes=nodes,
            edges=edges,
        )
