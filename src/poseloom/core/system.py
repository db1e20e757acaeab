"""Inputs that exist without being declared.

Built-in ones belong to the machine (spec/machine.md). State inputs are what desktop clients set by themselves; a canvas
may use them without declaring them, and an export declares them for players that do not know them.
"""

from collections.abc import Iterator, Mapping

from poseloom.core.canvas import Canvas, Edge, Input, InputType

CLICKED = "clicked"
MOUSE_OVER = "mouseOver"
LOOP_COUNT = "loopCount"
NODE_TIME = "nodeTime"

BUILT_IN_INPUTS = (
    Input(name=CLICKED, type=InputType.TRIGGER, default=False, system=True),
    Input(name=MOUSE_OVER, type=InputType.BOOLEAN, default=False, system=True),
    Input(name=LOOP_COUNT, type=InputType.NUMBER, default=0, system=True),
    Input(name=NODE_TIME, type=InputType.NUMBER, default=0, system=True),
)
BUILT_IN_NAMES = frozenset(item.name for item in BUILT_IN_INPUTS)
COUNTERS = frozenset({LOOP_COUNT, NODE_TIME})
"""Built-in inputs that the machine counts itself and nobody may set; both start at 0 on arrival."""

_PREFIXES = ("claudeCode::", "agent::")
_STATES = {"isWorking": False, "isIdle": True, "isAlert": False, "isCompacting": False}
_EVENTS = (
    "SessionStart", "SessionEnd", "UserPromptSubmit", "PreToolUse", "PostToolUse", "PostToolUseFailure",
    "PermissionRequest", "Stop", "StopFailure", "SubagentStart", "SubagentStop", "Notification", "PreCompact",
    "PostCompact", "TaskCompleted", "TeammateIdle", "ConfigChange", "WorktreeCreate", "WorktreeRemove",
)  # fmt: skip


def _state_inputs() -> Iterator[Input]:
    for prefix in _PREFIXES:
        for name, default in _STATES.items():
            yield Input(name=prefix + name, type=InputType.BOOLEAN, default=default, system=True)
        yield Input(name=prefix + "sessionCount", type=InputType.NUMBER, default=0, system=True)
        for name in _EVENTS:
            yield Input(name=prefix + name, type=InputType.TRIGGER, default=False, system=True)


STATE_INPUTS = {item.name: item for item in _state_inputs()}
"""What known clients set by themselves, by name."""

EXCLUSIVE_PAIRS = tuple((prefix + "isIdle", prefix + "isWorking") for prefix in _PREFIXES)
"""State inputs that are never true together: idle means that no session works."""


def list_inputs(canvas: Canvas) -> tuple[Input, ...]:
    """Return declared inputs, then the known state inputs that conditions use; without the built-in ones."""
    declared = {item.name for item in canvas.inputs}
    used = dict.fromkeys(condition.input for edge in canvas.edges for condition in edge.conditions)
    added = (STATE_INPUTS[name] for name in used if name in STATE_INPUTS and name not in declared)
    return (*canvas.inputs, *added)


def index_inputs(canvas: Canvas) -> dict[str, Input]:
    """Return every input that exists for this canvas, built-in ones included, by name."""
    return {item.name: item for item in (*list_inputs(canvas), *BUILT_IN_INPUTS)}


def list_triggers(edge: Edge, inputs: Mapping[str, Input]) -> tuple[str, ...]:
    """Return the triggers among an edge's conditions."""
    return tuple(
        condition.input
        for condition in edge.conditions
        if condition.input in inputs and inputs[condition.input].type is InputType.TRIGGER
    )
