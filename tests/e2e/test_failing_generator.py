"""A generator that cannot: every credit comes back, every edge says why, and once it can again all is made."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.e2e.server import Place, Server, check, make_place

FAILING = ("tests.e2e.failing_server",)
SERVING = ("poseloom", "serve")
REASON = "the brush broke; take another"
FOR_GOOD = ("generator_refused", "seam_broken", "internal_error")
"""Failures that are not tried again."""
START_CREDITS = 1000
LOOKS_LIMIT = 600


@contextmanager
def run_failing(home: Path, code: str) -> Iterator[Server]:
    """Run a server whose every clip fails; whoever starts it again gets one that works."""
    cache = {"POSELOOM_CACHE": str(home.parent / "cache")}
    server = Server(home, cache, ("--error", code), FAILING)
    server.start()
    server.arguments, server.program = (), SERVING
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()


def prove_book(server: Server) -> None:
    """Fail when a law of money is broken."""
    command = [sys.executable, "-m", "poseloom", "ledger", "check", "--home", str(server.home)]
    environment = {**os.environ, **server.environment}
    proof = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert proof.returncode == 0, proof.stdout + proof.stderr


def read_balance(client: httpx2.Client) -> float:
    balance: float = check(client.get("/v1/credits"))["balance"]
    return balance


def list_jobs(client: httpx2.Client) -> list[dict[str, Any]]:
    jobs: list[dict[str, Any]] = check(client.get("/v1/jobs", params={"limit": 200}))["jobs"]
    return jobs


@pytest.mark.parametrize("code", FOR_GOOD)
def test_when_every_clip_fails_every_credit_is_back_and_every_edge_says_why(tmp_path: Path, code: str) -> None:
    with run_failing(tmp_path / "home", code) as server, server.open_client() as client:
        place = make_place(client)
        assert check(client.post(f"{place.path}/generate-all", json={"duration": 4}), 202)["balance"] == 860
        status = place.await_settled()
        assert (status["failed"], status["completed"], status["pending"]) == (10, 0, 0)
        assert (status["ready"], status["progress"]) == (False, 0)
        reasons = {edge["edge_id"]: (edge["kind"], edge["error"]) for edge in status["edges"]}
        for kind, error in reasons.values():
            assert error["code"] == ("forward_failed" if kind == "reverse" else code)
            assert REASON in error["message"]
            assert error["retryable"] is False
        assert (status["credits"]["charged"], status["credits"]["refunded"], status["credits"]["spent"]) == (
            140,
            140,
            0,
        )
        assert read_balance(client) == START_CREDITS
        jobs = list_jobs(client)
        assert {(job["status"], job["urls"] == {}) for job in jobs} == {("failed", True)}
        assert {job["attempts"] for job in jobs if job["type"] == "animation"} == {1}
        refused = client.get(f"{place.path}/export")
        assert (refused.status_code, len(refused.json()["error"]["edges"])) == (409, 10)
        prove_book(server)


def test_what_failed_is_made_and_paid_once_when_the_generator_works_again(tmp_path: Path) -> None:
    with run_failing(tmp_path / "home", "generator_refused") as server:
        with server.open_client() as client:
            place = make_place(client)
            check(client.post(f"{place.path}/generate-all", json={"duration": 1}), 202)
            assert place.await_settled()["failed"] == 10
            again = check(client.post(f"{place.path}/retry-failed"), 202)
            assert (again["queued"], again["total_credits"]) == (10, 35)
            assert place.await_settled()["failed"] == 10, "it may be tried again as often as one likes"
            assert read_balance(client) == START_CREDITS
        assert server.stop() == 0
        server.start()
        with server.open_client() as client:
            here = Place(client, place.collection_id, place.canvas_id)
            assert here.read_status()["failed"] == 10
            again = check(client.post(f"{here.path}/retry-failed"), 202)
            assert (again["queued"], again["total_credits"]) == (10, 35)
            assert {line["duration"] for line in again["generated"]} == {1}
            status = here.await_settled()
            assert (status["ready"], status["failed"]) == (True, 0)
            assert {edge["error"] for edge in status["edges"]} == {None}
            assert read_balance(client) == START_CREDITS - 35
            assert check(client.post(f"{here.path}/retry-failed"))["queued"] == 0
        prove_book(server)


def test_a_generator_that_is_down_for_a_while_costs_nothing_more(tmp_path: Path) -> None:
    with run_failing(tmp_path / "home", "generator_failed") as server:
        with server.open_client() as client:
            place = make_place(client)
            check(client.post(f"{place.path}/generate-all", json={"duration": 1}), 202)
            await_attempt(client, place)
            assert read_balance(client) == START_CREDITS - 35, "what is tried again stays paid"
        assert server.stop() == 0
        server.start()
        with server.open_client() as client:
            here = Place(client, place.collection_id, place.canvas_id)
            status = here.await_settled()
            assert status["ready"], status
            assert read_balance(client) == START_CREDITS - 35
            jobs = list_jobs(client)
            assert len(jobs) == 10
            assert max(job["attempts"] for job in jobs) > 1
            assert {job["error"] for job in jobs} == {None}
        prove_book(server)


def await_attempt(client: httpx2.Client, place: Place) -> None:
    """Wait until a job has failed once and waits to be tried again."""
    tag = ""
    for _ in range(LOOKS_LIMIT):
        if any(job["attempts"] and job["status"] == "pending" for job in list_jobs(client)):
            return
        headers = {"If-None-Match": tag} if tag else {}
        tag = client.get(f"{place.path}/status", params={"wait": "1"}, headers=headers).headers["etag"]
    raise AssertionError("no job was tried")
