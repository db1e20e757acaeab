"""The error tree: stable codes, whose fault it is, and whether trying again helps.

    PoseloomError
    ├── InputError            the caller's: fix the input, then call again
    │   ├── InvalidCanvas     invalid_canvas     a field of a canvas document
    │   ├── InvalidOrder      invalid_order      an option of a call
    │   ├── InvalidImage      invalid_image      a picture that cannot be a pose
    │   ├── MissingImages     missing_images     poses that an order needs and that have no picture
    │   ├── InvalidClip       invalid_clip       a file that is not a clip we can read
    │   └── InvalidTransition invalid_transition an event that a state does not know
    ├── StateError            the caller's: right input, wrong moment
    │   ├── CanvasNotReady    canvas_not_ready   an export before every edge has its clip
    │   ├── CanvasUnsafe      canvas_unsafe      an export in which a player can strand or ping-pong
    │   └── InsufficientCredits insufficient_credits
    ├── WorldError            the machine's around us: full disk, no permission
    │   └── StorageFailed     storage_failed
    └── FaultError            ours: a defect
        ├── SeamBroken        seam_broken        a clip whose ends are not its poses
        └── LedgerBroken      ledger_broken      a law of the ledger does not hold

A message is one line: what is wrong, where, and the fix.
"""

from enum import StrEnum
from typing import ClassVar


class Blame(StrEnum):
    """Whose fault an error is."""

    CALLER = "caller"
    WORLD = "world"
    US = "us"


class PoseloomError(Exception):
    """The root of every expected failure.

    Attributes:
        code: Stable, machine-readable name.
        blame: Whose fault it is.
        retryable: Whether the same call may succeed later, unchanged.
        message: One line for a person: what, where, and the fix.
        fields: What the wire form carries beside code and message.
    """

    code: ClassVar[str] = "error"
    blame: ClassVar[Blame] = Blame.US
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, **fields: object) -> None:
        super().__init__(message)
        self.message = message
        self.fields = fields

    def document(self) -> dict[str, object]:
        """Return the wire form, `{"error": {"code", "message", …fields}}`."""
        return {"error": {"code": self.code, "message": self.message, **self.fields}}


class InputError(PoseloomError):
    """The caller gave something that cannot be used."""

    code = "bad_request"
    blame = Blame.CALLER


class InvalidCanvas(InputError):
    """A canvas document breaks a rule; `field` says where."""

    code = "invalid_canvas"


class InvalidOrder(InputError):
    """An option of a call is out of its range; `field` names it."""

    code = "invalid_order"


class InvalidImage(InputError):
    """A picture cannot serve as a pose."""

    code = "invalid_image"


class MissingImages(InputError):
    """An order needs poses that have no picture; `nodes` and `edges` name them."""

    code = "missing_images"


class InvalidClip(InputError):
    """A file is not a clip that can be read."""

    code = "invalid_clip"


class InvalidTransition(InputError):
    """A state does not know the event; nothing changed."""

    code = "invalid_transition"


class StateError(PoseloomError):
    """The call is right but comes at the wrong moment."""

    code = "conflict"
    blame = Blame.CALLER


class CanvasNotReady(StateError):
    """Edges have no clip yet; `edges` names them."""

    code = "canvas_not_ready"
    retryable = True


class CanvasUnsafe(StateError):
    """A player could strand or ping-pong; `nodes` and `findings` say where."""

    code = "canvas_unsafe"


class InsufficientCredits(StateError):
    """The balance does not cover the price; `required` and `balance` say by how much."""

    code = "insufficient_credits"


class WorldError(PoseloomError):
    """Something around the program failed."""

    code = "unavailable"
    blame = Blame.WORLD
    retryable = True


class StorageFailed(WorldError):
    """A file or folder could not be read or written."""

    code = "storage_failed"


class FaultError(PoseloomError):
    """A defect of ours."""

    code = "internal_error"
    blame = Blame.US


class SeamBroken(FaultError):
    """A clip's first or last frame is not its pose."""

    code = "seam_broken"


class LedgerBroken(FaultError):
    """A law of the ledger does not hold."""

    code = "ledger_broken"
