from dataclasses import replace

from hypothesis import assume, given

from poseloom.core.canvas import Canvas, Edge
from poseloom.core.error import InvalidCanvas
from poseloom.core.kind import Classification, Kind, classify
from tests.unit.core.strategy import canvases, edges


@given(canvases())
def test_classifying_twice_says_the_same(canvas: Canvas) -> None:
    assert classify(canvas) == classify(canvas)


@given(canvases())
def test_kinds_do_not_depend_on_ids_conditions_or_priorities(canvas: Canvas) -> None:
    renamed = tuple(
        replace(edge, id=f"x{-index}", conditions=(), priority=7 - index) for index, edge in enumerate(canvas.edges)
    )
    names = {edge.id: other.id for edge, other in zip(canvas.edges, renamed, strict=True)}
    before, after = classify(canvas), classify(replace(canvas, edges=renamed))
    assert list(after.kinds.values()) == list(before.kinds.values())
    assert after.forwards == {names[reverse]: names[forward] for reverse, forward in before.forwards.items()}


@given(canvases(), edges("new"))
def test_an_edge_added_at_the_end_changes_no_kind_before_it(canvas: Canvas, edge: Edge) -> None:
    before = classify(canvas)
    after = try_to_add(canvas, edge)
    turned = [edge_id for edge_id, kind in before.kinds.items() if after.kinds[edge_id] is not kind]
    if edge.reverse is not True:
        assert turned == []
    for edge_id in turned:
        assert before.kinds[edge_id] is Kind.REVERSE
        assert after.kinds[edge_id] is Kind.FORWARD


def try_to_add(canvas: Canvas, edge: Edge) -> Classification:
    try:
        return classify(replace(canvas, edges=(*canvas.edges, edge)))
    except InvalidCanvas:
        assume(False)
        raise


@given(canvases())
def test_pairing_is_one_to_one_between_opposites(canvas: Canvas) -> None:
    found = classify(canvas)
    by_id = {edge.id: edge for edge in canvas.edges}
    assert len(set(found.forwards.values())) == len(found.forwards)
    assert found.reverses == {forward: reverse for reverse, forward in found.forwards.items()}
    for reverse_id, forward_id in found.forwards.items():
        reverse, forward = by_id[reverse_id], by_id[forward_id]
        assert (reverse.source, reverse.target) == (forward.target, forward.source)
        assert found.kinds[forward_id] is Kind.FORWARD
    assert {edge_id for edge_id, kind in found.kinds.items() if kind is Kind.REVERSE} == found.forwards.keys()


@given(canvases())
def test_every_edge_has_the_kind_that_its_ends_and_flags_allow(canvas: Canvas) -> None:
    kinds = classify(canvas).kinds
    assert list(kinds) == [edge.id for edge in canvas.edges]
    for edge in canvas.edges:
        if edge.is_any_state:
            assert kinds[edge.id] is Kind.ANY_STATE
        elif edge.is_loop:
            assert kinds[edge.id] is Kind.LOOP
        elif edge.reverse is not None:
            assert kinds[edge.id] is (Kind.REVERSE if edge.reverse else Kind.FORWARD)
        else:
            assert kinds[edge.id] in {Kind.FORWARD, Kind.REVERSE}


def test_loops_and_forwards_are_paid() -> None:
    assert [kind for kind in Kind if kind.is_paid] == [Kind.LOOP, Kind.FORWARD]
