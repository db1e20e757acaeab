"""The Studio in a real browser: from an empty server to a living mascot, and what happens when things go wrong."""

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from poseloom.api.studio_page import PARTS
from tests.e2e.browser import open_chromium
from tests.e2e.server import JOB_SECONDS, SIZE_PX, Server, check, draw_pose, make_place, run_server

ACTIONS_LIMIT = 12
FIRST_LOAD_LIMIT_BYTES = 300 * 1024
POSES = ("Idle", "Working", "Needs Attention", "Thinking")
TEMPLATE = "claude-code-4state-lite"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with run_server(tmp_path / "home") as started:
        yield started


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    with sync_playwright() as playwright, open_chromium(playwright, tmp_path / "profile") as context:
        yield context.new_page()


def sign_in(page: Page, server: Server) -> None:
    page.goto(server.url)
    page.get_by_label("API key").fill(server.key)
    page.get_by_role("button", name="Sign in").click()


def open_place(page: Page, server: Server) -> None:
    """Sign in and open the only mascot there is."""
    sign_in(page, server)
    page.get_by_role("button", name="Dot").click()
    page.get_by_role("button", name="Generate all").wait_for()


def test_an_empty_server_makes_a_mascot_after_a_few_actions(server: Server, page: Page, tmp_path: Path) -> None:
    complaints: list[str] = []
    refused: set[str] = set()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("response", lambda answer: None if answer.ok else refused.add(urlsplit(answer.url).path.rpartition("/")[2]))
    for index, name in enumerate(POSES):
        (tmp_path / f"{name}.png").write_bytes(draw_pose(index / len(POSES), SIZE_PX))
    page.goto(server.url)
    actions: list[Callable[[], object]] = [
        lambda: page.get_by_label("API key").fill(server.key),
        lambda: page.get_by_role("button", name="Sign in").click(),
        lambda: page.get_by_label("New mascot").fill("Dot"),
        lambda: page.get_by_label("Begin with").select_option(TEMPLATE),
        lambda: page.get_by_role("button", name="Make it").click(),
        lambda: page.get_by_label("Add poses").set_input_files([tmp_path / f"{name}.png" for name in POSES]),
        lambda: page.get_by_role("button", name="Generate all").click(),
    ]
    for act in actions:
        act()
    page.get_by_role("button", name="Cancel").wait_for()
    assert len(actions) <= ACTIONS_LIMIT
    assert page.locator(".react-flow__node-pose").count() == len(POSES)
    # There is no bill for poses that are not there yet; the browser notes every refusal.
    assert refused <= {"generate-all"}
    assert [text for text in complaints if "400 (Bad Request)" not in text] == []
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Cancel").wait_for(state="detached")


def test_the_mascot_lives_beside_the_canvas_when_its_clips_are_made(server: Server, page: Page) -> None:
    with server.open_client() as client:
        make_place(client)
    open_place(page, server)
    page.get_by_role("button", name="Generate all").click()
    page.locator("poseloom-mascot").wait_for(state="attached", timeout=JOB_SECONDS * 1000)
    page.wait_for_function("document.querySelector('poseloom-mascot')?.node === 'idle'")
    expect(page.locator(".pose.lit, .clip.lit").first).to_be_attached()


def test_the_bill_stands_beside_the_button_before_anything_is_spent(server: Server, page: Page) -> None:
    with server.open_client() as client:
        make_place(client)
        open_place(page, server)
        bill = page.get_by_label("Bill")
        expect(bill.locator(".price")).to_have_text("140 of 1000 credits")
        expect(bill).to_contain_text("3 reverses, free")
        assert check(client.get("/v1/credits"))["balance"] == 1000


def test_the_keyboard_alone_changes_a_pose_and_takes_it_back(server: Server, page: Page) -> None:
    with server.open_client() as client:
        place = make_place(client)
        open_place(page, server)
        page.get_by_label("Pose Thinking").focus()
        page.keyboard.press("Enter")
        page.get_by_label("Pose", exact=True).get_by_role("button", name="Begin here").focus()
        page.keyboard.press("Enter")
        undo = page.get_by_role("button", name="Undo")
        expect(undo).to_be_enabled()
        expect(page.get_by_role("status")).to_have_text("Saved")
        assert place.read()["initialNode"] == "thinking"
        undo.focus()
        page.keyboard.press("Enter")
        expect(undo).to_be_disabled()
        expect(page.get_by_role("status")).to_have_text("Saved")
        assert place.read()["initialNode"] == "idle"


def test_a_conflicting_edit_is_told_and_either_side_can_win(server: Server, page: Page) -> None:
    with server.open_client() as client:
        place = make_place(client)
        open_place(page, server)
        check(client.patch(place.path, json={"name": "Changed elsewhere"}))
        page.get_by_role("button", name="Arrange").click()
        notice = page.get_by_text("Someone else has changed this canvas.")
        notice.wait_for()
        page.get_by_role("button", name="Load theirs").click()
        expect(notice).to_have_count(0)
        page.get_by_role("button", name="Arrange").click()
        expect(page.get_by_role("status")).to_have_text("Saved")
        expect(notice).to_have_count(0)
        assert place.read()["name"] == "Changed elsewhere"


def test_a_lost_connection_is_told(server: Server, page: Page) -> None:
    with server.open_client() as client:
        make_place(client)
    open_place(page, server)
    server.stop()
    expect(page.get_by_text("The connection is lost")).to_be_visible()


def test_a_wrong_key_is_refused_in_words(server: Server, page: Page) -> None:
    page.goto(server.url)
    page.get_by_label("API key").fill("masko_" + "0" * 64)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).not_to_be_empty()


def test_the_first_load_is_small() -> None:
    parts = [part for part in PARTS.iterdir() if part.name.endswith((".js", ".css"))]
    assert parts
    assert sum(len(gzip.compress(part.read_bytes())) for part in parts) <= FIRST_LOAD_LIMIT_BYTES
