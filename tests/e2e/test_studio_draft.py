"""A canvas under the hand in a real browser: no edit gets lost, whatever happens beside it."""

from base64 import b64encode
from collections.abc import Iterator

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.browser import start_chromium
from tests.e2e.server import Place, Server, check, draw_pose, make_place, run_server
from tests.e2e.studio import DROP, Hand, find_middle, find_pose, open_place, select_edge

PAIR = ("Idle", "Waving")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with run_server(tmp_path_factory.mktemp("studio") / "home", POSELOOM_FORMATS="webm") as started:
        yield started


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright, start_chromium(playwright) as started:
        yield started


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[httpx2.Client]:
    with server.open_client() as opened:
        yield opened


@pytest.fixture
def place(client: httpx2.Client) -> Place:
    return make_place(client)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()


def read_description(place: Place) -> str | None:
    edge = next(edge for edge in place.read()["edges"] if edge["id"] == "idle-working")
    description: str | None = edge["description"]
    return description


def describe(page: Page, text: str) -> None:
    """Write into the field that says what happens, and stay in it."""
    select_edge(page, "idle", "working")
    page.get_by_label("What happens, in plain words").fill(text)


def test_what_was_changed_a_moment_before_the_page_was_left_is_saved(server: Server, page: Page, place: Place) -> None:
    open_place(page, server, place)
    describe(page, "turns around once")
    page.get_by_role("button", name="All mascots").click()
    page.get_by_label("New mascot").wait_for()
    assert read_description(place) == "turns around once"


def test_what_stands_in_a_field_is_saved_when_the_page_goes_back_or_is_loaded_again(
    server: Server, page: Page, place: Place
) -> None:
    open_place(page, server, place)
    describe(page, "nods")
    with page.expect_response(lambda answer: answer.request.method == "PUT") as saved:
        page.go_back()
    assert saved.value.ok
    page.go_forward()
    describe(page, "nods twice")
    page.reload()
    select_edge(page, "idle", "working")
    expect(page.get_by_label("What happens, in plain words")).to_have_value("nods twice")
    assert read_description(place) == "nods twice"


def test_enter_keeps_what_a_field_holds_and_escape_takes_it_back(server: Server, page: Page, place: Place) -> None:
    open_place(page, server, place)
    find_pose(page, "Thinking").click()
    name = page.get_by_label("Name", exact=True)
    name.fill("Pondering")
    name.press("Escape")
    expect(name).to_have_value("Thinking")
    name.fill("Dreaming")
    name.press("Enter")
    expect(find_pose(page, "Dreaming")).to_be_visible()
    expect(name).to_be_focused()


def test_what_the_server_refuses_is_told_and_taken_back(server: Server, page: Page, place: Place) -> None:
    open_place(page, server, place)
    select_edge(page, "idle", "working")
    seconds = page.get_by_label("Seconds")
    before = seconds.input_value()
    seconds.fill("99")
    seconds.press("Enter")
    expect(page.get_by_text("Not saved", exact=True)).to_be_visible()
    expect(page.get_by_role("alert").filter(has_text="from 1 to 10")).to_be_visible()
    # Nobody leaves without knowing; whoever knows may.
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    expect(seconds).to_have_value(before)


def test_reverses_that_an_order_brings_stand_on_the_canvas_and_are_no_conflict(
    server: Server, page: Page, client: httpx2.Client
) -> None:
    place = make_pair(client)
    open_place(page, server, place)
    expect(page.locator(".react-flow__edge")).to_have_count(1)
    page.get_by_role("button", name="Generate all").click()
    expect(page.get_by_label("reverse from waving to idle")).to_be_attached()
    place.await_settled()
    page.get_by_label("Pose Waving").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Begin here").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    expect(page.get_by_text("Someone else has changed this canvas.")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    canvas = place.read()
    assert canvas["initialNode"] == "idle"
    assert [edge["status"] for edge in canvas["edges"]] == ["completed", "completed"]


def test_a_second_tab_shows_what_the_first_has_saved_once_it_is_looked_at(
    server: Server, page: Page, place: Place
) -> None:
    open_place(page, server, place)
    other = page.context.new_page()
    open_place(other, server, place)
    find_pose(other, "Thinking").click()
    other.get_by_role("button", name="Begin here").click()
    other.get_by_label("Add poses").set_input_files(
        {"name": "New.png", "mimeType": "image/png", "buffer": draw_pose(0.4)}
    )
    find_pose(other, "New").wait_for()
    expect(other.get_by_text("Saved", exact=True)).to_be_visible()
    # In a browser without windows no tab ever loses the focus.
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(find_pose(page, "Thinking").locator(".start")).to_be_visible()
    expect(find_pose(page, "New").locator("img")).to_have_js_property("complete", value=True)
    find_pose(page, "Working").click()
    page.get_by_role("button", name="Begin here").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    assert place.read()["initialNode"] == "working"


def test_poses_stand_where_they_are_dropped_and_cover_nothing(server: Server, page: Page, place: Place) -> None:
    open_place(page, server, place)
    content = b64encode(draw_pose(0.3)).decode()
    board = page.get_by_label("Canvas", exact=True)
    before = {node["id"]: node["position"] for node in place.read()["nodes"]}
    x, y = find_middle(find_pose(page, "Idle"))
    files = [{"name": "One.png", "content": content}, {"name": "notes.txt", "content": b64encode(b"words").decode()}]
    board.evaluate(DROP.replace("cancelable: true", f"cancelable: true, clientX: {x}, clientY: {y}"), files)
    find_pose(page, "One").wait_for()
    refusal = page.get_by_role("alert").filter(has_text="notes.txt")
    expect(refusal).to_be_visible()
    refusal.get_by_role("button", name="Dismiss").click()
    expect(refusal).to_have_count(0)
    for _ in range(2):
        page.get_by_label("Add poses").set_input_files(
            {"name": "Two.png", "mimeType": "image/png", "buffer": draw_pose(0.6)}
        )
    expect(find_pose(page, "Two")).to_have_count(2)
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    places = {node["id"]: node["position"] for node in place.read()["nodes"]}
    assert {name: places[name] for name in before} == before
    apart = [
        max(abs(one["x"] - other["x"]) / 240, abs(one["y"] - other["y"]) / 200)
        for index, one in enumerate(places.values())
        for other in list(places.values())[index + 1 :]
        if one not in before.values() or other not in before.values()
    ]
    assert min(apart) >= 1
    assert abs(places["one"]["y"] - before["idle"]["y"]) < 300


def test_any_state_leads_to_a_pose_by_keyboard_alone(server: Server, page: Page, client: httpx2.Client) -> None:
    place = make_pair(client)
    open_place(page, server, place)
    page.get_by_label("Any state", exact=True).and_(page.locator(".react-flow__node")).focus()
    page.keyboard.press("Enter")
    page.get_by_label("Add a transition to").focus()
    page.keyboard.type("Waving")
    page.keyboard.press("Enter")
    expect(page.get_by_label("any-state from any state to waving")).to_be_attached()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    assert [(edge["source"], edge["target"]) for edge in place.read()["edges"]][1:] == [("*", "waving")]


def test_the_keyboard_skips_the_canvas(server: Server, page: Page, place: Place) -> None:
    open_place(page, server, place)
    skip = page.get_by_role("button", name="Skip the canvas")
    Hand(page).reach(skip)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Name of a new input")).to_be_focused()


def test_several_things_are_listed_chosen_from_and_removed_together(server: Server, page: Page, place: Place) -> None:
    open_place(page, server, place)
    find_pose(page, "Thinking").click()
    page.keyboard.press("Control+c")
    page.keyboard.press("Control+v")
    # The copy of a pose brings its loop.
    selection = page.get_by_label("Selection")
    expect(selection).to_contain_text("1 pose and 1 transition")
    selection.get_by_role("button", name="Remove them").click()
    expect(page.locator(".react-flow__node-pose")).to_have_count(4)


def test_a_key_that_is_revoked_and_a_canvas_that_is_deleted_are_told(
    server: Server, page: Page, client: httpx2.Client, place: Place
) -> None:
    made = check(client.post("/v1/api-keys", json={"name": "Guest", "scopes": ["read", "write"]}), 201)
    guest = Server(server.home, server.environment)
    guest.told, guest.key = server.told, made["api_key"]
    open_place(page, guest, place)
    assert client.delete(f"/v1/api-keys/{made['id']}").is_success
    page.get_by_role("button", name="Arrange").click()
    expect(page.get_by_label("API key")).to_be_visible()
    open_place(page, server, place)
    assert client.delete(f"/v1/collections/{place.collection_id}").is_success
    page.get_by_role("button", name="Arrange").click()
    expect(page.get_by_text("Not saved", exact=True)).to_be_visible()
    expect(page.locator("[role=alert]:not(:empty)").first).to_be_visible()
    expect(page.get_by_text("The connection is lost")).to_have_count(0)


def make_pair(client: httpx2.Client) -> Place:
    """Make two poses and the way from one to the other."""
    collection = check(client.post("/v1/collections", json={"name": "Pair"}), 201)
    path = f"/v1/collections/{collection['id']}"
    nodes = []
    for index, name in enumerate(PAIR):
        files = {"image": (f"{name}.png", draw_pose(index / 2, 128), "image/png")}
        item = check(client.post(f"{path}/items", data={"name": name}, files=files), 201)
        picture = item["asset_ids"]["transparent_image"]
        position = {"x": 300 * index, "y": 0}
        nodes.append({"id": name.lower(), "itemName": name, "assetId": picture, "position": position})
    edges = [{"id": "greet", "source": "idle", "target": "waving", "duration": 1, "conditions": []}]
    body = {"name": "Main", "size": 128, "initialNode": "idle", "nodes": nodes, "edges": edges}
    canvas = check(client.post(f"{path}/canvases", json=body), 201)
    return Place(client, collection["id"], canvas["id"])
