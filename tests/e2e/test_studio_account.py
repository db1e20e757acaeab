"""The Studio around the canvas, in a real browser: the shelf, jobs, credits, keys, and addresses that lead back."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import httpx2
import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect, sync_playwright

from tests.e2e.browser import start_chromium
from tests.e2e.server import (
    JOB_SECONDS,
    SIZE_PX,
    Place,
    Server,
    check,
    draw_pose,
    make_place,
    run_server,
    upload_pose,
)
from tests.e2e.studio import find_barriers, find_middle

LOOKS: tuple[Literal["light", "dark"], ...] = ("light", "dark")
TEMPLATE = "claude-code-4state-lite"
STATUS_GONE = 404
STATUS_REFUSED = 401


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with run_server(tmp_path_factory.mktemp("studio") / "home", POSELOOM_FORMATS="webm") as started:
        yield started


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright, start_chromium(playwright) as started:
        yield started


@pytest.fixture
def client(server: Server) -> Iterator[httpx2.Client]:
    with server.open_client() as opened:
        yield opened


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()


@pytest.fixture
def place(client: httpx2.Client) -> Iterator[Place]:
    """A mascot without pictures; gone after the test."""
    collection = check(client.post("/v1/collections", json={"name": "Dot"}), 201)
    path = f"/v1/collections/{collection['id']}"
    body = {"name": "Main Canvas", "template_id": TEMPLATE}
    canvas = check(client.post(f"{path}/canvases", json=body), 201)
    yield Place(client, collection["id"], canvas["id"])
    client.delete(path)


@pytest.fixture
def drawn(client: httpx2.Client) -> Iterator[Place]:
    """A mascot with a picture on every node; gone after the test."""
    made = make_place(client)
    yield made
    client.delete(f"/v1/collections/{made.collection_id}")


@pytest.fixture
def failing(tmp_path: Path) -> Iterator[Server]:
    cache = {"POSELOOM_CACHE": str(tmp_path / "cache")}
    server = Server(tmp_path / "home", cache, ("--error", "generator_refused"), ("tests.e2e.failing_server",))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Server]:
    """A server whose clips never come to an end."""
    cache = {"POSELOOM_CACHE": str(tmp_path / "cache")}
    server = Server(tmp_path / "home", cache, ("--hold", "7"), ("tests.e2e.failing_server",))
    server.start()
    yield server
    server.stop()


def sign_in(page: Page, server: Server, where: str = "", key: str | None = None) -> None:
    page.goto(f"{server.url}/{where}")
    page.get_by_label("API key").fill(server.key if key is None else key)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("navigation").wait_for()


def find_card(page: Page, name: str) -> Locator:
    return page.locator("li.mascot").filter(has_text=name)


def ask(card: Locator, question: str) -> Locator:
    """Open the menu of a card and one of its questions; return the dialog."""
    card.get_by_role("button", name="More").click()
    card.get_by_role("button", name=question).click()
    return card.page.get_by_role("dialog")


def prove_open(page: Page, name: str) -> None:
    """Fail when something on the page as it stands keeps somebody out."""
    for look in LOOKS:
        page.emulate_media(color_scheme=look, reduced_motion="reduce")
        assert find_barriers(page) == [], f"{name}, {look}"


def order(place: Place, *edge_ids: str, seconds: int) -> None:
    body = {"edge_ids": edge_ids, "duration": seconds, "auto_reverse": False}
    check(place.client.post(f"{place.path}/generate-all", json=body), 202)


def test_an_empty_shelf_invites(server: Server, page: Page) -> None:
    sign_in(page, server)
    expect(page.get_by_role("heading", name="Make your first mascot")).to_be_visible()
    expect(page.locator(".pim")).to_be_visible()
    expect(page.get_by_label("New mascot")).to_be_visible()


def test_every_canvas_of_every_mascot_stands_on_the_shelf_with_its_face(
    server: Server, page: Page, client: httpx2.Client, drawn: Place
) -> None:
    check(client.post(f"/v1/collections/{drawn.collection_id}/canvases", json={"name": "Night"}), 201)
    sign_in(page, server)
    expect(page.locator("li.mascot")).to_have_count(2)
    card = find_card(page, "Main Canvas")
    expect(card).to_contain_text("4 poses · 0 of 10 clips")
    expect(card.locator("img")).to_have_js_property("complete", value=True)
    find_card(page, "Night").get_by_role("button", name="Dot").click()
    expect(page.get_by_text("Drop the poses of your mascot here.")).to_be_visible()
    expect(page.locator(".react-flow__node")).to_have_count(0)


@pytest.mark.usefixtures("drawn")
def test_a_card_that_is_pressed_while_its_face_comes_opens(server: Server, page: Page) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/v1/assets/*", hold)
    with page.expect_request("**/v1/assets/*"):
        sign_in(page, server)
    card = find_card(page, "Dot")
    x, y = find_middle(card.locator(".nobody"))
    page.mouse.move(x, y)
    page.mouse.down()
    held[0].continue_()
    expect(card.locator(".portrait img")).to_be_attached()
    page.mouse.up()
    expect(page.locator(".react-flow__node-pose")).to_have_count(4)


def test_a_face_moves_under_the_pointer_once_its_loop_is_made(server: Server, page: Page, drawn: Place) -> None:
    order(drawn, "idle-loop", seconds=1)
    drawn.await_settled()
    sign_in(page, server)
    card = find_card(page, "Dot")
    expect(card).to_contain_text("1 of 10 clips")
    expect(card.locator("video")).to_have_count(0)
    card.get_by_role("button", name="Dot").hover()
    expect(card.locator("video")).to_have_js_property("paused", value=False)
    expect(card.locator("img")).to_be_hidden()
    page.mouse.move(1, 1)
    expect(card.locator("img")).to_be_visible()


def test_a_canvas_has_an_address_that_works_after_a_reload_and_goes_back(
    server: Server, page: Page, place: Place
) -> None:
    sign_in(page, server)
    find_card(page, "Dot").get_by_role("button", name="Dot").click()
    bill = page.get_by_label("Bill")
    expect(bill).to_be_visible()
    assert page.url.endswith(f"#/mascots/{place.collection_id}/{place.canvas_id}")
    page.reload()
    expect(bill).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Your mascots")).to_be_visible()
    page.go_forward()
    expect(bill).to_be_visible()


def test_whoever_follows_a_link_to_a_canvas_is_there_after_signing_in(server: Server, page: Page, place: Place) -> None:
    page.goto(f"{server.url}/#/mascots/{place.collection_id}/{place.canvas_id}")
    page.get_by_label("API key").fill(server.key)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Bill")).to_be_visible()


def test_a_link_to_a_mascot_that_is_gone_says_so_and_leads_on(server: Server, page: Page) -> None:
    sign_in(page, server)
    page.goto(f"{server.url}/#/mascots/col_0/cnv_0")
    expect(page.get_by_role("alert")).not_to_be_empty()
    page.get_by_role("link", name="All mascots").click()
    expect(page.get_by_label("New mascot")).to_be_visible()


def test_a_mascot_and_its_canvas_are_renamed(server: Server, page: Page, client: httpx2.Client, place: Place) -> None:
    check(client.post(f"/v1/collections/{place.collection_id}/canvases", json={"name": "Night"}), 201)
    sign_in(page, server)
    dialog = ask(find_card(page, "Main Canvas"), "Rename …")
    dialog.get_by_label("Name of the mascot").fill("Dotty")
    dialog.get_by_label("Name of this canvas").fill("Day")
    dialog.get_by_role("button", name="Rename").click()
    expect(find_card(page, "Day").get_by_role("button", name="Dotty")).to_be_visible()
    assert place.read()["name"] == "Day"


def test_a_mascot_gets_another_canvas_from_a_template(
    server: Server, page: Page, client: httpx2.Client, place: Place
) -> None:
    sign_in(page, server)
    dialog = ask(find_card(page, "Dot"), "Another canvas …")
    dialog.get_by_label("Name of the canvas").fill("Night")
    dialog.get_by_label("Begin with").select_option("claude-code-4state-lite")
    dialog.get_by_role("button", name="Make it").click()
    expect(page.locator(".react-flow__node-pose")).to_have_count(4)
    canvases = check(client.get(f"/v1/collections/{place.collection_id}/canvases"))["canvases"]
    assert [canvas["name"] for canvas in canvases] == ["Night", "Main Canvas"]


def test_deleting_names_what_is_lost_and_can_be_left(
    server: Server, page: Page, client: httpx2.Client, place: Place
) -> None:
    for name in ("Idle", "Spare"):
        upload_pose(client, place.collection_id, name, draw_pose(0, SIZE_PX))
    sign_in(page, server)
    dialog = ask(find_card(page, "Dot"), "Delete …")
    expect(dialog).to_contain_text("2 poses")
    expect(dialog).to_contain_text("the canvas “Main Canvas”")
    expect(dialog).to_contain_text("0 clips")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert place.read()["id"] == place.canvas_id
    ask(find_card(page, "Dot"), "Delete …").get_by_role("button", name="Delete Dot").click()
    expect(page.get_by_role("heading", name="Make your first mascot")).to_be_visible()
    assert client.get(place.path).status_code == STATUS_GONE


def test_one_canvas_goes_and_the_poses_stay(server: Server, page: Page, client: httpx2.Client, place: Place) -> None:
    path = f"/v1/collections/{place.collection_id}"
    check(client.post(f"{path}/canvases", json={"name": "Night"}), 201)
    upload_pose(client, place.collection_id, "Idle", draw_pose(0, SIZE_PX))
    sign_in(page, server)
    dialog = ask(find_card(page, "Main Canvas"), "Delete …")
    expect(dialog).to_contain_text(re.compile("only the canvas “Main Canvas”: its 4 nodes and 13 transitions"))
    dialog.get_by_role("button", name="Delete this canvas only").click()
    expect(page.locator("li.mascot")).to_have_count(1)
    assert client.get(place.path).status_code == STATUS_GONE
    assert check(client.get(path))["item_count"] == 1


def test_the_ledger_tells_what_an_order_cost_and_what_came_back(
    server: Server, page: Page, client: httpx2.Client, drawn: Place
) -> None:
    before = check(client.get("/v1/credits"))["balance"]
    check(client.post(f"{drawn.path}/generate-all"), 202)
    check(client.post(f"{drawn.path}/cancel"))
    after = check(client.get("/v1/credits"))["balance"]
    sign_in(page, server, "#/credits")
    expect(page.get_by_label("Balance")).to_contain_text(f"{after:,.0f} credits to spend")
    ledger = page.get_by_label("Ledger")
    expect(ledger).to_contain_text("starting grant")
    expect(
        ledger.get_by_role("listitem").filter(has_text=re.compile("clips of Dot × 7", re.IGNORECASE))
    ).to_contain_text("−140")
    expect(ledger).to_contain_text(f"+{after - before + 140:,.0f}")
    ledger.get_by_role("link", name="Dot").first.click()
    expect(page.get_by_label("Bill")).to_be_visible()


def test_a_key_is_made_with_its_scopes_shown_once_and_revoked(
    server: Server, page: Page, client: httpx2.Client
) -> None:
    sign_in(page, server, "#/keys")
    page.get_by_role("button", name="New key …").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What it is for").fill("Website")
    dialog.get_by_label("write").uncheck()
    dialog.get_by_role("button", name="Make it").click()
    text = dialog.locator(".secret").inner_text()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    dialog.get_by_role("button", name="Copy").click()
    expect(dialog.get_by_role("status")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == text
    dialog.get_by_role("button", name="Done").click()
    row = page.get_by_role("listitem").filter(has_text="Website")
    expect(row.get_by_label("Scopes")).to_have_text("read")
    assert text not in page.content()
    with server.open_client(text) as website:
        check(website.get("/v1/workspace"))
        page.get_by_role("button", name="Revoke Website …").click()
        dialog.get_by_role("button", name="Revoke Website").click()
        expect(row).to_have_count(0)
        assert website.get("/v1/workspace").status_code == STATUS_REFUSED
    assert [key["name"] for key in check(client.get("/v1/api-keys"))["api_keys"]] == ["First key"]


def test_a_key_that_may_not_make_keys_is_told_so(server: Server, page: Page, client: httpx2.Client) -> None:
    made = check(client.post("/v1/api-keys", json={"name": "Reader", "scopes": ["read", "write"]}), 201)
    sign_in(page, server, "#/keys", made["api_key"])
    expect(page.get_by_role("alert")).to_contain_text("lacks the scope 'keys'")
    client.delete(f"/v1/api-keys/{made['id']}")


def test_revoking_the_key_of_this_tab_warns_and_signs_out(server: Server, page: Page, client: httpx2.Client) -> None:
    scopes = ["read", "write", "keys"]
    made = check(client.post("/v1/api-keys", json={"name": "Own", "scopes": scopes}), 201)
    sign_in(page, server, "#/keys", made["api_key"])
    expect(page.get_by_role("listitem").filter(has_text="Own")).to_contain_text("this tab")
    page.get_by_role("button", name="Revoke Own …").click()
    expect(page.get_by_role("dialog")).to_contain_text("This tab is signed in with it")
    page.get_by_role("dialog").get_by_role("button", name="Revoke Own").click()
    expect(page.get_by_label("API key")).to_be_visible()


@pytest.mark.usefixtures("place")
def test_nothing_bars_the_way_around_the_canvas(server: Server, page: Page) -> None:
    sign_in(page, server)
    card = find_card(page, "Dot")
    card.get_by_role("button", name="More").click()
    prove_open(page, "shelf")
    card.get_by_role("button", name="Delete …").click()
    prove_open(page, "delete")
    page.get_by_role("button", name="Keep it").click()
    for name in ("Jobs", "Credits"):
        page.get_by_role("link", name=name).click()
        page.get_by_role("heading", name=name).wait_for()
        prove_open(page, name)
    page.get_by_role("link", name="Keys").click()
    page.get_by_role("listitem").filter(has_text="First key").wait_for()
    prove_open(page, "keys")
    page.get_by_role("button", name="New key …").click()
    prove_open(page, "new key")


def test_a_job_shows_its_progress_and_is_called_off(slow: Server, page: Page) -> None:
    with slow.open_client() as client:
        order(make_place(client), "idle-loop", seconds=10)
    sign_in(page, slow, "#/jobs")
    row = page.get_by_role("list", name="Jobs").get_by_role("listitem").filter(has_text="Idle, a loop of Dot")
    expect(row.get_by_role("progressbar", name="Progress of Idle, a loop")).to_be_visible()
    expect(row).to_contain_text("7 of 240 frames")
    row.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("status")).to_have_text("1 clip called off; 50 credits came back.")
    expect(row.locator(".state")).to_have_text("Cancelled")
    page.get_by_role("button", name="Under way").click()
    expect(page.get_by_text("Nothing is being made just now.")).to_be_visible()
    page.get_by_role("button", name="Cancelled").click()
    expect(row).to_be_visible()
    row.get_by_role("link", name="Dot").click()
    expect(page.get_by_label("Bill")).to_be_visible()


def test_a_job_that_ends_while_it_is_watched_shows_its_clip_and_its_trust(
    server: Server, page: Page, drawn: Place
) -> None:
    sign_in(page, server, "#/jobs")
    order(drawn, "idle-working", seconds=1)
    page.reload()
    row = page.get_by_role("list", name="Jobs").get_by_role("listitem").filter(has_text="Idle → Working")
    expect(row.locator(".state")).to_have_text("Made", timeout=JOB_SECONDS * 1000)
    expect(row).to_contain_text(re.compile(r"Trust \d+ %"))
    expect(row.locator("img")).to_have_js_property("complete", value=True)


def test_a_job_that_failed_says_why_and_is_ordered_again_after_its_price(failing: Server, page: Page) -> None:
    with failing.open_client() as client:
        place = make_place(client)
        order(place, "idle-loop", seconds=2)
        place.await_settled()
        sign_in(page, failing, "#/jobs")
        page.get_by_role("button", name="Failed").click()
        rows = page.get_by_role("list", name="Jobs").get_by_role("listitem")
        expect(rows).to_contain_text("the brush broke; take another")
        rows.get_by_role("button", name="Retry Idle, a loop …").click()
        prove_open(page, "failed jobs")
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("button", name="Make it, 10 credits").click()
        expect(dialog).to_have_count(0)
        expect(rows).to_have_count(2)
        assert [job["duration"] for job in check(client.get("/v1/jobs"))["jobs"]] == [2, 2]
        # Only the newest order of an edge can be made once more.
        expect(rows.get_by_role("button", name="Retry")).to_have_count(1)
