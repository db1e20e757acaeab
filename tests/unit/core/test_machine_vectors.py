from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from poseloom.core.machine import (
    ClipEnded,
    Effect,
    Event,
    FireTrigger,
    GoTo,
    Hold,
    Loop,
    LoopEnded,
    Machine,
    Play,
    SetInput,
    State,
    TimePassed,
    advance,
    next_time,
    start,
)
from tests.unit.core.vector import Case, every_case, read_machine


@every_case("machine")
def test_the_machine_does_what_the_vector_says(case: Case) -> None:
    machine = read_machine(case["machine"])
    first, *rest = case["steps"]
    state, effects = start(machine)
    compare_step(machine, state, effects, first)
    for step in rest:
        state, effects = advance(machine, state, read_event(step["event"]))
        compare_step(machine, state, effects, step)


def read_event(event: Mapping[str, Any]) -> Event:
    match event["type"]:
        case "set":
            return SetInput(event["input"], event["value"])
        case "fire":
            return FireTrigger(event["input"])
        case "go":
            return GoTo(event["node"])
        case "clip_ended":
            return ClipEnded()
        case "loop_ended":
            return LoopEnded()
        case "time":
            return TimePassed(event["ms"])
        case other:
            raise AssertionError(other)


def write_effect(effect: Effect) -> dict[str, str]:
    match effect:
        case Play(edge):
            return {"type": "play", "edge": edge}
        case Loop(edge):
            return {"type": "loop", "edge": edge}
        case Hold(node):
            return {"type": "hold", "node": node}


def compare_step(machine: Machine, state: State, effects: tuple[Effect, ...], step: Mapping[str, Any]) -> None:
    wanted = dict(step["state"])
    known = {**asdict(state), "next_time": next_time(machine, state)}
    known["values"] = {name: state.values[name] for name in wanted.get("values", {})}
    assert [write_effect(effect) for effect in effects] == step["effects"]
    assert {name: known[name] for name in wanted} == wanted
