"""A designer's way through the service: demo poses on the lite template, one call, an export, a bundle that lives."""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import jsonschema
import pytest
from playwright.sync_api import Page, sync_playwright

from tests.e2e.browser import open_chromium, serve
from tests.e2e.server import Place, check, run_server, upload_pose

ROOT = Path(__file__).resolve().parents[2]
POSES = {"idle": "idle", "working": "thinking", "attention": "waving", "thinking": "sleeping"}
SECONDS = 1


@dataclass(frozen=True)
class Living:
    """A mascot that is ready, and what was said on the way."""

    place: Place
    quote: dict[str, Any]
    answer: dict[str, Any]
    status: dict[str, Any]


@pytest.fixture(scope="module")
def living(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Living]:
    home = tmp_path_factory.mktemp("service") / "home"
    with run_server(home) as server, server.open_client() as client:
        collection = check(client.post("/v1/collections", json={"name": "Pim"}), 201)
        graph = {"name": "Main Canvas", "template_id": "claude-code-4state-lite", "size": 256}
        canvas = check(client.post(f"/v1/collections/{collection['id']}/canvases", json=graph), 201)
        place = Place(client, collection["id"], canvas["id"])
        for node_id, picture in POSES.items():
            content = (ROOT / "demo" / "build" / f"{picture}.png").read_bytes()
            item = upload_pose(client, collection["id"], node_id, content)
            body = {"assetId": item["asset_ids"]["transparent_image"]}
            check(client.patch(f"{place.path}/nodes/{node_id}", json=body))
        quote = check(client.post(f"{place.path}/generate-all", json={"dry_run": True, "duration": SECONDS}))
        order = {"duration": SECONDS, "quote_id": quote["quote_id"]}
        answer = check(client.post(f"{place.path}/generate-all", json=order), 202)
        yield Living(place, quote, answer, place.await_settled())


def test_the_quote_is_what_is_charged(living: Living) -> None:
    assert living.quote["total_credits"] == living.answer["total_credits"] == 7 * 5 * SECONDS
    assert living.answer["balance"] == 1000 - 7 * 5 * SECONDS


def test_the_status_says_ready(living: Living) -> None:
    assert living.status["ready"]
    assert (living.status["total_edges"], living.status["progress"]) == (10, 1.0)


def test_the_export_satisfies_the_players(living: Living, player_schemas: list[Path]) -> None:
    manifest = check(living.place.client.get(f"{living.place.path}/export"))
    for path in player_schemas:
        jsonschema.validate(manifest, json.loads(path.read_text()))


def test_every_clip_carries_its_certificate(living: Living) -> None:
    for job in living.answer["jobs"]:
        ended = check(living.place.client.get(f"/v1/jobs/{job['id']}"))
        assert set(ended["seam"]) == {"webm", "hevc", "stacked"}
        for ends in ended["seam"].values():
            assert all(end["alpha_db"] is None or end["alpha_db"] >= 45 for end in ends.values())


def test_every_transition_says_how_far_it_is_trusted(living: Living) -> None:
    edges = living.status["edges"]
    assert all((edge["confidence"] is None) == (edge["kind"] == "loop") for edge in edges)


def test_every_file_of_the_export_is_served_whole_and_for_ever(living: Living) -> None:
    manifest = check(living.place.client.get(f"{living.place.path}/export"))
    urls = {url for edge in manifest["edges"] for url in edge["videos"].values() if url}
    urls |= {node["imageUrl"] for node in manifest["nodes"]}
    assert len({url.rpartition("/")[2] for url in urls}) == len(urls) == 34
    for url in urls:
        answer = httpx2.get(url, headers={"Range": "bytes=0-0"}, trust_env=False)
        assert (answer.status_code, len(answer.content)) == (206, 1)
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["access-control-allow-origin"] == "*"


def test_the_bundle_lives_in_a_browser(living: Living, tmp_path: Path) -> None:
    answer = living.place.client.get(f"{living.place.path}/bundle")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as bundle:
        bundle.extractall(tmp_path / "bundle")
    problems: list[str] = []
    with (
        sync_playwright() as playwright,
        serve(tmp_path / "bundle") as host,
        open_chromium(playwright, tmp_path / "profile") as chromium,
    ):
        page = chromium.new_page()
        page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("requestfailed", lambda request: problems.append(f"{request.url}: {request.failure}"))
        page.goto(f"{host}/index.html")
        reach(page, "idle")
        page.evaluate("document.querySelector('poseloom-mascot').set('claudeCode::isIdle', false)")
        page.evaluate("document.querySelector('poseloom-mascot').set('claudeCode::isWorking', true)")
        reach(page, "working")
        page.evaluate("document.querySelector('poseloom-mascot').set('claudeCode::isAlert', true)")
        reach(page, "attention")
        page.screenshot(path=str(tmp_path / "attention.png"))
    assert problems == []


def reach(page: Page, node: str) -> None:
    """Wait until the mascot is at a node."""
    page.wait_for_function(f"document.querySelector('poseloom-mascot').node === '{node}'")
