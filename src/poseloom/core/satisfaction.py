"""Whether conditions can hold, decided exactly from their thresholds (spec/lint.md)."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise

from poseloom.core.canvas import Condition, Input, InputType
from poseloom.core.machine import compare
from poseloom.core.system import COUNTERS, EXCLUSIVE_PAIRS, LOOP_COUNT


def can_hold(conditions: Iterable[Condition], inputs: Mapping[str, Input], *, on_arrival: bool = False) -> bool:
    """Say whether some values of the inputs meet all conditions at once.

    Args:
        conditions: What must hold; none is met by anything.
        inputs: Every input that exists.
        on_arrival: Only count what can hold the moment a mascot arrives with no trigger waiting: counters are 0.
    """
    by_input: defaultdict[str, list[Condition]] = defaultdict(list)
    for condition in conditions:
        if condition.input not in inputs:
            return False
        by_input[condition.input].append(condition)
    allowed: dict[str, set[float]] = {}
    for name, group in by_input.items():
        values = _list_values(inputs[name], group, on_arrival=on_arrival)
        allowed[name] = {value for value in values if all(compare(condition, value) for condition in group)}
        if not allowed[name]:
            return False
    return not _contradicts(allowed, inputs)


def _list_values(item: Input, conditions: Iterable[Condition], *, on_arrival: bool) -> Iterable[float]:
    """Return values that stand for all that matter: for a number, its thresholds and the gaps between them."""
    if on_arrival and (item.name in COUNTERS or item.type is InputType.TRIGGER):
        return (0.0,)
    if item.type is not InputType.NUMBER:
        return (0.0, 1.0)
    marks = sorted({float(condition.value) for condition in conditions})
    values = [
        marks[0] - 1,
        *marks,
        *(low / 2 + high / 2 for low, high in pairwise(marks)),
        marks[-1] + 1,
    ]
    if item.name not in COUNTERS:
        return values
    if item.name == LOOP_COUNT:
        values = [float(edge(value)) for value in values for edge in (math.floor, math.ceil)]
    return [value for value in (0.0, *values) if value >= 0]


def _contradicts(allowed: Mapping[str, set[float]], inputs: Mapping[str, Input]) -> bool:
    """Say whether what each input must be cannot be at the same time."""
    needed = {name for name, values in allowed.items() if 0.0 not in values}
    triggers = [name for name in needed if inputs[name].type is InputType.TRIGGER]
    return len(triggers) > 1 or any({one, other} <= needed for one, other in EXCLUSIVE_PAIRS)
