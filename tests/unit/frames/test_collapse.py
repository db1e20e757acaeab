"""What a flow squeezes into a seam stays whole."""

import numpy as np
import pytest

from poseloom.frames.collapse import undo_collapse
from poseloom.frames.flow import Channels, Field, exponentiate, list_positions

ROWS, COLUMNS = 60, 80
EDGE = 40
"""The column at which the body ends and its arm begins."""
ARM = np.s_[25:35, EDGE:70]


def shade(*, has_arm: bool) -> Channels:
    alpha = np.zeros((ROWS, COLUMNS), np.float32)
    alpha[10:50, 10:EDGE] = 1
    if has_arm:
        alpha[ARM] = 1
    return alpha


def press(rate: float) -> Field:
    """Return a flow downwards that presses all beyond the body's edge onto that, or with a negative rate out of it."""
    x = list_positions(ROWS, COLUMNS)[..., 0]
    velocity = np.zeros((ROWS, COLUMNS, 2), np.float32)
    velocity[..., 0] = -rate * np.maximum(x - EDGE, 0)
    velocity[..., 1] = 2
    return velocity


def measure_arm(velocity: Field, duration: float) -> float:
    """Return how long the arm is in the end."""
    field = exponentiate(velocity, duration)
    return float(69 + field[30, 69, 0] - (EDGE + field[30, EDGE, 0]))


def test_an_arm_that_only_the_source_has_stays_as_long_as_it_is() -> None:
    pressed = press(2)
    assert measure_arm(pressed, 1) < 6
    held = undo_collapse(pressed, (shade(has_arm=True), shade(has_arm=False)))
    assert measure_arm(held, 1) == pytest.approx(29, abs=1)
    assert held[30, 55] == pytest.approx([0, 2], abs=0.1)


def test_an_arm_that_only_the_target_has_does_too() -> None:
    pulled = press(-2)
    assert measure_arm(pulled, -1) < 6
    held = undo_collapse(pulled, (shade(has_arm=False), shade(has_arm=True)))
    assert measure_arm(held, -1) == pytest.approx(29, abs=1)


def test_the_body_flows_as_before() -> None:
    held = undo_collapse(press(2), (shade(has_arm=True), shade(has_arm=False)))
    assert np.array_equal(held[:, : EDGE - 3], press(2)[:, : EDGE - 3])


def test_where_nothing_is_seen_a_flow_may_collapse() -> None:
    pressed = press(2)
    assert undo_collapse(pressed, (shade(has_arm=False), shade(has_arm=False))) is pressed


def test_a_figure_that_becomes_smaller_as_a_whole_does_so() -> None:
    places = list_positions(ROWS, COLUMNS)
    shrinking = np.asarray((np.array([40, 30], np.float32) - places) * 0.9, np.float32)
    assert undo_collapse(shrinking, (shade(has_arm=True), shade(has_arm=True))) is shrinking


def test_a_crumb_may_fold_away() -> None:
    pressed = press(2)
    crumb = shade(has_arm=False)
    crumb[30:33, EDGE : EDGE + 4] = 1
    assert undo_collapse(pressed, (crumb, shade(has_arm=False))) is pressed


def test_without_a_subject_nothing_collapses() -> None:
    pressed, nothing = press(2), np.zeros((ROWS, COLUMNS), np.float32)
    assert undo_collapse(pressed, (nothing, nothing)) is pressed
