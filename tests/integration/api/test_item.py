import base64
import io

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from poseloom.core.error import FetchRefused
from tests.integration.api.bench import Bench, Owner
from tests.integration.api.reading import read_error
from tests.integration.api.walk import Answer, draw_png

ADDRESS = "https://example.org/idle.png"


@pytest.fixture
def path(bench: Bench, owner: Owner) -> str:
    return f"/v1/collections/{bench.add_collection(owner)}/items"


def draw_flat(kind: str = "PNG") -> bytes:
    """Return a dark square before a flat white wall, with no transparency."""
    pixels = np.full((96, 96, 3), 255, np.uint8)
    pixels[24:80, 30:70] = (40, 60, 120)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind, **({"quality": 95} if kind == "JPEG" else {}))
    return buffer.getvalue()


def draw_scene() -> bytes:
    """Return a picture without transparency whose border is of many colours."""
    pixels = np.random.default_rng(7).integers(0, 255, (96, 96, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def upload(client: TestClient, path: str, content: bytes, name: str = "Idle", **data: str) -> Answer:
    return client.post(path, data={"name": name, **data}, files={"image": ("idle.png", content, "image/png")})


def test_a_form_brings_a_pose(client: TestClient, path: str) -> None:
    content = draw_png(96)
    answer = upload(client, path, content)
    assert answer.status_code == 201, answer.text
    item = answer.json()
    assert (item["name"], item["width"], item["height"]) == ("Idle", 96, 96)
    assert item["collection_id"] == path.split("/")[3]
    assert set(item["asset_ids"]) == set(item["urls"]) == {"image", "transparent_image"}
    assert client.get(item["urls"]["image"]).content == content, "the picture as it was given is kept as it was"
    assert client.get(f"{path}/{item['id']}").json() == item


def test_base64_and_a_data_url_and_an_address_bring_the_same_pose(client: TestClient, path: str, bench: Bench) -> None:
    content = draw_png()
    bench.pictures[ADDRESS] = content
    encoded = base64.b64encode(content).decode()
    bodies = [
        {"image_base64": encoded},
        {"image_base64": f"data:image/png;base64,{encoded}"},
        {"image_base64": "\n".join(encoded[start : start + 76] for start in range(0, len(encoded), 76))},
        {"image_url": ADDRESS},
    ]
    answers = [client.post(path, json={"name": "Idle", **body}) for body in bodies]
    answers.append(upload(client, path, content))
    assert [answer.status_code for answer in answers] == [201] * 5
    assert len({answer.json()["urls"]["transparent_image"] for answer in answers}) == 1
    assert len({answer.json()["id"] for answer in answers}) == 5


def test_a_pose_without_a_name_has_one_all_the_same(client: TestClient, path: str) -> None:
    encoded = base64.b64encode(draw_png()).decode()
    assert client.post(path, json={"image_base64": encoded}).json()["name"] == "Pose"


def test_a_picture_before_a_flat_wall_is_freed_from_it(client: TestClient, path: str) -> None:
    item = upload(client, path, draw_flat()).json()
    freed = np.asarray(Image.open(io.BytesIO(client.get(item["urls"]["transparent_image"]).content)))
    assert freed.shape == (96, 96, 4)
    assert freed[0, 0, 3] == 0
    assert freed[50, 50, 3] == 255


def test_a_photograph_keeps_its_own_type(client: TestClient, path: str) -> None:
    item = upload(client, path, draw_flat("JPEG")).json()
    assert client.get(item["urls"]["image"]).headers["content-type"] == "image/jpeg"
    assert client.get(item["urls"]["transparent_image"]).headers["content-type"] == "image/png"


def test_a_picture_that_cannot_be_freed_is_refused_unless_that_is_wanted(client: TestClient, path: str) -> None:
    refused = upload(client, path, draw_scene())
    assert (refused.status_code, read_error(refused)["code"]) == (400, "invalid_image")
    assert "opaque" in read_error(refused)["message"]
    assert client.get(path).json()["items"] == []
    assert upload(client, path, draw_scene(), opaque="true").status_code == 201
    body = {"image_base64": base64.b64encode(draw_scene()).decode(), "opaque": True}
    assert client.post(path, json=body).status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "Idle"},
        {"image_base64": "a", "image_url": ADDRESS},
        {"image_base64": "!!!"},
        {"image_base64": ""},
        {"image_base64": 7},
        {"image_base64": base64.b64encode(b"no picture").decode()},
        {"image_base64": base64.b64encode(draw_png()).decode(), "opaque": "yes"},
        {"image_base64": base64.b64encode(draw_png()).decode(), "name": "x" * 201},
        {"image_url": "x" * 2001},
        [],
    ],
)
def test_a_body_that_brings_no_picture_is_refused(client: TestClient, path: str, body: object) -> None:
    answer = client.post(path, json=body)
    assert (answer.status_code, read_error(answer)["code"]) in {(400, "bad_request"), (400, "invalid_image")}
    assert client.get(path).json()["items"] == []


def test_a_form_without_its_file_is_refused(client: TestClient, path: str) -> None:
    answer = client.post(path, data={"name": "Idle"})
    assert (answer.status_code, read_error(answer)["field"]) == (400, "image")


def test_a_broken_form_is_refused(client: TestClient, path: str) -> None:
    headers = {"Content-Type": "multipart/form-data"}
    assert client.post(path, content=b"nothing", headers=headers).status_code == 400


def test_another_type_of_body_is_not_understood(client: TestClient, path: str) -> None:
    answer = client.post(path, content=draw_png(), headers={"Content-Type": "image/png"})
    assert (answer.status_code, read_error(answer)["code"]) == (415, "unsupported_media_type")


def test_a_picture_that_is_too_large_is_refused(client: TestClient, path: str) -> None:
    answer = upload(client, path, draw_png() + bytes(33 * 2**20))
    assert (answer.status_code, read_error(answer)["code"]) == (413, "too_large")


def test_an_address_from_which_nothing_is_fetched_is_refused(bench: Bench, owner: Owner, path: str) -> None:
    def refuse(url: str) -> bytes:
        raise FetchRefused(f"image_url: {url} is private; give a public address", field="image_url")

    with bench.open_client(fetch_image=refuse) as client:
        answer = client.post(path, json={"image_url": "https://127.0.0.1/a.png"}, headers=owner.headers)
    assert (answer.status_code, read_error(answer)["code"]) == (400, "fetch_refused")


def test_nothing_is_fetched_for_a_collection_that_is_not_there(bench: Bench, owner: Owner) -> None:
    fetched: list[str] = []

    def note(url: str) -> bytes:
        fetched.append(url)
        return draw_png()

    with bench.open_client(fetch_image=note) as client:
        path = f"/v1/collections/col_{'0' * 32}/items"
        assert client.post(path, json={"image_url": ADDRESS}, headers=owner.headers).status_code == 404
    assert fetched == []


def test_a_pose_is_renamed(client: TestClient, path: str) -> None:
    item = upload(client, path, draw_png()).json()
    renamed = client.patch(f"{path}/{item['id']}", json={"name": "Waving"}).json()
    assert renamed == {**item, "name": "Waving", "updated_at": renamed["updated_at"]}
    assert client.patch(f"{path}/{item['id']}", json={"name": ""}).status_code == 400


def test_another_picture_gives_a_pose_new_assets_and_leaves_the_old_ones_where_they_are_used(
    client: TestClient, path: str
) -> None:
    item = upload(client, path, draw_png(64)).json()
    old = item["asset_ids"]["transparent_image"]
    answer = client.put(f"{path}/{item['id']}/image", files={"image": ("b.png", draw_png(80), "image/png")})
    assert answer.status_code == 200
    assert (answer.json()["id"], answer.json()["name"], answer.json()["width"]) == (item["id"], "Idle", 80)
    assert not set(answer.json()["asset_ids"].values()) & set(item["asset_ids"].values())
    assert client.get(f"/v1/assets/{old}").status_code == 200


def test_a_pose_that_is_put_away_is_listed_no_more_and_its_picture_still_serves(client: TestClient, path: str) -> None:
    item = upload(client, path, draw_png()).json()
    assert client.delete(f"{path}/{item['id']}").status_code == 204
    assert client.delete(f"{path}/{item['id']}").status_code == 204
    assert client.get(path).json() == {"items": [], "next_cursor": None}
    assert client.get(f"{path}/{item['id']}").json()["archived_at"] is not None
    canvas = {"nodes": [{"id": "idle", "assetId": item["asset_ids"]["transparent_image"]}]}
    assert client.post(path.replace("items", "canvases"), json=canvas).status_code == 201


def test_assets_are_listed_by_kind_newest_first(client: TestClient, path: str) -> None:
    items = [upload(client, path, draw_png(size)).json() for size in (64, 80)]
    listed = client.get(path.replace("items", "assets"), params={"kind": "transparent_image"}).json()["assets"]
    assert [asset["id"] for asset in listed] == [item["asset_ids"]["transparent_image"] for item in reversed(items)]
    assert client.get(f"/v1/assets/{listed[0]['id']}").json() == listed[0]
    assert client.get(listed[0]["url"]).content[:4] == b"\x89PNG"
    everything = client.get(path.replace("items", "assets")).json()["assets"]
    assert len(everything) == 4


def test_a_kind_of_asset_that_is_unknown_is_refused(client: TestClient, path: str) -> None:
    answer = client.get(path.replace("items", "assets"), params={"kind": "hologram"})
    assert (answer.status_code, read_error(answer)["field"]) == (400, "kind")


def test_the_pages_of_poses_stay_right_while_poses_come_and_go(client: TestClient, path: str) -> None:
    old = [upload(client, path, draw_png(), f"old {number}").json()["id"] for number in range(5)]
    first = client.get(path, params={"limit": 2}).json()
    upload(client, path, draw_png(), "new")
    client.delete(f"{path}/{first['items'][-1]['id']}")
    second = client.get(path, params={"limit": 2, "cursor": first["next_cursor"]}).json()
    third = client.get(path, params={"limit": 2, "cursor": second["next_cursor"]}).json()
    seen = [item["id"] for page in (first, second, third) for item in page["items"]]
    assert (seen, third["next_cursor"]) == (old[::-1], None)
