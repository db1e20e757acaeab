from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from poseloom.core.canvas import Condition, Input, InputType, Operator
from poseloom.core.machine import compare
from poseloom.core.satisfaction import can_hold
from poseloom.core.system import BUILT_IN_INPUTS, COUNTERS, EXCLUSIVE_PAIRS, LOOP_COUNT, STATE_INPUTS
from tests.unit.core.strategy import INPUTS, STATES, conditions

KNOWN = {item.name: item for item in (*INPUTS, *BUILT_IN_INPUTS, *(STATE_INPUTS[name] for name in STATES))}


@given(st.lists(conditions, max_size=4), st.booleans())
def test_conditions_can_hold_exactly_when_some_sampled_values_meet_them(
    wanted: list[Condition], on_arrival: bool
) -> None:
    assert can_hold(wanted, KNOWN, on_arrival=on_arrival) == any(
        meets(wanted, values) for values in sample(sorted({item.input for item in wanted}), on_arrival=on_arrival)
    )


def sample(names: list[str], *, on_arrival: bool) -> list[dict[str, float]]:
    """Return many situations in which a machine can be."""
    known = [name for name in names if name in KNOWN]
    situations = [
        dict(zip(known, values, strict=True))
        for values in product(*(sample_values(KNOWN[name], on_arrival=on_arrival) for name in known))
    ]
    return [situation for situation in situations if is_possible(situation)]


def sample_values(item: Input, *, on_arrival: bool) -> list[float]:
    if on_arrival and (item.name in COUNTERS or item.type is InputType.TRIGGER):
        return [0]
    if item.type is not InputType.NUMBER:
        return [0, 1]
    if item.name == LOOP_COUNT:
        return list(range(7))
    return [quarter / 4 for quarter in range(0 if item.name in COUNTERS else -16, 25)]


def is_possible(situation: dict[str, float]) -> bool:
    waiting = [name for name, value in situation.items() if KNOWN[name].type is InputType.TRIGGER and value]
    return len(waiting) <= 1 and not any(situation.get(one) and situation.get(other) for one, other in EXCLUSIVE_PAIRS)


def meets(wanted: list[Condition], values: dict[str, float]) -> bool:
    return all(item.input in values and compare(item, values[item.input]) for item in wanted)


def test_no_conditions_are_met_by_anything() -> None:
    assert can_hold([], {})


def test_a_number_can_lie_between_thresholds_however_large() -> None:
    between = [
        Condition(input="level", operator=Operator.GREATER, value=1e308),
        Condition(input="level", operator=Operator.LESS, value=1.5e308),
    ]
    assert can_hold(between, KNOWN)
