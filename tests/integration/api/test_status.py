import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from anyio.lowlevel import checkpoint
from sqlalchemy import event
from starlette.testclient import TestClient

from poseloom.api.board import KEPT_BYTES, StatusBoard
from poseloom.api.parameter import WAIT_DEFAULT_SECONDS, WAIT_LIMIT_SECONDS
from poseloom.core.canvas import Edge
from poseloom.core.credential import Scope
from poseloom.core.error import NotFound
from tests.integration.api.bench import CONFIDENCE, Address, Bench, Owner
from tests.integration.api.stream import open_stream

SEVEN = ["canvas_id", "total_edges", "completed", "pending", "failed", "ready", "progress"]


def order(client: TestClient, mascot: Address) -> None:
    assert client.post(f"{mascot.path}/generate-all").status_code == 202


def test_a_status_begins_with_the_seven_fields_that_every_client_reads(client: TestClient, mascot: Address) -> None:
    answer = client.get(f"{mascot.path}/status")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    document = answer.json()
    assert list(document)[:7] == SEVEN
    assert [document[name] for name in SEVEN] == [mascot.canvas_id, 4, 0, 4, 0, False, 0]


def test_a_status_follows_every_job(client: TestClient, mascot: Address, bench: Bench) -> None:
    order(client, mascot)
    jobs = bench.list_jobs(mascot)
    bench.settle(jobs["idle-loop"].id)
    bench.settle(jobs["idle-wave"].id)
    bench.fail(jobs["wave-loop"].id)
    document = client.get(f"{mascot.path}/status").json()
    assert [document[name] for name in SEVEN[1:]] == [4, 2, 1, 1, False, 0.5]
    states = {edge["edge_id"]: edge["status"] for edge in document["edges"]}
    assert states == {
        "idle-loop": "completed",
        "wave-loop": "failed",
        "idle-wave": "completed",
        "wave-idle": "pending",
    }
    bench.settle(jobs["wave-idle"].id)
    assert client.get(f"{mascot.path}/status").json()["completed"] == 3


def test_a_complete_canvas_is_ready(client: TestClient, mascot: Address, bench: Bench) -> None:
    order(client, mascot)
    bench.settle_all(mascot)
    document = client.get(f"{mascot.path}/status").json()
    assert (document["ready"], document["progress"], document["eta_seconds"]) == (True, 1.0, 0)


def test_an_edge_tells_how_far_its_clip_is_trusted_even_while_the_next_is_made(
    client: TestClient, mascot: Address, bench: Bench
) -> None:
    order(client, mascot)
    bench.settle_all(mascot)
    assert client.post(f"{mascot.path}/generate-all", json={"skip_completed": False}).status_code == 202
    edges = client.get(f"{mascot.path}/status").json()["edges"]
    trusted = CONFIDENCE.document()
    assert {edge["edge_id"]: edge["confidence"] for edge in edges} == {
        "idle-loop": None,
        "wave-loop": None,
        "idle-wave": trusted,
        "wave-idle": trusted,
    }


def test_any_state_edges_do_not_count(client: TestClient, bench: Bench, owner: Owner) -> None:
    edges = (Edge(id="loop", source="idle", target="idle"), Edge(id="any", source="*", target="idle"))
    address = bench.add_canvas(owner, ["idle"], edges)
    assert client.get(f"{address.path}/status").json()["total_edges"] == 1


def test_an_unchanged_status_is_304_and_a_changed_one_is_not(client: TestClient, mascot: Address, bench: Bench) -> None:
    first = client.get(f"{mascot.path}/status")
    known = {"If-None-Match": first.headers["etag"]}
    same = client.get(f"{mascot.path}/status", headers=known)
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", first.headers["etag"])
    order(client, mascot)
    changed = client.get(f"{mascot.path}/status", headers=known)
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]
    bench.settle_all(mascot)
    assert client.get(f"{mascot.path}/status", headers=known).status_code == 200


def test_what_does_not_show_changes_no_etag(client: TestClient, mascot: Address, bench: Bench, owner: Owner) -> None:
    first = client.get(f"{mascot.path}/status")
    with bench.database.write() as unit:
        unit.canvases.touch([mascot.canvas_id])
    bench.add_collection(owner)
    assert client.get(f"{mascot.path}/status").headers["etag"] == first.headers["etag"]


def test_a_status_is_read_from_the_database_once_per_change(client: TestClient, mascot: Address, bench: Bench) -> None:
    client.get(f"{mascot.path}/status")
    client.get(f"{mascot.path}/status")
    client.get(f"{mascot.path}/status")
    opened = count_reads(bench)
    for _ in range(20):
        assert client.get(f"{mascot.path}/status").status_code == 200
    assert opened == []
    bench.add_collection(mascot.owner)
    opened.clear()
    for _ in range(20):
        client.get(f"{mascot.path}/status")
    # One look who calls, one look whether the canvas changed.
    assert len(opened) == 2


def count_reads(bench: Bench) -> list[object]:
    """Return a list that grows with every connection that the pool lends."""
    opened: list[object] = []
    event.listen(bench.database.engine, "checkout", lambda *_: opened.append(None))
    return opened


def test_a_stranger_sees_no_canvas(client: TestClient, mascot: Address, stranger: Owner) -> None:
    assert client.get(f"{mascot.path}/status").status_code == 200
    answer = client.get(f"{mascot.path}/status", headers=stranger.headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


def test_a_canvas_is_found_in_its_own_collection_only(client: TestClient, mascot: Address, bench: Bench) -> None:
    other = bench.add_collection(mascot.owner)
    assert client.get(f"{mascot.path}/status").status_code == 200
    assert client.get(f"/v1/collections/{other}/canvases/{mascot.canvas_id}/status").status_code == 404


def test_a_deleted_canvas_has_no_status(client: TestClient, mascot: Address, bench: Bench) -> None:
    assert client.get(f"{mascot.path}/status").status_code == 200
    with bench.database.write() as unit:
        unit.canvases.remove(mascot.canvas_id)
    assert client.get(f"{mascot.path}/status").status_code == 404


def test_a_status_needs_a_key_that_may_read(client: TestClient, mascot: Address, bench: Bench) -> None:
    answer = client.get(f"{mascot.path}/status", headers={"Authorization": ""})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    writer = bench.open_workspace(scopes=frozenset({Scope.WRITE}))
    answer = client.get(f"{mascot.path}/status", headers=writer.headers)
    assert (answer.status_code, answer.json()["error"]["scope"]) == (403, "read")


def test_a_revoked_key_opens_nothing_at_once(client: TestClient, mascot: Address, bench: Bench) -> None:
    assert client.get(f"{mascot.path}/status").status_code == 200
    with bench.database.write() as unit:
        unit.keys.change(mascot.owner.caller.key_id, revoked_at=bench.tools.now())
    assert client.get(f"{mascot.path}/status").status_code == 401


@pytest.mark.parametrize("wait", ["soon", "-1", "nan", "1e999x", "true,true"])
def test_a_wrong_wait_is_refused(client: TestClient, mascot: Address, wait: str) -> None:
    answer = client.get(f"{mascot.path}/status", params={"wait": wait})
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "wait")


@pytest.mark.parametrize("wait", ["false", "0", "", "False"])
def test_no_wait_answers_at_once(client: TestClient, mascot: Address, wait: str) -> None:
    assert client.get(f"{mascot.path}/status", params={"wait": wait}).status_code == 200


def test_clients_in_use_do_not_give_up_on_a_wait() -> None:
    assert WAIT_DEFAULT_SECONDS < 30 < WAIT_LIMIT_SECONDS


def test_a_wait_that_ends_without_a_change_answers_what_is(client: TestClient, mascot: Address) -> None:
    etag = client.get(f"{mascot.path}/status").headers["etag"]
    assert client.get(f"{mascot.path}/status?wait=0.05").status_code == 200
    assert client.get(f"{mascot.path}/status?wait=0.05", headers={"If-None-Match": etag}).status_code == 304


def test_a_wait_answers_at_once_when_the_client_is_behind(client: TestClient, mascot: Address) -> None:
    behind = {"If-None-Match": '"something-older"'}
    assert client.get(f"{mascot.path}/status?wait=60", headers=behind).status_code == 200


def test_a_held_status_is_answered_when_it_changes(bench: Bench, mascot: Address) -> None:
    async def run() -> None:
        app = bench.open_app()
        async with open_stream(app, f"{mascot.path}/status?wait=60", mascot.owner.headers) as stream:
            await wait_until_held(app.state.board)
            await asyncio.to_thread(remove_edges, bench, mascot)
            assert await stream.read_status() == 200
            assert b'"total_edges":0' in (await stream.read())["body"]

    asyncio.run(run())


def remove_edges(bench: Bench, mascot: Address) -> None:
    with bench.database.write() as unit:
        stored = unit.canvases.find(mascot.owner.caller.workspace_id, mascot.canvas_id)
        assert stored is not None
        canvas = replace(stored.canvas, edges=())
        unit.canvases.change(stored.id, canvas=canvas, version=stored.version + 1, revision=stored.revision + 1)


async def wait_until_held(board: StatusBoard, count: int = 1) -> None:
    """Wait until so many requests wait for a change."""
    async with asyncio.timeout(20):
        while board.watch.waiting < count:
            await checkpoint()


def test_a_client_that_leaves_ends_its_wait(bench: Bench, mascot: Address) -> None:
    async def run() -> None:
        app = bench.open_app()
        async with open_stream(app, f"{mascot.path}/status?wait=60", mascot.owner.headers) as stream:
            await wait_until_held(app.state.board)
            stream.leave()
            await stream.end()
            assert app.state.board.watch.waiting == 0

    asyncio.run(run())


def test_a_server_that_stops_lets_everyone_go(bench: Bench, mascot: Address) -> None:
    async def run() -> None:
        app = bench.open_app()
        async with open_stream(app, f"{mascot.path}/status?wait=60", mascot.owner.headers) as stream:
            await wait_until_held(app.state.board)
            app.state.board.close()
            assert await stream.read_status() == 200
        async with open_stream(app, f"{mascot.path}/status?wait=60", mascot.owner.headers) as stream:
            assert await stream.read_status() == 200

    asyncio.run(run())


def test_a_canvas_that_goes_away_ends_the_wait_for_it(bench: Bench, mascot: Address) -> None:
    async def run() -> None:
        app = bench.open_app()
        async with open_stream(app, f"{mascot.path}/status?wait=60", mascot.owner.headers) as stream:
            await wait_until_held(app.state.board)
            with bench.database.write() as unit:
                unit.canvases.remove(mascot.canvas_id)
            assert await stream.read_status() == 404

    asyncio.run(run())


def test_those_who_ask_at_once_share_one_look(bench: Bench, mascot: Address) -> None:
    async def run() -> Sequence[object]:
        board = StatusBoard(bench.service)
        address = mascot.collection_id, mascot.canvas_id
        return await asyncio.gather(*(board.read(mascot.owner.caller, *address) for _ in range(50)))

    opened = count_reads(bench)
    readings = asyncio.run(run())
    assert len(opened) <= 2
    assert all(reading is readings[0] for reading in readings)


def test_the_board_forgets_the_longest_unused(bench: Bench, owner: Owner) -> None:
    edges = [Edge(id=f"e{number}", source="idle", target="idle") for number in range(10_000)]
    addresses = [bench.add_canvas(owner, ["idle"], edges) for _ in range(2)]

    async def run() -> None:
        board = StatusBoard(bench.service, kept_bytes=KEPT_BYTES // 50)
        for address in addresses:
            await board.read(owner.caller, address.collection_id, address.canvas_id)
        assert board.count() == 1

    asyncio.run(run())


def test_a_board_says_that_there_is_no_canvas(bench: Bench, owner: Owner) -> None:
    async def run() -> None:
        with pytest.raises(NotFound):
            await StatusBoard(bench.service).read(owner.caller, "col_1", "cnv_1")

    asyncio.run(run())


@pytest.fixture
def distant(postgres_url: str, tmp_path: Path) -> Iterator[Bench]:
    """Return a server on Postgres."""
    opened = Bench.open(postgres_url, tmp_path)
    yield opened
    opened.close()


def test_on_postgres_a_status_follows_every_job(distant: Bench) -> None:
    mascot = distant.add_mascot(distant.open_workspace())
    with distant.open_client() as client:
        client.headers.update(mascot.owner.headers)
        etag = client.get(f"{mascot.path}/status").headers["etag"]
        order(client, mascot)
        changed = client.get(f"{mascot.path}/status", headers={"If-None-Match": etag})
        assert changed.json()["credits"]["charged"] == 60
        distant.settle_all(mascot)
        assert client.get(f"{mascot.path}/status").json()["ready"]
        assert client.get(f"{mascot.path}/export").status_code == 200
        assert len(client.get("/v1/jobs", params={"status": "completed"}).json()["jobs"]) == 4


def test_on_postgres_a_held_status_hears_of_other_processes(distant: Bench, tmp_path: Path) -> None:
    mascot = distant.add_mascot(distant.open_workspace())
    other = Bench.open(distant.database.url, tmp_path)

    async def run() -> None:
        app = distant.open_app()
        async with open_stream(app, f"{mascot.path}/status?wait=60", mascot.owner.headers) as stream:
            await wait_until_held(app.state.board)
            await asyncio.to_thread(remove_edges, other, mascot)
            assert await stream.read_status() == 200
            assert b'"total_edges":0' in (await stream.read())["body"]

    asyncio.run(run())
    other.close()


def test_on_postgres_a_name_that_no_text_can_hold_is_not_there(distant: Bench) -> None:
    owner = distant.open_workspace()
    with distant.open_client() as client:
        client.headers.update(owner.headers)
        for path in ("/v1/jobs/%00", "/v1/collections/c%00/canvases/x/status", "/files/%00.webm"):
            assert client.get(path).status_code in {400, 404}, path
