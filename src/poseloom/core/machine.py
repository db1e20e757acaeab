"""The machine: a canvas at play (spec/machine.md; the numbers in comments are its rules).

`start` and `advance` are pure: a state in, a state and the list of effects out. The shell that calls them owns clocks,
videos and pointers. `player/src/machine` is the same step in JavaScript; both run `spec/vectors/machine.json`.
"""

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeGuard, assert_never

from poseloom.core.canvas import Canvas, Condition, Edge, Exit, Input, InputType, Operator
from poseloom.core.field import is_number
from poseloom.core.route import RouteMap, map_routes
from poseloom.core.system import COUNTERS, LOOP_COUNT, NODE_TIME, index_inputs, list_triggers


class Phase(StrEnum):
    """Whether the mascot is at a node or on its way."""

    REST = "rest"
    PLAY = "play"


@dataclass(frozen=True, slots=True)
class SetInput:
    """A boolean or number input takes a value."""

    input: str
    value: object


@dataclass(frozen=True, slots=True)
class FireTrigger:
    """A trigger fires."""

    input: str


@dataclass(frozen=True, slots=True)
class ClipEnded:
    """The transition on has shown its last frame."""


@dataclass(frozen=True, slots=True)
class LoopEnded:
    """The loop has come round."""


@dataclass(frozen=True, slots=True)
class TimePassed:
    """Milliseconds since arrival."""

    ms: float


@dataclass(frozen=True, slots=True)
class GoTo:
    """A host asks for a node."""

    node: str


Event = SetInput | FireTrigger | GoTo | ClipEnded | LoopEnded | TimePassed


@dataclass(frozen=True, slots=True)
class Play:
    """A transition starts."""

    edge: str


@dataclass(frozen=True, slots=True)
class Loop:
    """The mascot rests and this loop plays from its start."""

    edge: str


@dataclass(frozen=True, slots=True)
class Hold:
    """The mascot rests without a loop."""

    node: str


Effect = Play | Loop | Hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A canvas made ready to play; `build_machine` makes it."""

    initial_node: str
    node_count: int
    inputs: Mapping[str, Input]
    any_state: tuple[Edge, ...]
    exits: Mapping[str, tuple[Edge, ...]]
    loops: Mapping[str, str]
    edges: Mapping[str, Edge]
    clips: Set[str]
    routes: RouteMap


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where a mascot is and what it knows.

    Attributes:
        node: Where we are; while playing, the source of the clip.
        edge: The transition on, or None.
        values: Boolean and number inputs by name.
        trigger: The trigger that waits, or None.
        walk: The any-state edge whose route is being walked, or None.
        held: The trigger that the walk consumed, or None.
        goal: The node that a host has asked for, or None.
    """

    phase: Phase
    node: str
    edge: str | None
    values: Mapping[str, bool | float]
    trigger: str | None = None
    walk: str | None = None
    held: str | None = None
    goal: str | None = None


@dataclass(frozen=True, slots=True)
class _Decision:
    """An edge that decided, and the edge to leave by."""

    edge: Edge
    leave: Edge


_COMPARE: Mapping[Operator, Callable[[float, float], bool]] = {
    Operator.EQUAL: operator.eq,
    Operator.NOT_EQUAL: operator.ne,
    Operator.GREATER: operator.gt,
    Operator.LESS: operator.lt,
    Operator.GREATER_OR_EQUAL: operator.ge,
    Operator.LESS_OR_EQUAL: operator.le,
}


def compare(condition: Condition, value: bool | float) -> bool:  # noqa: FBT001 - a value, not a switch
    """Say whether a value meets a condition; true counts as 1 and false as 0 (1)."""
    return _COMPARE[condition.operator](float(value), float(condition.value))


def build_machine(canvas: Canvas, clips: Set[str] | None = None) -> Machine:
    """Make a canvas ready to play.

    Args:
        canvas: The canvas.
        clips: Ids of edges that have a clip; None means all but any-state ones.
    """
    if clips is None:
        clips = {edge.id for edge in canvas.edges if not edge.is_any_state}
    exits: dict[str, list[Edge]] = {}
    loops: dict[str, str] = {}
    for edge in canvas.edges:
        if edge.is_loop and edge.id in clips:
            loops.setdefault(edge.source, edge.id)
        elif not edge.is_loop and not edge.is_any_state:
            exits.setdefault(edge.source, []).append(edge)
    return Machine(
        initial_node=canvas.initial_node,
        node_count=len(canvas.nodes),
        inputs=index_inputs(canvas),
        any_state=rank_edges(edge for edge in canvas.edges if edge.is_any_state),
        exits={node_id: rank_edges(edges) for node_id, edges in exits.items()},
        loops=loops,
        edges={edge.id: edge for edge in canvas.edges},
        clips=clips,
        routes=map_routes(edge for edge in canvas.edges if edge.id in clips),
    )


def rank_edges(edges: Iterable[Edge]) -> tuple[Edge, ...]:
    """Return edges in the order in which they are asked: falling priority, ties in canvas order (2)."""
    return tuple(sorted(edges, key=lambda edge: -edge.priority))


def start(machine: Machine) -> tuple[State, tuple[Effect, ...]]:
    """Arrive at the initial node."""
    values = {name: item.default for name, item in machine.inputs.items() if item.type is not InputType.TRIGGER}
    state = State(phase=Phase.PLAY, node=machine.initial_node, edge=None, values=values)
    return _arrive(machine, state, machine.initial_node)


def advance(machine: Machine, state: State, event: Event) -> tuple[State, tuple[Effect, ...]]:
    """Return the state after an event, and what the shell is to show."""
    match event:
        case SetInput(name, value):
            return _set(machine, state, name, value)
        case FireTrigger(name):
            return _fire(machine, state, name)
        case GoTo(node):
            asked = replace(state, goal=node)
            return (asked, ()) if state.phase is Phase.PLAY else _settle(machine, _aim(machine, asked))
        case ClipEnded():
            if state.edge is None:
                return state, ()
            return _arrive(machine, state, machine.edges[state.edge].target)
        case LoopEnded():
            if state.phase is Phase.PLAY or state.node not in machine.loops:
                return state, ()
            counted = _with_value(state, LOOP_COUNT, state.values[LOOP_COUNT] + 1)
            return _settle(machine, counted, at_boundary=True)
        case TimePassed(ms):
            if state.phase is Phase.PLAY or not is_number(ms) or ms <= state.values[NODE_TIME]:
                return state, ()
            return _settle(machine, _with_value(state, NODE_TIME, ms))
        case _:
            assert_never(event)


def _set(machine: Machine, state: State, name: str, value: object) -> tuple[State, tuple[Effect, ...]]:
    """Store a value; decide when it changed and we are at rest (7, 9, 11)."""
    item = machine.inputs.get(name)
    if item is None or item.type is InputType.TRIGGER or name in COUNTERS:
        return state, ()
    if not _suits(value, item) or value == state.values[name]:
        return state, ()
    changed = _with_value(state, name, value)
    return (changed, ()) if state.phase is Phase.PLAY else _settle(machine, changed)


def _suits(value: object, item: Input) -> TypeGuard[bool | float]:
    """Say whether an input can have a value: a boolean is true or false, which 1 and 0 may stand for (11)."""
    return isinstance(value, bool) or (is_number(value) and (item.type is InputType.NUMBER or value in {0, 1}))


def _fire(machine: Machine, state: State, name: str) -> tuple[State, tuple[Effect, ...]]:
    """Make a trigger the one that waits (7, 9)."""
    item = machine.inputs.get(name)
    if item is None or item.type is not InputType.TRIGGER:
        return state, ()
    fired = replace(state, trigger=name)
    return (fired, ()) if state.phase is Phase.PLAY else _settle(machine, fired)


def _with_value(state: State, name: str, value: bool | float) -> State:  # noqa: FBT001 - a value, not a switch
    return replace(state, values={**state.values, name: value})


def _arrive(machine: Machine, state: State, node_id: str, *, jumps: int = 0) -> tuple[State, tuple[Effect, ...]]:
    """Come to a node, by so many jumps in this step, then leave it at once or rest there (6, 8)."""
    while True:
        state = replace(
            state,
            phase=Phase.REST,
            node=node_id,
            edge=None,
            values={**state.values, LOOP_COUNT: 0, NODE_TIME: 0},
        )
        state = _aim(machine, state)
        decision = _decide(machine, state)
        if decision is None or jumps == machine.node_count:
            return _rest(machine, state)
        state = _leave(machine, state, decision)
        if state.phase is Phase.PLAY:
            return state, (Play(decision.leave.id),)
        node_id = decision.leave.target
        jumps += 1


def _rest(machine: Machine, state: State) -> tuple[State, tuple[Effect, ...]]:
    """Rest at a node: its loop, else its still; nothing waits any more (8, 10)."""
    state = replace(state, trigger=None, walk=None, held=None, goal=None)
    loop = machine.loops.get(state.node)
    return state, (Hold(state.node) if loop is None else Loop(loop),)


def _settle(machine: Machine, state: State, *, at_boundary: bool = False) -> tuple[State, tuple[Effect, ...]]:
    """Decide at rest; leave, wait for the loop's end, or stay (5, 9, 10)."""
    decision = _decide(machine, state)
    if decision is None:
        return replace(state, trigger=None), ()
    waits = decision.edge.exit is Exit.LOOP_END and state.node in machine.loops and not at_boundary
    if waits:
        is_needed = state.trigger in list_triggers(decision.edge, machine.inputs)
        return (state if is_needed else replace(state, trigger=None)), ()
    state = _leave(machine, state, decision)
    if state.phase is Phase.PLAY:
        return state, (Play(decision.leave.id),)
    return _arrive(machine, state, decision.leave.target, jumps=1)


def _leave(machine: Machine, state: State, decision: _Decision) -> State:
    """Consume what the deciding edge was waiting for, and go; an edge without a clip is a jump (4, 6)."""
    triggers = list_triggers(decision.edge, machine.inputs)
    goes_on = decision.edge.id == state.walk and state.held in triggers
    consumed = state.trigger if state.trigger in triggers and not goes_on else None
    ends_here = not decision.edge.is_any_state or decision.leave.target == decision.edge.target
    has_clip = decision.leave.id in machine.clips
    return replace(
        state,
        phase=Phase.PLAY if has_clip else Phase.REST,
        edge=decision.leave.id if has_clip else None,
        trigger=None if consumed else state.trigger,
        walk=None if ends_here else decision.edge.id,
        held=None if ends_here else state.held if goes_on else consumed,
    )


def _aim(machine: Machine, state: State) -> State:
    """Forget a goal to which no clip leads from here (12)."""
    if state.goal is None or machine.routes.find_route(state.node, state.goal):
        return state
    return replace(state, goal=None)


def _decide(machine: Machine, state: State) -> _Decision | None:
    """Ask the goal, then any-state edges, then the node's own (2, 3, 12)."""
    way = None if state.goal is None else machine.routes.find_route(state.node, state.goal)
    if way:
        return _Decision(way[0], way[0])
    for edge in machine.any_state:
        if edge.target != state.node and _holds(machine, state, edge):
            route = machine.routes.find_route(state.node, edge.target)
            if route is not None:
                return _Decision(edge, route[0])
    for edge in machine.exits.get(state.node, ()):
        if _holds(machine, state, edge):
            return _Decision(edge, edge)
    return None


def _holds(machine: Machine, state: State, edge: Edge) -> bool:
    """Say whether all conditions of an edge hold; one without conditions never does (1)."""
    return bool(edge.conditions) and all(_meets(machine, state, edge, condition) for condition in edge.conditions)


def _meets(machine: Machine, state: State, edge: Edge, condition: Condition) -> bool:
    item = machine.inputs.get(condition.input)
    if item is None:
        return False
    if item.type is InputType.TRIGGER:
        is_held = edge.id == state.walk and item.name == state.held
        return compare(condition, is_held or item.name == state.trigger)
    return compare(condition, state.values[item.name])


def next_time(machine: Machine, state: State) -> float | None:
    """Return when `nodeTime` may next change a decision, in ms since arrival; None for never or while playing."""
    if state.phase is Phase.PLAY:
        return None
    now = state.values[NODE_TIME]
    times = _list_times((*machine.any_state, *machine.exits.get(state.node, ())))
    return min((time for time in times if time > now), default=None)


_CHANGES_AT = {Operator.GREATER_OR_EQUAL, Operator.LESS, Operator.EQUAL}
"""Operators whose truth changes at the threshold."""
_CHANGES_AFTER = {Operator.GREATER, Operator.LESS_OR_EQUAL, Operator.NOT_EQUAL, Operator.EQUAL}
"""Operators whose truth changes just after it."""


def _list_times(edges: Iterable[Edge]) -> Iterator[float]:
    for edge in edges:
        for condition in edge.conditions:
            if condition.input != NODE_TIME:
                continue
            if condition.operator in _CHANGES_AT:
                yield float(condition.value)
            if condition.operator in _CHANGES_AFTER:
                yield float(condition.value) + 1
