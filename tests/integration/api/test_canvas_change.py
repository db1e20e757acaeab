import pytest
from starlette.testclient import TestClient

from tests.integration.api.bench import Address, Bench, Owner
from tests.integration.api.reading import list_clips, list_dropped, read, read_error

CLICK = {"input": "clicked", "op": "==", "value": True}


@pytest.fixture
def done(client: TestClient, mascot: Address, bench: Bench) -> Address:
    """Return a canvas whose every edge has its clip."""
    assert client.post(f"{mascot.path}/generate-all").status_code == 202
    bench.settle_all(mascot)
    return mascot


def test_what_was_read_can_be_put_back_and_nothing_changes(client: TestClient, done: Address) -> None:
    before = read(client, done.path)
    assert all({"videoAssetId", "kind", "status"} <= edge.keys() for edge in before["edges"])
    answer = client.put(done.path, json=before)
    assert answer.status_code == 200
    after = answer.json()
    assert (after["version"], after["updated_at"]) == (before["version"], before["updated_at"])
    assert (after["edges"], after["dropped_clips"]) == (before["edges"], [])
    assert answer.headers["ETag"] == f'"v{before["version"]}"'


def test_clips_stay_with_edges_that_lead_between_the_same_poses(client: TestClient, done: Address) -> None:
    canvas = read(client, done.path)
    edges = [{**edge, "priority": 5, "conditions": [CLICK], "description": "slowly"} for edge in canvas["edges"]]
    answer = client.put(done.path, json={**canvas, "name": "Night", "edges": edges[::-1]})
    assert list_dropped(answer) == {}
    assert answer.json()["version"] == canvas["version"] + 1
    assert len(list_clips(client, done)) == 4


def test_an_edge_that_goes_takes_its_clip_and_the_answer_says_so(client: TestClient, done: Address) -> None:
    canvas = read(client, done.path)
    kept = [edge for edge in canvas["edges"] if edge["id"] != "wave-loop"]
    answer = client.put(done.path, json={**canvas, "edges": kept})
    assert list_dropped(answer) == {"wave-loop": "edge_removed"}
    assert answer.json()["removed_edges"] == ["wave-loop"]
    assert list_clips(client, done) == {"idle-loop", "idle-wave", "wave-idle"}


def test_another_target_drops_a_clip(client: TestClient, done: Address) -> None:
    canvas = read(client, done.path)
    edges = [edge | ({"target": "idle"} if edge["id"] == "wave-loop" else {}) for edge in canvas["edges"]]
    answer = client.put(done.path, json={**canvas, "edges": edges})
    assert list_dropped(answer) == {"wave-loop": "target_changed"}


def test_another_picture_drops_the_clips_that_show_it(
    client: TestClient, done: Address, bench: Bench, owner: Owner
) -> None:
    picture = bench.add_pose(owner, done.collection_id)
    answer = client.patch(f"{done.path}/nodes/wave", json={"assetId": picture})
    assert list_dropped(answer) == dict.fromkeys(("wave-loop", "idle-wave", "wave-idle"), "pose_changed")
    assert list_clips(client, done) == {"idle-loop"}
    status = read(client, f"{done.path}/status")
    assert (status["completed"], status["pending"], status["ready"]) == (1, 3, False)


@pytest.mark.parametrize("change", [{"size": 256}, {"fps": 30}])
def test_another_size_or_rate_drops_every_clip(client: TestClient, done: Address, change: dict[str, int]) -> None:
    answer = client.patch(done.path, json=change)
    assert set(list_dropped(answer).values()) == {"format_changed"}
    assert len(list_dropped(answer)) == 4
    again = client.post(f"{done.path}/generate-all").json()
    assert (again["queued"], again["total_credits"]) == (4, 60)


def test_the_same_size_again_drops_nothing(client: TestClient, done: Address) -> None:
    version = read(client, done.path)["version"]
    answer = client.patch(done.path, json={"size": 128, "fps": 24})
    assert (list_dropped(answer), answer.json()["version"]) == ({}, version)


def test_a_graph_without_nodes_must_say_so(client: TestClient, done: Address) -> None:
    refused = client.put(done.path, json={"name": "Main", "edges": []})
    assert (refused.status_code, read_error(refused)["field"]) == (400, "nodes")
    emptied = client.put(done.path, json={"nodes": []})
    assert (emptied.json()["nodes"], emptied.json()["edges"]) == ([], [])
    assert len(list_dropped(emptied)) == 4


def test_what_breaks_a_rule_changes_nothing(client: TestClient, done: Address) -> None:
    before = read(client, done.path)
    edges = [*before["edges"], {"id": "lost", "source": "idle", "target": "nowhere"}]
    assert client.put(done.path, json={**before, "edges": edges}).status_code == 400
    assert client.patch(done.path, json={"edges": edges}).status_code == 400
    assert client.patch(done.path, json={"generator": "magic"}).status_code == 400
    assert read(client, done.path) == before


def test_a_change_names_what_it_changes_and_the_rest_stays(client: TestClient, done: Address) -> None:
    before = read(client, done.path)
    answer = client.patch(done.path, json={"name": "Night", "generator": "local"}).json()
    assert (answer["name"], answer["generator"], answer["version"]) == ("Night", "local", before["version"] + 1)
    assert (answer["nodes"], answer["edges"]) == (before["nodes"], before["edges"])


@pytest.fixture
def ordered(client: TestClient, mascot: Address) -> Address:
    assert client.post(f"{mascot.path}/generate-all").status_code == 202
    return mascot


def test_an_edge_that_goes_has_its_job_cancelled_and_its_credits_back(
    client: TestClient, ordered: Address, bench: Bench, owner: Owner
) -> None:
    job = bench.list_jobs(ordered)["wave-loop"]
    bench.claim(job.id)
    answer = client.delete(f"{ordered.path}/edges/wave-loop").json()
    assert answer["cancelled_jobs"] == [job.id] == bench.stopped
    assert answer["dropped_clips"] == [{"edge_id": "wave-loop", "reason": "edge_removed"}]
    assert bench.read_balance(owner) == 960
    assert read(client, f"/v1/jobs/{job.id}")["status"] == "cancelled"
    assert read(client, f"{ordered.path}/status")["total_edges"] == 3


def test_a_node_that_goes_cancels_forward_and_reverse_and_refunds_once(
    client: TestClient, ordered: Address, bench: Bench, owner: Owner
) -> None:
    answer = client.delete(f"{ordered.path}/nodes/wave").json()
    jobs = bench.list_jobs(ordered)
    gone = {jobs[edge_id].id for edge_id in ("wave-loop", "idle-wave", "wave-idle")}
    assert set(answer["cancelled_jobs"]) == gone
    assert len(answer["cancelled_jobs"]) == 3
    assert bench.read_balance(owner) == 980


def test_another_pose_cancels_what_would_show_the_old_one(
    client: TestClient, ordered: Address, bench: Bench, owner: Owner
) -> None:
    picture = bench.add_pose(owner, ordered.collection_id)
    answer = client.patch(f"{ordered.path}/nodes/wave", json={"assetId": picture}).json()
    assert len(answer["cancelled_jobs"]) == 3
    assert bench.read_balance(owner) == 980
    again = client.post(f"{ordered.path}/generate-all").json()
    assert (again["queued"], again["total_credits"], again["balance"]) == (3, 40, 940)


def test_another_size_cancels_everything(client: TestClient, ordered: Address, bench: Bench, owner: Owner) -> None:
    answer = client.patch(ordered.path, json={"size": 256}).json()
    assert len(answer["cancelled_jobs"]) == 4
    assert bench.read_balance(owner) == 1000


def test_a_deleted_canvas_cancels_everything(client: TestClient, ordered: Address, bench: Bench, owner: Owner) -> None:
    assert client.delete(ordered.path).status_code == 204
    assert bench.read_balance(owner) == 1000
    assert set(bench.stopped) == {job.id for job in bench.list_jobs(ordered).values()}
    assert client.get(ordered.path).status_code == 404
    assert client.delete(ordered.path).status_code == 404


def test_what_is_only_moved_goes_on_being_made(
    client: TestClient, ordered: Address, bench: Bench, owner: Owner
) -> None:
    answer = client.patch(f"{ordered.path}/nodes/wave", json={"position": {"x": 5, "y": 5}}).json()
    assert (answer["cancelled_jobs"], bench.stopped) == ([], [])
    assert bench.read_balance(owner) == 940


def test_a_refused_change_cancels_nothing(client: TestClient, ordered: Address, bench: Bench, owner: Owner) -> None:
    assert client.delete(f"{ordered.path}/edges/idle-wave").status_code == 400
    assert bench.stopped == []
    assert bench.read_balance(owner) == 940
