from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.integration.api.bench import Address, Bench, Owner
from tests.integration.api.reading import list_clips, list_dropped, read, read_error

LITE = "claude-code-4state-lite"
CLICK = {"input": "clicked", "op": "==", "value": True}


@pytest.fixture
def shelf(bench: Bench, owner: Owner) -> str:
    """Return where canvases of an empty collection are."""
    return f"/v1/collections/{bench.add_collection(owner)}/canvases"


@pytest.fixture
def done(client: TestClient, mascot: Address, bench: Bench) -> Address:
    """Return a canvas whose every edge has its clip."""
    assert client.post(f"{mascot.path}/generate-all").status_code == 202
    bench.settle_all(mascot)
    return mascot


def make(client: TestClient, shelf: str, **body: object) -> dict[str, Any]:
    answer = client.post(shelf, json=body)
    assert answer.status_code == 201, answer.text
    document: dict[str, Any] = answer.json()
    return document


def test_an_empty_canvas_needs_no_body(client: TestClient, shelf: str) -> None:
    answer = client.post(shelf)
    assert answer.status_code == 201
    canvas = answer.json()
    assert (canvas["nodes"], canvas["edges"], canvas["initialNode"], canvas["version"]) == ([], [], None, 1)
    assert (canvas["size"], canvas["fps"], canvas["generator"]) == (128, 24, None)
    assert answer.headers["ETag"] == '"v1"'
    status = read(client, f"{shelf}/{canvas['id']}")["status"]
    assert (status["total_edges"], status["ready"], status["progress"]) == (0, False, 0)


def test_a_whole_graph_keeps_the_ids_that_it_brings(client: TestClient, shelf: str) -> None:
    edge = {"id": "go", "source": "a", "target": "b", "conditions": [CLICK], "priority": 2, "duration": 1.5}
    given = {
        "name": "Main", "initialNode": "b", "nodes": [{"id": "a"}, {"id": "b", "position": {"x": 3, "y": 4}}],
        "edges": [edge], "inputs": [{"name": "mood", "type": "number", "default": 3}], "size": 256, "fps": 30,
    }  # fmt: skip
    canvas = make(client, shelf, **given)
    assert (canvas["name"], canvas["initialNode"], canvas["size"], canvas["fps"]) == ("Main", "b", 256, 30)
    assert canvas["edges"][0] == {**edge, "exit": "now", "kind": "forward", "status": "pending"}
    assert canvas["nodes"][1]["position"] == {"x": 3, "y": 4}
    assert canvas["inputs"] == [{"name": "mood", "type": "number", "default": 3, "system": False}]


def test_names_of_other_clients_are_understood(client: TestClient, shelf: str) -> None:
    canvas = make(client, shelf, canvasName="Main", nodes=[{"id": "a", "label": "Idle"}])
    assert (canvas["name"], canvas["nodes"][0]["itemName"]) == ("Main", "Idle")


def test_ids_that_are_missing_are_made(client: TestClient, shelf: str) -> None:
    canvas = make(client, shelf, nodes=[{"itemName": "Idle"}])
    assert canvas["nodes"][0]["id"].startswith("nod_")


def test_a_canvas_can_begin_as_a_template(client: TestClient, shelf: str) -> None:
    canvas = make(client, shelf, name="Main", template_id=LITE)
    assert (len(canvas["nodes"]), len(canvas["edges"])) == (4, 13)
    assert canvas["node_mapping"] == {node["id"]: node["id"] for node in canvas["nodes"]}
    kinds = [edge["kind"] for edge in canvas["edges"]]
    assert [kinds.count(kind) for kind in ("loop", "forward", "reverse", "any_state")] == [4, 3, 3, 3]
    assert all(edge["status"] is None for edge in canvas["edges"] if edge["kind"] == "any_state")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"nodes": [{"id": "a"}, {"id": "a"}]}, 400, "invalid_canvas"),
        ({"nodes": [{"id": "*"}]}, 400, "invalid_canvas"),
        ({"nodes": [{"id": "a"}], "initialNode": "b"}, 400, "invalid_canvas"),
        ({"nodes": [{"id": "a"}], "edges": [{"source": "a", "target": "b"}]}, 400, "invalid_canvas"),
        ({"nodes": [{"id": "a"}], "edges": [{"source": "a", "target": "a", "duration": 0.5}]}, 400, "invalid_canvas"),
        ({"nodes": [{"id": "a"}], "edges": [{"source": "a", "target": "a", "speed": 0}]}, 400, "invalid_canvas"),
        ({"nodes": [{"id": "a", "assetId": "ast_nothing"}]}, 400, "invalid_canvas"),
        ({"size": 63}, 400, "invalid_canvas"),
        ({"fps": 61}, 400, "invalid_canvas"),
        ({"name": 7}, 400, "invalid_canvas"),
        ([], 400, "invalid_canvas"),
        ({"generator": "magic"}, 400, "invalid_order"),
        ({"template_id": "nothing"}, 404, "not_found"),
        ({"template_id": LITE, "nodes": [{"id": "a"}]}, 409, "conflict"),
    ],
)  # fmt: skip
def test_a_canvas_that_breaks_a_rule_is_refused(
    client: TestClient, shelf: str, body: object, status: int, code: str
) -> None:
    answer = client.post(shelf, json=body)
    assert (answer.status_code, read_error(answer)["code"]) == (status, code), answer.text
    assert read(client, shelf)["canvases"] == []


def test_a_reverse_without_its_opposite_is_refused_by_name(client: TestClient, shelf: str) -> None:
    edges = [{"id": "back", "source": "a", "target": "b", "reverse": True}]
    answer = client.post(shelf, json={"nodes": [{"id": "a"}, {"id": "b"}], "edges": edges})
    assert answer.status_code == 400
    assert "back" in read_error(answer)["message"]


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b'{"name": NaN}', "application/json", 400),
        (b'{"name": "\\u0000"}', "application/json", 400),
        (b'{"name": "\\ud800"}', "application/json", 400),
        (b"name=Main", "application/x-www-form-urlencoded", 415),
        (b"[" * 100_000, "application/json", 400),
    ],
)
def test_a_body_that_is_no_json_is_refused(
    client: TestClient, shelf: str, content: bytes, kind: str, status: int
) -> None:
    assert client.post(shelf, content=content, headers={"Content-Type": kind}).status_code == status


def test_a_list_counts_nodes_edges_and_clips(client: TestClient, done: Address) -> None:
    [line] = read(client, done.path.rpartition("/")[0])["canvases"]
    assert (line["id"], line["node_count"], line["edge_count"]) == (done.canvas_id, 2, 4)
    assert line["completed_edge_count"] == 4


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "", {"nodes": []}),
        ("PATCH", "", {"name": "Night"}),
        ("DELETE", "", None),
        ("POST", "/from-template", {"template_id": LITE, "replace": True}),
        ("POST", "/nodes", {"id": "new"}),
        ("PATCH", "/nodes/idle", {"itemName": "New"}),
        ("DELETE", "/nodes/idle", None),
        ("POST", "/edges", {"source": "idle", "target": "idle"}),
        ("PATCH", "/edges/idle-loop", {"priority": 9}),
        ("DELETE", "/edges/idle-loop", None),
    ],
)
def test_nobody_overwrites_what_they_have_not_seen(
    client: TestClient, mascot: Address, method: str, path: str, body: object
) -> None:
    seen = client.get(mascot.path).headers["ETag"]
    assert client.patch(mascot.path, json={"name": "Changed meanwhile"}).status_code == 200
    before = read(client, mascot.path)
    settings: dict[str, Any] = {} if body is None else {"json": body}
    for tag in (seen, f"W/{seen}", '"another server\'s"', '"v1", "v7"'):
        answer = client.request(method, mascot.path + path, headers={"If-Match": tag}, **settings)
        assert (answer.status_code, read_error(answer)["code"]) == (412, "version_mismatch"), tag
        assert read_error(answer)["version"] == before["version"]
    assert read(client, mascot.path) == before
    now = client.get(mascot.path).headers["ETag"]
    assert client.request(method, mascot.path + path, headers={"If-Match": now}, **settings).is_success


def test_a_star_matches_whatever_is_there(client: TestClient, mascot: Address) -> None:
    answer = client.patch(mascot.path, json={"name": "Night"}, headers={"If-Match": "*"})
    assert answer.status_code == 200


def test_each_change_answers_the_tag_for_the_next(client: TestClient, mascot: Address) -> None:
    tag = client.get(mascot.path).headers["ETag"]
    for name in ("One", "Two", "Three"):
        answer = client.patch(mascot.path, json={"name": name}, headers={"If-Match": tag})
        assert answer.status_code == 200
        assert answer.headers["ETag"] != tag
        tag = answer.headers["ETag"]


def test_an_edge_that_generate_all_adds_counts_as_a_change(client: TestClient, mascot: Address) -> None:
    client.delete(f"{mascot.path}/edges/wave-idle")
    seen = client.get(mascot.path).headers["ETag"]
    client.post(f"{mascot.path}/generate-all")
    answer = client.put(mascot.path, json={"nodes": []}, headers={"If-Match": seen})
    assert answer.status_code == 412


def test_nodes_are_added_changed_and_removed(client: TestClient, shelf: str) -> None:
    path = f"{shelf}/{make(client, shelf)['id']}"
    first = client.post(f"{path}/nodes", json={"id": "a", "itemName": "Idle", "position": {"x": 1, "y": 2}})
    assert (first.status_code, first.json()["initialNode"]) == (201, "a")
    assert client.post(f"{path}/nodes", json={"id": "b", "imagePrompt": "waves"}).json()["initialNode"] == "a"
    changed = client.patch(f"{path}/nodes/b", json={"position": {"x": 9}, "imagePrompt": None}).json()
    assert changed["nodes"][1] == {"id": "b", "itemName": "b", "position": {"x": 9, "y": 0}}
    left = client.delete(f"{path}/nodes/a").json()
    assert ([node["id"] for node in left["nodes"]], left["initialNode"]) == (["b"], "b")


def test_a_node_that_goes_takes_its_edges_and_the_answer_names_them(client: TestClient, done: Address) -> None:
    answer = client.delete(f"{done.path}/nodes/wave")
    assert answer.json()["removed_edges"] == ["wave-loop", "idle-wave", "wave-idle"]
    assert list_dropped(answer) == dict.fromkeys(("wave-loop", "idle-wave", "wave-idle"), "edge_removed")
    canvas = read(client, done.path)
    assert [edge["id"] for edge in canvas["edges"]] == ["idle-loop"]
    assert canvas["status"]["ready"]


def test_edges_are_added_changed_and_removed(client: TestClient, mascot: Address) -> None:
    added = client.post(f"{mascot.path}/edges", json={"id": "any", "source": "*", "target": "wave"})
    assert (added.status_code, added.json()["edges"][-1]["kind"]) == (201, "any_state")
    changed = client.patch(f"{mascot.path}/edges/any", json={"priority": 4, "exit": "loop_end"}).json()
    assert (changed["edges"][-1]["priority"], changed["edges"][-1]["exit"]) == (4, "loop_end")
    removed = client.delete(f"{mascot.path}/edges/any")
    assert removed.json()["removed_edges"] == ["any"]
    assert len(removed.json()["edges"]) == 4


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/nodes", {"id": "idle"}, 400),
        ("POST", "/nodes", {"id": "*"}, 400),
        ("PATCH", "/nodes/idle", {"id": "other"}, 400),
        ("PATCH", "/nodes/none", {"itemName": "x"}, 404),
        ("DELETE", "/nodes/none", None, 404),
        ("POST", "/edges", {"id": "idle-loop", "source": "idle", "target": "idle"}, 400),
        ("POST", "/edges", {"source": "idle"}, 400),
        ("POST", "/edges", {"source": "idle", "target": "none"}, 400),
        ("PATCH", "/edges/idle-loop", {"target": "none"}, 400),
        ("PATCH", "/edges/idle-loop", {"duration": 11}, 400),
        ("PATCH", "/edges/none", {"priority": 1}, 404),
        ("DELETE", "/edges/none", None, 404),
        ("DELETE", "/edges/idle-wave", None, 400),
    ],
)
def test_a_part_that_cannot_be_is_refused_and_changes_nothing(
    client: TestClient, mascot: Address, method: str, path: str, body: object, status: int
) -> None:
    before = read(client, mascot.path)
    settings: dict[str, Any] = {} if body is None else {"json": body}
    answer = client.request(method, mascot.path + path, **settings)
    assert answer.status_code == status, answer.text
    assert read(client, mascot.path) == before


def test_an_empty_canvas_is_filled(client: TestClient, shelf: str) -> None:
    canvas = make(client, shelf, name="Main", size=256)
    answer = client.post(f"{shelf}/{canvas['id']}/from-template", json={"template_id": LITE})
    assert answer.status_code == 200
    filled = answer.json()
    assert (filled["id"], filled["name"], filled["size"]) == (canvas["id"], "Main", 256)
    assert (len(filled["nodes"]), len(filled["edges"]), filled["version"]) == (4, 13, 2)
    assert set(filled["node_mapping"]) == {node["id"] for node in filled["nodes"]}


def test_a_canvas_that_has_nodes_is_filled_only_when_that_is_said(client: TestClient, done: Address) -> None:
    refused = client.post(f"{done.path}/from-template", json={"template_id": LITE})
    assert (refused.status_code, read_error(refused)["code"]) == (409, "conflict")
    assert len(list_clips(client, done)) == 4
    answer = client.post(f"{done.path}/from-template", json={"template_id": LITE, "replace": True})
    assert len(answer.json()["nodes"]) == 4
    assert len(list_dropped(answer)) == 4


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 400), ({"template_id": "none"}, 404), ({"template_id": LITE, "replace": "yes"}, 400)],
)
def test_a_template_that_cannot_be_is_refused(
    client: TestClient, shelf: str, body: dict[str, object], status: int
) -> None:
    path = f"{shelf}/{make(client, shelf)['id']}/from-template"
    assert client.post(path, json=body).status_code == status


def test_templates_are_listed_and_read(client: TestClient) -> None:
    listed = read(client, "/v1/canvas-templates")
    assert listed["templates"] == listed["canvas_templates"]
    for template in listed["templates"]:
        assert read(client, f"/v1/canvas-templates/{template['id']}") == template
        assert (template["source"], template["node_count"]) == ("builtin", len(template["nodes"]))
    assert client.get("/v1/canvas-templates/none").status_code == 404


def test_the_pages_of_canvases_stay_right_while_canvases_come_and_go(client: TestClient, shelf: str) -> None:
    old = [make(client, shelf, name=f"old {number}")["id"] for number in range(5)]
    first = client.get(shelf, params={"limit": 2}).json()
    make(client, shelf, name="new")
    client.delete(f"{shelf}/{first['canvases'][-1]['id']}")
    second = client.get(shelf, params={"limit": 2, "cursor": first["next_cursor"]}).json()
    third = client.get(shelf, params={"limit": 2, "cursor": second["next_cursor"]}).json()
    seen = [canvas["id"] for page in (first, second, third) for canvas in page["canvases"]]
    assert (seen, third["next_cursor"]) == (old[::-1], None)
