from fractions import Fraction
from typing import Any

import pytest
from starlette.testclient import TestClient

from poseloom.core.credential import KEYS_LIMIT, Scope
from poseloom.core.ledger import EARNED, ISSUED
from poseloom.usecases.credit import check_ledger
from tests.integration.api.bench import Address, Bench, Owner


def make_key(client: TestClient, name: str = "Website", **body: object) -> dict[str, Any]:
    answer = client.post("/v1/api-keys", json={"name": name, **body})
    assert answer.status_code == 201, answer.text
    document: dict[str, Any] = answer.json()
    return document


def read_as(client: TestClient, key: str, path: str = "/v1/workspace") -> int:
    return client.get(path, headers={"Authorization": f"Bearer {key}"}).status_code


def test_the_key_tells_its_workspace(client: TestClient, owner: Owner) -> None:
    assert client.get("/v1/workspace").json()["id"] == owner.caller.workspace_id


def test_a_new_workspace_has_its_grant_and_a_key_that_is_shown_once(client: TestClient, owner: Owner) -> None:
    made = client.post("/v1/workspaces", json={"name": "Studio"})
    assert made.status_code == 201
    headers = {"Authorization": f"Bearer {made.json()['api_key']}"}
    assert made.json()["id"] != owner.caller.workspace_id
    assert client.get("/v1/workspace", headers=headers).json()["name"] == "Studio"
    assert client.get("/v1/credits", headers=headers).json()["balance"] == 1000
    [key] = client.get("/v1/api-keys", headers=headers).json()["api_keys"]
    assert set(key["scopes"]) == {"read", "write", "keys"}
    assert "api_key" not in key
    assert made.json()["api_key"].startswith(key["hint"])
    assert client.post("/v1/workspaces", json={"name": "More"}, headers=headers).status_code == 403


def test_a_key_is_shown_this_once_and_reads_and_writes_unless_told_otherwise(client: TestClient, bench: Bench) -> None:
    made = make_key(client)
    assert sorted(made["scopes"]) == ["read", "write"]
    assert made["last_used_at"] is None
    assert read_as(client, made["api_key"]) == 200
    listed = {key["id"]: key for key in client.get("/v1/api-keys").json()["api_keys"]}
    assert "api_key" not in listed[made["id"]]
    assert listed[made["id"]]["last_used_at"] is not None
    with bench.database.read() as unit:
        key = unit.keys.find_by_hash(made["api_key"])
    assert key is None, "the key itself is kept nowhere"


@pytest.mark.parametrize("scopes", [["read"], ["read", "keys"], ["admin"], ["read", "read"]])
def test_a_key_has_the_scopes_that_were_asked_for(client: TestClient, scopes: list[str]) -> None:
    assert set(make_key(client, scopes=scopes)["scopes"]) == set(scopes)


@pytest.mark.parametrize("scopes", [[], ["fly"], "read", [1], {}])
def test_scopes_that_do_not_exist_are_refused(client: TestClient, scopes: object) -> None:
    answer = client.post("/v1/api-keys", json={"name": "Website", "scopes": scopes})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_request")
    assert answer.json()["error"]["field"].startswith("scopes")


def test_a_key_cannot_give_what_it_lacks(bench: Bench) -> None:
    clerk = bench.open_workspace(scopes=frozenset({Scope.READ, Scope.KEYS}))
    with bench.open_client() as client:
        for scopes in (None, ["write"], ["read", "admin"]):
            body = {"name": "More"} | ({} if scopes is None else {"scopes": scopes})
            answer = client.post("/v1/api-keys", json=body, headers=clerk.headers)
            assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")
        body = {"name": "Less", "scopes": ["read"]}
        assert client.post("/v1/api-keys", json=body, headers=clerk.headers).status_code == 201


def test_there_are_ten_keys_and_no_more_until_one_is_revoked(client: TestClient) -> None:
    keys = [make_key(client, f"key {number}") for number in range(KEYS_LIMIT - 1)]
    refused = client.post("/v1/api-keys", json={"name": "one more"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "limit_reached")
    assert refused.json()["error"]["limit"] == KEYS_LIMIT
    assert client.delete(f"/v1/api-keys/{keys[0]['id']}").status_code == 204
    make_key(client, "one more")
    assert len(client.get("/v1/api-keys").json()["api_keys"]) == KEYS_LIMIT


def test_a_revoked_key_opens_nothing_from_the_next_call_on(client: TestClient) -> None:
    made = make_key(client)
    assert read_as(client, made["api_key"]) == 200
    assert client.delete(f"/v1/api-keys/{made['id']}").status_code == 204
    assert read_as(client, made["api_key"]) == 401
    assert read_as(client, made["api_key"], "/v1/collections/x/canvases/y/status") == 401
    assert made["id"] not in {key["id"] for key in client.get("/v1/api-keys").json()["api_keys"]}
    assert client.delete(f"/v1/api-keys/{made['id']}").status_code == 204, "once more changes nothing"


def test_a_key_may_revoke_itself(client: TestClient, owner: Owner) -> None:
    assert client.delete(f"/v1/api-keys/{owner.caller.key_id}").status_code == 204
    assert client.get("/v1/workspace").status_code == 401


def test_the_balance_stands_under_each_name_that_clients_look_for(client: TestClient) -> None:
    assert client.get("/v1/credits").json() == {"balance": 1000, "credits": 1000, "subscription": 0, "top_up": 1000}


def test_a_grant_is_booked_once_for_each_reference(client: TestClient, owner: Owner) -> None:
    answers = [
        client.post("/v1/credits/grants", json={"credits": 12.5, "reference": reference})
        for reference in ("invoice-1", "invoice-1", "invoice-2")
    ]
    assert [answer.status_code for answer in answers] == [201] * 3
    assert [answer.json()["balance"] for answer in answers] == [1012.5, 1012.5, 1025]
    assert {answer.json()["workspace_id"] for answer in answers} == {owner.caller.workspace_id}


def test_a_grant_can_be_for_another_workspace(client: TestClient, stranger: Owner) -> None:
    body = {"credits": 5, "reference": "gift", "workspace_id": stranger.caller.workspace_id}
    assert client.post("/v1/credits/grants", json=body).json()["balance"] == 1005
    assert client.get("/v1/credits").json()["balance"] == 1000
    assert client.get("/v1/credits", headers=stranger.headers).json()["balance"] == 1005


def test_grants_are_exact(client: TestClient, bench: Bench, owner: Owner) -> None:
    for number in range(1, 6):
        body = {"credits": number / 2, "reference": str(number)}
        assert client.post("/v1/credits/grants", json=body).status_code == 201
    assert bench.read_balance(owner) == 1000 + Fraction(15, 2)


@pytest.mark.parametrize(
    "body",
    [
        {"credits": 0, "reference": "r"},
        {"credits": -5, "reference": "r"},
        {"credits": 0.0005, "reference": "r"},
        {"credits": 10**10, "reference": "r"},
        {"credits": "many", "reference": "r"},
        {"credits": True, "reference": "r"},
        {"credits": 5},
        {"credits": 5, "reference": ""},
    ],
)
def test_a_grant_that_cannot_be_is_refused(client: TestClient, body: dict[str, object]) -> None:
    answer = client.post("/v1/credits/grants", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_request")
    assert client.get("/v1/credits").json()["balance"] == 1000


def test_the_ledger_lists_what_was_granted_charged_and_given_back(
    client: TestClient, mascot: Address, bench: Bench
) -> None:
    client.post(f"{mascot.path}/generate-all")
    jobs = bench.list_jobs(mascot)
    bench.settle(jobs["idle-loop"].id)
    client.post(f"{mascot.path}/cancel")
    entries = client.get("/v1/credits/ledger").json()["entries"]
    moved = {entry["key"]: entry["credits"] for entry in entries}
    paid = [job for job in jobs.values() if job.cost_credits]
    assert [value for key, value in moved.items() if key.startswith("grant:")] == [1000]
    assert {key: value for key, value in moved.items() if key.startswith("charge:")} == {
        f"charge:{job.id}": -20 for job in paid
    }
    assert {key: value for key, value in moved.items() if key.startswith("refund:")} == {
        f"refund:{job.id}": 20 for job in paid if job.edge_id != "idle-loop"
    }
    assert sum(moved.values()) == client.get("/v1/credits").json()["balance"] == 980
    assert entries[-1]["key"].startswith("grant:"), "newest first"


def test_the_pages_of_the_ledger_stay_right_while_it_grows(client: TestClient) -> None:
    def grant(reference: str) -> None:
        client.post("/v1/credits/grants", json={"credits": 1, "reference": reference})

    for number in range(6):
        grant(f"old {number}")
    page = client.get("/v1/credits/ledger", params={"limit": 2}).json()
    seen = [entry["note"] for entry in page["entries"]]
    while page["next_cursor"] is not None:
        grant(f"new {len(seen)}")
        page = client.get("/v1/credits/ledger", params={"limit": 2, "cursor": page["next_cursor"]}).json()
        seen += [entry["note"] for entry in page["entries"]]
    assert seen == [f"grant: old {number}" for number in range(5, -1, -1)] + ["start"]


def test_every_posting_of_the_server_sums_to_zero(client: TestClient, mascot: Address, bench: Bench) -> None:
    client.post(f"{mascot.path}/generate-all")
    bench.settle(bench.list_jobs(mascot)["idle-loop"].id)
    bench.fail(bench.list_jobs(mascot)["idle-wave"].id)
    client.post("/v1/credits/grants", json={"credits": 7, "reference": "gift"})
    with bench.database.read() as unit:
        assert check_ledger(unit).violations == []
        accounts = {posting.account: posting.credits for entry in unit.ledger.walk() for posting in entry.postings}
        total = sum(posting.credits for entry in unit.ledger.walk() for posting in entry.postings)
    assert total == 0
    assert {ISSUED, EARNED} < accounts.keys()
