"""The page of the hosted API that this server speaks: each sentence is a test, its commands run as they stand."""

import json
import shlex
import subprocess
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.e2e.server import Place, Server, check, make_place, run_server

GENERATE_ALL = r"""
curl -X POST https://api.masko.ai/v1/collections/COLLECTION_ID/canvases/CANVAS_ID/generate-all \
-H "Authorization: Bearer masko_YOUR_API_KEY" \
-H "Content-Type: application/json" \
-d '{
"skip_completed": true,
"duration": 4
}'
"""
STATUS = r"""
curl https://api.masko.ai/v1/collections/COLLECTION_ID/canvases/CANVAS_ID/status \
-H "Authorization: Bearer masko_YOUR_API_KEY"
"""
POOR = 300
"""Credits that a new workspace has: less than any canvas of these costs at ten seconds."""
HOSTED = "https://api.masko.ai"
STATUS_FIELDS = ["canvas_id", "total_edges", "completed", "pending", "failed", "ready", "progress"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("seed") / "home"
    with run_server(home, POSELOOM_STARTING_CREDITS=str(POOR)) as server, server.open_client() as client:
        check(client.post("/v1/credits/grants", json={"credits": 10_000, "reference": "seed"}), 201)
        yield server


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[httpx2.Client]:
    with server.open_client() as client:
        yield client


@pytest.fixture(scope="module")
def lite(client: httpx2.Client) -> Place:
    """A lite canvas on which the page's commands have run to their end."""
    return make_place(client)


@pytest.fixture(scope="module")
def summary(server: Server, lite: Place) -> dict[str, Any]:
    """What the first command answered."""
    return run(GENERATE_ALL, server, lite)


@pytest.fixture(scope="module")
def finished(lite: Place, summary: dict[str, Any]) -> dict[str, Any]:
    """The status when everything is there."""
    assert summary["queued"] == 10
    return lite.await_settled()


@pytest.fixture
def other(client: httpx2.Client) -> Place:
    """A canvas of a test's own."""
    return make_place(client)


def run(command: str, server: Server, place: Place) -> dict[str, Any]:
    """Run a command of the page with only host, ids and key changed."""
    text = command.replace(HOSTED, server.url).replace("masko_YOUR_API_KEY", server.key)
    text = text.replace("COLLECTION_ID", place.collection_id).replace("CANVAS_ID", place.canvas_id)
    arguments = shlex.split(text.replace("\\\n", " "))
    done = subprocess.run([*arguments, "--silent", "--show-error"], capture_output=True, text=True, check=True)
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def list_kinds(status: dict[str, Any]) -> dict[str, str]:
    return {edge["edge_id"]: edge["kind"] for edge in status["edges"]}


def generate(place: Place, **body: object) -> dict[str, Any]:
    answer = place.client.post(f"{place.path}/generate-all", json=body)
    assert answer.status_code in {200, 202}, answer.text
    document: dict[str, Any] = answer.json()
    return document


def test_the_command_that_generates_all_runs_as_it_stands_on_the_page(summary: dict[str, Any], lite: Place) -> None:
    assert summary["canvas_id"] == lite.canvas_id


def test_one_call_kicks_off_all_the_jobs_and_returns_a_summary_of_what_was_queued(summary: dict[str, Any]) -> None:
    assert summary["queued"] == len(summary["jobs"]) == 10
    assert (summary["loops"], summary["forwards"], summary["reverses"], summary["any_state"]) == (4, 3, 3, 3)


def test_every_edge_that_does_not_yet_have_a_video_gets_one(lite: Place, finished: dict[str, Any]) -> None:
    assert finished["completed"] == finished["total_edges"] == 10
    edges = [edge for edge in lite.read()["edges"] if edge["source"] != "*"]
    assert all(edge["videoAssetId"] for edge in edges)


def test_each_one_that_is_missing_a_video_asset_id_is_made_and_no_other(other: Place) -> None:
    first = other.read()["edges"][0]["id"]
    generate(other, edge_ids=[first])
    other.await_settled()
    assert [edge["id"] for edge in other.read()["edges"] if edge.get("videoAssetId")] == [first]
    lines = {line["edge_id"]: line for line in generate(other)["edges"]}
    assert lines[first]["action"] == "skip"
    assert sum(line["action"] != "skip" for line in lines.values()) == 9


def test_skip_completed_defaults_to_true_so_edges_with_a_completed_video_are_skipped(
    lite: Place, finished: dict[str, Any]
) -> None:
    assert finished["ready"]
    again = generate(lite)
    assert (again["queued"], again["total_credits"], again["skipped"]) == (0, 0, 13)


def test_skip_completed_false_regenerates_everything_from_scratch(lite: Place, finished: dict[str, Any]) -> None:
    before = {edge["id"]: edge.get("videoAssetId") for edge in lite.read()["edges"]}
    assert finished["ready"]
    again = generate(lite, skip_completed=False, duration=1)
    assert (again["queued"], again["total_credits"]) == (10, 35)
    assert lite.read_status()["completed"] == 0
    assert {edge["id"]: edge.get("videoAssetId") for edge in lite.read()["edges"]} == before, "the old clips serve on"
    assert lite.await_settled()["ready"]
    after = {edge["id"]: edge.get("videoAssetId") for edge in lite.read()["edges"]}
    assert all(after[edge_id] != before[edge_id] for edge_id in before if before[edge_id])


def test_each_generated_job_follows_the_lifecycle_of_a_job_and_can_be_polled(other: Place) -> None:
    job = generate(other, edge_ids=[other.read()["edges"][0]["id"]], duration=1)["jobs"][0]
    polled = check(other.client.get(f"/v1/jobs/{job['id']}"))
    assert polled["status"] in {"pending", "processing", "completed"}
    ended = check(other.client.get(f"/v1/jobs/{job['id']}", params={"wait": "true"}))
    assert (ended["status"], ended["type"]) == ("completed", "animation")


def test_the_endpoint_classifies_each_edge_before_generation(other: Place) -> None:
    plan = generate(other, dry_run=True)
    kinds = {line["edge_id"]: (line["kind"], line["credits"], line["action"]) for line in plan["edges"]}
    for edge in other.read()["edges"]:
        kind, credits_, action = kinds[edge["id"]]
        if edge["source"] == "*":
            assert (kind, credits_, action) == ("any_state", 0, "skip")
        elif edge["source"] == edge["target"]:
            assert (kind, credits_, action) == ("loop", 20, "render")
        elif edge.get("reverse"):
            assert (kind, credits_, action) == ("reverse", 0, "reverse")
        else:
            assert (kind, credits_, action) == ("forward", 20, "render")


def test_an_any_state_edge_is_virtual_and_needs_no_video(lite: Place, finished: dict[str, Any]) -> None:
    anywhere = {edge["id"] for edge in lite.read()["edges"] if edge["source"] == "*"}
    assert len(anywhere) == 3
    assert not anywhere & list_kinds(finished).keys()


def test_four_loops_and_three_forwards_at_four_seconds_cost_140_credits(other: Place) -> None:
    before = check(other.client.get("/v1/credits"))["balance"]
    assert generate(other, duration=4)["total_credits"] == (4 + 3) * 5 * 4 == 140
    assert check(other.client.get("/v1/credits"))["balance"] == before - 140
    check(other.client.post(f"{other.path}/cancel"))


def test_total_credits_tells_the_exact_cost_before_generation_begins(other: Place) -> None:
    before = check(other.client.get("/v1/credits"))["balance"]
    quoted = generate(other, duration=4, dry_run=True)
    assert quoted["total_credits"] == 140
    assert check(other.client.get("/v1/credits"))["balance"] == before
    assert all(edge["job_id"] is None for edge in other.read_status()["edges"])


def test_without_enough_credits_the_request_returns_a_402_with_the_required_amount(client: httpx2.Client) -> None:
    made = check(client.post("/v1/workspaces", json={"name": "Poor"}), 201)
    headers = {"Authorization": f"Bearer {made['api_key']}"}
    with httpx2.Client(base_url=client.base_url, headers=headers, trust_env=False, timeout=60) as poor:
        place = make_place(poor)
        refused = check(poor.post(f"{place.path}/generate-all", json={"duration": 10}), 402)["error"]
        assert refused["code"] == "insufficient_credits"
        assert (refused["required"], refused["balance"], refused["available"]) == (350, POOR, POOR)
        assert check(poor.get("/v1/credits"))["balance"] == POOR
        assert check(poor.get("/v1/jobs"))["jobs"] == []


def test_when_a_forward_completes_its_reverse_is_triggered_at_0_credits(
    summary: dict[str, Any], finished: dict[str, Any], client: httpx2.Client
) -> None:
    assert finished["ready"]
    jobs = [check(client.get(f"/v1/jobs/{job['id']}")) for job in summary["jobs"]]
    reverses = [job for job in jobs if job["type"] == "reverse"]
    assert len(reverses) == 3
    assert {job["cost_credits"] for job in reverses} == {0}
    ends = {job["edge_id"]: job["completed_at"] for job in jobs}
    lines = {line["edge_id"]: line for line in summary["edges"]}
    for job in reverses:
        way = (lines[job["edge_id"]]["target"], lines[job["edge_id"]]["source"])
        forward = next(one for one in lines.values() if (one["source"], one["target"]) == way)
        assert job["started_at"] >= ends[forward["edge_id"]]


def test_a_reverse_need_not_be_requested_separately(other: Place) -> None:
    forward = next(edge for edge in other.read()["edges"] if list_kind(other, edge["id"]) == "forward")
    queued = generate(other, edge_ids=[forward["id"]], duration=1)
    assert queued["jobs"][0]["edge_id"] == forward["id"]
    assert queued["queued"] == 2


def list_kind(place: Place, edge_id: str) -> str | None:
    return list_kinds(place.read_status()).get(edge_id)


def test_the_reverse_job_appears_in_the_canvas_status_alongside_the_forward_jobs(other: Place) -> None:
    generate(other, duration=1)
    edges = other.read_status()["edges"]
    assert {edge["kind"] for edge in edges if edge["job_id"]} == {"loop", "forward", "reverse"}


def test_a_matching_reverse_edge_in_the_canvas_is_filled_in(lite: Place, finished: dict[str, Any]) -> None:
    assert finished["total_edges"] == 10
    reverses = [edge for edge in lite.read()["edges"] if edge.get("reverse")]
    assert len(reverses) == 3
    assert all(edge["videoAssetId"] for edge in reverses)


def test_a_reverse_edge_that_does_not_exist_is_created_automatically(other: Place) -> None:
    canvas = other.read()
    forwards = [edge for edge in canvas["edges"] if edge["source"] != "*" and not edge.get("reverse")]
    answer = other.client.put(other.path, json={**canvas, "edges": forwards})
    assert check(answer)["version"] > canvas["version"]
    queued = generate(other, duration=1)
    assert queued["reverses"] == 3
    made = [edge for edge in other.read()["edges"] if edge.get("reverse")]
    assert len(made) == 3
    assert other.await_settled()["ready"]


def test_the_command_that_polls_the_status_runs_as_it_stands_on_the_page(
    server: Server, lite: Place, finished: dict[str, Any]
) -> None:
    status = run(STATUS, server, lite)
    assert finished["ready"]
    assert list(status)[:7] == STATUS_FIELDS
    assert status["canvas_id"] == lite.canvas_id


def test_ready_means_that_every_edge_has_a_completed_video(lite: Place, finished: dict[str, Any]) -> None:
    assert finished["ready"]
    assert finished["progress"] == 1.0
    assert finished["completed"] == finished["total_edges"]
    assert (finished["pending"], finished["failed"]) == (0, 0)
    for edge in lite.read()["edges"]:
        if edge["source"] != "*":
            check(lite.client.get(f"/v1/assets/{edge['videoAssetId']}"))


def test_when_ready_the_export_endpoint_can_safely_be_called_at_that_point(
    lite: Place, finished: dict[str, Any]
) -> None:
    assert finished["ready"]
    manifest = check(lite.client.get(f"{lite.path}/export"))
    assert len([edge for edge in manifest["edges"] if edge["videos"]]) == 10


def test_before_it_is_ready_the_export_is_refused_and_names_what_is_missing(other: Place) -> None:
    answer = other.client.get(f"{other.path}/export")
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "canvas_not_ready"
    assert len(answer.json()["error"]["edges"]) == 10
