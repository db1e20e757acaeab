"""Callers who come at the same moment."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from typing import TypeVar

from poseloom.core.caller import Caller
from poseloom.core.credential import Scope
from poseloom.core.error import PoseloomError
from poseloom.usecases.workspace import open_workspace
from tests.integration.api.bench import CATALOGUE, Bench

R = TypeVar("R")


def call_at_once(count: int, verb: Callable[[int], R]) -> tuple[list[R], list[PoseloomError]]:
    """Call a verb from as many threads; return what came of it, and how it was refused."""
    gate = threading.Barrier(count)

    def call(number: int) -> R | PoseloomError:
        gate.wait(timeout=30)
        try:
            return verb(number)
        except PoseloomError as error:
            return error

    with ThreadPoolExecutor(count) as pool:
        results = list(pool.map(call, range(count)))
    refused = [result for result in results if isinstance(result, PoseloomError)]
    return [result for result in results if not isinstance(result, PoseloomError)], refused


def open_empty_workspace(bench: Bench) -> Caller:
    """Return the caller of a workspace that was granted nothing."""
    stingy = replace(CATALOGUE, starting_credits=Fraction(0))
    with bench.database.write() as unit:
        workspace = open_workspace(unit, "Poor", tools=bench.tools, catalogue=stingy)
    return Caller(workspace_id=workspace.id, key_id="key_1", scopes=frozenset(Scope))
