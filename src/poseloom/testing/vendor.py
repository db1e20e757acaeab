"""A generator elsewhere to test with: a real HTTP server on this machine's loopback, and its client.

It draws with the local renderer's frames, so that its clips are as good as ours. Its protocol, JSON both ways:

    POST /orders            {"tag", "source", "target" (PNG, base64), "is_loop", "frame_count", "fps", "prompt", "seed"}
                            202 {"id", "poll_after_seconds"} · 422 {"reason"} refused · 503 not accepted
    GET /orders?tag=T       200 {"id"} · 404
    GET /orders/ID          200 {"status": "rendering" | "done" | "dropped" | "refused", "reason"} · 404 · 502 down
    GET /orders/ID/frames   200 a Matroska of FFV1 frames · 404 · 502 down
    DELETE /orders/ID       204, also when there is no such order
    GET /ping               204

Waiting is counted in polls, never in time, so that tests take none.
"""

import base64
import json
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

import cv2
import httpx2
import numpy as np

from poseloom.core.catalogue import GeneratorFacts
from poseloom.core.error import GeneratorFailed, GeneratorRefused, InvalidImage, SubmitUnknown
from poseloom.frames.align import place_pose
from poseloom.frames.forward import iterate_forward
from poseloom.frames.image import Rgba
from poseloom.frames.loop import iterate_loop
from poseloom.media.master import write_master
from poseloom.media.publication import guard_writing, publish
from poseloom.media.still import load_pose
from poseloom.ports.generator import (
    Capabilities,
    Dropped,
    RemoteOrder,
    Rendered,
    Rendering,
    Standing,
    Ticket,
)

TIMEOUT_SECONDS = 30.0
POLL_AFTER_SECONDS = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a fake vendor behaves. Numbers count down as they are used up.

    Attributes:
        polls: How often it says of each order that it is still rendering.
        refusal: Why it refuses every order when it is sent.
        late_refusal: Why it refuses every order when it would be done.
        busy: How many submits it does not accept.
        silent: How many submits it accepts without an answer ever arriving.
        down: How many questions after orders it does not answer.
        dropped: How many orders it gives up when they would be done.
        forgets: It knows no order any more.
        spoils: The last frame of what it draws is not the target pose.
    """

    polls: int = 1
    refusal: str | None = None
    late_refusal: str | None = None
    busy: int = 0
    silent: int = 0
    down: int = 0
    dropped: int = 0
    forgets: bool = False
    spoils: bool = False


@dataclass(slots=True)
class _Placed:
    """An order that the vendor took."""

    id: str
    document: Mapping[str, object]
    polls_left: int
    status: str = "rendering"


@dataclass(slots=True)
class _Books:
    """What the vendor knows; every access holds `turn`."""

    takes_key: bool
    manner: Manner
    orders: dict[str, _Placed] = field(default_factory=dict)
    submits: int = 0
    cancelled: list[str] = field(default_factory=list)
    turn: threading.Lock = field(default_factory=threading.Lock)
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def use(self, name: str) -> bool:
        """Say whether a counted fault is due, and count it down."""
        left: int = getattr(self.manner, name)
        if left > 0:
            self.manner = replace(self.manner, **{name: left - 1})  # type: ignore[arg-type]
        return left > 0

    def find(self, tag: object) -> _Placed | None:
        """Return the order with a tag."""
        return next((order for order in self.orders.values() if order.document["tag"] == tag), None)

    def place(self, document: Mapping[str, object]) -> _Placed:
        """Take an order; one that came before under its key is that one."""
        known = self.find(document["tag"]) if self.takes_key else None
        if known is not None:
            return known
        order = _Placed(id=f"v{next(self.numbers)}", document=document, polls_left=self.manner.polls)
        self.orders[order.id] = order
        return order

    def look(self, order: _Placed) -> dict[str, object]:
        """Say how an order stands, a poll nearer to its end."""
        if order.status == "rendering":
            order.polls_left -= 1
            if order.polls_left < 0:
                order.status = "done"
                if self.manner.late_refusal is not None:
                    order.status = "refused"
                elif self.use("dropped"):
                    order.status = "dropped"
        return {"status": order.status, "reason": self.manner.late_refusal or "its machine broke"}


class FakeVendor:
    """The server; entering it as a context starts it. Tests set its manner and read what reached it."""

    def __init__(
        self,
        name: str = "vendor",
        *,
        takes_key: bool = False,
        finds_orders: bool = False,
        manner: Manner | None = None,
        durations_seconds: tuple[Fraction, ...] | None = None,
        rate: Fraction = Fraction(10),
    ) -> None:
        facts = GeneratorFacts(name=name, is_remote=True, rate=rate, durations_seconds=durations_seconds)
        self.capabilities = Capabilities(facts=facts, takes_key=takes_key, finds_orders=finds_orders)
        self._books = _Books(takes_key=takes_key, manner=manner or Manner())
        self._server: _Server | None = None

    def __enter__(self) -> Self:
        self._server = _Server(self._books)
        threading.Thread(target=self._server.serve_forever, args=(0.01,), name="fake-vendor", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Where it listens."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def submits(self) -> int:
        """How many submits have reached it, accepted or not."""
        with self._books.turn:
            return self._books.submits

    @property
    def orders(self) -> tuple[str, ...]:
        """Ids of the orders that it took."""
        with self._books.turn:
            return tuple(self._books.orders)

    @property
    def cancelled(self) -> tuple[str, ...]:
        """Ids of the orders that it was told to give up."""
        with self._books.turn:
            return tuple(self._books.cancelled)

    def behave(self, manner: Manner) -> None:
        """Behave otherwise from now on; orders that are there keep their number of polls."""
        with self._books.turn:
            self._books.manner = manner


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, books: _Books) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.books = books


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def log_message(self, *_: object) -> None:
        """Say nothing on the terminal."""

    def do_POST(self) -> None:
        document = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        books = self.server.books
        answer: tuple[HTTPStatus, Mapping[str, object]]
        with books.turn:
            books.submits += 1
            if books.manner.refusal is not None:
                answer = (HTTPStatus.UNPROCESSABLE_ENTITY, {"reason": books.manner.refusal})
            elif books.use("busy"):
                answer = (HTTPStatus.SERVICE_UNAVAILABLE, {"reason": "busy"})
            else:
                order = books.place(document)
                if books.use("silent"):
                    # The connection ends without a word.
                    return
                answer = (HTTPStatus.ACCEPTED, {"id": order.id, "poll_after_seconds": POLL_AFTER_SECONDS})
        self._answer(*answer)

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if address.path == "/ping":
            self._answer(HTTPStatus.NO_CONTENT)
            return
        books = self.server.books
        with books.turn:
            if books.use("down"):
                self._answer(HTTPStatus.BAD_GATEWAY)
                return
            order = self._find_order(address.path, parse_qs(address.query).get("tag", [""])[0])
            if order is None or books.manner.forgets:
                self._answer(HTTPStatus.NOT_FOUND)
                return
            if address.path == "/orders":
                self._answer(HTTPStatus.OK, {"id": order.id})
                return
            if not address.path.endswith("/frames"):
                self._answer(HTTPStatus.OK, books.look(order))
                return
            spoils = books.manner.spoils
        self._send(HTTPStatus.OK, _draw(order.document, spoils=spoils))

    def do_DELETE(self) -> None:
        books = self.server.books
        with books.turn:
            order = self._find_order(self.path, "")
            if order is not None:
                books.cancelled.append(order.id)
        self._answer(HTTPStatus.NO_CONTENT)

    def _find_order(self, path: str, tag: str) -> _Placed | None:
        books = self.server.books
        if path == "/orders":
            return books.find(tag)
        return books.orders.get(path.removeprefix("/orders/").removesuffix("/frames"))

    def _answer(self, status: HTTPStatus, document: Mapping[str, object] | None = None) -> None:
        self._send(status, b"" if document is None else json.dumps(document).encode())

    def _send(self, status: HTTPStatus, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _draw(document: Mapping[str, object], *, spoils: bool) -> bytes:
    source, target = _read_png(document["source"]), _read_png(document["target"])
    frame_count, fps = int(str(document["frame_count"])), Fraction(str(document["fps"]))
    if document["is_loop"]:
        frames = iterate_loop(source, frame_count=frame_count, fps=fps)
    else:
        end = np.ascontiguousarray(target[:, ::-1]) if spoils else target
        frames = iterate_forward(source, end, frame_count=frame_count, fps=fps)
    with tempfile.TemporaryDirectory(prefix="poseloom-vendor-") as folder:
        path = Path(folder) / "frames.mkv"
        for _ in write_master(frames, path, fps=fps):
            pass
        return path.read_bytes()


class VendorClient:
    """A `RemoteGenerator` that speaks to a `FakeVendor`; close it at the end."""

    def __init__(self, url: str, capabilities: Capabilities) -> None:
        self._capabilities = capabilities
        self._client = httpx2.Client(base_url=url, timeout=TIMEOUT_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    @property
    def capabilities(self) -> Capabilities:
        """What the vendor can do."""
        return self._capabilities

    def submit(self, order: RemoteOrder, tag: str) -> Ticket:
        """Send an order."""
        document = {
            "tag": tag,
            "source": _write_png(_place(order.source, order)),
            "target": _write_png(_place(order.target, order)),
            "is_loop": order.is_loop,
            "frame_count": order.frame_count,
            "fps": str(order.fps),
            "prompt": order.prompt,
            "seed": order.seed,
        }
        try:
            answer = self._client.post("/orders", json=document)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            raise self._explain(error) from error
        except httpx2.TransportError as error:
            raise SubmitUnknown(
                f"{self._name}: the order's answer never came ({error}); it may have arrived"
            ) from error
        if answer.status_code == HTTPStatus.ACCEPTED:
            return Ticket(**answer.json())
        if answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY:
            raise GeneratorRefused(f"{self._name} refused the order: {answer.json()['reason']}")
        if answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            raise GeneratorFailed(f"{self._name} is busy; the order is sent again later")
        raise SubmitUnknown(f"{self._name} answered {answer.status_code} to an order; it may have arrived")

    def find(self, tag: str) -> str | None:
        """Return the ticket id of the order with this tag."""
        answer = self._ask("GET", "/orders", params={"tag": tag})
        return None if answer.status_code == HTTPStatus.NOT_FOUND else str(answer.json()["id"])

    def poll(self, ticket_id: str) -> Standing:
        """Say how an order stands."""
        document = self._ask_known(f"/orders/{ticket_id}").json()
        match document["status"]:
            case "done":
                return Rendered()
            case "dropped":
                return Dropped(reason=f"{self._name} gave the order up: {document['reason']}")
            case "refused":
                raise GeneratorRefused(f"{self._name} refused the order: {document['reason']}")
            case _:
                return Rendering(poll_after_seconds=POLL_AFTER_SECONDS)

    def fetch(self, ticket_id: str, order: RemoteOrder, target: Path) -> None:
        """Write a drawn order's frames; this vendor sends them as we keep them, at the size of the pictures sent."""
        del order
        answer = self._ask_known(f"/orders/{ticket_id}/frames")
        with publish([target]) as (draft,), guard_writing(target):
            draft.write_bytes(answer.content)

    def cancel(self, ticket_id: str) -> None:
        """Give an order up."""
        self._ask("DELETE", f"/orders/{ticket_id}")

    def ping(self) -> None:
        """Do nothing when the vendor can be reached."""
        self._ask("GET", "/ping")

    @property
    def _name(self) -> str:
        return self._capabilities.facts.name

    def _ask_known(self, path: str) -> httpx2.Response:
        answer = self._ask("GET", path)
        if answer.status_code == HTTPStatus.NOT_FOUND:
            raise SubmitUnknown(f"{self._name} does not know its order any more; it is not sent twice")
        return answer

    def _ask(self, method: str, path: str, params: Mapping[str, str] | None = None) -> httpx2.Response:
        try:
            answer = self._client.request(method, path, params=params)
        except httpx2.TransportError as error:
            raise self._explain(error) from error
        if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise GeneratorFailed(f"{self._name} answered {answer.status_code}; it is asked again later")
        return answer

    def _explain(self, error: httpx2.TransportError) -> GeneratorFailed:
        return GeneratorFailed(f"{self._name} cannot be reached ({error}); it is tried again later")


def _place(picture: Path, order: RemoteOrder) -> Rgba:
    return place_pose(load_pose(picture, opaque=True), order.framing, size=order.size)


def _write_png(image: Rgba) -> str:
    written, content = cv2.imencode(".png", cv2.cvtColor(image, cv2.COLOR_RGBA2BGRA))
    assert written
    return base64.b64encode(content.tobytes()).decode()


def _read_png(text: object) -> Rgba:
    content = np.frombuffer(base64.b64decode(str(text)), np.uint8)
    image = cv2.imdecode(content, cv2.IMREAD_UNCHANGED)
    if image is None:
        raise InvalidImage("an order's picture is no PNG")
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGRA2RGBA), np.uint8)
