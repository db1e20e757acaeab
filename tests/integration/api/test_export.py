import io
import json
import zipfile
from pathlib import Path

import jsonschema
import pytest
from starlette.testclient import TestClient

from poseloom.api.export import write_disposition
from poseloom.core.canvas import Condition, Edge, Operator
from tests.integration.api.bench import Address, Bench, Owner


@pytest.fixture
def complete(client: TestClient, mascot: Address, bench: Bench) -> Address:
    client.post(f"{mascot.path}/generate-all")
    bench.settle_all(mascot)
    return mascot


def test_a_complete_canvas_is_exported_for_every_player(
    client: TestClient, complete: Address, player_schemas: list[Path]
) -> None:
    answer = client.get(f"{complete.path}/export")
    assert answer.status_code == 200
    manifest = answer.json()
    for schema in player_schemas:
        jsonschema.validate(manifest, json.loads(schema.read_text()))
    assert manifest["name"] == "Pim"
    for edge in manifest["edges"]:
        assert set(edge["videos"]) == {"webm", "hevc", "stacked"}
        for url in edge["videos"].values():
            assert client.get(url, headers={"Authorization": ""}).status_code == 200
    for node in manifest["nodes"]:
        assert client.get(node["imageUrl"], headers={"Authorization": ""}).status_code == 200


@pytest.mark.parametrize("what", ["export", "bundle"])
def test_an_export_waits_for_every_clip(client: TestClient, mascot: Address, bench: Bench, what: str) -> None:
    client.post(f"{mascot.path}/generate-all")
    bench.settle(bench.list_jobs(mascot)["idle-loop"].id)
    answer = client.get(f"{mascot.path}/{what}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "canvas_not_ready")
    assert answer.json()["error"]["edges"] == ["wave-loop", "idle-wave", "wave-idle"]
    assert client.get(f"{mascot.path}/{what}?partial=false").status_code == 409
    assert client.get(f"{mascot.path}/{what}?partial=true").status_code == 200


@pytest.mark.parametrize("what", ["export", "bundle"])
def test_a_wrong_switch_is_refused(client: TestClient, mascot: Address, what: str) -> None:
    answer = client.get(f"{mascot.path}/{what}?partial=perhaps")
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "partial")


@pytest.fixture
def unsafe(bench: Bench, owner: Owner) -> Address:
    """Return a canvas in which a mascot would stay at a node for ever."""
    click = Condition(input="clicked", operator=Operator.EQUAL, value=True)
    edges = (
        Edge(id="go", source="idle", target="wave", conditions=(click,)),
        Edge(id="stay", source="wave", target="wave"),
    )
    return bench.add_canvas(owner, ["idle", "wave"], edges)


@pytest.mark.parametrize("what", ["export", "bundle"])
def test_an_unsafe_canvas_is_refused(client: TestClient, unsafe: Address, bench: Bench, what: str) -> None:
    assert client.post(f"{unsafe.path}/generate-all", json={"auto_reverse": False}).status_code == 202
    bench.settle_all(unsafe)
    assert client.get(f"{unsafe.path}/status").json()["ready"]
    answer = client.get(f"{unsafe.path}/{what}")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["nodes"]) == (409, "canvas_unsafe", ["wave"])
    assert error["findings"] == [
        each for each in client.get(f"{unsafe.path}/lint").json()["findings"] if each["severity"] == "error"
    ]


def test_lint_says_what_is_odd(client: TestClient, mascot: Address) -> None:
    document = client.get(f"{mascot.path}/lint").json()
    assert document["safe"] is True
    assert {"code", "severity", "message", "nodes", "edges"} == set(document["findings"][0])


def test_a_bundle_holds_everything_that_it_names(
    client: TestClient, complete: Address, player_schemas: list[Path]
) -> None:
    answer = client.get(f"{complete.path}/bundle")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    assert answer.headers["content-disposition"] == "attachment; filename=\"Pim.zip\"; filename*=UTF-8''Pim.zip"
    assert int(answer.headers["content-length"]) == len(answer.content)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as bundle:
        assert bundle.testzip() is None
        names = set(bundle.namelist())
        manifest = json.loads(bundle.read("mascot.json"))
    assert {"index.html", "player/poseloom-player.js"} <= names
    jsonschema.validate(manifest, json.loads(player_schemas[0].read_text()))
    videos = {url for edge in manifest["edges"] for url in edge["videos"].values()}
    assert videos | {node["imageUrl"] for node in manifest["nodes"]} <= names


def test_strangers_export_nothing(client: TestClient, complete: Address, stranger: Owner) -> None:
    for what in ("export", "bundle", "lint"):
        assert client.get(f"{complete.path}/{what}", headers=stranger.headers).status_code == 404


@pytest.mark.parametrize(
    ("name", "plain", "full"),
    [
        ("Pim", "Pim", "Pim"),
        ("Größe 7", "Groe-7", "Gr%C3%B6%C3%9Fe%207"),
        ('a"; filename="evil.exe', "a-filename-evil-exe", "a%22%3B%20filename%3D%22evil.exe"),
        ("../../etc/passwd\r\nX: y", "etc-passwd-X-y", "....etcpasswdX%3A%20y"),
        ("猫", "mascot", "%E7%8C%AB"),
        ("", "mascot", "mascot"),
        ("\x00/", "mascot", "mascot"),
    ],
)
def test_a_bundle_has_a_name_that_no_header_breaks(name: str, plain: str, full: str) -> None:
    assert write_disposition(name) == f"attachment; filename=\"{plain}.zip\"; filename*=UTF-8''{full}.zip"
