from typing import Any

import pytest
from starlette.testclient import TestClient

from poseloom.core.error import GeneratorFailed
from poseloom.core.job import JobState
from poseloom.usecases.settle import Outcome, fail_job, finish_job
from tests.integration.api.bench import Address, Bench, Owner

NOWHERE = "prj_" + "0" * 32


def make(client: TestClient, path: str, **body: object) -> dict[str, Any]:
    answer = client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    document: dict[str, Any] = answer.json()
    return document


def test_a_project_is_made_read_and_renamed(client: TestClient, owner: Owner) -> None:
    project = make(client, "/v1/projects", name="My app")
    assert (project["name"], project["organization_id"]) == ("My app", owner.caller.workspace_id)
    assert client.get(f"/v1/projects/{project['id']}").json() == project
    renamed = client.patch(f"/v1/projects/{project['id']}", json={"name": "My other app"})
    assert renamed.status_code == 200
    assert renamed.json()["name"] == "My other app"
    assert renamed.json()["created_at"] == project["created_at"]
    assert renamed.json()["updated_at"] > project["updated_at"]


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "x" * 201}, {"name": 7}, {"name": None}, [], "name"])
def test_a_project_needs_a_name(client: TestClient, body: object) -> None:
    answer = client.post("/v1/projects", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_request")
    assert answer.json()["error"]["field"] in {"name", "body"}


def test_an_empty_project_can_be_deleted(client: TestClient) -> None:
    project = make(client, "/v1/projects", name="My app")
    answer = client.delete(f"/v1/projects/{project['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert client.get(f"/v1/projects/{project['id']}").status_code == 404
    assert client.delete(f"/v1/projects/{project['id']}").status_code == 404


def test_a_project_with_collections_is_not_deleted(client: TestClient) -> None:
    project = make(client, "/v1/projects", name="My app")
    make(client, "/v1/collections", name="Pim", project_id=project["id"])
    answer = client.delete(f"/v1/projects/{project['id']}")
    assert (answer.status_code, answer.json()["error"]["collections"]) == (409, 1)
    assert client.get(f"/v1/projects/{project['id']}").status_code == 200


def test_a_collection_is_made_with_nothing_but_an_empty_body(client: TestClient) -> None:
    collection = make(client, "/v1/collections")
    assert (collection["name"], collection["type"], collection["project_id"]) == ("Mascot", "mascot", None)
    assert collection["config"] == {"style_card": None, "reference_asset_ids": [], "caution_list": []}
    assert (collection["item_count"], collection["asset_count"]) == (0, 0)


def test_a_prompt_is_understood_as_the_description(client: TestClient) -> None:
    assert make(client, "/v1/collections", prompt="a cat of yarn")["description"] == "a cat of yarn"
    both = make(client, "/v1/collections", prompt="a cat of yarn", description="Pim")
    assert both["description"] == "Pim"


def test_a_collection_in_a_project_that_is_not_there_is_refused(client: TestClient) -> None:
    answer = client.post("/v1/collections", json={"name": "Pim", "project_id": NOWHERE})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    assert client.get("/v1/collections").json()["collections"] == []


def test_what_a_change_names_is_changed_and_the_rest_stays(client: TestClient) -> None:
    config = {"caution_list": ["no hats"], "mood": "calm"}
    collection = make(client, "/v1/collections", name="Pim", description="A cat", config=config)
    path = f"/v1/collections/{collection['id']}"
    changed = client.patch(path, json={"name": "Pam", "config": {"mood": "wild"}}).json()
    assert (changed["name"], changed["description"]) == ("Pam", "A cat")
    assert (changed["config"]["mood"], changed["config"]["caution_list"]) == ("wild", ["no hats"])
    assert client.get(path).json() == changed


def test_a_collection_moves_to_another_project(client: TestClient) -> None:
    first, second = (make(client, "/v1/projects", name=name) for name in ("One", "Two"))
    collection = make(client, "/v1/collections", project_id=first["id"])
    client.patch(f"/v1/collections/{collection['id']}", json={"project_id": second["id"]})
    lists = [client.get("/v1/collections", params={"project_id": each["id"]}).json() for each in (first, second)]
    assert [[each["id"] for each in listed["collections"]] for listed in lists] == [[], [collection["id"]]]


def test_a_collection_does_not_move_to_a_project_that_is_not_there(client: TestClient) -> None:
    collection = make(client, "/v1/collections")
    assert client.patch(f"/v1/collections/{collection['id']}", json={"project_id": NOWHERE}).status_code == 404
    assert client.get(f"/v1/collections/{collection['id']}").json() == collection


def test_a_collection_counts_its_poses_and_assets(client: TestClient, mascot: Address) -> None:
    collection = client.get(f"/v1/collections/{mascot.collection_id}").json()
    assert (collection["item_count"], collection["asset_count"]) == (0, 2)


def test_a_deleted_collection_takes_everything_with_it_and_gives_back_what_is_not_made(
    client: TestClient, mascot: Address, bench: Bench, owner: Owner
) -> None:
    client.post(f"{mascot.path}/generate-all")
    done = bench.list_jobs(mascot)["idle-loop"]
    bench.settle(done.id)
    assert bench.read_balance(owner) == 940
    assert client.delete(f"/v1/collections/{mascot.collection_id}").status_code == 204
    assert bench.read_balance(owner) == 980, "only the clip that was made is paid"
    jobs = bench.list_jobs(mascot)
    assert sorted(bench.stopped) == sorted(job.id for job in jobs.values() if job.id != done.id)
    for path in (mascot.path, f"/v1/collections/{mascot.collection_id}", f"{mascot.path}/status"):
        assert client.get(path).status_code == 404, path
    assert client.get(f"/v1/assets/{done.assets[next(iter(done.assets))]}").status_code == 404
    assert client.get(f"/v1/jobs/{done.id}").json()["status"] == "completed"


def test_a_job_that_ends_after_its_collection_is_gone_changes_nothing(
    client: TestClient, mascot: Address, bench: Bench, owner: Owner
) -> None:
    client.post(f"{mascot.path}/generate-all")
    job = bench.list_jobs(mascot)["idle-loop"]
    bench.claim(job.id)
    client.delete(f"/v1/collections/{mascot.collection_id}")
    outcome = Outcome(blobs={}, duration_seconds=job.duration_seconds, seam={})
    with bench.database.write() as unit:
        assert not finish_job(unit, job.id, outcome, catalogue=bench.service.catalogue, tools=bench.tools)
        assert not fail_job(unit, job.id, GeneratorFailed("down; try again"), bench.tools)
    assert bench.read_job(job.id).state is JobState.CANCELLED
    assert bench.read_balance(owner) == 1000


@pytest.mark.parametrize(("path", "plural"), [("/v1/projects", "projects"), ("/v1/collections", "collections")])
def test_pages_stay_right_while_things_are_added_and_removed(client: TestClient, path: str, plural: str) -> None:
    old = [make(client, path, name=f"old {number}")["id"] for number in range(7)]
    page = client.get(path, params={"limit": 3}).json()
    seen = [each["id"] for each in page[plural]]
    rounds = 0
    while page["next_cursor"] is not None:
        make(client, path, name=f"new {rounds}")
        client.delete(f"{path}/{seen[-1]}")
        page = client.get(path, params={"limit": 3, "cursor": page["next_cursor"]}).json()
        seen += [each["id"] for each in page[plural]]
        rounds += 1
    assert seen == old[::-1], "each once, newest first, none of those that came later"


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 201}, {"limit": "many"}, {"cursor": "x"}, {"cursor": ""}])
def test_a_page_that_cannot_be_is_refused(client: TestClient, query: dict[str, str]) -> None:
    answer = client.get("/v1/projects", params=query)
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, next(iter(query)))
