import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poseloom.frames.ease import CURVES, Curve, chain, ease_smooth, ease_smoother, mix, reverse, swell

VECTORS = Path(__file__).parents[3] / "spec" / "vectors" / "ease.json"
CASES = json.loads(VECTORS.read_text(encoding="utf-8"))["cases"]
moments = st.floats(0, 1)
curves = st.sampled_from(sorted(CURVES)).map(CURVES.__getitem__)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['curve']}-{case['t']}")
def test_curves_have_the_values_of_the_specification(case: dict[str, float]) -> None:
    assert CURVES[str(case["curve"])](case["t"]) == pytest.approx(case["value"], abs=1e-9)


@pytest.mark.parametrize("name", sorted(CURVES))
def test_both_ends_are_pinned_exactly(name: str) -> None:
    assert CURVES[name](0.0) == 0.0
    assert CURVES[name](1.0) == 1.0


@given(curves, moments, moments)
def test_curves_never_run_backwards(curve: Curve, one: float, other: float) -> None:
    assert curve(min(one, other)) <= curve(max(one, other)) + 1e-12


@given(curves, curves, moments)
def test_combined_curves_stay_within_their_ends(first: Curve, second: Curve, t: float) -> None:
    for curve in (reverse(first), chain(first, second, at=0.3), mix(first, second, share=0.4)):
        assert curve(0.0) == pytest.approx(0, abs=1e-12)
        assert curve(1.0) == pytest.approx(1)
        assert -1e-12 <= curve(t) <= 1 + 1e-12


@pytest.mark.parametrize("curve", [ease_smooth, ease_smoother])
def test_smooth_curves_start_and_end_at_rest(curve: Curve) -> None:
    assert curve(1e-4) < 1e-7
    assert curve(1 - 1e-4) > 1 - 1e-7


def test_a_swell_rises_and_is_gone() -> None:
    assert (swell(0), swell(0.5)) == (0, 1)
    assert swell(1) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("at", [0.0, 1.0, -1.0])
def test_a_chain_needs_a_joint_inside(at: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        chain(ease_smooth, ease_smooth, at=at)
