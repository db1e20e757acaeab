"""The Studio in Chromium: frames while a pose is dragged on a canvas of 200 poses, and how long a page takes to come.

The pointer moves through the browser's own input, one step after the other, with the whole canvas in view. Headless
Chromium draws without a graphics card, so what is shown here is the slow case.
"""

import json
import math
import statistics
import tempfile
from collections import Counter
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.browser import start_chromium
from tests.e2e.server import Place, Server, run_server
from tests.e2e.studio import find_middle, find_pose, make_large_place, open_place

STEPS = 300
DRAGGED = "Pose 105"
LOADS = 7
CATEGORIES = ["devtools.timeline.frame", "disabled-by-default-devtools.timeline.frame"]
RECORD = """() => {
  window.frames = [];
  let last = 0;
  const see = (time) => {
    if (last) window.frames.push(time - last);
    last = time;
    window.watch = requestAnimationFrame(see);
  };
  window.watch = requestAnimationFrame(see);
}"""

WEIGH = """[...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")].map(
  (entry) => entry.transferSize)"""


def run(_uv: str) -> None:
    """Print frame times of a drag, time until the page can be used, and bytes of the first load."""
    print("studio: Chromium, headless, software drawing, 1440 × 900")
    folder = Path(tempfile.mkdtemp())
    with (
        run_server(folder / "home") as server,
        server.open_client() as client,
        sync_playwright() as playwright,
        start_chromium(playwright) as browser,
    ):
        place = make_large_place(client)
        weigh_page(browser, server)
        time_pages(browser, server, place)
        time_drag(browser, server, place)


def open_page(browser: Browser) -> Page:
    return browser.new_context(viewport={"width": 1440, "height": 900}).new_page()


def weigh_page(browser: Browser, server: Server) -> None:
    """Print what comes over the wire before one can sign in."""
    page = open_page(browser)
    page.goto(server.url, wait_until="networkidle")
    sizes: list[int] = page.evaluate(WEIGH)
    print(f"  first load: {sum(sizes) / 1024:.0f} KB over the wire in {len(sizes)} files, gzip, picture included")
    page.context.close()


def time_pages(browser: Browser, server: Server, place: Place) -> None:
    """Print how long it takes, from nothing, until one can sign in, and until the canvas can be edited."""
    entering, editing = [], []
    for _ in range(LOADS):
        page = open_page(browser)
        page.goto(server.url, wait_until="commit")
        entering.append(tell_when(page, "document.querySelector('input[name=key]')"))
        open_place(page, server, place)
        page.goto("about:blank")
        page.goto(server.url, wait_until="commit")
        page.get_by_role("button", name=place.collection_id[-8:]).first.click()
        editing.append(tell_when(page, "document.querySelectorAll('.react-flow__node-pose').length === 200"))
        page.context.close()
    print(f"  until one can sign in: median {statistics.median(entering):.0f} ms of {LOADS} cold loads")
    told = statistics.median(editing)
    print(f"  until 200 poses stand on the canvas, by way of the shelf: median {told:.0f} ms of {LOADS} loads")


def tell_when(page: Page, condition: str) -> float:
    """Return the milliseconds from the start of navigation until a condition holds."""
    handle = page.wait_for_function(f"() => ({condition}) && performance.now()")
    return float(handle.json_value())


def time_drag(browser: Browser, server: Server, place: Place) -> None:
    """Print the time between frames, and how many were drawn and dropped, while a pose is dragged to and fro."""
    page = open_page(browser)
    open_place(page, server, place)
    page.wait_for_function("document.querySelectorAll('.react-flow__edge').length === 400")
    x, y = find_middle(find_pose(page, DRAGGED))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y + 20, steps=5)
    browser.start_tracing(page=page, categories=CATEGORIES)
    page.evaluate(RECORD)
    page.mouse.move(x + 300, y + 150, steps=STEPS // 2)
    page.mouse.move(x, y, steps=STEPS // 2)
    frames: list[float] = page.evaluate("(cancelAnimationFrame(window.watch), window.frames)")
    events = json.loads(browser.stop_tracing())["traceEvents"]
    page.mouse.up()
    frames.sort()
    late = frames[math.ceil(0.99 * len(frames)) - 1]
    print(
        f"  dragging 1 of 200 poses, 400 edges: median {statistics.median(frames):.1f} ms between frames, "
        f"99 % within {late:.1f} ms, longest {frames[-1]:.1f} ms, of {len(frames)} frames"
    )
    counted = Counter(event["name"] for event in events)
    print(f"  traced: {counted['DrawFrame']} frames drawn, {counted['DroppedFrame']} dropped")
    page.context.close()
