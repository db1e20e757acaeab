"""The vectors of spec/vectors, and what a runner needs to read them."""

import json
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from poseloom.core.canvas import ANY, Canvas
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


def read_edges(edges: Sequence[Mapping[str, Any]], *, without_image: Collection[str] = ()) -> Canvas:
    """Read a canvas of nothing but edges: its nodes are those that they name, each with a picture."""
    names = dict.fromkeys(name for edge in edges for name in (edge["source"], edge["target"]) if name != ANY) or ["a"]
    nodes = [{"id": name} if name in without_image else {"id": name, "image": f"{name}.png"} for name in names]
    return parse_canvas({"nodes": nodes, "edges": edges})


def read_decimal(value: float) -> Fraction:
    """Read a number as the decimal that stands in the file."""
    return Fraction(str(value))
