"""Takes the pictures of the Studio guide anew, of the demo mascot: `python -m benchmarks.screenshot`."""

import io
import json
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

from tests.e2e.browser import start_chromium
from tests.e2e.server import Server, check, run_server
from tests.e2e.studio import sign_in

TARGET = Path(__file__).resolve().parents[1] / "docs" / "guide"
VIEW = ViewportSize(width=1280, height=800)
WIDTH_PX = 960
WEBP_QUALITY = 78
LIFE_MS = 600_000
CLIP_SIZE_PX = 256
ENOUGH_DATA = 4
"""A video's `readyState` when it can play through."""


def main() -> None:
    folder = Path(tempfile.mkdtemp())
    with (
        run_server(folder / "home", "--demo", POSELOOM_FORMATS="webm") as server,
        sync_playwright() as playwright,
        start_chromium(playwright) as browser,
    ):
        shrink_clips(server)
        page = browser.new_context(viewport=VIEW, device_scale_factor=1.5).new_page()
        page.goto(server.url)
        page.get_by_label("API key").wait_for()
        keep(page, "sign-in")
        sign_in(page, server)
        page.get_by_role("button", name="Pim").first.click()
        page.locator(".bill .price strong").wait_for()
        keep(page, "bill")
        page.get_by_role("button", name="Generate all").click()
        page.locator(".tag.completed").nth(2).wait_for(timeout=LIFE_MS)
        keep(page, "making")
        page.locator("poseloom-mascot").wait_for(state="attached", timeout=LIFE_MS)
        page.get_by_label("forward from idle to waving").focus()
        page.keyboard.press("Enter")
        clip = page.get_by_label("Clip", exact=True).locator("video")
        expect(clip).to_have_js_property("readyState", ENOUGH_DATA)
        page.get_by_label("Moment of the clip").fill("0.5")
        expect(clip).to_have_js_property("seeking", value=False)
        expect(page.get_by_label("Clip", exact=True)).to_contain_text("Trust")
        keep(page, "living")


def shrink_clips(server: Server) -> None:
    """Make the clips small, for what is to be seen is the page."""
    with server.open_client() as client:
        for collection in check(client.get("/v1/collections"))["collections"]:
            path = f"/v1/collections/{collection['id']}/canvases"
            for canvas in check(client.get(path))["canvases"]:
                check(client.patch(f"{path}/{canvas['id']}", json={"size": CLIP_SIZE_PX}))


def keep(page: Page, name: str) -> None:
    """Write what is to be seen as a small WebP."""
    page.wait_for_function("() => [...document.images].every((image) => image.complete)")
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        height = round(WIDTH_PX * picture.height / picture.width)
        path = TARGET / f"studio-{name}.webp"
        picture.convert("RGB").resize((WIDTH_PX, height), Image.Resampling.LANCZOS).save(
            path, quality=WEBP_QUALITY, method=6
        )
    print(json.dumps({"picture": path.name, "bytes": path.stat().st_size}))


if __name__ == "__main__":
    main()
