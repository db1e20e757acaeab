from collections.abc import Mapping
from typing import Any

import pytest

from poseloom.core.duration import read_duration
from poseloom.core.error import PoseloomError
from poseloom.core.field import plain_number
from poseloom.core.plan import Line, Order, Plan, make_plan
from tests.unit.core.vector import Case, every_case, read_decimal, read_edges


@every_case("plan")
def test_the_plan_is_the_one_that_the_vector_says(case: Case) -> None:
    if "error" in case:
        with pytest.raises(PoseloomError) as raised:
            plan_case(case)
        assert {"code": raised.value.code, **raised.value.fields} == case["error"]
        return
    plan = plan_case(case)
    assert [write_line(line, wanted) for line, wanted in zip(plan.lines, case["lines"], strict=True)] == case["lines"]
    assert plan.total_credits == read_decimal(case["total_credits"])
    assert [write_created(plan, edge.id) for edge in plan.created] == case["created"]
    assert plan.canvas.edges[len(case["edges"]) :] == plan.created


def plan_case(case: Case) -> Plan:
    canvas = read_edges(case["edges"], without_image=case.get("nodes_without_image", ()))
    order = read_order(case.get("order", {}))
    clips, in_flight = frozenset(case.get("clips", ())), frozenset(case.get("in_flight", ()))
    return make_plan(canvas, order, clips=clips, in_flight=in_flight)


def read_order(document: Mapping[str, Any]) -> Order:
    options = dict(document)
    if "duration_seconds" in options:
        options["duration_seconds"] = read_duration(options["duration_seconds"], "duration_seconds")
    if "edge_ids" in options:
        options["edge_ids"] = frozenset(options["edge_ids"])
    if "rate" in options:
        options["rate"] = read_decimal(options["rate"])
    return Order(**options)


def write_line(line: Line, wanted: Mapping[str, Any]) -> dict[str, Any]:
    document = {
        "edge_id": line.edge_id,
        "kind": line.kind.value,
        "action": line.action.value,
        "reason": None if line.reason is None else line.reason.value,
        "credits": plain_number(line.credits),
        "duration_seconds": plain_number(line.duration_seconds),
    }
    return {name: document[name] for name in wanted}


def write_created(plan: Plan, edge_id: str) -> dict[str, Any]:
    edge = next(edge for edge in plan.created if edge.id == edge_id)
    assert edge.conditions == ()
    return {"id": edge.id, "source": edge.source, "target": edge.target, "reverse": edge.reverse}
