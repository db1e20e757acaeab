import sys
from collections import Counter
from collections.abc import Set
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poseloom.core.answer import QueuedClip, Receipt, write_answer
from poseloom.core.canvas import Canvas, Edge, Node
from poseloom.core.confidence import judge_pair
from poseloom.core.document import parse_canvas
from poseloom.core.error import InvalidOrder, MissingImages
from poseloom.core.job import JobState
from poseloom.core.kind import Kind, classify
from poseloom.core.lint import lint_canvas
from poseloom.core.plan import Action, Order, Reason, make_plan
from poseloom.core.price import price_canvas
from tests.unit.core.strategy import canvases, durations, marked_canvases

Marked = tuple[Canvas, Set[str], Set[str]]
CLICK = {"input": "clicked"}


@given(canvases(), durations, st.sampled_from([Fraction(5), Fraction(1, 3)]))
def test_a_canvas_costs_its_loops_and_forwards_times_rate_times_seconds(
    canvas: Canvas, seconds: Fraction, rate: Fraction
) -> None:
    kinds = list(classify(canvas).kinds.values())
    plan = make_plan(canvas, Order(duration_seconds=seconds, rate=rate))
    assert plan.total_credits == price_canvas(kinds.count(Kind.LOOP), kinds.count(Kind.FORWARD), seconds, rate)


@given(marked_canvases(), st.builds(Order, skip_completed=st.booleans(), auto_reverse=st.booleans()))
def test_the_counts_of_a_plan_add_up(marked: Marked, order: Order) -> None:
    canvas, clips, in_flight = marked
    plan = make_plan(canvas, order, clips=clips, in_flight=in_flight)
    assert [line.edge_id for line in plan.lines] == [edge.id for edge in plan.canvas.edges]
    assert sum(plan.count(kind) for kind in Kind) == len(plan.lines)
    assert plan.total_credits == sum(line.credits for line in plan.lines)
    for line in plan.lines:
        assert (line.action is Action.SKIP) == (line.reason is not None)
        assert (line.credits > 0) == (line.action is Action.RENDER)
        assert (line.action is not Action.RENDER) or line.kind.is_paid
        assert (line.kind is Kind.REVERSE) == (line.forward_id is not None)


@given(marked_canvases())
def test_a_plan_queues_nothing_twice_and_makes_nothing_that_is_there(marked: Marked) -> None:
    canvas, clips, in_flight = marked
    made = {line.edge_id for line in make_plan(canvas, Order(), clips=clips, in_flight=in_flight).list_made()}
    assert not made & (clips | in_flight)


@given(canvases())
def test_what_a_plan_makes_completes_the_canvas(canvas: Canvas) -> None:
    plan = make_plan(canvas, Order())
    clips = {line.edge_id for line in plan.list_made()}
    again = make_plan(plan.canvas, Order(), clips=clips)
    assert again.created == ()
    assert again.list_made() == ()
    assert {line.reason for line in again.lines} <= {Reason.COMPLETED, Reason.ANY_STATE}


@given(canvases())
def test_created_reverses_change_no_kind_and_leave_every_forward_a_way_back(canvas: Canvas) -> None:
    plan = make_plan(canvas, Order())
    before, after = classify(canvas), classify(plan.canvas)
    ends = {(edge.source, edge.target) for edge in plan.canvas.edges}
    assert {edge_id: after.kinds[edge_id] for edge_id in before.kinds} == before.kinds
    assert all(after.kinds[edge.id] is Kind.REVERSE for edge in plan.created)
    for edge in canvas.edges:
        assert edge.is_any_state or (edge.target, edge.source) in ends


@given(marked_canvases())
def test_the_answer_says_what_the_plan_says(marked: Marked) -> None:
    canvas, clips, in_flight = marked
    plan = make_plan(canvas, Order(), clips=clips, in_flight=in_flight)
    queued = [
        QueuedClip(job_id=f"job_{line.edge_id}", edge_id=line.edge_id, status=JobState.PENDING, urls={})
        for line in plan.list_made()
    ]
    receipt = Receipt(balance=Fraction(0), status_url="/status", queued=queued)
    answer = write_answer(plan, dry_run=False, receipt=receipt)
    made, skipped, lines = answer["generated"], answer["skipped_items"], answer["edges"]
    assert isinstance(made, list)
    assert isinstance(skipped, list)
    assert isinstance(lines, list)
    assert answer["queued"] == len(made)
    assert answer["skipped"] == len(skipped)
    assert len(made) + len(skipped) == len(lines)
    assert answer["total_credits"] == answer["actual_cost"] == sum(line["credits"] for line in lines)
    assert all(line["job_id"] == f"job_{line['edge_id']}" for line in made)


def test_a_dry_run_answers_the_same_price_with_nothing_queued_or_charged() -> None:
    canvas = parse_canvas(
        {"nodes": [{"id": "a", "image": "a.png"}], "edges": [{"id": "l", "source": "a", "target": "a"}]}
    )
    answer = write_answer(make_plan(canvas, Order()), dry_run=True)
    assert (answer["total_credits"], answer["would_charge_credits"]) == (20, 20)
    assert (answer["queued"], answer["generated"], answer["actual_cost"]) == (0, [], 0)
    assert answer["planned_jobs"] == answer["edges"]


def test_an_unknown_edge_in_an_order_is_named() -> None:
    canvas = parse_canvas({"nodes": [{"id": "a"}]})
    with pytest.raises(InvalidOrder, match=r"^edge_ids: .*'ghost'"):
        make_plan(canvas, Order(edge_ids=frozenset({"ghost"})))


def test_only_the_price_may_be_asked_for_before_the_pictures_are_there() -> None:
    bare = parse_canvas({"nodes": [{"id": "a"}], "edges": [{"id": "l", "source": "a", "target": "a"}]})
    with pytest.raises(MissingImages, match="without a picture: a"):
        make_plan(bare, Order())
    assert make_plan(bare, Order(), allow_missing_images=True).total_credits == 20


@pytest.mark.parametrize("shape", ["hub", "pair"])
def test_the_work_for_plans_and_findings_grows_with_the_edges_alone(shape: str) -> None:
    small, large = count_calls(shape, 500), count_calls(shape, 4_000)
    assert large < 8 * small * 2


def count_calls(shape: str, count: int) -> int:
    """Count the calls that planning and linting make; unlike seconds, they are the same on every machine."""
    poses = count // 4
    nodes = [{"id": f"p{number}"} for number in range(poses)]
    document: dict[str, object] = {"nodes": nodes, "edges": draw_hub(poses) if shape == "hub" else draw_pair(count)}
    canvas = parse_canvas(document)
    calls = Counter[str]()
    sys.setprofile(lambda _frame, event, _argument: calls.update((event,)))
    try:
        make_plan(canvas, Order(), allow_missing_images=True)
        lint_canvas(canvas)
    finally:
        sys.setprofile(None)
    return calls["call"] + calls["c_call"]


Edges = list[dict[str, object]]


def draw_hub(poses: int) -> Edges:
    spokes = range(1, poses)
    loops: Edges = [{"id": f"l{n}", "source": f"p{n}", "target": f"p{n}"} for n in range(poses)]
    ways_out: Edges = [{"id": f"f{n}", "source": "p0", "target": f"p{n}"} for n in spokes]
    ways_back: Edges = [{"id": f"r{n}", "source": f"p{n}", "target": "p0"} for n in spokes]
    wishes: Edges = [{"id": f"a{n}", "source": "*", "target": f"p{n}", "conditions": [CLICK]} for n in spokes]
    return loops + ways_out + ways_back + wishes


def draw_pair(count: int) -> Edges:
    ends = (("p0", "p1"), ("p1", "p0"))
    return [
        {"id": f"e{n}", "source": ends[n % 2][0], "target": ends[n % 2][1], "conditions": [CLICK]} for n in range(count)
    ]


def test_every_missing_picture_is_named_once() -> None:
    canvas = parse_canvas(
        {
            "nodes": [{"id": "a"}, {"id": "b"}],
            "edges": [{"id": "x", "source": "a", "target": "b"}, {"id": "y", "source": "a", "target": "a"}],
        }
    )
    with pytest.raises(MissingImages) as raised:
        make_plan(canvas, Order())
    assert raised.value.fields == {"nodes": ["a", "b"], "edges": ["x", "y"]}
    pictured = replace(canvas, nodes=tuple(Node(id=node.id, name=node.id, asset_id="ast") for node in canvas.nodes))
    assert make_plan(pictured, Order()).total_credits == 40


def test_a_reverse_is_as_long_as_the_clip_of_its_forward_is_and_not_as_the_order_says() -> None:
    canvas = Canvas(
        name="Two", initial_node="a",
        nodes=(Node(id="a", name="a", image="a.png"), Node(id="b", name="b", image="b.png")),
        edges=(Edge(id="ab", source="a", target="b"), Edge(id="ba", source="b", target="a")),
    )  # fmt: skip
    order = Order(duration_seconds=Fraction(3))
    there = make_plan(canvas, order, clips={"ab"}, lengths={"ab": Fraction(2)})
    under_way = make_plan(canvas, order, in_flight={"ab"}, lengths={"ab": Fraction(1)})
    made = make_plan(canvas, order, lengths={"ab": Fraction(1)})
    assert [plan.lines[1].duration_seconds for plan in (there, under_way, made)] == [2, 1, 3]


def test_a_transition_has_the_confidence_of_its_poses_and_a_reverse_that_of_its_forward() -> None:
    nodes = [{"id": name, "image": f"{name}.png"} for name in "abc"]
    edges = [
        {"id": "l", "source": "a", "target": "a"},
        {"id": "f", "source": "a", "target": "b"},
        {"id": "r", "source": "b", "target": "a"},
        {"id": "u", "source": "b", "target": "c"},
        {"id": "x", "source": "*", "target": "c", "conditions": [{"input": "clicked", "op": "==", "value": True}]},
    ]
    plan = make_plan(parse_canvas({"nodes": nodes, "edges": edges}), Order(auto_reverse=False))
    trusted = judge_pair([])
    spread = plan.spread_confidences({("a", "b"): trusted})
    assert spread == {"f": trusted, "r": trusted}
    lines = write_answer(plan, dry_run=True, confidences=spread)["edges"]
    assert isinstance(lines, list)
    told = {line["edge_id"]: line["confidence"] for line in lines}
    assert told == {"l": None, "f": trusted.document(), "r": trusted.document(), "u": None, "x": None}


def test_nobody_who_did_not_ask_is_told_a_confidence() -> None:
    canvas = parse_canvas(
        {"nodes": [{"id": "a", "image": "a.png"}], "edges": [{"id": "l", "source": "a", "target": "a"}]}
    )
    lines = write_answer(make_plan(canvas, Order()), dry_run=True)["edges"]
    assert isinstance(lines, list)
    assert all("confidence" not in line for line in lines)
