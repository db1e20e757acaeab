"""The Studio in a real browser: from an empty server to a living mascot, and what happens when things go wrong."""

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from demo.build import build
from tests.e2e.browser import start_chromium
from tests.e2e.server import JOB_SECONDS, Server, check, make_place, run_server
from tests.e2e.studio import DROP, Hand, drag, find_edge, find_pose, open_place, point_at, sign_in

ACTIONS_LIMIT = 12
FIRST_LOAD_LIMIT_BYTES = 300 * 1024
MEASURE_LOAD = """Object.fromEntries(
  [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")].map(
    ({ name, transferSize }) => [name, transferSize]
  ))"""
POSE_SIZE_PX = 160
FORMATS = {"POSELOOM_FORMATS": "webm"}
LIFE_MS = 2 * JOB_SECONDS * 1000


@pytest.fixture(scope="module")
def poses(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo poses, as anyone has them in a folder."""
    folder = tmp_path_factory.mktemp("poses")
    build(folder, POSE_SIZE_PX)
    return folder


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where homes are; clips that were made once are found again by every server here."""
    return tmp_path_factory.mktemp("homes")


@pytest.fixture(scope="module")
def server(homes: Path) -> Iterator[Server]:
    """A server that some tests share; each has a mascot of its own."""
    with run_server(homes / "shared", **FORMATS) as started:
        yield started


@pytest.fixture
def empty_server(homes: Path, request: pytest.FixtureRequest) -> Iterator[Server]:
    with run_server(homes / request.function.__name__, **FORMATS) as started:
        yield started


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright, start_chromium(playwright) as started:
        yield started


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()


def await_life(page: Page) -> None:
    """Wait until the mascot stands beside the canvas, moving."""
    page.locator("poseloom-mascot").wait_for(state="attached", timeout=LIFE_MS)
    expect(page.locator("poseloom-mascot")).to_have_js_property("node", "idle")
    moves = "!document.querySelector('poseloom-mascot').shadowRoot.querySelector('video').paused"
    page.wait_for_function(moves)
    expect(page.locator(".pose.lit, .clip.lit").first).to_be_attached()


def draw_mascot(page: Page, server: Server, poses: Path) -> Hand:
    """Go by mouse from the first page to a canvas of two poses, joined there and back, each with a loop."""
    names = ("idle", "waving")
    files = [
        {"name": f"{name}.png", "content": b64encode((poses / f"{name}.png").read_bytes()).decode()} for name in names
    ]
    page.goto(server.url)
    hand = Hand(page)
    hand.do(lambda: page.get_by_label("API key").fill(server.key))
    hand.do(page.get_by_role("button", name="Sign in").click)
    hand.do(lambda: page.get_by_label("New mascot").fill("Pim"))
    hand.do(page.get_by_role("button", name="Make it").click)
    hand.do(lambda: page.get_by_label("Canvas", exact=True).evaluate(DROP, files))
    idle, waving = (find_pose(page, name) for name in names)
    # The view goes back a little for each pose that comes; who double-clicks waits for that.
    waving.wait_for()
    hand.do(idle.dblclick)
    hand.do(waving.dblclick)
    hand.do(lambda: drag(page, idle.locator(".source"), waving))
    hand.do(lambda: drag(page, waving.locator(".source"), idle))
    expect(page.locator(".react-flow__edge")).to_have_count(4)
    return hand


def test_by_mouse_an_empty_server_becomes_a_living_mascot_in_a_few_actions(
    empty_server: Server, page: Page, poses: Path
) -> None:
    complaints: list[str] = []
    refused: set[str] = set()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("response", lambda answer: None if answer.ok else refused.add(urlsplit(answer.url).path.rpartition("/")[2]))
    hand = draw_mascot(page, empty_server, poses)
    hand.do(page.get_by_role("button", name="Generate all").click)
    await_life(page)
    assert hand.count <= ACTIONS_LIMIT
    # There is no bill for a canvas that has nothing to make yet; the browser notes every refusal.
    assert refused <= {"generate-all"}
    assert [text for text in complaints if "400 (Bad Request)" not in text] == []
    # What the server did meanwhile is no edit of somebody else.
    page.get_by_role("button", name="Arrange").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()


def test_by_keyboard_alone_an_empty_server_becomes_a_living_mascot(
    empty_server: Server, page: Page, poses: Path
) -> None:
    # Listening from the start: a chooser that opens before anybody listens is never heard of.
    page.on("filechooser", lambda chooser: chooser.set_files([poses / "idle.png", poses / "waving.png"]))
    page.goto(empty_server.url)
    hand = Hand(page)
    hand.type(page.get_by_label("API key"), empty_server.key)
    hand.press("Enter")
    hand.type(page.get_by_label("New mascot"), "Pim")
    hand.press("Enter")
    page.get_by_label("Canvas", exact=True).wait_for()
    hand.reach(page.get_by_label("Add poses"))
    hand.press("Enter")
    for source, targets in (("idle", ("itself", "waving")), ("waving", ("itself", "idle"))):
        hand.reach(find_pose(page, source))
        hand.press("Enter")
        for target in targets:
            hand.type(page.get_by_label("Add a transition to"), target)
            hand.press("Enter")
    expect(page.locator(".react-flow__edge")).to_have_count(4)
    expect(page.get_by_role("button", name="Generate all")).to_be_enabled()
    hand.reach(page.get_by_role("button", name="Generate all"))
    hand.press("Enter")
    await_life(page)


def test_the_bill_stands_beside_the_button_before_anything_is_spent(server: Server, page: Page) -> None:
    with server.open_client() as client:
        open_place(page, server, make_place(client))
        bill = page.get_by_label("Bill")
        before = check(client.get("/v1/credits"))["balance"]
        expect(bill.locator(".price")).to_have_text(f"140 of {before} credits")
        expect(bill).to_contain_text("3 reverses, free")
        assert check(client.get("/v1/credits"))["balance"] == before


def test_the_keyboard_alone_changes_a_pose_and_takes_it_back(server: Server, page: Page) -> None:
    with server.open_client() as client:
        place = make_place(client)
        open_place(page, server, place)
        page.get_by_label("Pose Thinking").focus()
        page.keyboard.press("Enter")
        page.get_by_label("Pose", exact=True).get_by_role("button", name="Begin here").focus()
        page.keyboard.press("Enter")
        undo = page.get_by_role("button", name="Undo")
        expect(undo).to_be_enabled()
        expect(page.get_by_text("Saved", exact=True)).to_be_visible()
        assert place.read()["initialNode"] == "thinking"
        undo.focus()
        page.keyboard.press("Enter")
        expect(undo).to_be_disabled()
        expect(page.get_by_text("Saved", exact=True)).to_be_visible()
        assert place.read()["initialNode"] == "idle"


@pytest.mark.parametrize("answer", ["Load theirs", "Keep mine"])
def test_a_conflicting_edit_is_told_and_either_side_can_win(server: Server, page: Page, answer: str) -> None:
    with server.open_client() as client:
        place = make_place(client)
        open_place(page, server, place)
        theirs = [{**node, "position": {"x": 7, "y": 7}} for node in place.read()["nodes"]]
        check(client.patch(place.path, json={"nodes": theirs}))
        page.get_by_role("button", name="Arrange").click()
        notice = page.get_by_text("Someone else has changed this canvas.")
        notice.wait_for()
        page.get_by_role("button", name=answer).click()
        expect(notice).to_have_count(0)
        expect(page.get_by_text("Saved", exact=True)).to_be_visible()
        won = [node["position"] == {"x": 7, "y": 7} for node in place.read()["nodes"]]
        assert all(won) if answer == "Load theirs" else not any(won)
        # The peace holds: the next edit is saved like any other.
        page.get_by_label("Pose Thinking").focus()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Begin here").click()
        expect(page.get_by_text("Saving", exact=False)).to_have_count(0)
        expect(page.get_by_text("Saved", exact=True)).to_be_visible()
        expect(notice).to_have_count(0)
        assert place.read()["initialNode"] == "thinking"


def test_a_lost_connection_is_told_and_nothing_is_lost(homes: Path, page: Page) -> None:
    with run_server(homes / "lost", **FORMATS) as server, server.open_client() as client:
        place = make_place(client)
        open_place(page, server, place)
        page.get_by_role("button", name="Generate all").click()
        page.get_by_role("button", name="Cancel").wait_for()
        server.stop()
        notice = page.get_by_text("The connection is lost")
        expect(notice).to_be_visible()
        # What is done meanwhile waits for the server.
        page.get_by_label("Pose Thinking").focus()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Begin here").click()
        server.arguments = ("--port", str(urlsplit(server.url).port))
        server.start()
        expect(notice).to_have_count(0)
        expect(page.get_by_text("Saved", exact=True)).to_be_visible(timeout=20_000)
        assert place.read()["initialNode"] == "thinking"
        page.locator("poseloom-mascot").wait_for(state="attached", timeout=LIFE_MS)
        assert place.read_status()["ready"]
        assert page.get_by_role("alert").all_inner_texts() == [""] * page.get_by_role("alert").count()


def test_neither_a_failing_generator_nor_a_lost_connection_nor_a_foreign_edit_stops_a_mascot(
    homes: Path, page: Page, poses: Path
) -> None:
    failing = Server(
        homes / "failing",
        {"POSELOOM_CACHE": str(homes / "cache"), **FORMATS},
        ("--error", "generator_refused"),
        ("tests.e2e.failing_server",),
    )
    failing.start()
    try:
        hand = draw_mascot(page, failing, poses)
        hand.do(page.get_by_role("button", name="Generate all").click)
        retry = page.get_by_role("button", name="Retry 4 failed")
        retry.wait_for(timeout=LIFE_MS)
        expect(page.locator(".tag.failed")).to_have_count(4)
        page.locator('.react-flow__edge[aria-label$="from idle to idle"]').focus()
        page.keyboard.press("Enter")
        expect(page.get_by_label("Clip", exact=True)).to_contain_text("the brush broke")
        expect(page.get_by_label("Clip", exact=True)).to_be_in_viewport()
        point_at(page, find_edge(page, "idle", "idle"))
        expect(page.locator(".tag.reason")).to_have_text("the brush broke; take another")
        failing.stop()
        expect(page.get_by_text("The connection is lost")).to_be_visible()
        failing.arguments = ("--port", str(urlsplit(failing.url).port))
        failing.program = ("poseloom", "serve")
        failing.start()
        expect(page.get_by_text("The connection is lost")).to_have_count(0)
        with failing.open_client() as client:
            [mascot] = check(client.get("/v1/collections"))["collections"]
            shelf = f"/v1/collections/{mascot['id']}/canvases"
            [canvas] = check(client.get(shelf))["canvases"]
            waving = next(
                node["id"]
                for node in check(client.get(f"{shelf}/{canvas['id']}"))["nodes"]
                if node["itemName"] == "waving"
            )
            check(client.patch(f"{shelf}/{canvas['id']}", json={"initialNode": waving}))
        page.get_by_role("button", name="Arrange").click()
        page.get_by_role("button", name="Keep mine").click()
        expect(page.get_by_text("Saved", exact=True)).to_be_visible()
        retry.click()
        await_life(page)
    finally:
        if failing.process.poll() is None:
            failing.stop()


def test_a_wrong_key_is_refused_in_words(server: Server, page: Page) -> None:
    page.goto(server.url)
    page.get_by_label("API key").fill("masko_" + "0" * 64)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).not_to_be_empty()


def test_a_page_that_is_loaded_again_is_still_signed_in(server: Server, page: Page) -> None:
    sign_in(page, server)
    expect(page.get_by_label("New mascot")).to_be_visible()
    page.reload()
    expect(page.get_by_label("New mascot")).to_be_visible()


def test_the_first_load_is_small(server: Server, page: Page) -> None:
    page.goto(server.url, wait_until="networkidle")
    expect(page.get_by_label("API key")).to_be_visible()
    sizes: dict[str, int] = page.evaluate(MEASURE_LOAD)
    assert any(name.endswith(".js") for name in sizes)
    assert sum(sizes.values()) <= FIRST_LOAD_LIMIT_BYTES, sizes
