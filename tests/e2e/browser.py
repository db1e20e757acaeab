"""A real browser and a real host for the player: Chromium, and a loopback server that knows byte ranges."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright

ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class RangeHandler(SimpleHTTPRequestHandler):
    """Serves a folder as a static host does; media elements ask for byte ranges."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if wanted and path.is_file():
            self._send_range(path, int(wanted[1]), wanted[2])
        else:
            super().do_GET()

    def _send_range(self, path: Path, first: int, last_text: str) -> None:
        size = path.stat().st_size
        last = min(int(last_text), size - 1) if last_text else size - 1
        if first > last:
            self.send_error(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
            return
        self.send_response(HTTPStatus.PARTIAL_CONTENT)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Range", f"bytes {first}-{last}/{size}")
        self.send_header("Content-Length", str(last - first + 1))
        self.end_headers()
        with path.open("rb") as file:
            file.seek(first)
            self.wfile.write(file.read(last - first + 1))

    def log_message(self, *_: object) -> None:
        """Keep the test's output quiet."""


class QuietServer(ThreadingHTTPServer):
    """A browser that goes away in the middle of an answer is no error."""

    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        pass


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve a folder on loopback; yield its URL."""
    with QuietServer(("127.0.0.1", 0), partial(RangeHandler, directory=str(folder))) as server:
        thread = Thread(target=partial(server.serve_forever, poll_interval=0.05))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def start_chromium(playwright: Playwright) -> Iterator[Browser]:
    """Start the system's Chromium; each context in it is a visitor of its own."""
    browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
    try:
        yield browser
    finally:
        browser.close()


def find_chromium() -> str:
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    if executable is None:
        pytest.fail("no chromium or google-chrome on PATH; `make browser` installs it")
    return executable


@contextmanager
def open_chromium(playwright: Playwright, profile: Path) -> Iterator[BrowserContext]:
    """Start the system's Chromium with an empty profile."""
    context = playwright.chromium.launch_persistent_context(
        profile, executable_path=find_chromium(), args=ARGUMENTS, viewport={"width": 1100, "height": 720}
    )
    try:
        yield context
    finally:
        context.close()
