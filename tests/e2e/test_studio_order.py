"""Orders in the Studio in a real browser: the bill and what it leaves alone, clips under way, what the mascot plays."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from tests.e2e.browser import ARGUMENTS, find_chromium
from tests.e2e.server import Place, Server, check, make_place, run_server
from tests.e2e.studio import find_edge, find_pose, make_large_place, open_place, select_edge

FRAMES_MADE = 7
FAR_NAME = "studio.example"
SHAPES = ((1440, 900), (390, 844))
LONG_NAME = "Bartholomew-of-the-Northern-Hemisphere-and-All-Its-Adjoining-Waters " + "x" * 30
FORMATS = {"POSELOOM_FORMATS": "webm"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with run_server(tmp_path_factory.mktemp("studio") / "home", **FORMATS) as started:
        yield started


@pytest.fixture
def slow_server(tmp_path: Path) -> Iterator[Server]:
    """A server whose clips never come to an end."""
    environment = {"POSELOOM_CACHE": str(tmp_path / "cache"), **FORMATS}
    held = Server(tmp_path / "home", environment, ("--hold", str(FRAMES_MADE)), ("tests.e2e.failing_server",))
    held.start()
    yield held
    held.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser to which a name that is not of this machine points here."""
    rules = f"--host-resolver-rules=MAP {FAR_NAME} 127.0.0.1"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=find_chromium(), args=[*ARGUMENTS, rules])
        yield started
        started.close()


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[httpx2.Client]:
    with server.open_client() as opened:
        yield opened


@pytest.fixture(scope="module")
def living(client: httpx2.Client) -> Place:
    """A mascot whose every clip is made; the tests only look at it."""
    place = make_place(client)
    check(client.post(f"{place.path}/generate-all"), 202)
    assert place.await_settled()["ready"]
    return place


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()


def is_order(request: Request) -> bool:
    """Whether clips are ordered, and not only a price asked."""
    return request.url.endswith("/generate-all") and "dry_run" not in (request.post_data or "")


def test_each_edge_shows_its_own_progress_also_after_a_reload_until_it_is_called_off(
    slow_server: Server, page: Page
) -> None:
    with slow_server.open_client() as client:
        place = make_place(client)
        before = check(client.get("/v1/credits"))["balance"]
        open_place(page, slow_server, place)
        page.get_by_role("button", name="Generate all").click()
        for look in ("ordered", "loaded again"):
            expect(page.locator(".tag").filter(has_text="7 %"), look).not_to_have_count(0)
            expect(page.locator(".tag").filter(has_text="waits"), look).not_to_have_count(0)
            expect(page.get_by_label("How far the mascot is"), look).to_be_visible()
            page.reload()
        page.get_by_text("left alone").click()
        expect(page.get_by_role("button", name="Idle, a loop is being made")).to_be_visible()
        page.get_by_role("button", name="Cancel").click()
        expect(page.get_by_role("button", name="Generate all")).to_be_enabled()
        expect(page.locator(".tag").filter(has_text="waits")).to_have_count(0)
        expect(page.get_by_label("How far the mascot is")).to_have_count(0)
        select_edge(page, "idle", "working")
        expect(page.get_by_role("button", name="Make this clip …")).to_be_enabled()
        assert check(client.get("/v1/credits"))["balance"] == before


def test_pressing_twice_orders_once(slow_server: Server, page: Page) -> None:
    with slow_server.open_client() as client:
        open_place(page, slow_server, make_place(client))
        sent: list[Request] = []
        page.on("request", lambda request: sent.append(request) if is_order(request) else None)
        page.get_by_role("button", name="Generate all").dblclick()
        page.get_by_role("button", name="Cancel").wait_for()
        assert len(sent) == 1
        expect(page.locator(".bill [role=alert]")).to_be_empty()


def test_what_cannot_be_paid_is_told_and_nothing_is_spent(server: Server, page: Page, client: httpx2.Client) -> None:
    place = make_large_place(client)
    before = check(client.get("/v1/credits"))["balance"]
    open_place(page, server, place)
    page.get_by_role("button", name="Generate all").click()
    bill = page.get_by_label("Bill")
    expect(bill.get_by_role("alert")).to_contain_text(f"8000 credits are needed and {before} are there")
    expect(bill.get_by_role("button", name="Generate all")).to_be_enabled()
    assert check(client.get("/v1/credits"))["balance"] == before


def test_what_lint_speaks_of_is_selected_and_brought_into_view(
    server: Server, page: Page, client: httpx2.Client
) -> None:
    place = make_place(client)
    open_place(page, server, place)
    far = [{**node, "position": {"x": 9000, "y": 0}} for node in place.read()["nodes"] if node["id"] == "thinking"]
    check(client.patch(f"{place.path}/nodes/thinking", json={"position": far[0]["position"]}))
    check(client.patch(f"{place.path}/edges/any-thinking", json={"conditions": []}))
    page.reload()
    page.get_by_role("button", name="Zoom In").click(click_count=6)
    pose = find_pose(page, "Thinking")
    expect(pose).not_to_be_in_viewport()
    findings = page.locator(".findings")
    findings.locator("summary").click()
    findings.get_by_role("button", name="thinking").first.click()
    expect(pose).to_be_in_viewport(ratio=1)
    expect(page.locator(".react-flow__node.selected, .react-flow__edge.selected")).not_to_have_count(0)
    page.keyboard.press("Escape")
    expect(findings.get_by_role("listitem")).to_have_count(0)


def test_a_mascot_that_would_get_stuck_says_so_and_lives_once_it_is_mended(
    server: Server, page: Page, client: httpx2.Client
) -> None:
    place = make_place(client)
    check(client.patch(place.path, json={"edges": make_trap()}))
    check(client.post(f"{place.path}/generate-all", json={"duration": 1}), 202)
    assert place.await_settled()["ready"]
    open_place(page, server, place)
    expect(page.get_by_role("alert").filter(has_text="It would get stuck.")).to_be_visible()
    expect(page.get_by_text("1 to mend")).to_be_visible()
    select_edge(page, "working", "idle")
    form = page.get_by_label("Transition")
    form.get_by_role("button", name="Add a condition").click()
    form.get_by_label("Input").select_option("clicked")
    expect(page.locator("poseloom-mascot")).to_have_js_property("node", "idle")
    expect(page.get_by_text("to mend")).to_have_count(0)


def make_trap() -> list[dict[str, object]]:
    """Return a way out of the first pose from which nothing leads back."""
    click = [{"input": "clicked", "op": "==", "value": True}]
    return [
        {"id": "out", "source": "idle", "target": "working", "conditions": click, "duration": 1},
        {"id": "back", "source": "working", "target": "idle", "conditions": [], "duration": 1},
    ]


def test_the_mascot_goes_where_it_is_sent_and_the_graph_lights_its_way(
    server: Server, page: Page, living: Place
) -> None:
    open_place(page, server, living)
    expect(page.locator("poseloom-mascot")).to_have_js_property("node", "idle")
    # With this it would come back as soon as it is there.
    page.get_by_label("Inputs of the mascot").get_by_label("isIdle").uncheck()
    page.get_by_label("Poses of the mascot").get_by_role("button", name="Working").click()
    expect(find_edge(page, "idle", "working").locator(".clip.lit")).to_be_visible()
    expect(page.locator(".react-flow__node[data-id=working] .pose.lit")).to_be_visible(timeout=20_000)


def test_an_edit_of_a_living_mascot_is_played_at_once_and_a_missing_clip_takes_no_life(
    server: Server, page: Page, client: httpx2.Client
) -> None:
    place = make_place(client)
    check(client.post(f"{place.path}/generate-all"), 202)
    assert place.await_settled()["ready"]
    open_place(page, server, place)
    expect(page.locator("poseloom-mascot")).to_have_js_property("node", "idle")
    find_pose(page, "Thinking").click()
    page.get_by_role("button", name="Begin here").click()
    expect(page.locator("poseloom-mascot")).to_have_js_property("node", "thinking")
    page.get_by_label("Add a transition to").select_option("Working")
    expect(page.get_by_text("Some of its clips are not made")).to_be_visible()
    expect(page.locator("poseloom-mascot")).to_have_js_property("node", "thinking")


def test_a_clip_is_made_again_together_with_its_way_back(server: Server, page: Page, client: httpx2.Client) -> None:
    place = make_place(client)
    edges = ["idle-working", "working-idle"]
    check(client.post(f"{place.path}/generate-all", json={"edge_ids": edges, "duration": 1}), 202)
    place.await_settled()
    before = {job["id"] for job in check(client.get("/v1/jobs"))["jobs"]}
    open_place(page, server, place)
    select_edge(page, "working", "idle")
    page.get_by_role("button", name="Make this clip again …").click()
    page.get_by_role("button", name="Make it, free").wait_for()
    page.get_by_role("button", name="Not now").click()
    select_edge(page, "idle", "working")
    page.get_by_role("button", name="Make this clip again …").click()
    expect(page.get_by_text("Its way back is made with it, free.")).to_be_visible()
    with page.expect_response(lambda answer: is_order(answer.request)):
        page.get_by_role("button", name="Make it, 20 credits").click()
    made = [job for job in check(client.get("/v1/jobs"))["jobs"] if job["id"] not in before]
    assert sorted((job["edge_id"], job["cost_credits"]) for job in made) == [("idle-working", 20), ("working-idle", 0)]
    place.await_settled()


def test_a_living_mascot_is_taken_along_as_a_document_a_bundle_and_a_line_of_html(
    server: Server, page: Page, living: Place, tmp_path: Path
) -> None:
    open_place(page, server, living)
    page.get_by_text("along", exact=False).click()
    with page.expect_download() as document:
        page.get_by_role("button", name="JSON").click()
    assert '"initialNode":"idle"' in Path(document.value.path()).read_text().replace(" ", "")
    with page.expect_download() as bundle:
        page.get_by_role("button", name="Bundle").click()
    bundle.value.save_as(tmp_path / "mascot.zip")
    with zipfile.ZipFile(tmp_path / "mascot.zip") as folder:
        names = {Path(name).name for name in folder.namelist()}
    assert {"index.html", "mascot.json", "poseloom-player.js"} <= names
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy for your page").click()
    expect(page.get_by_text("Copied.", exact=False)).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.locator(".snippet").inner_text()


def test_who_wants_little_motion_sees_clips_stand_still(server: Server, page: Page, living: Place) -> None:
    page.emulate_media(reduced_motion="reduce")
    open_place(page, server, living)
    select_edge(page, "idle", "working")
    video = page.get_by_label("Clip", exact=True).locator("video")
    expect(video).to_have_js_property("readyState", 4)
    expect(video).to_have_js_property("paused", value=True)
    page.get_by_role("button", name="Play the clip").click()
    expect(video).to_have_js_property("paused", value=False)


def test_clips_are_ordered_from_another_machine_without_tls(tmp_path: Path, page: Page) -> None:
    with run_server(tmp_path / "home", POSELOOM_HOSTS=FAR_NAME, **FORMATS) as server, server.open_client() as client:
        place = make_place(client)
        far = Server(server.home, server.environment)
        far.told, far.key = {**server.told, "url": server.url.replace("127.0.0.1", FAR_NAME)}, server.key
        open_place(page, far, place)
        assert page.evaluate("isSecureContext") is False
        with page.expect_response(lambda answer: is_order(answer.request)) as ordered:
            page.get_by_role("button", name="Generate all").click()
        assert ordered.value.status == httpx2.codes.ACCEPTED


@pytest.mark.parametrize("shape", SHAPES)
def test_the_longest_names_push_nothing_out_of_the_window(
    server: Server, page: Page, client: httpx2.Client, shape: tuple[int, int]
) -> None:
    place = make_place(client)
    check(client.patch(f"/v1/collections/{place.collection_id}", json={"name": LONG_NAME}))
    check(client.patch(f"{place.path}/nodes/idle", json={"itemName": LONG_NAME}))
    check(client.post(f"{place.path}/generate-all", json={"edge_ids": ["idle-loop"], "duration": 1}), 202)
    place.await_settled()
    page.set_viewport_size({"width": shape[0], "height": shape[1]})
    page.goto(server.url)
    page.get_by_label("API key").fill(server.key)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name=LONG_NAME).first.wait_for()
    for where in ("#/", f"#/mascots/{place.collection_id}/{place.canvas_id}", "#/jobs", "#/credits", "#/keys"):
        page.goto(f"{server.url}/{where}")
        page.get_by_text("Bartholomew", exact=False).first.or_(page.get_by_text("First key")).first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), where
    assert client.delete(f"/v1/collections/{place.collection_id}").is_success
