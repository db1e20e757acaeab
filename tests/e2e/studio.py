"""A visitor of the Studio: signs in, counts what the hands do, and sees what stands in the way of some."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import httpx2
from playwright.sync_api import Locator, Page

from tests.e2e.server import Place, Server, check, draw_pose, upload_pose

AXE = Path(__file__).resolve().parents[2] / "studio" / "node_modules" / "axe-core" / "axe.min.js"
TABS_LIMIT = 120
HOLDS_FOCUS = "element => element === document.activeElement"
DROP = """(target, files) => {
  const dataTransfer = new DataTransfer();
  for (const { name, content } of files) {
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    dataTransfer.items.add(new File([bytes], name, { type: "image/png" }));
  }
  for (const kind of ["dragenter", "dragover", "drop"]) {
    target.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer }));
  }
}"""

FIND_POINT = """path => {
  const { x, y } = path.getPointAtLength(0.3 * path.getTotalLength()).matrixTransform(path.getScreenCTM());
  return { x, y };
}"""
"""Where on the screen a line is that is drawn."""
GRID = (10, 20)
GRID_APART_PX = 300
WATCH_RENDERS = """
window.renders = {};
const PERFORMED_WORK = 1;
const visit = (fiber) => {
  for (let child = fiber.child; child; child = child.sibling) {
    const props = child.memoizedProps;
    const isDrawn = props && props.data && props.id && (child.flags & PERFORMED_WORK);
    const name = isDrawn && (props.source ? "edge " : "pose ") + props.id;
    if (name) window.renders[name] = (window.renders[name] ?? 0) + 1;
    // Where React kept the children, nothing below was rendered.
    if (!child.alternate || child.alternate.child !== child.child) visit(child);
  }
};
window.__REACT_DEVTOOLS_GLOBAL_HOOK__ = {
  supportsFiber: true,
  inject: () => 1,
  onCommitFiberRoot: (_, { current }) => visit(current),
  onCommitFiberUnmount: () => undefined,
};
"""
"""Counts what React renders, as its own developer tools do; goes into a page before it loads."""


class Hand:
    """Does what a user does, and counts it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.count = 0

    def do(self, act: Callable[[], object]) -> None:
        """Do one thing: a click, a drop, a field typed into, a choice."""
        act()
        self.count += 1

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def reach(self, target: Locator, *, backwards: bool = False) -> None:
        """Go to something as a keyboard does, and fail when it cannot be reached."""
        target.wait_for(state="attached")
        for _ in range(TABS_LIMIT):
            if target.evaluate(HOLDS_FOCUS):
                return
            self.press("Shift+Tab" if backwards else "Tab")
        raise AssertionError(f"the keyboard does not reach {target}")

    def type(self, target: Locator, text: str) -> None:
        """Go to a field and write into it."""
        self.reach(target)
        self.page.keyboard.type(text)


def sign_in(page: Page, server: Server) -> None:
    """Come in with the server's key."""
    page.goto(server.url)
    page.get_by_label("API key").fill(server.key)
    page.get_by_role("button", name="Sign in").click()


def open_place(page: Page, server: Server, place: Place) -> None:
    """Sign in and open a mascot by a name that it alone has."""
    name = place.collection_id[-8:]
    check(place.client.patch(f"/v1/collections/{place.collection_id}", json={"name": name}))
    sign_in(page, server)
    page.get_by_role("button", name=name).first.click()
    page.locator(".bill .price").wait_for()


def find_pose(page: Page, name: str) -> Locator:
    """Return a pose on the canvas."""
    return page.locator(f'.react-flow__node-pose[aria-label="Pose {name}"]')


def find_edge(page: Page, source: str, target: str) -> Locator:
    """Return a transition on the canvas."""
    return page.locator(f'.react-flow__edge[aria-label$="from {source} to {target}"]')


def select_edge(page: Page, source: str, target: str) -> None:
    """Select a transition by keyboard."""
    find_edge(page, source, target).focus()
    page.keyboard.press("Enter")


def point_at(page: Page, edge: Locator) -> None:
    """Put the pointer on the line of a transition."""
    point = edge.locator(".react-flow__edge-path").evaluate(FIND_POINT)
    page.mouse.move(point["x"], point["y"])


def drag(page: Page, start: Locator, end: Locator) -> None:
    """Draw from the middle of one thing to the middle of another."""
    (x, y), (to_x, to_y) = find_middle(start), find_middle(end)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move((x + to_x) / 2, (y + to_y) / 2, steps=4)
    page.mouse.move(to_x, to_y, steps=4)
    page.mouse.up()


def find_middle(target: Locator) -> tuple[float, float]:
    """Return where the middle of something is on the page."""
    box = target.bounding_box()
    assert box, f"{target} is not to be seen"
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def find_barriers(page: Page) -> list[str]:
    """Return what axe holds for a serious or critical barrier on the page as it stands, one line each."""
    # The page's policy allows no script from elsewhere; the debugger may bring one.
    page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [line for violation in found["violations"] for line in _write(violation)]


def _write(violation: dict[str, Any]) -> Iterable[str]:
    for node in violation["nodes"]:
        if node["impact"] in {"serious", "critical"}:
            yield f"{violation['id']} {node['target']}: {node['failureSummary']}"


def make_large_place(client: httpx2.Client) -> Place:
    """Make a canvas of 200 poses in a grid, each joined with its neighbours: 400 edges."""
    project = check(client.post("/v1/projects", json={"name": "Large"}), 201)
    collection = check(client.post("/v1/collections", json={"name": "Many", "project_id": project["id"]}), 201)
    item = upload_pose(client, collection["id"], "Dot", draw_pose(0.0))
    picture = item["asset_ids"]["transparent_image"]
    rows, columns = GRID
    nodes = [
        {
            "id": f"n{index}",
            "itemName": f"Pose {index}",
            "assetId": picture,
            "position": {"x": index % columns * GRID_APART_PX, "y": index // columns * GRID_APART_PX},
        }
        for index in range(rows * columns)
    ]
    edges = [
        {"id": f"{way}{index}", "source": f"n{index}", "target": f"n{(index + step) % len(nodes)}", "conditions": []}
        for index in range(len(nodes))
        for way, step in (("right", 1), ("down", columns))
    ]
    graph = {"name": "Many", "initialNode": "n0", "nodes": nodes, "edges": edges}
    canvas = check(client.post(f"/v1/collections/{collection['id']}/canvases", json=graph), 201)
    return Place(client, collection["id"], canvas["id"])


def count_renders(page: Page, act: Callable[[], object]) -> dict[str, int]:
    """Return how often each pose and edge was rendered by React while something was done."""
    page.evaluate("window.renders = {}")
    act()
    counted: dict[str, int] = page.evaluate("window.renders")
    return counted
