"""The link that signs in: a key for a token, once, for this server's own page alone."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.testclient import TestClient

from poseloom.core.credential import KEYS_LIMIT
from poseloom.core.link import LIFETIME_SECONDS, LINK_KEYS_LIMIT, PAUSE_SECONDS
from tests.integration.api.bench import Bench, Owner

OWN = {"Origin": "http://testserver"}


@pytest.fixture
def shown() -> list[str]:
    """Return where shown tokens are put."""
    return []


@pytest.fixture
def visitor(bench: Bench, owner: Owner, shown: list[str]) -> Iterator[TestClient]:
    """Return this server's page in a browser that has no key yet."""
    del owner
    with bench.open_client(show_link=shown.append, names=frozenset({"testserver"})) as opened:
        opened.headers.update(OWN)
        yield opened


def show(visitor: TestClient, bench: Bench, shown: list[str]) -> str:
    bench.tools.pass_time(PAUSE_SECONDS)
    assert visitor.post("/studio/link").status_code == 202
    return shown[-1]


def refuse(visitor: TestClient, token: str) -> str:
    answer = visitor.post("/studio/sign-in", json={"token": token})
    assert (answer.status_code, answer.json()["error"]["code"]) == (410, "link_spent")
    reason: str = answer.json()["error"]["reason"]
    return reason


def test_a_link_gives_a_key_once(visitor: TestClient, bench: Bench, owner: Owner, shown: list[str]) -> None:
    token = show(visitor, bench, shown)
    answer = visitor.post("/studio/sign-in", json={"token": token})
    made = answer.json()
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    assert "set-cookie" not in answer.headers
    assert (made["name"], made["scopes"]) == ("Studio, by link", ["keys", "read", "write"])
    workspace = visitor.get("/v1/workspace", headers={"Authorization": f"Bearer {made['api_key']}"}).json()
    assert workspace["id"] == owner.caller.workspace_id
    assert refuse(visitor, token) == "used"


def test_the_answer_to_a_wish_for_a_link_does_not_hold_it(visitor: TestClient, bench: Bench, shown: list[str]) -> None:
    bench.tools.pass_time(PAUSE_SECONDS)
    answer = visitor.post("/studio/link")
    assert shown[0] not in answer.text + str(answer.headers)


def test_a_link_that_is_too_old_or_unknown_opens_nothing(visitor: TestClient, bench: Bench, shown: list[str]) -> None:
    token = show(visitor, bench, shown)
    bench.tools.pass_time(LIFETIME_SECONDS)
    assert refuse(visitor, token) == "expired"
    assert refuse(visitor, "0" * 32) == "unknown"


def test_a_link_of_a_server_that_was_started_anew_is_unknown(
    visitor: TestClient, bench: Bench, shown: list[str]
) -> None:
    token = show(visitor, bench, shown)
    with bench.open_client(show_link=shown.append) as other:
        other.headers.update(OWN)
        assert refuse(other, token) == "unknown"


def test_of_many_who_use_a_link_at_once_one_gets_a_key(visitor: TestClient, bench: Bench, shown: list[str]) -> None:
    token = show(visitor, bench, shown)

    def use(_: int) -> int:
        return visitor.post("/studio/sign-in", json={"token": token}).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(use, range(8)))
    assert statuses == [201, *[410] * 7]


@pytest.mark.parametrize("origin", ["http://rebound.example", "null", "https://testserver", "http://testserver:81"])
def test_a_page_of_another_origin_gets_nothing_and_uses_nothing_up(
    visitor: TestClient, bench: Bench, shown: list[str], origin: str
) -> None:
    token = show(visitor, bench, shown)
    bench.tools.pass_time(PAUSE_SECONDS)
    for path, body in (("/studio/sign-in", {"token": token}), ("/studio/link", None)):
        answer = visitor.post(path, json=body, headers={"Origin": origin})
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "origin_refused")
    assert shown == [token]
    assert visitor.post("/studio/sign-in", json={"token": token}).status_code == 201


def test_who_names_no_origin_gets_nothing(bench: Bench, shown: list[str]) -> None:
    with bench.open_client(show_link=shown.append) as nobody:
        assert nobody.post("/studio/link").status_code == 403
        assert nobody.post("/studio/sign-in", json={"token": "0" * 32}).status_code == 403


@pytest.mark.parametrize("body", [{}, {"token": ""}, {"token": 5}, {"token": "a\0b"}, []])
def test_a_body_that_holds_no_token_is_a_bad_request(visitor: TestClient, body: object) -> None:
    answer = visitor.post("/studio/sign-in", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_request")


def test_links_are_not_shown_in_a_row(visitor: TestClient, bench: Bench, shown: list[str]) -> None:
    show(visitor, bench, shown)
    answer = visitor.post("/studio/link")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, str(PAUSE_SECONDS))
    assert len(shown) == 1


def test_after_a_link_was_used_the_next_is_shown_at_once(visitor: TestClient, bench: Bench, shown: list[str]) -> None:
    assert visitor.post("/studio/sign-in", json={"token": show(visitor, bench, shown)}).status_code == 201
    assert visitor.post("/studio/link").status_code == 202


def test_a_new_link_takes_nothing_from_the_one_before(visitor: TestClient, bench: Bench, shown: list[str]) -> None:
    first = show(visitor, bench, shown)
    show(visitor, bench, shown)
    assert visitor.post("/studio/sign-in", json={"token": first}).status_code == 201


def test_a_server_that_shows_no_links_says_so(bench: Bench) -> None:
    with bench.open_client() as client:
        answer = client.post("/studio/link", headers=OWN)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


def test_a_link_works_for_a_workspace_that_has_all_its_keys(
    visitor: TestClient, bench: Bench, owner: Owner, shown: list[str]
) -> None:
    for number in range(KEYS_LIMIT - 1):
        made = visitor.post("/v1/api-keys", json={"name": f"Key {number}"}, headers=owner.headers)
        assert made.status_code == 201
    assert visitor.post("/studio/sign-in", json={"token": show(visitor, bench, shown)}).status_code == 201
    assert visitor.post("/v1/api-keys", json={"name": "Too many"}, headers=owner.headers).status_code == 409


def test_of_keys_that_links_made_the_one_used_least_lately_gives_way(
    visitor: TestClient, bench: Bench, shown: list[str]
) -> None:
    def sign_in() -> dict[str, str]:
        token = show(visitor, bench, shown)
        key = visitor.post("/studio/sign-in", json={"token": token}).json()["api_key"]
        return {"Authorization": f"Bearer {key}"}

    keys = [sign_in() for _ in range(LINK_KEYS_LIMIT)]
    assert visitor.get("/v1/workspace", headers=keys[0]).status_code == 200
    keys.append(sign_in())
    statuses = [visitor.get("/v1/workspace", headers=key).status_code for key in keys]
    assert statuses == [200, 401, 200, 200]


def test_a_request_for_another_host_is_refused_whatever_it_asks(visitor: TestClient, owner: Owner) -> None:
    for method, path in (("GET", "/"), ("GET", "/v1/workspace"), ("POST", "/studio/link"), ("GET", "/healthz")):
        answer = visitor.request(method, path, headers={**owner.headers, "Host": "rebound.example:8000"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (421, "host_refused")
    assert visitor.get("/v1/workspace", headers=owner.headers).status_code == 200
