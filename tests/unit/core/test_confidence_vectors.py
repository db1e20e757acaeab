from poseloom.core.confidence import Fault, FaultKind, judge_pair
from tests.unit.core.vector import Case, every_case


@every_case("confidence")
def test_the_confidence_is_the_one_that_the_vector_says(case: Case) -> None:
    faults = [Fault(**{**fault, "kind": FaultKind(fault["kind"])}) for fault in case["faults"]]
    assert judge_pair(faults, limbs=case.get("limbs", 0)).document() == case["confidence"]
