"""The reference page in a real browser: it works from its own server alone, under its own policy."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.e2e.browser import open_chromium
from tests.e2e.server import Server, run_server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with run_server(tmp_path / "home", "--no-workers") as started:
        yield started


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    with sync_playwright() as playwright, open_chromium(playwright, tmp_path / "profile") as context:
        yield context.new_page()


def test_the_reference_lists_every_operation_and_asks_nobody_else(server: Server, page: Page) -> None:
    hosts: set[str] = set()
    complaints: list[str] = []
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{server.url}/docs")
    page.locator("#operations-Generation-generate_all").click()
    page.locator("#operations-Generation-generate_all .opblock-body").wait_for()
    assert page.locator(".opblock").count() > 40
    # Pictures inside of the page have no host.
    assert hosts - {""} == {urlsplit(server.url).netloc}
    assert complaints == []
