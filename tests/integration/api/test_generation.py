from fractions import Fraction
from typing import Any

import pytest
from starlette.testclient import TestClient

from poseloom.core.canvas import Edge
from poseloom.core.credential import Scope
from poseloom.core.job import JobState
from tests.integration.api.bench import Address, Bench, Owner


def read_error(answer: Any) -> dict[str, Any]:  # noqa: ANN401 - the test client's own type
    document: dict[str, Any] = answer.json()["error"]
    return document


def test_one_call_queues_every_clip_and_charges_for_it(
    client: TestClient, mascot: Address, bench: Bench, owner: Owner
) -> None:
    answer = client.post(f"{mascot.path}/generate-all", json={"skip_completed": True, "duration": 4})
    assert answer.status_code == 202
    document = answer.json()
    assert document["canvas_id"] == mascot.canvas_id
    assert (document["queued"], document["total_credits"], document["balance"]) == (4, 60, 940)
    assert (document["loops"], document["forwards"], document["reverses"]) == (2, 1, 1)
    assert bench.read_balance(owner) == 940
    # The reverse is given to the engine when its forward is there.
    jobs = bench.list_jobs(mascot)
    assert set(bench.queued) == {job.id for edge_id, job in jobs.items() if edge_id != "wave-idle"}


def test_the_answer_says_where_everything_will_be(client: TestClient, mascot: Address) -> None:
    document = client.post(f"{mascot.path}/generate-all").json()
    assert document["status_url"] == f"http://testserver{mascot.path}/status"
    assert client.get(document["status_url"]).json()["pending"] == 4
    job = next(job for job in document["jobs"] if job["edge_id"] == "idle-wave")
    assert job["status"] == "pending"
    assert set(job["urls"]) == {"webm", "hevc", "stacked_video", "poster"}
    assert job["urls"] == client.get(f"/v1/jobs/{job['id']}").json()["urls"]


def test_a_server_behind_a_proxy_says_how_it_is_reached(mascot: Address, bench: Bench) -> None:
    with bench.open_client(base_url="https://mascots.example/api") as client:
        document = client.post(f"{mascot.path}/generate-all", headers=mascot.owner.headers).json()
    assert document["status_url"] == f"https://mascots.example/api{mascot.path}/status"
    assert document["jobs"][0]["urls"]["webm"].startswith("https://mascots.example/api/files/")


def test_the_second_call_has_nothing_to_do(client: TestClient, mascot: Address, bench: Bench) -> None:
    client.post(f"{mascot.path}/generate-all")
    under_way = client.post(f"{mascot.path}/generate-all")
    assert (under_way.status_code, under_way.json()["queued"], under_way.json()["balance"]) == (200, 0, 940)
    bench.settle_all(mascot)
    complete = client.post(f"{mascot.path}/generate-all")
    assert (complete.status_code, complete.json()["skipped"]) == (200, 4)


def test_a_dry_run_queues_and_charges_nothing(client: TestClient, mascot: Address, bench: Bench, owner: Owner) -> None:
    answer = client.post(f"{mascot.path}/generate-all", json={"dry_run": True})
    assert answer.status_code == 200
    document = answer.json()
    assert (document["total_credits"], document["queued"], document["jobs"]) == (60, 0, [])
    assert document["quote_id"].startswith("quo_")
    assert bench.read_balance(owner) == 1000
    assert bench.queued == []


def test_a_quote_binds_for_a_quarter_of_an_hour(client: TestClient, mascot: Address, bench: Bench) -> None:
    first = client.post(f"{mascot.path}/generate-all", json={"dry_run": True}).json()["quote_id"]
    bench.tools.pass_time(16 * 60)
    late = client.post(f"{mascot.path}/generate-all", json={"quote_id": first})
    assert (late.status_code, read_error(late)["code"]) == (409, "quote_expired")
    fresh = client.post(f"{mascot.path}/generate-all", json={"dry_run": True}).json()["quote_id"]
    other = client.post(f"{mascot.path}/generate-all", json={"quote_id": fresh, "duration": 2})
    assert (other.status_code, read_error(other)["code"]) == (409, "quote_changed")
    assert client.post(f"{mascot.path}/generate-all", json={"quote_id": fresh}).status_code == 202


def test_too_few_credits_queue_nothing(client: TestClient, bench: Bench) -> None:
    poor = bench.open_workspace(credits_=50)
    address = bench.add_mascot(poor)
    answer = client.post(f"{address.path}/generate-all", headers=poor.headers)
    assert answer.status_code == 402
    error = read_error(answer)
    assert (error["code"], error["required"], error["balance"], error["available"]) == (
        "insufficient_credits",
        60,
        50,
        50,
    )
    assert bench.queued == []
    assert bench.read_balance(poor) == 50


def test_the_callers_own_limit_is_kept(client: TestClient, mascot: Address) -> None:
    answer = client.post(f"{mascot.path}/generate-all", json={"max_credits": 59})
    assert (answer.status_code, read_error(answer)["code"]) == (409, "max_credits_exceeded")
    assert client.post(f"{mascot.path}/generate-all", json={"max_credits": 60}).status_code == 202


def test_poses_without_pictures_are_named(client: TestClient, bench: Bench, owner: Owner) -> None:
    edges = [Edge(id="loop", source="idle", target="idle")]
    address = bench.add_canvas(owner, ["idle"], edges, pictures=False)
    answer = client.post(f"{address.path}/generate-all")
    error = read_error(answer)
    assert (answer.status_code, error["code"]) == (400, "missing_images")
    assert (error["nodes"], error["edges"]) == (["idle"], ["loop"])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"duration": 11}, "duration"),
        ({"duration": "4"}, "duration"),
        ({"skip_completed": "yes"}, "skip_completed"),
        ({"targets": "images"}, "targets"),
        ({"edge_ids": ["no-such-edge"]}, "edge_ids"),
        ({"generator": "elsewhere"}, "generator"),
    ],
)
def test_a_wrong_option_is_refused_by_name(
    client: TestClient, mascot: Address, body: dict[str, object], field: str
) -> None:
    answer = client.post(f"{mascot.path}/generate-all", json=body)
    assert (answer.status_code, read_error(answer)["code"]) == (400, "invalid_order")
    assert read_error(answer)["field"].startswith(field)


def test_what_is_no_json_is_refused(client: TestClient, mascot: Address) -> None:
    answer = client.post(
        f"{mascot.path}/generate-all", content="{", headers={"Content-Type": "application/json"}
    )  # fmt: skip
    assert (answer.status_code, read_error(answer)["code"]) == (400, "bad_request")
    answer = client.post(f"{mascot.path}/generate-all", content="<a/>", headers={"Content-Type": "text/xml"})
    assert (answer.status_code, read_error(answer)["code"]) == (415, "unsupported_media_type")


def test_the_same_order_under_the_same_key_is_done_once(
    client: TestClient, mascot: Address, bench: Bench, owner: Owner
) -> None:
    headers = {"Idempotency-Key": "my-first-mascot"}
    first = client.post(f"{mascot.path}/generate-all", json={"duration": 4}, headers=headers)
    again = client.post(f"{mascot.path}/generate-all", json={"duration": 4}, headers=headers)
    assert (again.status_code, again.json()) == (202, first.json())
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert bench.read_balance(owner) == 940
    other = client.post(f"{mascot.path}/generate-all", json={"duration": 5}, headers=headers)
    assert (other.status_code, read_error(other)["code"]) == (409, "idempotency_key_reused")


def test_an_order_that_was_refused_may_come_again_under_its_key(
    client: TestClient, mascot: Address, bench: Bench
) -> None:
    headers = {"Idempotency-Key": "again", **mascot.owner.headers}
    answer = client.post(f"{mascot.path}/generate-all", json={"max_credits": 1}, headers=headers)
    assert answer.status_code == 409
    assert client.post(f"{mascot.path}/generate-all", json={"max_credits": 60}, headers=headers).status_code == 202
    assert len(bench.queued) == 3


def test_a_stranger_orders_nothing(client: TestClient, mascot: Address, stranger: Owner, bench: Bench) -> None:
    for action in ("generate-all", "retry-failed", "cancel"):
        answer = client.post(f"{mascot.path}/{action}", headers=stranger.headers)
        assert (answer.status_code, read_error(answer)["code"]) == (404, "not_found")
    assert bench.queued == []
    assert bench.read_balance(stranger) == 1000


def test_a_key_that_may_only_read_orders_nothing(client: TestClient, bench: Bench) -> None:
    reader = bench.open_workspace(scopes=frozenset({Scope.READ}))
    address = bench.add_mascot(reader)
    for action in ("generate-all", "retry-failed", "cancel"):
        answer = client.post(f"{address.path}/{action}", headers=reader.headers)
        assert (answer.status_code, read_error(answer)["scope"]) == (403, "write")


def test_without_a_key_the_body_is_not_even_read(client: TestClient, mascot: Address) -> None:
    answer = client.post(f"{mascot.path}/generate-all", content="{", headers={"Authorization": ""})
    assert answer.status_code == 401


def test_what_failed_is_made_again_as_long_as_it_was(
    client: TestClient, mascot: Address, bench: Bench, owner: Owner
) -> None:
    client.post(f"{mascot.path}/generate-all", json={"duration": 2})
    jobs = bench.list_jobs(mascot)
    bench.fail(jobs["idle-wave"].id)
    bench.settle(jobs["idle-loop"].id)
    bench.settle(jobs["wave-loop"].id)
    assert bench.read_balance(owner) == 1000 - 20
    answer = client.post(f"{mascot.path}/retry-failed")
    assert answer.status_code == 202
    assert {job["edge_id"] for job in answer.json()["jobs"]} == {"idle-wave", "wave-idle"}
    assert (answer.json()["total_credits"], answer.json()["balance"]) == (10, 970)
    assert bench.list_jobs(mascot)["idle-wave"].duration_seconds == 2


def test_where_nothing_failed_nothing_is_retried(client: TestClient, mascot: Address) -> None:
    answer = client.post(f"{mascot.path}/retry-failed")
    assert (answer.status_code, answer.json()["queued"]) == (200, 0)


def test_a_canvas_is_cancelled_with_its_credits_given_back(
    client: TestClient, mascot: Address, bench: Bench, owner: Owner
) -> None:
    client.post(f"{mascot.path}/generate-all")
    jobs = bench.list_jobs(mascot)
    bench.settle(jobs["idle-loop"].id)
    bench.claim(jobs["wave-loop"].id)
    answer = client.post(f"{mascot.path}/cancel")
    assert answer.status_code == 200
    document = answer.json()
    assert set(document["cancelled"]) == {jobs[edge_id].id for edge_id in ("wave-loop", "idle-wave", "wave-idle")}
    assert (document["refunded"], document["balance"]) == (40, 980)
    assert document["canvas_id"] == mascot.canvas_id
    assert bench.stopped == document["cancelled"]
    status = client.get(document["status_url"]).json()
    assert (status["completed"], status["pending"], status["credits"]["refunded"]) == (1, 3, 40)
    assert bench.read_balance(owner) == 980


def test_nothing_to_cancel_is_no_error(client: TestClient, mascot: Address, bench: Bench) -> None:
    answer = client.post(f"{mascot.path}/cancel")
    assert (answer.status_code, answer.json()["cancelled"], answer.json()["refunded"]) == (200, [], 0)
    assert bench.stopped == []


def test_one_picture_makes_a_loop(client: TestClient, mascot: Address, bench: Bench, owner: Owner) -> None:
    pose = bench.add_pose(owner, mascot.collection_id)
    body = {"type": "animation", "name": "Wave", "source_image_asset_id": pose, "duration": 2}
    answer = client.post(f"/v1/collections/{mascot.collection_id}/generate", json=body)
    assert answer.status_code == 202
    document = answer.json()
    assert document["id"] == document["job_id"] == bench.queued[0]
    assert (document["status"], document["cost_credits"], document["balance"]) == ("pending", 10, 990)
    assert (document["canvas_id"], document["edge_id"], document["reverse_job"]) == (None, None, None)
    assert bench.read_job(document["id"]).is_loop
    bench.settle(document["id"])
    assert client.get(document["urls"]["webm"]).status_code == 200


def test_two_pictures_make_a_way_and_a_way_back(
    client: TestClient, mascot: Address, bench: Bench, owner: Owner
) -> None:
    poses = [bench.add_pose(owner, mascot.collection_id) for _ in range(2)]
    body = {
        "type": "animation", "source_image_asset_id": poses[0], "end_image_asset_id": poses[1], "auto_reverse": True,
    }  # fmt: skip
    document = client.post(f"/v1/collections/{mascot.collection_id}/generate", json=body).json()
    assert (document["type"], document["reverse_job"]["type"]) == ("animation", "reverse")
    assert document["reverse_job"]["cost_credits"] == 0
    bench.settle(document["id"])
    bench.settle(document["reverse_job"]["id"])
    assert bench.read_job(document["reverse_job"]["id"]).state is JobState.COMPLETED
    assert bench.read_balance(owner) == Fraction(980)


@pytest.mark.parametrize("kind", ["image", "edit", "logo", None])
def test_nothing_but_animations_is_made(client: TestClient, mascot: Address, kind: str | None) -> None:
    answer = client.post(f"/v1/collections/{mascot.collection_id}/generate", json={"type": kind})
    assert (answer.status_code, read_error(answer)["field"]) == (400, "type")
