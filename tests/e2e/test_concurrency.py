"""Many callers at once on a real server: nothing is made or paid twice, nothing lost, no balance below zero."""

import asyncio
import base64
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.e2e.server import Place, Server, check, draw_pose, make_place, run_server
from tests.integration.postgres import open_database, run_postgres

TOTAL_CREDITS = 140
"""Price of the lite canvas at four seconds each."""
START_CREDITS = 1000
PATIENCE_SECONDS = 300
Send = Callable[[httpx2.AsyncClient, int], Awaitable[httpx2.Response]]


@dataclass(frozen=True)
class Crowd:
    """A server whose jobs nobody makes, and its workspace's book."""

    server: Server

    def call(self, count: int, send: Send, key: str | None = None) -> list[httpx2.Response]:
        """Send many requests at once, each on a connection of its own; return the answers in order."""

        async def gather() -> list[httpx2.Response]:
            limits = httpx2.Limits(max_connections=count, max_keepalive_connections=count)
            headers = {"Authorization": f"Bearer {key or self.server.key}"}
            async with httpx2.AsyncClient(
                base_url=self.server.url, headers=headers, limits=limits, timeout=PATIENCE_SECONDS, trust_env=False
            ) as client:
                return list(await asyncio.gather(*(send(client, number) for number in range(count))))

        return asyncio.run(gather())

    def prove_book(self) -> None:
        """Fail when a law of money is broken."""
        command = [sys.executable, "-m", "poseloom", "ledger", "check", "--home", str(self.server.home)]
        environment = {**os.environ, **self.server.environment}
        proof = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        assert proof.returncode == 0, proof.stdout + proof.stderr


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def crowd(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crowd]:
    home: Path = tmp_path_factory.mktemp("crowd") / "home"
    if request.param == "sqlite":
        with run_server(home, "--no-workers") as server:
            yield Crowd(server)
        return
    with (
        run_postgres() as postgres,
        open_database(postgres) as url,
        run_server(home, "--no-workers", POSELOOM_DATABASE_URL=url) as server,
    ):
        yield Crowd(server)


@pytest.fixture
def client(crowd: Crowd) -> Iterator[httpx2.Client]:
    """Return a client of a new workspace, which has 1,000 credits."""
    with crowd.server.open_client() as operator:
        made = check(operator.post("/v1/workspaces", json={"name": "Crowd"}), 201)
    with crowd.server.open_client(made["api_key"]) as opened:
        yield opened


@pytest.fixture
def key(client: httpx2.Client) -> str:
    return client.headers["Authorization"].partition(" ")[2]


@pytest.fixture
def place(client: httpx2.Client) -> Place:
    """Return a canvas of 10 edges that need a clip, 7 of them paid."""
    return make_place(client)


def read_balance(client: httpx2.Client) -> float:
    balance: float = check(client.get("/v1/credits"))["balance"]
    return balance


def list_keys(client: httpx2.Client, kind: str) -> list[str]:
    """Return the keys of all bookings of a kind."""
    keys: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = check(client.get("/v1/credits/ledger", params={"limit": "200", **cursor}))
        keys += [entry["key"] for entry in page["entries"] if entry["key"].startswith(f"{kind}:")]
        if page["next_cursor"] is None:
            return keys
        cursor = {"cursor": page["next_cursor"]}


def test_200_orders_of_one_canvas_at_once_queue_and_charge_each_edge_once(
    crowd: Crowd, client: httpx2.Client, key: str, place: Place
) -> None:
    answers = crowd.call(200, lambda many, _: many.post(f"{place.path}/generate-all", json={"duration": 4}), key)
    assert Counter(answer.status_code for answer in answers) == {202: 1, 200: 199}
    queued = [job["edge_id"] for answer in answers for job in answer.json()["jobs"]]
    assert Counter(Counter(queued).values()) == {1: 10}
    jobs = check(client.get("/v1/jobs", params={"limit": 200}))["jobs"]
    assert sorted(job["edge_id"] for job in jobs) == sorted(queued)
    assert sorted(list_keys(client, "charge")) == sorted(f"charge:{job['id']}" for job in jobs if job["cost_credits"])
    assert read_balance(client) == START_CREDITS - TOTAL_CREDITS
    assert {answer.json()["balance"] for answer in answers} == {START_CREDITS - TOTAL_CREDITS}
    crowd.prove_book()


def test_orders_of_single_edges_at_once_queue_each_edge_once(
    crowd: Crowd, client: httpx2.Client, key: str, place: Place
) -> None:
    edges = [edge["id"] for edge in place.read()["edges"] if edge["source"] == edge["target"]]

    def order(many: httpx2.AsyncClient, number: int) -> Awaitable[httpx2.Response]:
        return many.post(f"{place.path}/generate-all", json={"edge_ids": [edges[number % 4]], "duration": 1})

    answers = crowd.call(40, order, key)
    assert Counter(answer.status_code for answer in answers) == {202: 4, 200: 36}
    assert read_balance(client) == START_CREDITS - 4 * 5
    crowd.prove_book()


def test_100_orders_with_one_idempotency_key_are_one_order_with_one_answer(
    crowd: Crowd, client: httpx2.Client, key: str, place: Place
) -> None:
    headers = {"Idempotency-Key": "the-order"}
    body = {"duration": 4, "skip_completed": False}
    answers = crowd.call(100, lambda many, _: many.post(f"{place.path}/generate-all", json=body, headers=headers), key)
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.content for answer in answers}) == 1
    assert sum(answer.headers.get("Idempotent-Replayed") == "true" for answer in answers) == 99
    assert read_balance(client) == START_CREDITS - TOTAL_CREDITS
    assert len(check(client.get("/v1/jobs"))["jobs"]) == 10


def test_of_50_who_save_over_the_same_version_one_wins_and_the_others_are_told(
    crowd: Crowd, key: str, place: Place
) -> None:
    before = place.read()
    headers = {"If-Match": f'"v{before["version"]}"'}

    def save(many: httpx2.AsyncClient, number: int) -> Awaitable[httpx2.Response]:
        return many.put(place.path, json={**before, "name": f"Mine {number}"}, headers=headers)

    answers = crowd.call(50, save, key)
    assert Counter(answer.status_code for answer in answers) == {200: 1, 412: 49}
    [won] = [answer.json() for answer in answers if answer.status_code == httpx2.codes.OK]
    after = place.read()
    assert (after["name"], after["version"]) == (won["name"], before["version"] + 1)
    told = {answer.json()["error"]["version"] for answer in answers if answer.status_code != httpx2.codes.OK}
    assert told == {after["version"]}


def test_parts_that_are_added_at_once_are_all_there(crowd: Crowd, key: str, place: Place) -> None:
    before = place.read()

    def add(many: httpx2.AsyncClient, number: int) -> Awaitable[httpx2.Response]:
        return many.post(f"{place.path}/nodes", json={"id": f"new-{number}"})

    answers = crowd.call(40, add, key)
    assert {answer.status_code for answer in answers} == {201}
    after = place.read()
    assert {node["id"] for node in after["nodes"]} >= {f"new-{number}" for number in range(40)}
    assert after["version"] == before["version"] + 40


def test_a_balance_that_is_too_small_for_all_pays_for_some_and_never_falls_below_zero(
    crowd: Crowd, client: httpx2.Client, key: str, place: Place
) -> None:
    graph: dict[str, Any] = {name: place.read()[name] for name in ("nodes", "edges", "inputs", "initialNode")}
    shelf = place.path.rpartition("/")[0]
    paths = [f"{shelf}/{check(client.post(shelf, json=graph), 201)['id']}" for _ in range(40)]
    answers = crowd.call(40, lambda many, number: many.post(f"{paths[number]}/generate-all", json={"duration": 4}), key)
    paid, left = divmod(START_CREDITS, TOTAL_CREDITS)
    assert Counter(answer.status_code for answer in answers) == {202: paid, 402: 40 - paid}
    balances = sorted(answer.json()["balance"] for answer in answers if answer.is_success)
    assert balances == [left + number * TOTAL_CREDITS for number in range(paid)]
    refused = [answer.json()["error"] for answer in answers if not answer.is_success]
    assert {(error["required"], error["balance"]) for error in refused} == {(TOTAL_CREDITS, left)}
    assert read_balance(client) == left
    assert len(check(client.get("/v1/jobs", params={"limit": 200}))["jobs"]) == paid * 10
    crowd.prove_book()


def test_cancelled_at_once_from_everywhere_every_credit_comes_back_once(
    crowd: Crowd, client: httpx2.Client, key: str, place: Place
) -> None:
    jobs = check(client.post(f"{place.path}/generate-all", json={"duration": 4}), 202)["jobs"]

    def cancel(many: httpx2.AsyncClient, number: int) -> Awaitable[httpx2.Response]:
        path = f"{place.path}/cancel" if number % 2 else f"/v1/jobs/{jobs[number % 10]['id']}/cancel"
        return many.post(path)

    answers = crowd.call(60, cancel, key)
    assert {answer.status_code for answer in answers} <= {200, 409}
    refunded = sum(answer.json()["refunded"] for answer in answers if answer.is_success)
    assert refunded == TOTAL_CREDITS
    assert read_balance(client) == START_CREDITS
    assert len(list_keys(client, "refund")) == 7
    crowd.prove_book()


def test_saved_cancelled_and_ordered_at_once_nothing_breaks_and_the_book_is_right(
    crowd: Crowd, client: httpx2.Client, key: str, place: Place
) -> None:
    canvas = place.read()
    poses = [node["assetId"] for node in canvas["nodes"]]

    def meddle(many: httpx2.AsyncClient, number: int) -> Awaitable[httpx2.Response]:
        match number % 5:
            case 0:
                return many.post(f"{place.path}/generate-all", json={"duration": 1})
            case 1:
                return many.post(f"{place.path}/cancel")
            case 2:
                node = canvas["nodes"][number % 4]["id"]
                return many.patch(f"{place.path}/nodes/{node}", json={"assetId": poses[number // 5 % 4]})
            case 3:
                return many.get(f"{place.path}/status")
            case _:
                return many.post(f"{place.path}/retry-failed")

    answers = crowd.call(100, meddle, key)
    refusals = [answer.json()["error"]["code"] for answer in answers if not answer.is_success]
    # The first order settles the frame; when it found small poses everywhere, a larger one may come too late.
    assert set(refusals) <= {"pose_out_of_frame"}
    check(client.post(f"{place.path}/cancel"))
    assert read_balance(client) == START_CREDITS
    crowd.prove_book()


def test_a_grant_that_comes_many_times_at_once_is_booked_once(crowd: Crowd, client: httpx2.Client) -> None:
    workspace_id = check(client.get("/v1/workspace"))["id"]
    body = {"credits": 5, "reference": "invoice-1", "workspace_id": workspace_id}
    answers = crowd.call(30, lambda many, _: many.post("/v1/credits/grants", json=body))
    assert {(answer.status_code, answer.json()["balance"]) for answer in answers} == {(201, START_CREDITS + 5)}
    assert read_balance(client) == START_CREDITS + 5


def test_of_keys_that_are_made_at_once_there_are_ten_and_no_more(crowd: Crowd, client: httpx2.Client, key: str) -> None:
    answers = crowd.call(30, lambda many, number: many.post("/v1/api-keys", json={"name": f"key {number}"}), key)
    assert Counter(answer.status_code for answer in answers) == {201: 9, 409: 21}
    assert len(check(client.get("/v1/api-keys"))["api_keys"]) == 10


def test_the_same_picture_many_times_at_once_is_one_file_and_as_many_poses(
    crowd: Crowd, client: httpx2.Client, key: str, place: Place
) -> None:
    body = {"name": "Same", "image_base64": base64.b64encode(draw_pose(0.3)).decode()}
    path = f"/v1/collections/{place.collection_id}/items"
    answers = crowd.call(12, lambda many, _: many.post(path, json=body), key)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 12
    [url] = {answer.json()["urls"]["transparent_image"] for answer in answers}
    assert client.get(url).status_code == 200
