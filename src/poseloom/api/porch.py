"""What every request passes: its host's name, an id, counting, what its key has left. Plain ASGI, for speed."""

import secrets
import time
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from poseloom.api.error import answer_error
from poseloom.core.error import HostRefused
from poseloom.core.hostname import check_host
from poseloom.ports.runner import Lane

STATE_LIMITS = "limit_headers"
"""Where the door leaves the limits that a key has left, in the request's state."""
_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60)


class Meter:
    """Counts requests and their time by route, never by address."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Counter(
            "poseloom_requests", "Requests answered.", ("method", "route", "status"), registry=registry
        )
        self._seconds = Histogram(
            "poseloom_request_seconds", "Time to answer.", ("route",), registry=registry, buckets=_BUCKETS
        )

        self._waiting = Gauge("poseloom_jobs_waiting", "Jobs that wait, by lane.", ("lane",), registry=registry)

    def note_waiting(self, waiting: Mapping[Lane, int]) -> None:
        """Note how many jobs wait in each lane."""
        for lane in Lane:
            self._waiting.labels(lane.value).set(waiting.get(lane, 0))

    def count(self, scope: Scope, status: int, seconds: float) -> None:
        """Count one answer."""
        route = getattr(scope.get("route"), "path", "unknown")
        self._requests.labels(scope["method"], route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)


class Origins(CORSMiddleware):
    """Lets the scripts of some origins call the API; files are for everyone and say so themselves."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with the headers that browsers ask for."""
        if scope["type"] == "http" and scope["path"].startswith("/files/"):
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


class Porch:
    """ASGI middleware around the whole app.

    Args:
        app: What it stands before.
        meter: Counts.
        names: Names under which the server answers, beside those of loopback; None: under all.
    """

    def __init__(self, app: ASGIApp, meter: Meter, names: AbstractSet[str] | None = None) -> None:
        self._app = app
        self._meter = meter
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        state: dict[str, Any] = scope.setdefault("state", {})
        start = time.perf_counter()
        status = 500

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"].append((b"x-request-id", request_id.encode()))
                message["headers"].extend(state.get(STATE_LIMITS, ()))
            await send(message)

        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            await self._choose(scope)(scope, receive, send_on)
        finally:
            structlog.contextvars.unbind_contextvars("request_id")
            self._meter.count(scope, status, time.perf_counter() - start)

    def _choose(self, scope: Scope) -> ASGIApp:
        """Return the app, or the refusal of a request that is for another server."""
        if self._names is not None:
            hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
            try:
                check_host(hosts, self._names)
            except HostRefused as error:
                return answer_error(error)
        return self._app
