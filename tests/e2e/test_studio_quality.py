"""The Studio for everybody: no barrier on any screen, by day and by night; and nothing is drawn that does not move."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.browser import start_chromium
from tests.e2e.server import Place, Server, check, draw_pose, make_place, run_server
from tests.e2e.studio import (
    WATCH_RENDERS,
    count_renders,
    find_barriers,
    find_middle,
    find_pose,
    make_large_place,
    open_place,
    select_edge,
    sign_in,
)

MOVES = 20
LOOKS: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SHAPES = {"wide": (1440, 900), "narrow": (390, 844)}
POSES, EDGES = 200, 400


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with run_server(tmp_path_factory.mktemp("studio") / "home", POSELOOM_FORMATS="webm") as started:
        yield started


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[httpx2.Client]:
    with server.open_client() as opened:
        yield opened


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright, start_chromium(playwright) as started:
        yield started


@pytest.fixture(scope="module")
def living(client: httpx2.Client) -> Place:
    """A mascot whose every clip is made; the tests only look at it."""
    place = make_place(client)
    check(client.post(f"{place.path}/generate-all"), 202)
    assert place.await_settled()["ready"]
    return place


@pytest.fixture(params=SHAPES)
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    width, height = SHAPES[request.param]
    # What moves in a moment has no colours to be judged yet.
    context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
    yield context.new_page()
    context.close()


def prove_open(page: Page, name: str) -> None:
    """Fail when something on the page as it stands keeps somebody out."""
    for look in LOOKS:
        page.emulate_media(color_scheme=look)
        assert find_barriers(page) == [], f"{name}, {look}"


def test_nothing_bars_the_way_in(server: Server, page: Page) -> None:
    page.goto(server.url)
    page.get_by_label("API key").wait_for()
    prove_open(page, "sign-in")
    page.get_by_label("API key").fill("masko_" + "0" * 64)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).not_to_be_empty()
    prove_open(page, "refused")
    page.goto("about:blank")
    page.goto(f"{server.url}/#link={'0' * 32}")
    expect(page.get_by_role("alert")).not_to_be_empty()
    prove_open(page, "a link that was used")


def test_nothing_bars_the_way_from_the_shelf_to_a_first_pose(server: Server, page: Page, tmp_path: Path) -> None:
    sign_in(page, server)
    page.get_by_label("New mascot").fill("Dot")
    prove_open(page, "shelf")
    page.get_by_role("button", name="Make it").click()
    page.get_by_text("Drop the poses of your mascot here.").wait_for()
    prove_open(page, "empty canvas")
    (tmp_path / "Idle.png").write_bytes(draw_pose(0.0))
    page.get_by_label("Add poses").set_input_files([tmp_path / "Idle.png"])
    find_pose(page, "Idle").wait_for()
    prove_open(page, "first pose")


def test_nothing_bars_any_page_of_the_account(server: Server, page: Page, living: Place) -> None:
    open_place(page, server, living)
    page.goto(f"{server.url}/#/")
    links = page.get_by_role("navigation").get_by_role("link")
    links.first.wait_for()
    for name in links.all_inner_texts():
        page.get_by_role("link", name=name, exact=True).click()
        page.locator("h1").wait_for()
        prove_open(page, name)


def test_nothing_bars_the_work_on_a_living_mascot(server: Server, page: Page, living: Place) -> None:
    open_place(page, server, living)
    expect(page.locator("poseloom-mascot")).to_have_js_property("node", "idle")
    prove_open(page, "living")
    select: dict[str, Callable[[], None]] = {
        "pose": find_pose(page, "Idle").focus,
        "loop": page.get_by_label("loop from idle to idle").focus,
        "transition": page.get_by_label("reverse from working to idle").focus,
        "any state": page.get_by_label("any-state from any state to thinking").focus,
    }
    for name, focus in select.items():
        focus()
        page.keyboard.press("Enter")
        prove_open(page, name)
    for summary in page.locator("summary").all():
        summary.click()
        prove_open(page, "unfolded")


def test_nothing_bars_the_view_while_clips_are_made_or_called_off(
    server: Server, page: Page, client: httpx2.Client
) -> None:
    place = make_place(client, size=640)
    open_place(page, server, place)
    page.get_by_role("button", name="Generate all").click()
    page.get_by_role("button", name="Cancel").wait_for()
    prove_open(page, "generating")
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Cancel").wait_for(state="detached")
    prove_open(page, "called off")


def test_nothing_bars_the_answer_to_somebody_elses_edit(server: Server, page: Page, client: httpx2.Client) -> None:
    place = make_place(client)
    open_place(page, server, place)
    check(client.patch(place.path, json={"initialNode": "thinking"}))
    page.get_by_role("button", name="Arrange").click()
    page.get_by_text("Someone else has changed this canvas.").wait_for()
    prove_open(page, "conflict")


def test_nothing_bars_the_answer_to_what_the_server_refuses(server: Server, page: Page, client: httpx2.Client) -> None:
    place = make_place(client)
    open_place(page, server, place)
    select_edge(page, "idle", "working")
    page.get_by_label("Seconds").fill("99")
    page.get_by_label("Seconds").press("Enter")
    page.get_by_text("Not saved", exact=True).wait_for()
    prove_open(page, "not saved")
    page.get_by_role("button", name="Take it back").click()
    page.get_by_text("Saved", exact=True).wait_for()
    # On a narrow page the canvas may be scrolled away, so the keyboard selects.
    page.get_by_label("Any state", exact=True).and_(page.locator(".react-flow__node")).focus()
    page.keyboard.press("Enter")
    page.get_by_label("Any state", exact=True).get_by_label("Add a transition to").wait_for()
    prove_open(page, "any state")
    find_pose(page, "Idle").focus()
    for keys in ("Enter", "Control+c", "Control+v"):
        page.keyboard.press(keys)
    page.get_by_label("Selection").wait_for()
    prove_open(page, "several")


def test_on_a_canvas_of_two_hundred_poses_only_what_moves_is_drawn_again(
    server: Server, browser: Browser, client: httpx2.Client
) -> None:
    place = make_large_place(client)
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.add_init_script(WATCH_RENDERS)
    seen = count_renders_of_first_view(page, server, place)
    assert (seen["pose"], seen["edge"]) == (POSES, EDGES)
    x, y = find_middle(find_pose(page, "Pose 105"))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y + 20, steps=2)
    drawn = count_renders(page, lambda: page.mouse.move(x + 200, y + 100, steps=MOVES))
    page.mouse.up()
    moved = {"pose n105", "edge right104", "edge right105", "edge down85", "edge down105"}
    assert moved <= set(drawn)
    assert max(drawn.values()) <= MOVES + 2
    # An edge that the pointer passes lights up and goes out again; that is all.
    assert all(drawn[name] <= 2 for name in set(drawn) - moved)
    assert len(drawn) <= len(moved) + MOVES
    # Let go and saved: what stood still is not drawn again either.
    settled = count_renders(page, lambda: expect(page.get_by_text("Saved", exact=True)).to_be_visible())
    assert sum(name.startswith("pose") for name in settled) <= 2
    assert place.read()["nodes"][105]["position"] != {"x": 5 * 300, "y": 5 * 300}
    page.context.close()


def count_renders_of_first_view(page: Page, server: Server, place: Place) -> dict[str, int]:
    """Open a canvas; return how many different poses and edges were drawn."""
    open_place(page, server, place)
    page.wait_for_function(f"() => document.querySelectorAll('.react-flow__edge').length === {EDGES}")
    names: list[str] = page.evaluate("Object.keys(window.renders)")
    # Any state is drawn like a pose.
    poses = [name for name in names if name.startswith("pose") and name != "pose *"]
    return {"pose": len(poses), "edge": len(names) - len(poses) - ("pose *" in names)}
