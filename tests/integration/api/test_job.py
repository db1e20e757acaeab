import asyncio
import re
from typing import Any

import pytest
from anyio.lowlevel import checkpoint
from starlette.testclient import TestClient

from poseloom.core.error import GeneratorFailed, StorageFailed
from poseloom.usecases.settle import hand_back_job
from tests.integration.api.bench import CONFIDENCE, SEAM, Address, Bench, Owner
from tests.integration.api.stream import open_stream

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


@pytest.fixture
def ordered(client: TestClient, mascot: Address) -> Address:
    assert client.post(f"{mascot.path}/generate-all").status_code == 202
    return mascot


def find_job(bench: Bench, address: Address, edge_id: str = "idle-wave") -> str:
    return bench.list_jobs(address)[edge_id].id


def read(client: TestClient, job_id: str) -> dict[str, Any]:
    answer = client.get(f"/v1/jobs/{job_id}")
    assert answer.status_code == 200
    document: dict[str, Any] = answer.json()
    return document


def test_a_job_that_waits_says_what_it_will_make(client: TestClient, ordered: Address, bench: Bench) -> None:
    document = read(client, find_job(bench, ordered))
    assert document["id"] == document["job_id"]
    assert (document["status"], document["type"], document["edge_id"]) == ("pending", "animation", "idle-wave")
    assert (document["collection_id"], document["canvas_id"]) == (ordered.collection_id, ordered.canvas_id)
    assert (document["generator"], document["duration"], document["cost_credits"]) == ("local", 4, 20)
    assert (document["attempts"], document["error"], document["seam"]) == (0, None, None)
    assert document["progress"] == {"frames_done": 0, "frames_total": 96}
    assert document["output_data"] == {"item_id": None, "duration": 4}
    assert MOMENT.fullmatch(document["created_at"])
    assert (document["started_at"], document["completed_at"]) == (None, None)


def test_only_public_files_have_addresses(client: TestClient, ordered: Address, bench: Bench) -> None:
    document = read(client, find_job(bench, ordered))
    assert set(document["urls"]) == set(document["asset_ids"]) == {"webm", "hevc", "stacked_video", "poster"}


def test_a_finished_job_has_its_certificate_and_its_files(client: TestClient, ordered: Address, bench: Bench) -> None:
    job_id = find_job(bench, ordered)
    before = read(client, job_id)
    bench.settle(job_id)
    after = read(client, job_id)
    assert (after["status"], after["attempts"], after["seam"]) == ("completed", 1, SEAM)
    assert (before["confidence"], after["confidence"]) == (None, CONFIDENCE.document())
    assert after["progress"] == {"frames_done": 96, "frames_total": 96}
    assert after["urls"] == before["urls"]
    assert all(MOMENT.fullmatch(after[name]) for name in ("started_at", "updated_at", "completed_at"))
    assert client.get(after["urls"]["webm"]).status_code == 200


def test_a_reverse_has_its_forwards_confidence_and_a_loop_none(
    client: TestClient, ordered: Address, bench: Bench
) -> None:
    bench.settle_all(ordered)
    told = {edge_id: read(client, job.id)["confidence"] for edge_id, job in bench.list_jobs(ordered).items()}
    trusted = CONFIDENCE.document()
    assert told == {"idle-loop": None, "wave-loop": None, "idle-wave": trusted, "wave-idle": trusted}


def test_a_reverse_that_is_made_later_has_its_forwards_confidence_too(
    client: TestClient, ordered: Address, bench: Bench
) -> None:
    bench.settle_all(ordered)
    again = {"skip_completed": False, "edge_ids": ["wave-idle"]}
    assert client.post(f"{ordered.path}/generate-all", json=again).status_code == 202
    job_id = find_job(bench, ordered, "wave-idle")
    bench.settle(job_id)
    assert read(client, job_id)["confidence"] == CONFIDENCE.document()


def test_a_failed_job_says_why_and_has_no_files(client: TestClient, ordered: Address, bench: Bench) -> None:
    job_id = find_job(bench, ordered)
    bench.fail(job_id)
    document = read(client, job_id)
    assert document["status"] == "failed"
    assert document["error"] == {
        "code": "generator_failed",
        "message": "it is down; try again",
        "retryable": True,
    }
    assert (document["urls"], document["asset_ids"]) == ({}, {})
    reverse = read(client, find_job(bench, ordered, "wave-idle"))
    assert reverse["error"]["code"] == "forward_failed"


def test_a_job_that_is_tried_again_has_not_failed(client: TestClient, ordered: Address, bench: Bench) -> None:
    job_id = find_job(bench, ordered)
    bench.claim(job_id)
    with bench.database.write() as unit:
        hand_back_job(unit, bench.read_job(job_id), GeneratorFailed("it is down; try again"), bench.tools)
    document = read(client, job_id)
    assert (document["status"], document["error"], document["attempts"]) == ("pending", None, 1)


def test_a_strangers_job_is_not_there(client: TestClient, ordered: Address, bench: Bench, stranger: Owner) -> None:
    job_id = find_job(bench, ordered)
    assert client.get(f"/v1/jobs/{job_id}", headers=stranger.headers).status_code == 404
    assert client.post(f"/v1/jobs/{job_id}/cancel", headers=stranger.headers).status_code == 404
    assert client.get("/v1/jobs", headers=stranger.headers).json() == {"jobs": [], "next_cursor": None}
    assert read(client, job_id)["status"] == "pending"


def test_jobs_are_listed_newest_first_in_pages(client: TestClient, ordered: Address, bench: Bench) -> None:
    first = client.get("/v1/jobs", params={"limit": 3}).json()
    # What comes meanwhile moves no page.
    assert client.post(f"{bench.add_mascot(ordered.owner).path}/generate-all").status_code == 202
    second = client.get("/v1/jobs", params={"limit": 3, "cursor": first["next_cursor"]}).json()
    ids = [job["id"] for job in first["jobs"] + second["jobs"]]
    jobs = sorted(bench.list_jobs(ordered).values(), key=lambda job: job.created_at, reverse=True)
    assert ids == [job.id for job in jobs]
    assert second["next_cursor"] is None


def test_jobs_are_filtered(client: TestClient, ordered: Address, bench: Bench) -> None:
    bench.settle(find_job(bench, ordered, "idle-loop"))
    other = bench.add_mascot(ordered.owner)
    client.post(f"{other.path}/generate-all")

    def count(**wanted: str) -> int:
        return len(client.get("/v1/jobs", params=wanted).json()["jobs"])

    assert count() == 8
    assert count(status="completed") == 1
    assert count(status="pending", canvas_id=ordered.canvas_id) == 3
    assert count(type="reverse") == 2
    assert count(collection_id=other.collection_id) == 4
    assert count(collection_id="col_none") == 0


@pytest.mark.parametrize(("name", "value"), [("status", "done"), ("type", "logo"), ("limit", "0"), ("cursor", "x")])
def test_a_wrong_filter_is_refused_by_name(client: TestClient, name: str, value: str) -> None:
    answer = client.get("/v1/jobs", params={name: value})
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, name)


def test_a_job_is_cancelled_with_its_reverse(client: TestClient, ordered: Address, bench: Bench, owner: Owner) -> None:
    forward, reverse = (find_job(bench, ordered, edge_id) for edge_id in ("idle-wave", "wave-idle"))
    answer = client.post(f"/v1/jobs/{forward}/cancel")
    assert answer.status_code == 200
    document = answer.json()
    assert (document["id"], document["status"], document["urls"]) == (forward, "cancelled", {})
    assert (document["cancelled"], document["refunded"], document["balance"]) == ([forward, reverse], 20, 960)
    assert document["error"]["code"] == "cancelled"
    assert bench.stopped == [forward, reverse]
    assert bench.read_balance(owner) == 960


def test_what_has_ended_is_not_cancelled(client: TestClient, ordered: Address, bench: Bench) -> None:
    job_id = find_job(bench, ordered)
    bench.settle(job_id)
    for _ in range(2):
        answer = client.post(f"/v1/jobs/{job_id}/cancel")
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "job_finished")
        assert answer.json()["error"]["status"] == "completed"
    assert bench.stopped == []


def test_a_cancel_under_a_key_is_answered_alike(client: TestClient, ordered: Address, bench: Bench) -> None:
    path, headers = f"/v1/jobs/{find_job(bench, ordered)}/cancel", {"Idempotency-Key": "stop"}
    first, again = (client.post(path, headers=headers) for _ in range(2))
    assert (again.status_code, again.json()) == (200, first.json())


def test_a_cancel_holds_though_the_engine_does_not_hear_it(ordered: Address, bench: Bench) -> None:
    def refuse(job_ids: object) -> None:
        raise StorageFailed(f"{job_ids}: nobody listens; try again")

    job_id = find_job(bench, ordered)
    with bench.open_client(stop_jobs=refuse) as client:
        answer = client.post(f"/v1/jobs/{job_id}/cancel", headers=ordered.owner.headers)
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")


def test_an_ended_job_is_not_waited_for(client: TestClient, ordered: Address, bench: Bench) -> None:
    job_id = find_job(bench, ordered)
    bench.settle(job_id)
    assert client.get(f"/v1/jobs/{job_id}?wait=true").json()["status"] == "completed"


def test_a_wait_that_is_over_answers_what_is(client: TestClient, ordered: Address, bench: Bench) -> None:
    assert client.get(f"/v1/jobs/{find_job(bench, ordered)}?wait=0.05").json()["status"] == "pending"


def test_a_held_job_is_answered_when_it_ends(ordered: Address, bench: Bench) -> None:
    job_id = find_job(bench, ordered)

    async def run() -> None:
        app = bench.open_app()
        async with open_stream(app, f"/v1/jobs/{job_id}?wait=60", ordered.owner.headers) as stream:
            async with asyncio.timeout(20):
                while not app.state.board.watch.waiting:
                    await checkpoint()
            await asyncio.to_thread(bench.claim, job_id)
            await asyncio.to_thread(bench.note_frames, job_id, 5)
            await asyncio.to_thread(bench.fail, job_id)
            assert await stream.read_status() == 200
            assert b'"status":"failed"' in (await stream.read())["body"]

    asyncio.run(run())


def test_a_client_that_leaves_ends_its_wait_for_a_job(ordered: Address, bench: Bench) -> None:
    job_id = find_job(bench, ordered)

    async def run() -> None:
        app = bench.open_app()
        async with open_stream(app, f"/v1/jobs/{job_id}?wait=true", ordered.owner.headers) as stream:
            async with asyncio.timeout(20):
                while not app.state.board.watch.waiting:
                    await checkpoint()
            stream.leave()
            await stream.end()
            assert app.state.board.watch.waiting == 0

    asyncio.run(run())


def test_a_wrong_wait_for_a_job_is_refused(client: TestClient, ordered: Address, bench: Bench) -> None:
    answer = client.get(f"/v1/jobs/{find_job(bench, ordered)}?wait=long")
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "wait")
