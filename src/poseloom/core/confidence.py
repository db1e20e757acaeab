"""How far an in-between of two poses is to be trusted, and why no further (spec/confidence.md)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

TRUSTED_SCORE, HOPELESS_SCORE = 0.18, 0.54
"""Sums of faults up to which a pair is trusted fully, and from which it is not trusted at all."""
DOUBTFUL, AT_EASE = 0.25, 0.75
"""Confidence up to which a change is staged, and from which it may take its time."""
REASONS_LIMIT = 3
LEAST_WEIGHT = 0.05
"""A fault that weighs less is not worth a word, unless there is no heavier one."""


class Rendering(StrEnum):
    """How the change from one pose to the other is shown."""

    FLOWS = "flows"
    """The whole drawing flows from one into the other."""
    LIMBS = "limbs"
    """Its body flows, and limbs turn about their joints."""
    STAGED = "staged"
    """It is pressed down and thrown up, and exchanged in the quickest moment between."""


class FaultKind(StrEnum):
    """What can be wrong with an in-between; of two that weigh the same the first is told first."""

    EMPTY_POSE = "empty_pose"
    DIFFERS = "differs"
    STRETCHES = "stretches"
    HIDDEN = "hidden"
    TORN = "torn"
    CUT = "cut"
    PARTS = "parts"


_MESSAGES: Mapping[FaultKind, str] = {
    FaultKind.EMPTY_POSE: "one of the poses is empty",
    FaultKind.DIFFERS: "half-way, the poses differ in about {percent} % of what is seen",
    FaultKind.STRETCHES: "shapes stretch or shrink by about {percent} % on the way",
    FaultKind.HIDDEN: "about {percent} % of what is seen half-way is hidden in one of the poses",
    FaultKind.TORN: "a limb comes off its joint",
    FaultKind.CUT: "a limb is cut out where no line parts it from the body",
    FaultKind.PARTS: "it takes {count} limbs to explain the change",
}
_TIPS: Mapping[FaultKind, str] = {
    FaultKind.EMPTY_POSE: "draw something on the empty pose",
    FaultKind.DIFFERS: "add a pose between the two",
    FaultKind.STRETCHES: "add a pose between the two",
    FaultKind.HIDDEN: "show in both poses what one of them hides, or add a pose between the two",
    FaultKind.TORN: "draw the limb at the same joint in both poses",
    FaultKind.CUT: "draw a line around the limb in both poses",
    FaultKind.PARTS: "add a pose between the two",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that is wrong with an in-between.

    Attributes:
        amount: How much of it there is: for most kinds a share, 1 is all; for `parts` how many.
        weight: What it adds to the sum of faults, at least 0.
    """

    kind: FaultKind
    amount: float
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a pair is not trusted further.

    Attributes:
        code: Never changes its meaning.
        message: For people: one plain clause.
        tip: What to draw about it.
    """

    code: FaultKind
    message: str
    tip: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidence:
    """How far the in-between of a pair of poses is to be trusted.

    Attributes:
        value: 0..1, in hundredths.
        rendering: How the change will be shown.
        limbs: How many limbs turn; 0 unless it is shown so.
        reasons: The heaviest first; none when the pair is trusted fully.
    """

    value: float
    rendering: Rendering
    limbs: int
    reasons: tuple[Reason, ...]

    def document(self) -> dict[str, object]:
        """Return the wire form."""
        return {
            "value": self.value,
            "rendering": self.rendering.value,
            "limbs": self.limbs,
            "reasons": [
                {"code": reason.code.value, "message": reason.message, "tip": reason.tip} for reason in self.reasons
            ],
        }


def judge_confidence(score: float) -> float:
    """Return 0..1, in hundredths, how far an in-between with a sum of faults is to be trusted."""
    share = (HOPELESS_SCORE - score) / (HOPELESS_SCORE - TRUSTED_SCORE)
    return round(min(1.0, max(0.0, share)), 2)


def measure_trust(confidence: float) -> float:
    """Return 0..1, how far a change may be shown slowly; at 0 it is staged."""
    return min(1.0, max(0.0, (confidence - DOUBTFUL) / (AT_EASE - DOUBTFUL)))


def judge_pair(faults: Iterable[Fault], *, limbs: int = 0) -> Confidence:
    """Return how far an in-between is to be trusted, how it will be shown, and why not better.

    Args:
        faults: What is wrong with it, each kind at most once.
        limbs: How many limbs turn in it.
    """
    found = list(faults)
    value = judge_confidence(sum(fault.weight for fault in found))
    turning = limbs if measure_trust(value) else 0
    shown = Rendering.LIMBS if turning else Rendering.FLOWS
    return Confidence(
        value=value,
        rendering=shown if measure_trust(value) else Rendering.STAGED,
        limbs=turning,
        reasons=() if value == 1 else _give_reasons(found),
    )


def _give_reasons(faults: list[Fault]) -> tuple[Reason, ...]:
    order = list(FaultKind)
    heaviest_first = sorted(faults, key=lambda fault: (-fault.weight, order.index(fault.kind)))
    told = [fault for place, fault in enumerate(heaviest_first) if place == 0 or fault.weight >= LEAST_WEIGHT]
    return tuple(_give_reason(fault) for fault in told[:REASONS_LIMIT])


def _give_reason(fault: Fault) -> Reason:
    message = _MESSAGES[fault.kind].format(percent=round(100 * fault.amount), count=round(fault.amount))
    return Reason(code=fault.kind, message=message, tip=_TIPS[fault.kind])


def suggest_drawing(confidence: Confidence) -> str | None:
    """Return what would make a staged change flow, and why, in one line; None when it is not staged."""
    if confidence.rendering is not Rendering.STAGED:
        return None
    reason = confidence.reasons[0]
    return f"staged, for {reason.message}; {reason.tip}"


def read_confidence(document: Mapping[str, Any] | None) -> Confidence | None:
    """Return the confidence that `Confidence.document` wrote; None for none.

    Raises:
        KeyError, TypeError, ValueError: It is not such a document.
    """
    if document is None:
        return None
    return Confidence(
        value=float(document["value"]),
        rendering=Rendering(document["rendering"]),
        limbs=int(document["limbs"]),
        reasons=tuple(
            Reason(code=FaultKind(reason["code"]), message=str(reason["message"]), tip=str(reason["tip"]))
            for reason in document["reasons"]
        ),
    )
