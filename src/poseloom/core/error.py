"""The error tree: stable codes, whose fault it is, and whether trying again helps.

    PoseloomError
    ├── InputError            the caller's: fix the input, then call again
    │   ├── InvalidRequest    bad_request        a body, a query or a header
    │   ├── InvalidCanvas     invalid_canvas     a field of a canvas document
    │   ├── InvalidOrder      invalid_order      an option of a call
    │   ├── InvalidImage      invalid_image      a picture that cannot be a pose
    │   ├── MissingImages     missing_images     poses that an order needs and that have no picture
    │   ├── InvalidClip       invalid_clip       a file that is not a clip we can read
    │   ├── InvalidTransition invalid_transition an event that a state does not know
    │   ├── FetchRefused      fetch_refused      an address from which nothing is fetched
    │   ├── TooLarge          too_large          more bytes than are read
    │   └── UnsupportedMedia  unsupported_media_type
    ├── AccessError           the caller's: who asks, and how often
    │   ├── Unauthorized      unauthorized       no key, or none that is known
    │   ├── Forbidden         forbidden          a key without the scope
    │   ├── NotFound          not_found          not there, or not the caller's to see
    │   ├── MethodNotAllowed  method_not_allowed
    │   ├── HostRefused       host_refused       a name that is not this server's
    │   ├── OriginRefused     origin_refused     a page that is not this server's
    │   ├── LinkSpent         link_spent         a sign-in link that opens nothing any more
    │   └── RateLimited       rate_limited       `retry_after_seconds` says when
    ├── StateError            the caller's: right input, wrong moment
    │   ├── CanvasNotReady    canvas_not_ready   an export before every edge has its clip
    │   ├── CanvasUnsafe      canvas_unsafe      an export in which a player can strand or ping-pong
    │   ├── PoseOutOfFrame    pose_out_of_frame  a new pose that reaches out of what the clips share
    │   ├── InsufficientCredits insufficient_credits
    │   ├── BudgetExceeded    max_credits_exceeded   the price is above the caller's own limit
    │   ├── QuoteExpired      quote_expired
    │   ├── QuoteChanged      quote_changed      the canvas asks for other work than was quoted
    │   ├── IdempotencyKeyReused idempotency_key_reused
    │   ├── VersionMismatch   version_mismatch   someone else has saved since
    │   ├── JobFinished       job_finished       nothing is left to cancel
    │   ├── JobCancelled      cancelled          why a cancelled job has no clip
    │   └── LimitReached      limit_reached      as many as there may be
    ├── WorldError            the machine's around us: full disk, no permission, a service that is down
    │   ├── StorageFailed     storage_failed
    │   ├── GeneratorFailed   generator_failed   a generator is down or slow; trying again helps
    │   ├── GeneratorRefused  generator_refused  it will not make this clip; trying again does not help
    │   └── SubmitUnknown     submit_unknown     nobody knows whether the order arrived; it is not sent twice
    └── FaultError            ours: a defect
        ├── SeamBroken        seam_broken        a clip whose ends are not its poses
        ├── ForwardFailed     forward_failed     a reverse whose forward failed
        ├── JobLost           job_lost           a job whose worker gave up on it for good
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

    code = "invalid_input"
    blame = Blame.CALLER


class InvalidRequest(InputError):
    """A body, a query or a header has the wrong form; `field` names it."""

    code = "bad_request"


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


class FetchRefused(InputError):
    """Nothing is fetched from this address."""

    code = "fetch_refused"


class TooLarge(InputError):
    """More bytes than are read; `limit_bytes` says how many are."""

    code = "too_large"


class UnsupportedMedia(InputError):
    """A body of a type that is not understood."""

    code = "unsupported_media_type"


class AccessError(PoseloomError):
    """Who asks, and how often."""

    code = "access"
    blame = Blame.CALLER


class Unauthorized(AccessError):
    """There is no key, or none that is known."""

    code = "unauthorized"


class Forbidden(AccessError):
    """The key is known and lacks the scope; `scope` names it."""

    code = "forbidden"


class NotFound(AccessError):
    """It is not there, or not the caller's to see; both look the same."""

    code = "not_found"


class MethodNotAllowed(AccessError):
    """The address is known, the method is not."""

    code = "method_not_allowed"


class HostRefused(AccessError):
    """The server does not answer to the name in `Host`."""

    code = "host_refused"


class OriginRefused(AccessError):
    """Only this server's own page may ask this."""

    code = "origin_refused"


class LinkSpent(AccessError):
    """A sign-in link was used, is too old or is not known; `reason` says which."""

    code = "link_spent"


class RateLimited(AccessError):
    """Too many calls; `retry_after_seconds` says when to call again."""

    code = "rate_limited"
    retryable = True


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


class PoseOutOfFrame(StateError):
    """A pose reaches out of the frame that the canvas' clips share; `nodes` names it."""

    code = "pose_out_of_frame"


class BudgetExceeded(StateError):
    """The price is above the caller's `max_credits`."""

    code = "max_credits_exceeded"


class QuoteExpired(StateError):
    """A quote is too old, or not known."""

    code = "quote_expired"


class QuoteChanged(StateError):
    """The canvas asks for other work than was quoted."""

    code = "quote_changed"


class IdempotencyKeyReused(StateError):
    """A key came again with another body."""

    code = "idempotency_key_reused"


class VersionMismatch(StateError):
    """Someone else has saved since; read, then write again."""

    code = "version_mismatch"


class JobFinished(StateError):
    """A job has ended; nothing is left to cancel."""

    code = "job_finished"


class JobCancelled(StateError):
    """Why a cancelled job has no clip."""

    code = "cancelled"


class LimitReached(StateError):
    """There are as many as there may be."""

    code = "limit_reached"


class WorldError(PoseloomError):
    """Something around the program failed."""

    code = "unavailable"
    blame = Blame.WORLD
    retryable = True


class StorageFailed(WorldError):
    """A file or folder could not be read or written."""

    code = "storage_failed"


class GeneratorFailed(WorldError):
    """A generator is down or slow."""

    code = "generator_failed"


class GeneratorRefused(WorldError):
    """A generator will not make this clip."""

    code = "generator_refused"
    retryable = False


class SubmitUnknown(WorldError):
    """Nobody knows whether an order arrived, so it is not sent again."""

    code = "submit_unknown"
    retryable = False


class FaultError(PoseloomError):
    """A defect of ours."""

    code = "internal_error"
    blame = Blame.US


class SeamBroken(FaultError):
    """A clip's first or last frame is not its pose."""

    code = "seam_broken"


class ForwardFailed(FaultError):
    """A reverse cannot be made, because its forward failed."""

    code = "forward_failed"


class JobLost(FaultError):
    """A job's worker gave up on it for good."""

    code = "job_lost"


class LedgerBroken(FaultError):
    """A law of the ledger does not hold."""

    code = "ledger_broken"
