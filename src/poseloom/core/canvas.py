"""Canvases: frozen records of a state machine of poses (spec/canvas.md)."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

ANY = "*"
"""The source of an any-state edge."""
DEFAULT_DURATION_SECONDS = Fraction(4)


class Operator(StrEnum):
    """How a condition compares an input with its value."""

    EQUAL = "=="
    NOT_EQUAL = "!="
    GREATER = ">"
    LESS = "<"
    GREATER_OR_EQUAL = ">="
    LESS_OR_EQUAL = "<="


class InputType(StrEnum):
    """What values an input takes; a trigger is true for a moment."""

    BOOLEAN = "boolean"
    NUMBER = "number"
    TRIGGER = "trigger"


class Exit(StrEnum):
    """When an edge that has decided leaves its node."""

    NOW = "now"
    LOOP_END = "loop_end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """`input operator value`, compared as numbers."""

    input: str
    operator: Operator = Operator.EQUAL
    value: bool | float = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """Something outside that the mascot reacts to."""

    name: str
    type: InputType
    default: bool | float = False
    system: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One pose.

    Attributes:
        asset_id: The picture's asset, once there is one.
        image: A picture file's path relative to the canvas document (command line only).
    """

    id: str
    name: str
    asset_id: str | None = None
    image: str | None = None
    image_prompt: str | None = None
    position: tuple[float, float] = (0.0, 0.0)

    @property
    def has_image(self) -> bool:
        """Whether a picture is known for this pose."""
        return bool(self.asset_id or self.image)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A way from `source` to `target`.

    Attributes:
        priority: Higher decides first.
        speed: Playback rate, or none said.
        duration_seconds: Its own length, or none said.
        reverse: True, false, or not said (spec/kind.md).
    """

    id: str
    source: str
    target: str
    conditions: tuple[Condition, ...] = ()
    priority: int = 0
    speed: float | None = None
    duration_seconds: Fraction | None = None
    description: str | None = None
    reverse: bool | None = None
    exit: Exit = Exit.NOW

    @property
    def is_any_state(self) -> bool:
        """Whether it starts at every node."""
        return self.source == ANY

    @property
    def is_loop(self) -> bool:
        """Whether it leads back to its own node."""
        return self.source == self.target


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """A state machine of poses. Made by `document.parse_canvas`, which checks that ids are unique and known."""

    name: str
    initial_node: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...] = ()
    inputs: tuple[Input, ...] = ()
    id: str | None = None
    size: int | None = None
    fps: Fraction | None = None
