import asyncio
from collections.abc import AsyncIterator

import pytest
from anyio.lowlevel import checkpoint
from fastapi import FastAPI, Request
from starlette.testclient import TestClient

from poseloom.api.status import write_events
from poseloom.core.request import GenerateAll
from poseloom.usecases.generate import generate_all
from tests.integration.api.bench import CATALOGUE, Address, Bench, Owner
from tests.integration.api.stream import open_stream


def order(bench: Bench, mascot: Address) -> None:
    address = mascot.collection_id, mascot.canvas_id
    with bench.database.write() as unit:
        generate_all(
            unit, mascot.owner.caller, address, GenerateAll(), catalogue=CATALOGUE, tools=bench.tools
        )  # fmt: skip


async def wait_until_held(app: FastAPI) -> None:
    async with asyncio.timeout(20):
        while not app.state.board.watch.waiting:
            await checkpoint()


def test_a_stream_tells_the_present_and_every_change(bench: Bench, mascot: Address) -> None:
    async def run() -> None:
        app = bench.open_app()
        async with open_stream(app, f"{mascot.path}/events", mascot.owner.headers) as stream:
            start = await stream.read()
            headers = dict(start["headers"])
            assert start["status"] == 200
            assert headers[b"content-type"].startswith(b"text/event-stream")
            assert headers[b"x-accel-buffering"] == b"no"
            assert (await stream.read_status_event())["eta_seconds"] == 0
            await asyncio.to_thread(order, bench, mascot)
            assert (await stream.read_status_event())["credits"]["charged"] == 60
            await asyncio.to_thread(bench.settle_all, mascot)
            seen = await stream.read_status_event()
            while not seen["ready"]:
                seen = await stream.read_status_event()
            assert seen["progress"] == 1

    asyncio.run(run())


def test_an_event_has_its_revision_as_id(bench: Bench, mascot: Address) -> None:
    async def run() -> None:
        async with open_stream(bench.open_app(), f"{mascot.path}/events", mascot.owner.headers) as stream:
            await stream.read_status()
            event = await stream.read_event()
            assert (event["id"], event["event"]) == ("1", "status")

    asyncio.run(run())


def test_a_client_that_comes_back_hears_only_what_is_new(bench: Bench, mascot: Address) -> None:
    async def run() -> None:
        app = bench.open_app()
        headers = {**mascot.owner.headers, "Last-Event-ID": "1"}
        async with open_stream(app, f"{mascot.path}/events", headers) as stream:
            await stream.read_status()
            await wait_until_held(app)
            await asyncio.to_thread(order, bench, mascot)
            event = await stream.read_event()
            assert int(event["id"]) > 1

    asyncio.run(run())


def test_a_client_that_missed_something_hears_the_present_first(bench: Bench, mascot: Address) -> None:
    order(bench, mascot)

    async def run() -> None:
        headers = {**mascot.owner.headers, "Last-Event-ID": "1"}
        async with open_stream(bench.open_app(), f"{mascot.path}/events", headers) as stream:
            await stream.read_status()
            assert int((await stream.read_event())["id"]) > 1

    asyncio.run(run())


def test_a_settled_canvas_ends_a_stream_that_waits_for_that(client: TestClient, mascot: Address) -> None:
    answer = client.get(f"{mascot.path}/events?until=settled")
    assert answer.text.count("event: status") == 1


def test_a_stream_ends_when_nothing_is_under_way_any_more(bench: Bench, mascot: Address) -> None:
    order(bench, mascot)

    async def run() -> None:
        app = bench.open_app()
        async with open_stream(app, f"{mascot.path}/events?until=settled", mascot.owner.headers) as stream:
            await stream.read_status()
            assert (await stream.read_status_event())["pending"] == 4
            await wait_until_held(app)
            await asyncio.to_thread(fail_and_settle, bench, mascot)
            seen = await stream.read_status_event()
            while seen["pending"]:
                seen = await stream.read_status_event()
            assert (seen["completed"], seen["failed"]) == (3, 1)
            await stream.end()

    asyncio.run(run())


def fail_and_settle(bench: Bench, mascot: Address) -> None:
    bench.fail(bench.list_jobs(mascot)["wave-loop"].id)
    bench.settle_all(mascot)


def test_a_cancelled_order_settles_too(bench: Bench, mascot: Address) -> None:
    order(bench, mascot)
    with bench.open_client() as client:
        client.post(f"{mascot.path}/cancel", headers=mascot.owner.headers)
        answer = client.get(f"{mascot.path}/events?until=settled", headers=mascot.owner.headers)
    assert answer.text.count("event: status") == 1


def test_a_client_that_leaves_ends_its_stream(bench: Bench, mascot: Address) -> None:
    async def run() -> None:
        app = bench.open_app()
        async with open_stream(app, f"{mascot.path}/events", mascot.owner.headers) as stream:
            await stream.read_status()
            await wait_until_held(app)
            stream.leave()
            await stream.end()
            assert app.state.board.watch.waiting == 0

    asyncio.run(run())


def test_a_server_that_stops_ends_every_stream(bench: Bench, mascot: Address) -> None:
    async def run() -> None:
        app = bench.open_app()
        async with open_stream(app, f"{mascot.path}/events", mascot.owner.headers) as stream:
            await stream.read_status()
            await wait_until_held(app)
            app.state.board.close()
            await stream.end()

    asyncio.run(run())


def test_a_canvas_that_goes_away_ends_its_stream(bench: Bench, mascot: Address) -> None:
    async def run() -> None:
        app = bench.open_app()
        async with open_stream(app, f"{mascot.path}/events", mascot.owner.headers) as stream:
            await stream.read_status()
            await wait_until_held(app)
            with bench.database.write() as unit:
                unit.canvases.remove(mascot.canvas_id)
            await stream.end()

    asyncio.run(run())


async def listen(bench: Bench, mascot: Address) -> AsyncIterator[bytes]:
    """Yield the parts of a stream whose heart beats fast."""
    app = bench.open_app()
    headers = [(name.lower().encode(), value.encode()) for name, value in mascot.owner.headers.items()]
    request = Request({"type": "http", "app": app, "headers": headers})
    address = mascot.collection_id, mascot.canvas_id
    reading = await app.state.board.read(mascot.owner.caller, *address)
    events = write_events(
        request, mascot.owner.caller, address, reading, to_settled=False, heartbeat_seconds=0.01
    )  # fmt: skip
    async for part in events:
        yield part


def test_a_quiet_stream_stays_open_by_comments(bench: Bench, mascot: Address) -> None:
    async def run() -> list[bytes]:
        parts = listen(bench, mascot)
        return [await anext(parts) for _ in range(3)]

    first, *others = asyncio.run(run())
    assert first.startswith(b"event: status")
    assert all(part.startswith(b":") and part.endswith(b"\n\n") for part in others)


def test_a_revoked_key_hears_no_more(bench: Bench, mascot: Address) -> None:
    async def run() -> None:
        async with asyncio.timeout(20):
            async for part in listen(bench, mascot):
                if part.startswith(b":"):
                    with bench.database.write() as unit:
                        unit.keys.change(mascot.owner.caller.key_id, revoked_at=bench.tools.now())

    asyncio.run(run())


def test_what_is_refused_is_refused_before_the_stream(client: TestClient, mascot: Address, stranger: Owner) -> None:
    assert client.get(f"{mascot.path}/events", headers=stranger.headers).status_code == 404
    assert client.get(f"{mascot.path}/events", headers={"Authorization": "Bearer x"}).status_code == 401


@pytest.mark.parametrize("until", ["ready", "true"])
def test_a_stream_ends_at_nothing_else(client: TestClient, mascot: Address, until: str) -> None:
    answer = client.get(f"{mascot.path}/events", params={"until": until})
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "until")
