"""A server that is killed at any moment: at last every clip is there, every edge paid once, nothing left over."""

import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.e2e.server import Place, Server, check, draw_pose, run_server, upload_pose

NODES = ("idle", "wave", "think", "sleep", "cheer")
EDGE_COUNT = 13
ROUND = 5
"""Kills between two orders to make everything again."""
LONGEST_LIFE_SECONDS = 4.0


def make_star(client: httpx2.Client) -> Place:
    """Make a canvas of 13 edges that need a clip: 5 loops, 4 forwards and 4 reverses."""
    collection = check(client.post("/v1/collections", json={"name": "Star"}), 201)
    nodes = []
    for index, name in enumerate(NODES):
        item = upload_pose(client, collection["id"], name, draw_pose(index / len(NODES)))
        nodes.append({"id": name, "itemName": name, "assetId": item["asset_ids"]["transparent_image"]})
    hub, *spokes = NODES
    edges: list[dict[str, object]] = [{"id": f"{name}-loop", "source": name, "target": name} for name in NODES]
    edges += [{"id": f"to-{name}", "source": hub, "target": name} for name in spokes]
    edges += [{"id": f"from-{name}", "source": name, "target": hub, "reverse": True} for name in spokes]
    graph = {"name": "Star", "initialNode": hub, "nodes": nodes, "edges": edges, "size": 192}
    canvas = check(client.post(f"/v1/collections/{collection['id']}/canvases", json=graph), 201)
    return Place(client, collection["id"], canvas["id"])


def live_a_while(server: Server, place: Place, seconds: float) -> bool:
    """Let a server live for some time, or until everything is made; say whether it is."""
    deadline = time.monotonic() + seconds
    with server.open_client() as client:
        here = Place(client, place.collection_id, place.canvas_id)
        while time.monotonic() < deadline:
            left = deadline - time.monotonic()
            if here.read_status()["ready"]:
                return True
            wait = {"wait": str(max(1, round(left)))}
            try:
                client.get(f"{here.path}/status", params=wait, timeout=max(0.05, min(left, 0.5)))
            except httpx2.TimeoutException:
                continue
    return False


def test_a_server_that_is_killed_again_and_again_completes_every_clip_and_charges_each_once(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    kills: int = request.config.getoption("--kills")
    chance = random.Random(13)
    home = tmp_path / "home"
    with run_server(home) as server:
        with server.open_client() as client:
            place = make_star(client)
            before = check(client.get("/v1/credits"))["balance"]
            for kill in range(kills):
                if kill % ROUND == 0:
                    # Each kill is to hit work, so from time to time all is made again, at a length not made before.
                    order = {"duration": 1 + kill // ROUND / 2, "skip_completed": False}
                    answer = client.post(f"{place.path}/generate-all", json=order)
                    assert answer.status_code in {200, 202}, answer.text
                live_a_while(server, place, chance.uniform(0.05, LONGEST_LIFE_SECONDS))
                server.kill()
                server.start()
                client.base_url = httpx2.URL(server.url)
            status = place.await_settled()
            assert status["ready"], status
            jobs = list_all_jobs(client)
            after = check(client.get("/v1/credits"))["balance"]
        code = server.stop()
        assert code == 0
    check_books(home, jobs, before - after)
    check_assets(home, jobs)


def list_all_jobs(client: httpx2.Client) -> list[dict[str, Any]]:
    """Return every job there is, page by page."""
    jobs: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = check(client.get("/v1/jobs", params={"limit": 200} | ({"cursor": cursor} if cursor else {})))
        jobs += page["jobs"]
        cursor = page["next_cursor"]
        if cursor is None:
            return jobs


def check_books(home: Path, jobs: list[dict[str, Any]], spent: float) -> None:
    """Every job completed, each paid exactly once, and the ledger proves itself."""
    assert [job["error"] for job in jobs if job["status"] != "completed"] == []
    assert sum(job["cost_credits"] for job in jobs) == spent
    with sqlite3.connect(home / "poseloom.db") as database:
        charges = [row[0] for row in database.execute("SELECT key FROM ledger_entries WHERE key LIKE 'charge:%'")]
        refunds = database.execute("SELECT count(*) FROM ledger_entries WHERE key LIKE 'refund:%'").fetchone()[0]
    database.close()
    assert sorted(charges) == sorted(f"charge:{job['id']}" for job in jobs if job["cost_credits"])
    assert refunds == 0
    proof = subprocess.run(
        [sys.executable, "-m", "poseloom", "ledger", "check", "--home", str(home)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert proof.returncode == 0, proof.stdout + proof.stderr


def check_assets(home: Path, jobs: list[dict[str, Any]]) -> None:
    """Every asset has its bytes and every byte its asset, each job's things stand once, no edge has two clips."""
    with sqlite3.connect(home / "poseloom.db") as database:
        hashes = {row[0] for row in database.execute("SELECT sha256 FROM assets")}
        owners = [row[0] for row in database.execute("SELECT job_id FROM assets WHERE kind = 'webm'")]
        clips = [row[0] for row in database.execute("SELECT edge_id FROM clips")]
    database.close()
    blobs = {f"{path.parent.name}{path.name}" for path in (home / "blobs").glob("blobs/*/*") if path.is_file()}
    assert blobs == hashes
    assert sorted(owners) == sorted(job["id"] for job in jobs)
    assert len(clips) == len(set(clips)) == EDGE_COUNT
