import pytest
from starlette.testclient import TestClient

from poseloom.core.asset import AssetKind, name_file
from tests.integration.api.bench import Address, Bench, Owner

ANYONE = {"Authorization": "", "Origin": "https://page.example"}


@pytest.fixture
def urls(client: TestClient, mascot: Address) -> dict[str, str]:
    """Return the addresses of a clip that is queued."""
    document = client.post(f"{mascot.path}/generate-all").json()
    found: dict[str, str] = next(job["urls"] for job in document["jobs"] if job["edge_id"] == "idle-wave")
    return found


def test_a_file_that_is_being_made_says_when_to_ask_again(client: TestClient, urls: dict[str, str]) -> None:
    for url in urls.values():
        answer = client.get(url, headers=ANYONE)
        assert (answer.status_code, answer.headers["retry-after"]) == (404, "2")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "Retry-After" in answer.headers["access-control-expose-headers"]
        error = answer.json()["error"]
        assert (error["code"], error["retry_after_seconds"]) == ("not_found", 2)


def test_a_finished_file_is_served_to_anyone_for_ever(
    client: TestClient, urls: dict[str, str], bench: Bench, mascot: Address
) -> None:
    files = bench.settle(bench.list_jobs(mascot)["idle-wave"].id)
    types = {"webm": "video/webm", "hevc": "video/quicktime", "stacked_video": "video/mp4", "poster": "image/png"}
    for kind, url in urls.items():
        answer = client.get(url, headers=ANYONE)
        assert (answer.status_code, answer.content) == (200, files[AssetKind(kind)])
        assert answer.headers["content-type"] == types[kind]
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["access-control-allow-origin"] == "*"


def test_the_exported_address_means_the_same_bytes(
    client: TestClient, urls: dict[str, str], bench: Bench, mascot: Address
) -> None:
    bench.settle_all(mascot)
    edges = client.get(f"{mascot.path}/export").json()["edges"]
    exported = next(edge["videos"]["webm"] for edge in edges if edge["id"] == "idle-wave")
    assert exported != urls["webm"]
    assert client.get(exported).content == client.get(urls["webm"]).content


def test_parts_heads_and_preflights_work(
    client: TestClient, urls: dict[str, str], bench: Bench, mascot: Address
) -> None:
    content = bench.settle(bench.list_jobs(mascot)["idle-wave"].id)[AssetKind.WEBM]
    part = client.get(urls["webm"], headers={"Range": "bytes=2-5"})
    assert (part.status_code, part.content) == (206, content[2:6])
    head = client.head(urls["webm"])
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(content)))
    preflight = client.options(urls["webm"], headers={**ANYONE, "Access-Control-Request-Method": "GET"})
    assert (preflight.status_code, preflight.headers["access-control-allow-origin"]) == (204, "*")
    known = client.get(urls["webm"], headers={"If-None-Match": head.headers["etag"]})
    assert known.status_code == 304
    beyond = client.get(urls["webm"], headers={"Range": "bytes=999999-"})
    assert beyond.status_code == 416


def test_origins_that_may_call_the_api_change_nothing_for_files(
    urls: dict[str, str], bench: Bench, mascot: Address
) -> None:
    bench.settle(bench.list_jobs(mascot)["idle-wave"].id)
    with bench.open_client(origins=("https://studio.example",)) as client:
        answer = client.get(urls["webm"], headers=ANYONE)
    assert answer.headers.get_list("access-control-allow-origin") == ["*"]


def test_kept_frames_have_no_public_address(
    client: TestClient, urls: dict[str, str], bench: Bench, mascot: Address
) -> None:
    job = bench.list_jobs(mascot)["idle-wave"]
    address = f"/files/{name_file(job.label, job.id, AssetKind.FRAMES)}"
    waiting = client.get(address)
    assert (waiting.status_code, "retry-after" in waiting.headers) == (404, False)
    bench.settle(job.id)
    assert client.get(address).status_code == 404
    assert client.get(urls["webm"]).status_code == 200


def test_a_file_that_will_never_be_is_just_not_there(
    client: TestClient, urls: dict[str, str], bench: Bench, mascot: Address
) -> None:
    bench.fail(bench.list_jobs(mascot)["idle-wave"].id)
    answer = client.get(urls["webm"])
    assert (answer.status_code, "retry-after" in answer.headers) == (404, False)
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("name", ["nothing.webm", "%00.webm", "..%2Fpoetry", "x" * 300, "ä.png", "job_1", "a b.png"])
def test_other_names_are_not_there(client: TestClient, name: str) -> None:
    answer = client.get(f"/files/{name}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


def test_a_job_promises_its_own_files_only(client: TestClient, urls: dict[str, str]) -> None:
    other = urls["webm"].replace("idle-wave-", "another-name-")
    answer = client.get(other)
    assert (answer.status_code, "retry-after" in answer.headers) == (404, False)


def test_a_file_cannot_be_written(client: TestClient, urls: dict[str, str]) -> None:
    answer = client.post(urls["webm"])
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method_not_allowed")
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_a_known_file_costs_the_database_nothing(
    client: TestClient, urls: dict[str, str], bench: Bench, mascot: Address
) -> None:
    bench.settle(bench.list_jobs(mascot)["idle-wave"].id)
    assert client.get(urls["webm"]).status_code == 200
    bench.database.close()
    with bench.database.write() as unit:
        unit.assets.remove(*bench.list_jobs(mascot)["idle-wave"].assets.values())
    assert client.get(urls["webm"]).status_code == 200


def test_lost_bytes_are_the_servers_fault(
    client: TestClient, urls: dict[str, str], bench: Bench, mascot: Address, owner: Owner
) -> None:
    job = bench.list_jobs(mascot)["idle-wave"]
    bench.settle(job.id)
    with bench.database.read() as unit:
        asset = unit.assets.find(owner.caller.workspace_id, job.assets[AssetKind.WEBM])
    assert asset is not None
    bench.blobs.remove(asset.sha256)
    answer = client.get(urls["webm"])
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "storage_failed")
    assert answer.headers["cache-control"] == "no-store"
