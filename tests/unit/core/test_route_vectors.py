from tests.unit.core.vector import Case, every_case, read_machine


@every_case("route")
def test_the_route_is_the_one_that_the_vector_says(case: Case) -> None:
    route = read_machine(case["machine"]).routes.find_route(case["source"], case["target"])
    assert (None if route is None else [edge.id for edge in route]) == case["route"]
