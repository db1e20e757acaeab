from collections import deque
from copy import deepcopy

from hypothesis import given
from hypothesis import strategies as st

from poseloom.core.canvas import Canvas, Edge, Exit
from poseloom.core.machine import (
    Effect,
    Event,
    Hold,
    Loop,
    Machine,
    Phase,
    Play,
    State,
    TimePassed,
    advance,
    build_machine,
    next_time,
    start,
)
from tests.unit.core.strategy import NODE_IDS, canvases, events, marked_canvases

happenings = st.lists(events, max_size=12)


def play(machine: Machine, happened: list[Event]) -> list[tuple[State, tuple[Effect, ...]]]:
    """Return each state with the effects that led to it."""
    steps = [start(machine)]
    for event in happened:
        steps.append(advance(machine, steps[-1][0], event))
    return steps


@given(marked_canvases(), happenings)
def test_a_clip_never_starts_where_we_are_not(
    marked: tuple[Canvas, frozenset[str], frozenset[str]], happened: list[Event]
) -> None:
    canvas, clips, _ = marked
    machine = build_machine(canvas, clips)
    for state, effects in play(machine, happened):
        assert (state.phase is Phase.PLAY) == (state.edge is not None)
        assert len(effects) <= 1
        for effect in effects:
            match effect:
                case Play(edge_id):
                    edge = machine.edges[edge_id]
                    assert state.edge == edge_id
                    assert edge.source == state.node
                    assert edge_id in clips
                    assert not edge.is_loop
                case Loop(edge_id):
                    assert machine.edges[edge_id].source == machine.edges[edge_id].target == state.node
                    assert edge_id in clips
                case Hold(node_id):
                    assert node_id == state.node
                    assert node_id not in machine.loops


@given(canvases(), happenings)
def test_a_step_changes_nothing_that_it_was_given(canvas: Canvas, happened: list[Event]) -> None:
    machine = build_machine(canvas)
    state, _ = start(machine)
    for event in happened:
        before = deepcopy(state)
        after, effects = advance(machine, state, event)
        assert state == before
        assert (after, effects) == advance(machine, state, event)
        state = after


@given(canvases(), happenings)
def test_at_rest_no_trigger_waits_unless_an_edge_waits_for_the_loops_end(canvas: Canvas, happened: list[Event]) -> None:
    machine = build_machine(canvas)
    for state, _ in play(machine, happened):
        if state.phase is Phase.REST:
            assert (state.walk, state.held) == (None, None)
            assert state.trigger is None or is_awaited(machine, state)


def is_awaited(machine: Machine, state: State) -> bool:
    own = (*machine.any_state, *machine.exits.get(state.node, ()))
    return state.node in machine.loops and any(
        edge.exit is Exit.LOOP_END and any(condition.input == state.trigger for condition in edge.conditions)
        for edge in own
    )


@given(canvases(), happenings)
def test_a_walk_is_an_any_state_edge_on_its_way(canvas: Canvas, happened: list[Event]) -> None:
    machine = build_machine(canvas)
    for state, _ in play(machine, happened):
        if state.walk is not None:
            assert state.edge is not None
            assert machine.edges[state.walk].is_any_state
            assert machine.edges[state.edge].target != machine.edges[state.walk].target
        assert state.held is None or state.walk is not None


@given(canvases(), happenings)
def test_a_timer_is_set_only_for_a_time_to_come(canvas: Canvas, happened: list[Event]) -> None:
    machine = build_machine(canvas)
    for state, _ in play(machine, happened):
        due = next_time(machine, state)
        if due is not None:
            assert state.phase is Phase.REST
            assert due > state.values["nodeTime"]


@given(canvases(), happenings)
def test_before_its_timer_time_alone_decides_nothing(canvas: Canvas, happened: list[Event]) -> None:
    machine = build_machine(canvas)
    # Three jumps round a circle may have left a decision open; time, like any event, takes it up again.
    clips = machine.clips
    assert all(edge.id in clips for edge in canvas.edges if not edge.is_any_state)
    for state, _ in play(machine, happened):
        now = state.values["nodeTime"]
        due = next_time(machine, state)
        # A threshold's truth changes within the millisecond before its timer.
        if due is None or due - 1 > now + 0.25:
            assert advance(machine, state, TimePassed(now + 0.25))[1] == ()


@given(marked_canvases(), st.sampled_from(NODE_IDS), st.sampled_from(NODE_IDS))
def test_a_route_is_the_shortest(
    marked: tuple[Canvas, frozenset[str], frozenset[str]], source: str, target: str
) -> None:
    canvas, clips, _ = marked
    route = build_machine(canvas, clips).routes.find_route(source, target)
    ways = [edge for edge in canvas.edges if edge.id in clips and not edge.is_loop and not edge.is_any_state]
    shortest = search(ways, source, target)
    assert (None if route is None else [edge.id for edge in route]) == shortest


def search(ways: list[Edge], source: str, target: str) -> list[str] | None:
    """Find, by brute force, the first in canvas order among the shortest routes."""
    place = {edge.id: number for number, edge in enumerate(ways)}
    found: list[list[Edge]] = []
    queue: deque[list[Edge]] = deque([[]])
    while queue:
        path = queue.popleft()
        here = path[-1].target if path else source
        if here == target:
            found.append(path)
        elif len(path) < len(NODE_IDS) - 1:
            queue += [[*path, edge] for edge in ways if edge.source == here]
    best = min((len(path) for path in found), default=None)
    routes = [[edge.id for edge in path] for path in found if len(path) == best]
    return min(routes, key=lambda route: [place[edge_id] for edge_id in route], default=None)
