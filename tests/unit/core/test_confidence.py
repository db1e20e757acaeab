from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poseloom.core.confidence import (
    REASONS_LIMIT,
    Fault,
    FaultKind,
    Rendering,
    judge_confidence,
    judge_pair,
    measure_trust,
    read_confidence,
    suggest_drawing,
)

amounts = st.floats(0, 3, allow_nan=False)
faults = st.lists(st.builds(Fault, kind=st.sampled_from(FaultKind), amount=amounts, weight=amounts), unique_by=id)
counts = st.integers(0, 9)


@given(faults, counts)
def test_whatever_is_wrong_a_doubted_pair_has_one_to_three_reasons_and_a_trusted_one_none(
    found: list[Fault], limbs: int
) -> None:
    confidence = judge_pair(found, limbs=limbs)
    assert len(confidence.reasons) in (range(1, REASONS_LIMIT + 1) if confidence.value < 1 else [0])


@given(faults, counts)
def test_what_is_staged_is_what_may_not_be_shown_slowly_at_all(found: list[Fault], limbs: int) -> None:
    confidence = judge_pair(found, limbs=limbs)
    assert (confidence.rendering is Rendering.STAGED) == (measure_trust(confidence.value) == 0)
    assert (confidence.rendering is Rendering.LIMBS) == (confidence.limbs > 0)


@given(faults, counts)
def test_a_confidence_comes_back_from_its_document(found: list[Fault], limbs: int) -> None:
    confidence = judge_pair(found, limbs=limbs)
    assert read_confidence(confidence.document()) == confidence


def test_no_confidence_is_read_as_none() -> None:
    assert read_confidence(None) is None


def test_more_faults_are_never_trusted_more() -> None:
    values = [judge_confidence(score / 100) for score in range(100)]
    assert values[0] == 1
    assert values[-1] == 0
    assert all(later <= earlier for earlier, later in pairwise(values))


@pytest.mark.parametrize("kind", FaultKind)
def test_a_staged_change_says_in_one_line_what_to_draw(kind: FaultKind) -> None:
    tip = suggest_drawing(judge_pair([Fault(kind=kind, amount=0.5, weight=1)]))
    assert tip is not None
    assert tip.startswith("staged, for ")
    assert "{" not in tip
    assert "\n" not in tip


def test_a_change_that_flows_needs_no_tip() -> None:
    assert suggest_drawing(judge_pair([])) is None
