"""Who calls, and how often: the key in the header, known again without asking the database each time."""

from collections import OrderedDict
from dataclasses import dataclass

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from poseloom.api.porch import STATE_LIMITS
from poseloom.api.service import Service
from poseloom.core.caller import Caller
from poseloom.core.credential import hash_key, is_key
from poseloom.core.error import InvalidRequest, Unauthorized
from poseloom.core.rate_limit import RateLimits, Tally, count_call, measure_allowance
from poseloom.usecases.key import find_caller, note_use

KNOWN_LIMIT = 10_000
NOTE_EVERY_SECONDS = 60
STATE_CALLER = "caller"
"""Where a request keeps who sent it: it is counted once, however many doors it passes."""
MINUTES_PER_HOUR = 60
_HINT = "send the header `Authorization: Bearer masko_…` with a key of this server"


@dataclass(slots=True)
class _Known:
    stamp: object
    caller: Caller
    noted_at: float


class KeyRing:
    """Callers by the hash of their key, valid until anything in the database changes."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._known: dict[str, _Known] = {}
        self._turnstile = Turnstile(service)

    async def identify(self, request: Request) -> Caller:
        """Return who calls, and count the call.

        Raises:
            InvalidRequest: The address holds what no id holds and no database keeps.
            Unauthorized: There is no key, or none that is known.
            RateLimited: The key has called too often.
        """
        if "\0" in request.scope["path"] or b"%00" in request.scope["query_string"]:
            raise InvalidRequest("the address holds a NUL, which no id does; leave out %00", field="path")
        state = request.scope.setdefault("state", {})
        caller = state.get(STATE_CALLER)
        if caller is None:
            caller = await self.recognise(request)
            self._turnstile.count(caller, request)
            state[STATE_CALLER] = caller
        assert isinstance(caller, Caller)
        return caller

    async def recognise(self, request: Request) -> Caller:
        """Return who calls, as the database has it now.

        Raises:
            Unauthorized: There is no key, or none that is known.
        """
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        key = key.strip()
        if scheme.lower() != "bearer" or not is_key(key):
            problem = "there is no API key" if not scheme else "this is no API key"
            raise Unauthorized(f"{problem}; {_HINT}")
        key_hash = hash_key(key)
        stamp = self._service.stamp.read()
        known = self._known.get(key_hash)
        if known is not None and known.stamp == stamp:
            return known.caller
        return await run_in_threadpool(self._look_up, key_hash, stamp)

    def _look_up(self, key_hash: str, stamp: object) -> Caller:
        with self._service.database.read() as unit:
            caller = find_caller(unit, key_hash)
        known = self._known.get(key_hash)
        now = self._service.tools.now().timestamp()
        noted_at = 0.0 if known is None else known.noted_at
        if now - noted_at >= NOTE_EVERY_SECONDS:
            with self._service.database.write() as unit:
                note_use(unit, caller, self._service.tools)
            noted_at = now
        if len(self._known) >= KNOWN_LIMIT:
            self._known.clear()
        self._known[key_hash] = _Known(stamp, caller, noted_at)
        return caller


class Turnstile:
    """Counts the calls of each key in this process, when there are limits."""

    def __init__(self, service: Service) -> None:
        minute, hour = service.calls_per_minute, service.calls_per_hour
        self._tools = service.tools
        # A window that has no limit of its own gets one that the other always reaches first.
        self._limits = RateLimits(per_minute=minute or hour, per_hour=hour or minute * MINUTES_PER_HOUR)
        self._shown = str(minute or hour).encode()
        self._tallies: OrderedDict[str, Tally] = OrderedDict()

    def count(self, caller: Caller, request: Request) -> None:
        """Count a call, and leave at the porch what the key has left.

        Raises:
            RateLimited: It has called too often; `retry_after_seconds` says when it may again.
        """
        if not self._limits.per_minute:
            return
        now_seconds = self._tools.now().timestamp()
        tally = self._tallies.pop(caller.key_id, Tally())
        try:
            tally = count_call(tally, self._limits, now_seconds)
        finally:
            self._tallies[caller.key_id] = tally
            if len(self._tallies) > KNOWN_LIMIT:
                self._tallies.popitem(last=False)
            allowance = measure_allowance(tally, self._limits, now_seconds)
            request.scope["state"][STATE_LIMITS] = (
                (b"x-ratelimit-limit", self._shown),
                (b"x-ratelimit-remaining", str(allowance.remaining).encode()),
                (b"x-ratelimit-reset", str(allowance.reset_at).encode()),
            )
