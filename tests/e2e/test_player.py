"""The player in a real browser: it plays, answers, stays transparent, and never shows a blank frame."""

import io
import json
import random
from base64 import b64decode
from collections.abc import Iterator
from itertools import dropwhile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import (
    BrowserContext,
    CDPSession,
    ConsoleMessage,
    FloatRect,
    Locator,
    Page,
    expect,
    sync_playwright,
)

from tests.e2e.browser import open_chromium, serve
from tests.e2e.tiny_mascot import write_bundle

MAGENTA = (255, 0, 255)
TRANSITIONS = 60
WATCHED_TRANSITIONS = 12

# Everything that the mascot says, in order; and the poses between which it moves.
RECORDER = """
window.log = [];
for (const name of ["ready", "statechange", "inputchange", "transitionstart", "transitionend", "error"]) {
  addEventListener(name, (event) => event.detail && window.log.push({ name, ...event.detail }), true);
}
window.mascot = () => document.querySelector("poseloom-mascot");
window.seen = () => mascot().shadowRoot.querySelector(".layer.seen");
window.moves = () => window.log.filter((one) => one.name === "transitionstart").map((one) => one.edge);
window.rests = (node) => mascot()?.state?.phase === "rest" && mascot().node === node;
"""

# At each animation frame: how much of the picture on top is covered.
SAMPLER = """
window.coverage = [];
const canvas = new OffscreenCanvas(64, 64);
const context = canvas.getContext("2d", { willReadFrequently: true });
const sample = () => {
  context.clearRect(0, 0, 64, 64);
  context.drawImage(window.seen(), 0, 0, 64, 64);
  const { data } = context.getImageData(0, 0, 64, 64);
  let sum = 0;
  for (let index = 3; index < data.length; index += 4) sum += data[index];
  window.coverage.push(sum / 255 / 4096);
  requestAnimationFrame(sample);
};
sample();
"""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bundle(tmp_path_factory.mktemp("bundle") / "mascot")


@pytest.fixture(scope="module")
def host(bundle: Path) -> Iterator[str]:
    """Serve the bundle from a subfolder, as many static hosts do."""
    with serve(bundle.parent) as url:
        yield f"{url}/{bundle.name}/"


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    with sync_playwright() as playwright, open_chromium(playwright, tmp_path_factory.mktemp("profile")) as context:
        context.add_init_script(RECORDER)
        yield context


@pytest.fixture
def page(chromium: BrowserContext) -> Iterator[Page]:
    page = chromium.new_page()
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    page.close()
    assert complaints == []


@pytest.fixture
def mascot(page: Page, host: str) -> Locator:
    return open_mascot(page, host + "index.html")


def open_mascot(page: Page, url: str) -> Locator:
    page.goto(url)
    page.wait_for_function("window.seen()?.currentTime > 0 && rests('idle')")
    return page.locator("poseloom-mascot")


def wait_rest(page: Page, node: str) -> None:
    page.wait_for_function("node => rests(node)", arg=node)


def test_mascot_loads_and_plays(page: Page, mascot: Locator) -> None:
    assert page.evaluate("log[0].name") == "ready"
    before = mascot.screenshot()
    page.wait_for_function("before => seen().currentTime > before", arg=page.evaluate("seen().currentTime"))
    assert mascot.screenshot() != before


def test_loop_comes_round_and_is_counted(page: Page, mascot: Locator) -> None:
    expect(mascot).to_be_visible()
    page.wait_for_function("mascot().state.values.loopCount >= 3")
    assert page.evaluate("moves()") == []


def test_click_plays_the_transition_and_the_way_back(page: Page, mascot: Locator) -> None:
    mascot.dispatch_event("click")
    page.wait_for_function("moves().length === 2")
    assert page.evaluate("moves()") == ["idle-wave", "wave-idle"]
    wait_rest(page, "idle")
    expect(page.locator("#caption")).to_contain_text("Wave → Idle")


def test_pointer_on_the_mascot_walks_by_way_of_the_hub(page: Page, mascot: Locator) -> None:
    mascot.hover()
    wait_rest(page, "peek")
    mascot.click()
    page.wait_for_function("moves().length >= 3")
    assert page.evaluate("moves()")[:3] == ["idle-peek", "peek-idle", "idle-wave"]
    page.mouse.move(1, 1)
    wait_rest(page, "idle")


def test_controls_of_the_page_drive_the_mascot(page: Page, mascot: Locator) -> None:
    page.get_by_role("button", name="Hush").click()
    page.wait_for_function("moves().join() === 'idle-sleep,sleep-idle'")
    page.get_by_role("switch", name="Tired").check()
    wait_rest(page, "sleep")
    page.get_by_role("switch", name="Tired").uncheck()
    wait_rest(page, "idle")
    page.get_by_role("slider", name="Energy").fill("7")
    page.wait_for_function("moves().at(-1) === 'wave-idle'")
    expect(page.locator("#poses [aria-current]")).to_have_count(1)
    assert page.evaluate("mascot().state.values.energy") == 7
    expect(mascot).to_be_visible()


def test_keyboard_and_names(page: Page, mascot: Locator) -> None:
    expect(mascot).to_have_role("button")
    expect(mascot).to_have_accessible_name("Dot </script> & co")
    mascot.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("moves().at(-1) === 'idle-wave'")


def test_mascot_that_answers_no_click_is_a_picture(page: Page, host: str) -> None:
    page.goto(host + "index.html")
    page.evaluate("""() => {
      const { manifest } = mascot();
      const edges = manifest.edges.filter((edge) => !edge.conditions.some((one) => one.input === "clicked"));
      const quiet = document.createElement("poseloom-mascot");
      quiet.id = "quiet";
      quiet.manifest = { ...manifest, edges };
      document.body.append(quiet);
    }""")
    quiet = page.locator("#quiet")
    expect(quiet).to_have_role("img")
    expect(quiet).not_to_have_attribute("tabindex", "0")


def test_background_is_transparent(page: Page, mascot: Locator) -> None:
    page.add_style_tag(content=".scene, [data-backdrop] .scene { background: rgb(255 0 255) !important }")
    for _ in range(3):
        pixels = np.asarray(Image.open(io.BytesIO(mascot.screenshot())).convert("RGB"))
        corners = pixels[[2, 2, -3, -3], [30, -31, 30, -31]]
        assert (corners == MAGENTA).all(), corners
        disc = (pixels[..., 1] > 100).mean()
        assert disc == pytest.approx(np.pi * (26 / 128) ** 2, rel=0.1)
        page.wait_for_function("before => seen().currentTime !== before", arg=page.evaluate("seen().currentTime"))


def test_no_sampled_frame_is_blank(page: Page, mascot: Locator) -> None:
    page.evaluate(SAMPLER)
    stir(page, TRANSITIONS, random.Random(5))
    coverage = np.array(page.evaluate("coverage"))
    assert len(coverage) > TRANSITIONS
    middle = float(np.median(coverage))
    assert middle == pytest.approx(np.pi * (26 / 128) ** 2, rel=0.1)
    assert coverage.min() > 0.95 * middle, f"blank at sample {coverage.argmin()} of {len(coverage)}"
    assert coverage.max() < 1.05 * middle
    expect(mascot).to_be_visible()


def test_no_composited_frame_is_blank_or_doubled(page: Page, mascot: Locator) -> None:
    """What the screen really got, swap by swap."""
    page.add_style_tag(content="body, .scene { background: rgb(255 0 255) !important }")
    session = page.context.new_cdp_session(page)
    frames = record_screen(session)
    stir(page, WATCHED_TRANSITIONS, random.Random(6))
    session.send("Page.stopScreencast")
    box = mascot.bounding_box()
    assert box is not None
    # The page may be on its way to the screen yet without the colour around the mascot.
    shown = dropwhile(lambda pixels: not is_magenta_around(pixels, box), map(read_pixels, frames))
    areas = np.array([disc_area(pixels, box) for pixels in shown])
    assert len(areas) > WATCHED_TRANSITIONS
    middle = float(np.median(areas))
    assert areas.min() > 0.95 * middle, f"blank frame: {areas}"
    assert areas.max() < 1.05 * middle, f"doubled frame: {areas}"


def test_mascot_that_moves_in_the_document_goes_on(page: Page, mascot: Locator) -> None:
    page.get_by_role("switch", name="Tired").check()
    wait_rest(page, "sleep")
    page.evaluate("""() => {
      const one = mascot();
      one.remove();
      document.querySelector(".scene").prepend(one);
    }""")
    wait_rest(page, "sleep")
    page.get_by_role("switch", name="Tired").uncheck()
    page.wait_for_function("rests('idle') && seen().currentTime > 0")
    assert page.evaluate("mascot().shadowRoot.querySelectorAll('.layer').length") == 3
    expect(mascot).to_be_visible()


def test_paused_and_hidden_mascots_stand_still(page: Page, mascot: Locator) -> None:
    page.get_by_role("button", name="Pause").click()
    assert page.evaluate("seen().paused")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("!seen().paused")
    mascot.evaluate("one => { one.hidden = true }")
    page.wait_for_function("seen().paused")
    mascot.evaluate("one => { one.hidden = false }")
    page.wait_for_function("!seen().paused")


def test_reduced_motion_shows_stills_and_still_answers(page: Page, host: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto(host + "index.html")
    page.wait_for_function("seen()?.tagName === 'IMG' && seen().naturalWidth > 0")
    assert page.evaluate("mascot().shadowRoot.querySelector('video')") is None
    page.get_by_role("switch", name="Tired").check()
    wait_rest(page, "sleep")
    assert page.evaluate("seen().src").endswith("posters/sleep.png")
    page.emulate_media(reduced_motion="no-preference")
    page.get_by_role("switch", name="Tired").uncheck()
    page.wait_for_function("seen()?.tagName === 'VIDEO' && rests('idle')")


def test_clip_that_is_missing_is_told_and_skipped(page: Page, host: str, bundle: Path) -> None:
    manifest: dict[str, Any] = json.loads((bundle / "mascot.json").read_text())
    for edge in manifest["edges"]:
        if edge["id"] == "idle-sleep":
            edge["videos"] = {"webm": "data:video/webm;base64,AAAA"}
    page.goto(host + "index.html")
    page.evaluate("manifest => { mascot().manifest = manifest }", manifest)
    page.wait_for_function("log.filter((one) => one.name === 'ready').length === 2")
    page.evaluate("mascot().set('tired', true)")
    wait_rest(page, "sleep")
    page.wait_for_function("seen().tagName === 'IMG' && seen().src.endsWith('sleep.png')")
    assert page.evaluate("log.find((one) => one.name === 'error').edge") == "idle-sleep"


def test_page_opens_from_the_file_system(page: Page, bundle: Path) -> None:
    open_mascot(page, (bundle / "index.html").as_uri())
    page.get_by_role("switch", name="Tired").check()
    wait_rest(page, "sleep")


def test_element_takes_a_manifest_by_address(page: Page, host: str) -> None:
    page.goto(host + "index.html")
    page.evaluate("""() => {
      mascot().remove();
      document.body.innerHTML = '<poseloom-mascot src="mascot.json" aria-label="Mine"></poseloom-mascot>';
    }""")
    page.wait_for_function("window.seen()?.currentTime > 0")
    expect(page.locator("poseloom-mascot")).to_have_accessible_name("Mine")
    names = page.evaluate("mascot().inputs().map((input) => input.name)")
    assert names == ["hush", "tired", "energy", "clicked", "mouseOver", "loopCount", "nodeTime"]


def stir(page: Page, moves: int, chance: random.Random) -> None:
    """Send inputs at odd moments until so many transitions have been played."""
    while (done := page.evaluate("moves().length")) < moves:
        page.evaluate(
            "([tired, over, trigger]) => {"
            "  mascot().set('mouseOver', over); mascot().set('tired', tired); if (trigger) mascot().fire(trigger);"
            "}",
            [chance.random() < 0.5, chance.random() < 0.5, chance.choice(["clicked", "hush", None])],
        )
        pause_ms = chance.randrange(700)
        page.wait_for_function(
            "([done, until]) => moves().length > done || performance.now() > until",
            arg=[done, page.evaluate("performance.now()") + pause_ms],
        )


def record_screen(session: CDPSession) -> list[bytes]:
    frames: list[bytes] = []

    def keep(event: dict[str, Any]) -> None:
        frames.append(b64decode(event["data"]))
        session.send("Page.screencastFrameAck", {"sessionId": event["sessionId"]})

    session.on("Page.screencastFrame", keep)
    session.send("Page.startScreencast", {"format": "png", "everyNthFrame": 1})
    return frames


def read_pixels(frame: bytes) -> NDArray[np.uint8]:
    return np.asarray(Image.open(io.BytesIO(frame)).convert("RGB"))


def is_magenta_around(pixels: NDArray[np.uint8], box: FloatRect) -> bool:
    return bool((pixels[int(box["y"]) + 2, int(box["x"]) + 30] == MAGENTA).all())


def disc_area(pixels: NDArray[np.uint8], box: FloatRect) -> float:
    """Return how many pixels of the mascot's box show its green."""
    left, top = int(box["x"]), int(box["y"])
    cut = pixels[top : top + int(box["height"]), left : left + int(box["width"])]
    return float((cut[..., 1] > 100).sum())
