"""What one workspace has is not there for another, and a key opens only what it is for: asked of every operation."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from poseloom.core.credential import Scope
from tests.integration.api.bench import Bench
from tests.integration.api.walk import ADDRESSED, COMMON, OPERATIONS, UNKNOWN, Answer, Operation, World, open_world

BAD_HEADERS = {
    "no key": {},
    "a key that nobody has": {"Authorization": "Bearer masko_" + "0" * 64},
    "no key's form": {"Authorization": "Bearer secret"},
    "another scheme": {"Authorization": "Basic bWFza286bWFza28="},
}
VARYING = {"x-request-id", "date"}
PUBLIC = ("/", "/healthz", "/readyz", "/metrics", "/docs", "/openapi.json", "/files/none.webm")
every_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
every_address = pytest.mark.parametrize("operation", ADDRESSED, ids=lambda operation: operation.id)


@dataclass(frozen=True)
class Street:
    """Two workspaces on one server, each with one thing of every kind."""

    bench: Bench
    ours: TestClient
    theirs: TestClient
    our_world: World
    their_world: World

    def open_client(self, scopes: frozenset[Scope]) -> TestClient:
        """Return a client with a key of its own workspace and no other scopes."""
        client = TestClient(self.ours.app)
        client.headers.update(self.bench.open_workspace(scopes=scopes).headers)
        return client


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    folder: Path = tmp_path_factory.mktemp("street")
    bench = Bench.open(f"sqlite:///{folder / 'poseloom.db'}", folder)
    us, them = bench.open_workspace(), bench.open_workspace()
    app = bench.open_app()
    with TestClient(app) as ours:
        theirs = TestClient(app)
        ours.headers.update(us.headers)
        theirs.headers.update(them.headers)
        our_world = open_world(ours, us.caller.key_id, "Ours")
        # With nothing under way our stream of events ends.
        bench.settle(our_world.ids["job_id"])
        their_world = open_world(theirs, them.caller.key_id, "Theirs")
        yield Street(bench=bench, ours=ours, theirs=theirs, our_world=our_world, their_world=their_world)
    bench.close()


def show(answer: Answer, ids: Mapping[str, str]) -> tuple[int, str, dict[str, str]]:
    """Return all that an answer tells, without the ids that were asked for."""
    text = answer.text
    for name in sorted(ids, key=lambda name: -len(ids[name])):
        text = text.replace(repr(ids[name]), name).replace(ids[name], name)
    headers = {name: value for name, value in answer.headers.items() if name not in VARYING | {"content-length"}}
    return answer.status_code, text, headers


def same_as_nothing(street: Street, operation: Operation, known: Mapping[str, str], **settings: Any) -> None:  # noqa: ANN401
    """Ask as ourselves for things of theirs, and for nothing; both must look the same, a 404."""
    theirs = {**street.their_world.ids, **known}
    nothing = {**UNKNOWN, **known}
    asked = {name: theirs[name] for name in operation.parameters if name not in COMMON}
    first = show(operation.call(street.ours, theirs, street.our_world, **settings), asked)
    other = {name: nothing[name] for name in asked}
    second = show(operation.call(street.ours, nothing, street.our_world, **settings), other)
    assert first[0] == 404, first
    assert first == second


@every_address
def test_a_thing_of_another_workspace_looks_like_nothing(street: Street, operation: Operation) -> None:
    same_as_nothing(street, operation, {})


@every_address
def test_with_an_idempotency_key_it_looks_like_nothing_too(street: Street, operation: Operation) -> None:
    same_as_nothing(street, operation, {}, headers={"Idempotency-Key": f"look-{operation.id}"})


@pytest.mark.parametrize(
    "operation",
    [each for each in ADDRESSED if "collection_id" in each.parameters and len(each.parameters) > 1],
    ids=lambda operation: operation.id,
)
def test_a_thing_of_theirs_is_not_in_a_collection_of_ours(street: Street, operation: Operation) -> None:
    same_as_nothing(street, operation, {"collection_id": street.our_world.ids["collection_id"]})


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if not each.writes], ids=lambda each: each.id)
def test_what_we_read_of_ours_names_nothing_of_theirs(street: Street, operation: Operation) -> None:
    answer = operation.call(street.ours, street.our_world.ids, street.our_world, params=_choose_query(operation))
    assert answer.status_code in {200, 409}, answer.text
    own = {"node_id", "edge_id"}
    for name, value in street.their_world.ids.items():
        if name not in own:
            assert value.encode() not in answer.content, name


def _choose_query(operation: Operation) -> dict[str, str]:
    """Let a stream end."""
    return {"until": "settled"} if operation.id == "hear_status" else {}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/v1/jobs", "collection_id"),
        ("/v1/jobs", "canvas_id"),
        ("/v1/collections", "project_id"),
    ],
)
def test_a_list_of_what_belongs_to_a_thing_of_theirs_is_empty(street: Street, path: str, name: str) -> None:
    answer = street.ours.get(path, params={name: street.their_world.ids[name]})
    assert answer.status_code == 200
    assert answer.json() == {path.rpartition("/")[2]: [], "next_cursor": None}


BODIES: list[tuple[str, str, str, dict[str, Any]]] = [
    ("post", "/v1/collections", "project_id", {"project_id": "{}"}),
    ("patch", "/v1/collections/{collection_id}", "project_id", {"project_id": "{}"}),
    ("post", "/v1/collections/{collection_id}/canvases", "asset_id", {"nodes": [{"id": "a", "assetId": "{}"}]}),
    ("put", "{canvas}", "asset_id", {"nodes": [{"id": "a", "assetId": "{}"}]}),
    ("patch", "{canvas}", "asset_id", {"nodes": [{"id": "a", "assetId": "{}"}], "edges": []}),
    ("post", "{canvas}/nodes", "asset_id", {"id": "a", "assetId": "{}"}),
    ("patch", "{canvas}/nodes/idle", "asset_id", {"assetId": "{}"}),
    ("patch", "{canvas}/nodes/idle", "asset_id", {"imageAssetId": "{}"}),
    (
        "post",
        "/v1/collections/{collection_id}/generate",
        "asset_id",
        {"type": "animation", "source_image_asset_id": "{}"},
    ),
    (
        "post",
        "/v1/collections/{collection_id}/generate",
        "asset_id",
        {"type": "animation", "source_image_asset_id": "{asset_id}", "end_image_asset_id": "{}"},
    ),
    ("post", "{canvas}/generate-all", "quote_id", {"quote_id": "{}"}),
]


@pytest.mark.parametrize(
    ("method", "path", "name", "body"), BODIES, ids=[f"{row[0]} {row[1]} {row[2]}" for row in BODIES]
)
def test_a_body_that_names_a_thing_of_theirs_is_refused_as_if_it_named_nothing(
    street: Street, method: str, path: str, name: str, body: dict[str, Any]
) -> None:
    ids = street.our_world.ids
    canvas = f"/v1/collections/{ids['collection_id']}/canvases/{ids['canvas_id']}"
    quote = street.theirs.post(f"{show_canvas(street.their_world)}/generate-all", json={"dry_run": True}).json()
    named = {**street.their_world.ids, "quote_id": quote["quote_id"]}[name]
    unknown = {**UNKNOWN, "quote_id": "quo_" + 8 * "0ddb"}[name]

    def ask(value: str) -> tuple[int, str, dict[str, str]]:
        filled = write_value(body, {"{}": value, "{asset_id}": ids["asset_id"]})
        answer = street.ours.request(method.upper(), path.format(**ids, canvas=canvas), json=filled)
        return show(answer, {name: value})

    before = street.ours.get(canvas).json()
    first = ask(named)
    assert 400 <= first[0] < 500, first
    assert first == ask(unknown)
    assert street.ours.get(canvas).json() == before


def show_canvas(world: World) -> str:
    return f"/v1/collections/{world.ids['collection_id']}/canvases/{world.ids['canvas_id']}"


def write_value(body: Any, values: Mapping[str, str]) -> Any:  # noqa: ANN401 - any JSON
    """Return a body with its gaps filled."""
    match body:
        case dict():
            return {name: write_value(value, values) for name, value in body.items()}
        case list():
            return [write_value(value, values) for value in body]
        case _:
            return values.get(body, body)


def test_an_operator_who_grants_to_a_workspace_that_is_not_there_is_told_so(street: Street) -> None:
    grant = {"credits": 5, "reference": "r", "workspace_id": "wsp_" + 8 * "0ddb"}
    assert street.ours.post("/v1/credits/grants", json=grant).status_code == 404


def test_a_clip_of_theirs_cannot_be_put_on_an_edge_of_ours(street: Street) -> None:
    path = show_canvas(street.our_world)
    before = street.ours.get(path).json()
    edges = [{**edge, "videoAssetId": street.their_world.ids["asset_id"]} for edge in before["edges"]]
    answer = street.ours.put(path, json={**before, "edges": edges})
    assert answer.status_code == 200
    assert answer.json()["edges"] == before["edges"]


def test_idempotency_keys_of_two_workspaces_do_not_meet(street: Street) -> None:
    headers = {"Idempotency-Key": "the same"}
    first = street.ours.post("/v1/projects", json={"name": "One"}, headers=headers)
    second = street.theirs.post("/v1/projects", json={"name": "One"}, headers=headers)
    third = street.theirs.post("/v1/projects", json={"name": "Two"}, headers=headers)
    assert (first.status_code, second.status_code) == (201, 201)
    assert "Idempotent-Replayed" not in second.headers
    assert first.json()["id"] != second.json()["id"]
    assert third.json()["error"]["code"] == "idempotency_key_reused"


@every_operation
@pytest.mark.parametrize("why", BAD_HEADERS)
def test_without_a_good_key_every_operation_is_closed(street: Street, operation: Operation, why: str) -> None:
    client = TestClient(street.ours.app, headers=BAD_HEADERS[why])
    answer = operation.call(client, street.our_world.ids, street.our_world)
    assert answer.status_code == 401, answer.text
    assert answer.json()["error"]["code"] == "unauthorized"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@every_operation
def test_who_has_no_key_learns_nothing_from_what_is_wrong_with_the_request(
    street: Street, operation: Operation
) -> None:
    client = TestClient(street.ours.app)
    settings: dict[str, Any] = {"content": b"{", "json": None} if operation.writes else {}
    answer = operation.call(client, UNKNOWN, street.our_world, params={"limit": "none", "cursor": "none"}, **settings)
    assert answer.status_code == 401, answer.text


@pytest.mark.parametrize("path", PUBLIC)
def test_what_is_public_asks_for_no_key(street: Street, path: str) -> None:
    assert TestClient(street.ours.app).get(path).status_code in {200, 404}


@every_operation
def test_a_key_without_the_scope_is_refused(street: Street, operation: Operation) -> None:
    client = street.open_client(frozenset(Scope) - {operation.scope})
    answer = operation.call(client, UNKNOWN, street.our_world)
    assert answer.status_code == 403, answer.text
    assert (answer.json()["error"]["code"], answer.json()["error"]["scope"]) == ("forbidden", operation.scope.value)


@every_operation
def test_a_key_that_may_only_read_writes_nothing(street: Street, operation: Operation) -> None:
    client = street.open_client(frozenset({Scope.READ}))
    answer = operation.call(client, UNKNOWN, street.our_world)
    if operation.scope is Scope.READ:
        assert answer.status_code in {200, 404}, answer.text
    else:
        assert answer.status_code == 403, answer.text


def test_a_new_operation_that_the_walk_cannot_call_fails() -> None:
    world = World({"asset_id": ""})
    with pytest.raises(AssertionError, match="is new"):
        world.write_body("fly")
    with pytest.raises(AssertionError, match="wing_id"):
        Operation("fly", "get", "/v1/wings/{wing_id}").fill({})


def test_after_all_this_their_things_are_as_they_were(street: Street) -> None:
    reads = [each for each in ADDRESSED if not each.writes and each.id != "hear_status"]
    before = [each.call(street.theirs, street.their_world.ids, street.their_world).text for each in reads]
    for operation in ADDRESSED:
        operation.call(street.ours, street.their_world.ids, street.our_world)
    assert [each.call(street.theirs, street.their_world.ids, street.their_world).text for each in reads] == before
