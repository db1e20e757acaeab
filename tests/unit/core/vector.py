"""The vectors of spec/vectors, and what a runner needs to read them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from poseloom.core.canvas import Canvas
from poseloom.core.document import parse_canvas
from poseloom.core.machine import Machine, build_machine

SPEC = Path(__file__).parents[3] / "spec"

Case = Mapping[str, Any]


def read_vectors(name: str) -> list[Case]:
    """Read the cases of a vector file."""
    cases: list[Case] = json.loads((SPEC / "vectors" / f"{name}.json").read_text())["cases"]
    return cases


def every_case(name: str) -> pytest.MarkDecorator:
    """Run a test once for each case of a vector file, under the case's own sentence."""
    cases = read_vectors(name)
    return pytest.mark.parametrize("case", cases, ids=[case["name"] for case in cases])


def read_machine_canvas(machine: Mapping[str, Any]) -> Canvas:
    """Read the canvas of a machine in a vector."""
    return parse_canvas(machine)


def read_machine(machine: Mapping[str, Any]) -> Machine:
    """Build the machine of a vector: an edge has a clip unless it says that it has none."""
    clips = {edge["id"] for edge in machine["edges"] if edge.get("clip", True)}
    return build_machine(read_machine_canvas(machine), clips)
