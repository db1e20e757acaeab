from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from poseloom.core.canvas import Canvas, Condition, Edge, Input, InputType, Node
from poseloom.core.document import parse_canvas
from poseloom.core.lint import PAIRS_LIMIT, Code, Finding, Severity, lint_canvas
from poseloom.core.machine import Event, Phase, advance, build_machine, start
from poseloom.core.plan import Order, make_plan
from poseloom.core.survey import survey_canvas
from tests.unit.core.strategy import canvases, happenings, marked_canvases


@given(marked_canvases())
def test_findings_name_nodes_and_edges_that_exist_and_errors_come_first(
    marked: tuple[Canvas, frozenset[str], frozenset[str]],
) -> None:
    canvas, clips, _ = marked
    findings = lint_canvas(canvas, clips)
    assert all({*finding.nodes} <= {node.id for node in canvas.nodes} for finding in findings)
    assert all({*finding.edges} <= {edge.id for edge in canvas.edges} for finding in findings)
    severities = [finding.code.severity for finding in findings]
    assert severities == sorted(severities, key=[Severity.ERROR, Severity.WARNING].index)
    assert len(set(findings)) == len(findings)


@given(canvases())
def test_a_canvas_is_linted_as_if_complete_unless_the_caller_says_otherwise(canvas: Canvas) -> None:
    everything = {edge.id for edge in canvas.edges if not edge.is_any_state}
    assert lint_canvas(canvas) == lint_canvas(canvas, everything)


@given(canvases(), st.lists(happenings, max_size=20))
def test_play_enters_no_node_that_lint_calls_unreachable(canvas: Canvas, happened: list[Event]) -> None:
    machine = build_machine(canvas)
    unreachable = {node_id for finding in find(canvas, Code.UNREACHABLE) for node_id in finding.nodes}
    state, _ = start(machine)
    for event in happened:
        assert state.node not in unreachable
        state, _ = advance(machine, state, event)


@given(canvases(), st.lists(happenings, max_size=20))
def test_play_never_starts_an_edge_that_lint_calls_unfireable(canvas: Canvas, happened: list[Event]) -> None:
    machine = build_machine(canvas)
    unfireable = {edge_id for finding in find(canvas, Code.UNFIREABLE) for edge_id in finding.edges}
    state, _ = start(machine)
    for event in happened:
        # The states of desktop clients exclude each other; a machine takes whatever it is told.
        if not (state.values.get("claudeCode::isIdle") and state.values.get("claudeCode::isWorking")):
            assert state.phase is Phase.REST or state.edge not in unfireable
        state, _ = advance(machine, state, event)


@given(canvases())
def test_the_edges_on_routes_are_those_that_routes_are_made_of(canvas: Canvas) -> None:
    survey = survey_canvas(canvas, None)
    nodes = [node.id for node in canvas.nodes]
    routes = [survey.machine.routes.find_route(node_id, edge.target) for node_id in nodes for edge in survey.wanted]
    assert survey.walked == {edge.id for route in routes for edge in route or ()}


def test_routes_to_many_targets_are_found_as_well_as_to_few() -> None:
    poses = [f"p{number}" for number in range(9)]
    ring = [
        Edge(id=f"r{one}", source=one, target=other) for one, other in zip(poses, poses[1:] + poses[:1], strict=True)
    ]
    spurs = [Edge(id=f"s{pose}", source=pose, target=pose[:-1] + "x") for pose in poses[:2]]
    wishes = [Edge(id=f"w{pose}", source="*", target=pose, conditions=(Condition(input="clicked"),)) for pose in poses]
    nodes = tuple(Node(id=name, name=name) for name in (*poses, "px"))
    canvas = Canvas(name="Ring", initial_node="p0", nodes=nodes, edges=(*spurs, *ring, *wishes))
    survey = survey_canvas(canvas, None)
    assert survey.walked == {edge.id for edge in ring}
    assert survey.reachable == set(poses)


def test_a_node_from_which_many_wishes_fail_is_said_once() -> None:
    poses = [f"p{number}" for number in range(100)]
    chain = [Edge(id=f"c{one}", source=one, target=other) for one, other in pairwise(poses)]
    wishes = [Edge(id=f"w{pose}", source="*", target=pose, conditions=(Condition(input="clicked"),)) for pose in poses]
    nodes = tuple(Node(id=pose, name=pose) for pose in poses)
    canvas = Canvas(name="Chain", initial_node="p0", nodes=nodes, edges=(*chain, *wishes))
    strands = find(canvas, Code.STRAND)
    assert [finding.nodes for finding in strands] == [(pose,) for pose in poses[1:]]
    assert all(finding.edges == ("wp0",) for finding in strands)


def test_a_rule_stops_comparing_pairs_at_its_limit() -> None:
    levels = [
        Edge(id=f"x{number}", source="a", target="bc"[number % 2], conditions=(Condition(input="go"),))
        for number in range(500)
    ]
    nodes = tuple(Node(id=name, name=name) for name in "abc")
    inputs = (Input(name="go", type=InputType.BOOLEAN),)
    canvas = Canvas(name="Fork", initial_node="a", nodes=nodes, edges=tuple(levels), inputs=inputs)
    assert len(find(canvas, Code.AMBIGUOUS)) == PAIRS_LIMIT


def test_a_circle_of_many_jumps_is_given_up_rather_than_followed_for_ever() -> None:
    names = [f"p{number}" for number in range(14)]
    jumps = [
        Edge(id=f"{one}-{other}", source=one, target=other, conditions=(Condition(input="go"),))
        for one in names
        for other in names
        if one < other
    ]
    canvas = Canvas(
        name="Steps",
        initial_node="p0",
        nodes=tuple(Node(id=name, name=name) for name in names),
        edges=tuple(jumps),
        inputs=(Input(name="go", type=InputType.BOOLEAN),),
    )
    assert find(canvas, Code.JUMP_CYCLE, clips=frozenset()) == []


def test_players_without_route_search_may_be_led_into_a_circle_that_our_own_play_never_enters() -> None:
    click = [{"input": "clicked"}]
    edges = [
        {"id": "ab", "source": "a", "target": "b"},
        {"id": "ad", "source": "a", "target": "d"},
        {"id": "dt", "source": "d", "target": "t"},
        {"id": "bc", "source": "b", "target": "c"},
        {"id": "cb", "source": "c", "target": "b"},
        {"id": "ca", "source": "c", "target": "a"},
        {"id": "ta", "source": "t", "target": "a", "conditions": click},
        {"id": "any", "source": "*", "target": "t", "conditions": click},
    ]
    canvas = parse_canvas({"nodes": [{"id": name} for name in "abcdt"], "edges": edges})
    assert [finding.nodes for finding in find(canvas, Code.PING_PONG)] == [("b", "c")]
    direct = replace(canvas, edges=(*canvas.edges, Edge(id="at", source="a", target="t")))
    assert find(direct, Code.PING_PONG) == []


def test_the_seeds_hub_stays_sound_when_its_reverses_are_created() -> None:
    click, back = [{"input": "clicked"}], [{"input": "wave"}]
    document = {
        "nodes": [{"id": "idle", "image": "i.png"}, {"id": "wave", "image": "w.png"}],
        "edges": [
            {"id": "f", "source": "idle", "target": "wave", "conditions": click},
            {"id": "any", "source": "*", "target": "idle", "conditions": back},
        ],
        "inputs": [{"name": "wave", "type": "trigger"}],
    }
    canvas = parse_canvas(document)
    assert [finding.code for finding in lint_canvas(canvas)] == [Code.STRAND]
    assert lint_canvas(make_plan(canvas, Order()).canvas) == ()


def find(canvas: Canvas, code: Code, *, clips: frozenset[str] | None = None) -> list[Finding]:
    return [finding for finding in lint_canvas(canvas, clips) if finding.code is code]
