"""The Studio's canvas in a real browser: what becomes of clips, what the keyboard does, what comes next."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Event, Thread

import httpx2
import pytest
from playwright.sync_api import Browser, Page, Response, Route, expect, sync_playwright

from tests.e2e.browser import start_chromium
from tests.e2e.server import Place, Server, check, make_place, run_server
from tests.e2e.studio import find_edge, open_place, point_at, select_edge

DESKTOP_PORTS = range(45832, 45842)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with run_server(tmp_path_factory.mktemp("studio") / "home") as started:
        yield started


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright, start_chromium(playwright) as started:
        yield started


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[httpx2.Client]:
    with server.open_client() as opened:
        yield opened


@pytest.fixture(scope="module")
def living(client: httpx2.Client) -> Place:
    """A mascot whose every clip is made; the tests only look at it."""
    place = make_place(client)
    check(place.client.post(f"{place.path}/generate-all"), 202)
    assert place.await_settled()["ready"]
    return place


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()


def is_order(answer: Response) -> bool:
    """Whether clips were ordered, and not only a price asked."""
    return answer.url.endswith("/generate-all") and "dry_run" not in (answer.request.post_data or "")


def test_a_clip_is_looked_through_between_its_poses(server: Server, page: Page, living: Place) -> None:
    open_place(page, server, living)
    select_edge(page, "idle", "working")
    clip = page.get_by_label("Clip", exact=True)
    expect(clip.locator("img")).to_have_count(2)
    video = clip.locator("video")
    expect(video).to_have_js_property("readyState", 4)
    clip.get_by_label("Moment of the clip").fill("0.5")
    expect(video).to_have_js_property("paused", value=True)
    assert 1.9 < video.evaluate("clip => clip.currentTime") < 2.1
    expect(clip).to_contain_text("dB at the first frame")
    expect(clip).to_contain_text("Trust")
    clip.get_by_label("Poses").uncheck()
    expect(clip.locator("img")).to_have_count(0)


def test_an_edge_shows_its_clip_under_the_pointer(server: Server, page: Page, living: Place) -> None:
    open_place(page, server, living)
    expect(page.locator(".glimpse")).to_have_count(0)
    point_at(page, find_edge(page, "idle", "idle"))
    expect(page.locator(".glimpse")).to_be_visible()
    page.mouse.move(5, 5)
    expect(page.locator(".glimpse")).to_have_count(0)


def test_a_switch_moves_the_mascot_and_the_graph_shows_where(server: Server, page: Page, living: Place) -> None:
    open_place(page, server, living)
    expect(page.locator("poseloom-mascot")).to_have_js_property("node", "idle")
    switches = page.get_by_label("Inputs of the mascot")
    switches.get_by_label("isIdle").uncheck()
    switches.get_by_label("isWorking").check()
    working = page.locator(".react-flow__node[data-id=working] .pose.lit")
    expect(working).to_be_visible(timeout=20_000)


def test_a_living_mascot_is_handed_to_the_app_on_the_desktop(server: Server, page: Page, living: Place) -> None:
    open_place(page, server, living)
    page.get_by_text("along", exact=False).click()
    expect(page.locator(".snippet")).to_contain_text("<poseloom-mascot")
    with listen_on_desktop() as installed:
        page.get_by_role("button", name="Install on this desktop").click()
        expect(page.get_by_text("moved onto your desktop")).to_be_visible()
    assert [document["initialNode"] for document in installed] == ["idle"]


def test_without_a_desktop_app_the_studio_says_what_to_do(server: Server, page: Page, living: Place) -> None:
    open_place(page, server, living)
    page.get_by_text("along", exact=False).click()
    page.get_by_role("button", name="Install on this desktop").click()
    expect(page.get_by_text("No desktop mascot app answers here")).to_be_visible()


def test_one_clip_is_made_again_after_its_price_is_told(server: Server, client: httpx2.Client, page: Page) -> None:
    place = make_place(client)
    edge = next(edge for edge in place.read()["edges"] if edge["source"] == edge["target"])
    check(place.client.post(f"{place.path}/generate-all", json={"edge_ids": [edge["id"]]}), 202)
    place.await_settled()
    before = check(place.client.get("/v1/credits"))["balance"]
    open_place(page, server, place)
    select_edge(page, edge["source"], edge["target"])
    page.get_by_role("button", name="Make this clip again …").click()
    with page.expect_response(is_order) as ordered:
        page.get_by_role("button", name="Make it, 20 credits").click()
    assert ordered.value.status == httpx2.codes.ACCEPTED
    assert check(place.client.get("/v1/credits"))["balance"] == before - 20
    place.await_settled()


def test_nothing_is_ordered_at_the_price_of_an_older_canvas(server: Server, client: httpx2.Client, page: Page) -> None:
    place = make_place(client)
    edge = next(edge for edge in place.read()["edges"] if edge["source"] == edge["target"])
    open_place(page, server, place)
    button = page.get_by_role("button", name="Generate all")
    expect(button).to_be_enabled()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/generate-all", hold, times=1)
    select_edge(page, edge["source"], edge["target"])
    with page.expect_request("**/generate-all"):
        page.keyboard.press("Delete")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    expect(button).to_be_disabled()
    [quote] = held
    quote.continue_()
    expect(button).to_be_enabled()
    with page.expect_response(is_order) as ordered:
        button.click()
    assert ordered.value.status == httpx2.codes.ACCEPTED
    place.await_settled()


def test_what_comes_later_moves_nothing_away(server: Server, page: Page, living: Place) -> None:
    held: list[Route] = []
    released = Event()

    def hold(route: Route) -> None:
        if released.is_set():
            route.continue_()
        else:
            held.append(route)

    for late in ("**/v1/jobs/*", "**/export?partial=true"):
        page.route(late, hold)
    edge = next(edge for edge in living.read()["edges"] if edge["source"] == edge["target"])
    open_place(page, server, living)
    with page.expect_request("**/v1/jobs/*"):
        select_edge(page, edge["source"], edge["target"])
    button, words = page.get_by_role("button", name="Make this clip again …"), page.get_by_label("What happens")
    expect(button).to_be_visible()
    before = button.bounding_box(), words.bounding_box()
    released.set()
    for route in held:
        route.continue_()
    expect(page.get_by_role("region", name="Clip").get_by_text(" dB at the first frame")).to_be_visible()
    expect(page.get_by_label("isWorking")).to_be_enabled()
    assert (button.bounding_box(), words.bounding_box()) == before


def test_a_pose_is_copied_pasted_and_taken_back_by_keys(server: Server, client: httpx2.Client, page: Page) -> None:
    open_place(page, server, make_place(client))
    poses = page.locator(".react-flow__node-pose")
    expect(poses).to_have_count(4)
    page.get_by_label("Pose Thinking").focus()
    for keys in ("Enter", "Control+c", "Control+v"):
        page.keyboard.press(keys)
    expect(poses).to_have_count(5)
    page.keyboard.press("Control+z")
    expect(poses).to_have_count(4)


def test_arrow_keys_move_a_pose(server: Server, client: httpx2.Client, page: Page) -> None:
    place = make_place(client)
    before = {node["id"]: node["position"] for node in place.read()["nodes"]}
    open_place(page, server, place)
    page.get_by_label("Pose Thinking").focus()
    for keys in ("Enter", "ArrowRight", "ArrowRight", "ArrowDown"):
        page.keyboard.press(keys)
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    after = {node["id"]: node["position"] for node in place.read()["nodes"]}
    assert after["thinking"]["x"] > before["thinking"]["x"]
    assert after["thinking"]["y"] > before["thinking"]["y"]
    assert after["idle"] == before["idle"]


def test_a_transition_waits_for_what_its_condition_says(server: Server, client: httpx2.Client, page: Page) -> None:
    place = make_place(client)
    open_place(page, server, place)
    select_edge(page, "thinking", "thinking")
    form = page.get_by_label("Transition")
    form.get_by_role("button", name="Add a condition").click()
    form.get_by_label("Input").select_option("nodeTime")
    form.get_by_label("Compared").select_option(">=")
    form.get_by_label("Value").fill("2500")
    form.get_by_label("Priority").fill("3")
    form.get_by_label("Seconds").fill("2.5")
    form.get_by_label("Seconds").press("Tab")
    form.get_by_label("Leaves").select_option("loop_end")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    edge = next(edge for edge in place.read()["edges"] if edge["source"] == edge["target"] == "thinking")
    assert [(one["input"], one["op"], one["value"]) for one in edge["conditions"]] == [("nodeTime", ">=", 2500)]
    assert (edge["priority"], edge["duration"], edge["exit"]) == (3, 2.5, "loop_end")


def test_an_input_is_made_and_called_otherwise(server: Server, client: httpx2.Client, page: Page) -> None:
    place = make_place(client)
    open_place(page, server, place)
    page.get_by_label("Name of a new input").fill("mood")
    page.get_by_label("Type of a new input").select_option("number")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_label("mood at the beginning").fill("7")
    page.get_by_label("Name of the input mood").fill("joy")
    page.get_by_label("Name of a new input").focus()
    expect(page.get_by_label("joy at the beginning")).to_have_value("7")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    joy = next(one for one in place.read()["inputs"] if one["name"] == "joy")
    assert (joy["type"], joy["default"]) == ("number", 7)


def test_a_canvas_without_pictures_says_what_comes_next(server: Server, client: httpx2.Client, page: Page) -> None:
    collection = check(client.post("/v1/collections", json={"name": "Empty"}), 201)
    path = f"/v1/collections/{collection['id']}/canvases"
    canvas = check(client.post(path, json={"name": "Main", "template_id": "claude-code-4state-lite"}), 201)
    page.goto(server.url)
    page.get_by_label("API key").fill(server.key)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Empty").click()
    expect(page.get_by_text("Now the pictures.")).to_be_visible()
    expect(page.get_by_text("“Needs Attention”")).to_be_visible()
    expect(page.locator("[role=alert]:not(:empty)")).to_have_count(0)
    assert canvas["nodes"]


@contextmanager
def listen_on_desktop() -> Iterator[list[dict[str, object]]]:
    """Listen as a desktop mascot does; yield what it was given."""
    installed: list[dict[str, object]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_OPTIONS(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            assert self.path == "/install"
            installed.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self._answer()

        def _answer(self) -> None:
            self.send_response(HTTPStatus.OK)
            for name, value in (("Origin", "*"), ("Methods", "POST"), ("Headers", "Content-Type")):
                self.send_header(f"Access-Control-Allow-{name}", value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep the test's output quiet."""

    with open_desktop(Handler) as desktop:
        thread = Thread(target=lambda: desktop.serve_forever(poll_interval=0.05))
        thread.start()
        try:
            yield installed
        finally:
            desktop.shutdown()
            thread.join()


def open_desktop(handler: type[BaseHTTPRequestHandler]) -> HTTPServer:
    for port in DESKTOP_PORTS:
        try:
            return HTTPServer(("127.0.0.1", port), handler)
        except OSError:
            continue
    raise AssertionError(f"none of the ports {DESKTOP_PORTS} is free")
