"""The same key is the same order: asked of every operation that writes."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from poseloom.core.idempotency import KEY_LIFETIME_SECONDS
from tests.integration.api.bench import Bench
from tests.integration.api.walk import OPERATIONS, Answer, Operation, World, open_world

REPEATED = ("content-type", "etag")
every_write = pytest.mark.parametrize(
    "operation", [each for each in OPERATIONS if each.writes], ids=lambda operation: operation.id
)


@pytest.fixture
def world(client: TestClient) -> World:
    spare = client.post("/v1/api-keys", json={"name": "spare"}).json()["id"]
    opened = open_world(client, spare, "Ours")
    empty = client.post("/v1/projects", json={"name": "Empty"}).json()["id"]
    return World({**opened.ids, "project_id": empty})


def read(answer: Answer) -> object:
    """Return an answer's document, without the key that it may show."""
    if not answer.content:
        return None
    document = answer.json()
    document.pop("api_key", None)
    return document


@every_write
def test_the_same_order_twice_is_done_once_and_answered_twice(
    client: TestClient, world: World, operation: Operation
) -> None:
    headers = {"Idempotency-Key": "order-1"}
    first = operation.call(client, world.ids, world, headers=headers)
    second = operation.call(client, world.ids, world, headers=headers)
    assert first.is_success, first.text
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert (second.status_code, read(second)) == (first.status_code, read(first))
    assert [second.headers.get(name) for name in REPEATED] == [first.headers.get(name) for name in REPEATED]


@pytest.mark.parametrize("operation_id", ["create_api_key", "create_workspace"])
def test_a_new_key_is_not_shown_twice(client: TestClient, world: World, operation_id: str) -> None:
    operation = next(each for each in OPERATIONS if each.id == operation_id)
    first, second = (operation.call(client, world.ids, world, headers={"Idempotency-Key": "order-1"}) for _ in range(2))
    assert first.json()["api_key"].startswith("masko_")
    assert second.json()["api_key"] is None
    headers = {"Authorization": f"Bearer {first.json()['api_key']}"}
    assert client.get("/v1/workspace", headers=headers).status_code == 200


@every_write
def test_the_same_key_with_another_body_is_refused(client: TestClient, world: World, operation: Operation) -> None:
    headers = {"Idempotency-Key": "order-1"}
    assert operation.call(client, world.ids, world, headers=headers).is_success
    body = world.write_body(operation.id)
    other: dict[str, Any] = {"other": True} if body is None else {**body, "name": "Quite another"}
    if operation.id == "replace_pose":
        # Of an upload the picture counts, not how it was wrapped.
        other = {**other, "opaque": True}
    answer = client.request(operation.method.upper(), operation.fill(world.ids), json=other, headers=headers)
    assert answer.status_code == 409, answer.text
    assert answer.json()["error"]["code"] == "idempotency_key_reused"


def test_the_same_key_at_another_address_is_refused(client: TestClient) -> None:
    headers = {"Idempotency-Key": "order-1"}
    assert client.post("/v1/projects", json={"name": "Pim"}, headers=headers).status_code == 201
    answer = client.post("/v1/collections", json={"name": "Pim"}, headers=headers)
    assert answer.json()["error"]["code"] == "idempotency_key_reused"


def test_what_was_refused_keeps_no_key(client: TestClient) -> None:
    headers = {"Idempotency-Key": "order-1"}
    body = {"name": "Pim", "project_id": "prj_" + "0" * 32}
    assert client.post("/v1/collections", json=body, headers=headers).status_code == 404
    answer = client.post("/v1/collections", json={"name": "Pim"}, headers=headers)
    assert (answer.status_code, "Idempotent-Replayed" in answer.headers) == (201, False)


def test_after_a_day_a_key_is_new_again(client: TestClient, bench: Bench) -> None:
    headers = {"Idempotency-Key": "order-1"}
    first = client.post("/v1/projects", json={"name": "Pim"}, headers=headers).json()
    bench.tools.pass_time(KEY_LIFETIME_SECONDS - 60)
    assert client.post("/v1/projects", json={"name": "Pim"}, headers=headers).json() == first
    bench.tools.pass_time(120)
    assert client.post("/v1/projects", json={"name": "Pim"}, headers=headers).json() != first


@pytest.mark.parametrize("key", ["", "x" * 256, "tab\there"])
def test_a_key_that_is_no_key_is_refused(client: TestClient, key: str) -> None:
    answer = client.post("/v1/projects", json={"name": "Pim"}, headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "Idempotency-Key")


def test_one_upload_as_a_form_and_the_same_again_is_one_pose(client: TestClient, world: World) -> None:
    path = f"/v1/collections/{world.ids['collection_id']}/items"
    headers = {"Idempotency-Key": "order-1"}
    picture = client.get(client.get(f"{path}/{world.ids['item_id']}").json()["urls"]["transparent_image"]).content
    first, second = (
        client.post(path, data={"name": "A"}, files={"image": ("a.png", picture, "image/png")}, headers=headers)
        for _ in range(2)
    )
    assert first.status_code == 201
    assert second.json() == first.json(), "forms differ in their boundary, not in what they bring"
