"""The link that `poseloom serve` prints: over real HTTP, in a real browser, and from pages that mean no good."""

import json
import re
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from poseloom.core.link import LIFETIME_SECONDS
from tests.e2e.browser import ARGUMENTS, serve
from tests.e2e.server import Server, check, make_place, run_server
from tests.integration.api.bench import Bench

REBOUND = "rebound.example"
LINK = re.compile(r"http://127\.0\.0\.1:\d+/#link=[0-9a-f]{32}")
FOREIGN_PAGE = """<!doctype html><title>waiting</title><script>
const [address, token] = location.hash.slice(1).split(",");
const body = JSON.stringify({token});
const ask = (path, options) => fetch(address + path, {method: "POST", body, ...options}).then(
  (answer) => answer.type + " " + answer.status, () => "blocked");
Promise.all([
  ask("/studio/sign-in", {mode: "no-cors"}),
  ask("/studio/sign-in", {headers: {"Content-Type": "application/json"}}),
  ask("/studio/link", {mode: "no-cors"}),
]).then((told) => { document.title = told.join(", "); });
</script>"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with run_server(tmp_path / "home") as started:
        yield started


@pytest.fixture
def context() -> Iterator[BrowserContext]:
    """Return a browser to which a name of someone else's points here."""
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    rules = f"--host-resolver-rules=MAP {REBOUND} 127.0.0.1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=[*ARGUMENTS, rules])
        yield browser.new_context()
        browser.close()


def read_token(link: str) -> str:
    return urlsplit(link).fragment.removeprefix("link=")


def spend(url: str, token: str, **headers: str) -> httpx2.Response:
    """Do what the page does with a token."""
    own = {"Origin": url, **headers}
    return httpx2.post(f"{url}/studio/sign-in", json={"token": token}, headers=own, trust_env=False)


def tell(answer: httpx2.Response) -> tuple[int, str]:
    error = answer.json()["error"]
    return answer.status_code, error.get("reason", error["code"])


def read_shown_link(server: Server) -> str:
    """Return the link that the server prints next."""
    assert server.process.stdout is not None
    link: str = json.loads(server.process.stdout.readline())["link"]
    return link


def request_raw(url: str, *headers: str) -> str:
    """Send a request with exactly these headers; return the first line of the answer."""
    parts = urlsplit(url)
    with socket.create_connection((str(parts.hostname), parts.port or 80)) as connection:
        connection.sendall("\r\n".join(["GET / HTTP/1.0", *headers, "", ""]).encode())
        return connection.makefile().readline().strip()


@contextmanager
def listen(app: FastAPI) -> Iterator[str]:
    """Serve an app over real HTTP for the length of a block; yield its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        running = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            running.should_exit = True
            thread.join()


def test_the_printed_link_gives_a_key_once(server: Server) -> None:
    assert LINK.fullmatch(server.told["link"])
    token = read_token(server.told["link"])
    made = check(spend(server.url, token), 201)
    with server.open_client(made["api_key"]) as client:
        assert check(client.get("/v1/credits"))["balance"] == 1000
        assert client.post("/v1/credits/grants", json={"credits": 1, "reference": "more"}).status_code == 403
    assert tell(spend(server.url, token)) == (410, "used")


def test_a_link_is_nothing_to_a_server_that_was_started_again(tmp_path: Path) -> None:
    with run_server(tmp_path / "home") as first:
        token = read_token(first.told["link"])
    with run_server(tmp_path / "home") as second:
        assert tell(spend(second.url, token)) == (410, "unknown")
        check(spend(second.url, read_token(second.told["link"])), 201)


def test_a_link_is_nothing_after_a_quarter_of_an_hour(tmp_path: Path) -> None:
    shown: list[str] = []
    bench = Bench.open(f"sqlite:///{tmp_path / 'poseloom.db'}", tmp_path)
    bench.open_workspace()
    with listen(bench.open_app(show_link=shown.append, names=frozenset())) as url:
        check(httpx2.post(f"{url}/studio/link", headers={"Origin": url}, trust_env=False), 202)
        bench.tools.pass_time(LIFETIME_SECONDS)
        assert tell(spend(url, shown[0])) == (410, "expired")
    bench.close()


def test_neither_token_nor_its_key_is_in_the_log_or_in_any_file(server: Server) -> None:
    token = read_token(server.told["link"])
    key = check(spend(server.url, token), 201)["api_key"]
    assert tell(spend(server.url, token)) == (410, "used")
    files = [server.log, *(path for path in server.home.rglob("*") if path.is_file())]
    assert any(path.name == "poseloom.db" for path in files)
    for path in files:
        content = path.read_bytes()
        assert token.encode() not in content, path
        assert key.encode() not in content, path


def test_a_request_for_another_host_or_none_is_refused(server: Server) -> None:
    with server.open_client() as client:
        for host in (REBOUND, f"{REBOUND}:{urlsplit(server.url).port}", "0.0.0.0", "localhost.example"):
            answer = client.get("/v1/credits", headers={"Host": host})
            assert tell(answer) == (421, "host_refused")
            assert "POSELOOM_HOSTS" in answer.json()["error"]["message"]
        for host in ("localhost", "LOCALHOST:1", "127.0.0.1", "[::1]:8000"):
            check(client.get("/v1/credits", headers={"Host": host}))
    assert request_raw(server.url) == "HTTP/1.1 421 Misdirected Request"
    assert request_raw(server.url, "Host: localhost").startswith("HTTP/1.1 200")
    assert not request_raw(server.url, "Host: localhost", f"Host: {REBOUND}").startswith("HTTP/1.1 200")


def test_names_that_the_operator_lets_in_are_answered(tmp_path: Path) -> None:
    with (
        run_server(tmp_path / "home", POSELOOM_HOSTS="mascots.example, pim.example") as server,
        server.open_client() as client,
    ):
        for host in ("mascots.example", "pim.example:81", "localhost"):
            check(client.get("/v1/credits", headers={"Host": host}))
        assert tell(client.get("/v1/credits", headers={"Host": REBOUND})) == (421, "host_refused")


def test_a_server_for_others_or_behind_a_proxy_shows_no_link(tmp_path: Path) -> None:
    with run_server(tmp_path / "open", "--host", "0.0.0.0") as server:
        url = f"http://127.0.0.1:{urlsplit(server.url).port}"
        assert "link" not in server.told
        assert tell(httpx2.post(f"{url}/studio/link", headers={"Origin": url}, trust_env=False)) == (404, "not_found")
        assert httpx2.get(f"{url}/healthz", headers={"Host": "mascots.example"}, trust_env=False).status_code == 200
    with run_server(tmp_path / "behind", POSELOOM_BASE_URL="https://mascots.example") as server:
        assert "link" not in server.told


def open_link(page: Page, link: str) -> None:
    page.goto(link)
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_a_person_opens_the_printed_link_and_is_in(server: Server, context: BrowserContext) -> None:
    page, link = context.new_page(), server.told["link"]
    open_link(page, link)
    assert page.url == f"{server.url}/"
    token = read_token(link)
    kept = page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}, document.cookie, history.state])")
    assert token not in kept
    page.reload()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.goto("about:blank")
    page.go_back()
    assert token not in page.url
    assert context.cookies() == []


def test_the_second_use_says_what_to_do_and_a_new_link_is_one_press_away(
    server: Server, context: BrowserContext
) -> None:
    open_link(context.new_page(), server.told["link"])
    page = context.new_page()
    page.goto(server.told["link"])
    told = page.get_by_role("alert").filter(has_text="this link was used already")
    expect(told).to_contain_text("take a new one from where the server runs, or sign in with a key")
    assert page.url == f"{server.url}/"
    expect(page.get_by_label("API key")).to_be_visible()
    page.get_by_role("button", name="Show a new link in the terminal").click()
    expect(page.get_by_role("status")).to_contain_text("A new link stands in the terminal")
    # As a person does who puts it into the same tab: only what stands behind the # changes.
    open_link(page, read_shown_link(server))
    assert page.url == f"{server.url}/"


def test_a_key_opens_the_studio_when_the_link_does_not(server: Server, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{server.url}/#link={'0' * 32}")
    expect(page.get_by_role("alert").filter(has_text="does not know this link")).to_be_visible()
    page.get_by_label("API key").fill(server.key)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_who_signs_out_takes_the_links_key_along(server: Server, context: BrowserContext) -> None:
    page = context.new_page()
    open_link(page, server.told["link"])
    with page.expect_response(lambda answer: answer.request.method == "DELETE") as revoked:
        page.get_by_role("button", name="Sign out").click()
    assert revoked.value.status == 204
    expect(page.get_by_label("API key")).to_be_visible()
    with server.open_client() as client:
        assert [key["name"] for key in check(client.get("/v1/api-keys"))["api_keys"]] == ["First key"]


def test_a_page_of_another_site_can_neither_spend_a_link_nor_ask_for_one(
    server: Server, context: BrowserContext, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text(FOREIGN_PAGE)
    token = read_token(server.told["link"])
    with serve(site) as foreign:
        page = context.new_page()
        page.goto(f"{foreign}/#{server.url},{token}")
        expect(page).to_have_title("opaque 0, blocked, opaque 0")
    check(spend(server.url, token), 201)


def test_a_name_that_was_made_to_point_here_reads_nothing(server: Server, context: BrowserContext) -> None:
    with server.open_client() as client:
        make_place(client)
    page = context.new_page()
    url = f"http://{REBOUND}:{urlsplit(server.url).port}"
    token = read_token(server.told["link"])
    answer = page.goto(f"{url}/#link={token}")
    assert answer is not None
    assert (answer.status, answer.json()["error"]["code"]) == (421, "host_refused")
    told = page.evaluate(
        """token => Promise.all(["/studio/sign-in", "/studio/link"].map(path => fetch(path, {
             method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify({token})
           }).then(answer => answer.status)))""",
        token,
    )
    assert told == [421, 421]
    check(spend(server.url, token), 201)


def test_no_other_site_frames_the_studio_or_keeps_a_hand_on_it(
    server: Server, context: BrowserContext, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text(f'<!doctype html><title>foreign</title><iframe src="{server.url}/"></iframe>')
    with serve(site) as foreign:
        page = context.new_page()
        page.goto(foreign)
        assert [frame.url for frame in page.frames[1:]] == ["chrome-error://chromewebdata/"]
        with context.expect_page() as opened:
            page.evaluate("url => { window.studio = window.open(url); }", f"{server.url}/")
        expect(opened.value.get_by_label("API key")).to_be_visible()
        assert page.evaluate("window.studio.closed")
        assert opened.value.evaluate("window.opener") is None


def test_a_script_in_a_name_is_text(server: Server, context: BrowserContext) -> None:
    name = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    with server.open_client() as client:
        check(client.post("/v1/collections", json={"name": name}), 201)
    page = context.new_page()
    heard: list[str] = []
    page.on("dialog", lambda dialog: heard.append(dialog.message))
    open_link(page, server.told["link"])
    expect(page.get_by_text(name)).to_be_visible()
    refused = page.evaluate(
        """() => { try { document.body.innerHTML = "<p>text</p>"; return ""; } catch (error) { return error.name; } }"""
    )
    assert (refused, heard) == ("TypeError", [])
