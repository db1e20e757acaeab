import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import anyio
import anyio.to_thread
import pytest

from poseloom.core.address import is_public_address
from poseloom.core.error import FetchRefused, TooLarge
from poseloom.store.fetch import FIELD, ImageFetcher, open_fetcher

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
LOOPBACK = "127.0.0.1"
PUBLIC = "93.184.215.14"
SITE = "pictures.example"


class Site(ThreadingHTTPServer):
    """Answers by path and remembers who asked; its slow answers end when it closes."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__((LOOPBACK, 0), Handler)
        self.asked: list[tuple[str, str]] = []
        self.closing = Event()


class Handler(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        self.server.asked.append((self.headers["Host"], self.path))
        name, _, rest = self.path[1:].partition("/")
        match name:
            case "redirect":
                self.answer(302, {"Location": rest})
            case "again":
                self.answer(307, {"Location": "/again/"})
            case "status":
                self.answer(int(rest), {"Content-Type": "image/png"}, PICTURE)
            case "page":
                self.answer(200, {"Content-Type": "text/html"}, b"<p>")
            case "packed":
                self.answer(200, {"Content-Type": "image/png", "Content-Encoding": "gzip"}, PICTURE)
            case "announced":
                self.answer(200, {"Content-Type": "image/png", "Content-Length": str(2**40)}, PICTURE)
            case "endless":
                self.answer(200, {"Content-Type": "image/png"})
                self.trickle(PICTURE, 0)
            case "slow":
                self.answer(200, {"Content-Type": "image/png"})
                self.trickle(b"x", 0.05)
            case "slowhead":
                self.trickle(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 5000, 0.05, at_once=1)
            case _:
                self.answer(200, {"Content-Type": "Image/PNG; a=b"}, PICTURE)

    def answer(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)

    def trickle(self, content: bytes, pause_seconds: float, at_once: int | None = None) -> None:
        place = 0
        while not self.server.closing.wait(pause_seconds):
            try:
                self.wfile.write(content if at_once is None else content[place : place + at_once])
            except OSError:
                return
            place += at_once or 0

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[Site]:
    server = Site()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.closing.set()
    server.shutdown()
    thread.join()
    server.server_close()


def resolve_names(**addresses: Sequence[str]) -> Callable[[str, int], Sequence[str]]:
    """Return a resolver that knows these names, without their `.example`."""

    def resolve(host: str, _port: int) -> Sequence[str]:
        try:
            return addresses[host.removesuffix(".example")]
        except KeyError:
            raise OSError("no such host") from None

    return resolve


def may_loop(address: str) -> bool:
    return address == LOOPBACK or is_public_address(address)


@pytest.fixture
def fetcher() -> ImageFetcher:
    return ImageFetcher(
        resolve=resolve_names(pictures=[LOOPBACK], inside=["10.0.0.7"], mixed=[LOOPBACK, "169.254.169.254"]),
        is_allowed=may_loop,
        allow_http=True,
        limit_bytes=2**16,
        limit_seconds=20,
    )


def refuse(fetcher: ImageFetcher, url: str) -> str:
    with pytest.raises(FetchRefused) as caught:
        fetcher.fetch(url)
    message = caught.value.message
    assert message.startswith(f"{FIELD}: ")
    assert "; " in message, "no fix is named"
    assert "\n" not in message
    assert caught.value.fields == {"field": FIELD}
    return message


def place(site: Site, path: str = "/pose.png", host: str = SITE) -> str:
    return f"http://{host}:{site.server_port}{path}"


def test_a_picture_is_fetched_in_the_name_of_its_host(site: Site, fetcher: ImageFetcher) -> None:
    assert fetcher.fetch(place(site)) == PICTURE
    assert site.asked == [(f"{SITE}:{site.server_port}", "/pose.png")]


def test_a_picture_is_fetched_from_a_thread_of_a_server(site: Site, fetcher: ImageFetcher) -> None:
    async def serve() -> bytes:
        return await anyio.to_thread.run_sync(fetcher.fetch, place(site))

    assert anyio.run(serve) == PICTURE


def test_a_redirect_is_followed_by_path_and_by_address(site: Site, fetcher: ImageFetcher) -> None:
    assert fetcher.fetch(place(site, "/redirect//pose.png")) == PICTURE
    assert fetcher.fetch(place(site, f"/redirect/{place(site)}")) == PICTURE


def test_redirects_end(site: Site, fetcher: ImageFetcher) -> None:
    assert "redirects more than 3 times" in refuse(fetcher, place(site, "/again/"))
    assert len(site.asked) == 4


@pytest.mark.parametrize(
    "target",
    [
        "http://inside.example/secret",
        "http://10.0.0.7/secret",
        "http://[::1]/secret",
        "http://[::ffff:169.254.169.254]/secret",
        "http://mixed.example/secret",
    ],
)
def test_a_redirect_to_the_inside_is_refused(site: Site, fetcher: ImageFetcher, target: str) -> None:
    assert "not on the public internet" in refuse(fetcher, place(site, f"/redirect/{target}"))
    assert len(site.asked) == 1


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://pictures.example/", "gopher://pictures.example/"])
def test_a_redirect_to_another_protocol_is_refused(site: Site, fetcher: ImageFetcher, target: str) -> None:
    assert "https://" in refuse(fetcher, place(site, f"/redirect/{target}"))


def test_a_redirect_to_nonsense_is_refused(site: Site, fetcher: ImageFetcher) -> None:
    assert "redirects to what is not an address" in refuse(fetcher, place(site, "/redirect/http://[v1.x]/"))


def test_a_name_that_changes_its_address_gains_nothing(site: Site, fetcher: ImageFetcher) -> None:
    answers = iter([[LOOPBACK], ["10.0.0.7"], ["10.0.0.7"]])
    fickle = replace(fetcher, resolve=lambda _host, _port: next(answers))
    assert fickle.fetch(place(site)) == PICTURE
    assert next(answers) == ["10.0.0.7"], "the name was asked for more than once"
    assert "not on the public internet" in refuse(fickle, place(site))


def test_the_next_address_is_tried_when_one_is_closed(site: Site, fetcher: ImageFetcher) -> None:
    both = replace(fetcher, resolve=lambda _host, _port: ["127.0.0.9", LOOPBACK], is_allowed=lambda _: True)
    assert both.fetch(place(site)) == PICTURE


def test_a_host_that_is_closed_cannot_be_reached(site: Site, fetcher: ImageFetcher) -> None:
    closed = replace(fetcher, resolve=lambda _host, _port: ["127.0.0.9"], is_allowed=lambda _: True)
    assert "cannot be reached" in refuse(closed, place(site))


def test_a_host_that_is_not_known_is_refused(fetcher: ImageFetcher) -> None:
    assert "is not known" in refuse(fetcher, "https://nobody.example/pose.png")
    assert "is not known" in refuse(replace(fetcher, resolve=lambda _host, _port: []), "https://nobody.example/")


@pytest.mark.parametrize("path", ["/endless/", "/announced/"])
def test_a_picture_of_too_many_bytes_is_refused(site: Site, fetcher: ImageFetcher, path: str) -> None:
    with pytest.raises(TooLarge) as caught:
        fetcher.fetch(place(site, path))
    assert caught.value.fields == {"field": FIELD, "limit_bytes": 2**16}


@pytest.mark.parametrize("path", ["/slow/", "/slowhead/"])
def test_a_sender_that_never_ends_is_left(site: Site, fetcher: ImageFetcher, path: str) -> None:
    start = time.monotonic()
    assert "does not answer within 0.5 seconds" in refuse(replace(fetcher, limit_seconds=0.5), place(site, path))
    assert time.monotonic() - start < 10


def test_a_resolver_that_never_answers_is_left(fetcher: ImageFetcher) -> None:
    end = Event()

    def hang(_host: str, _port: int) -> Sequence[str]:
        end.wait(60)
        return []

    try:
        hanging = replace(fetcher, resolve=hang, limit_seconds=0.3)
        assert "does not answer within" in refuse(hanging, "https://pictures.example/")
    finally:
        end.set()


def test_what_is_no_picture_is_refused(site: Site, fetcher: ImageFetcher) -> None:
    assert "does not answer with a picture" in refuse(fetcher, place(site, "/page/"))
    assert "packed bytes" in refuse(fetcher, place(site, "/packed/"))


@pytest.mark.parametrize("status", [204, 206, 304, 401, 404, 500])
def test_any_other_status_is_named(site: Site, fetcher: ImageFetcher, status: int) -> None:
    assert f"status {status}" in refuse(fetcher, place(site, f"/status/{status}"))


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("", "https://"),
        ("pose.png", "https://"),
        ("http://pictures.example/pose.png", "https://"),
        ("file:///etc/passwd", "https://"),
        ("data:image/png;base64,AAAA", "https://"),
        ("https:///pose.png", "names no host"),
        ("https://me:secret@pictures.example/", "a user name or a password"),
        ("https://me@pictures.example/", "a user name or a password"),
        ("https://public.example\\@pictures.example/", "a user name or a password"),
        ("https://pictures.example:22/", "names port 22"),
        ("https://pictures.example:80/", "names port 80"),
        ("https://pictures.example:99999/", "names port 99999"),
        ("https://pictures.example:x/", "is not an address"),
        ("https://pictures\n.example/", "is not an address"),
        (f"https://pictures.example/{'x' * 2048}", "longer than 2048"),
        ("https://127.0.0.1/", "not on the public internet"),
        ("https://127.0.0.1:8000/", "not on the public internet"),
        ("https://169.254.169.254/latest/meta-data/", "not on the public internet"),
        ("https://10.1.2.3/", "not on the public internet"),
        ("https://[::1]/", "not on the public internet"),
        ("https://[::ffff:7f00:1]/", "not on the public internet"),
        ("https://[64:ff9b::10.0.0.1]/", "not on the public internet"),
        ("https://[fd00:ec2::254]/", "not on the public internet"),
        ("https://loop.example/", "not on the public internet"),
        ("https://half.example/", "not on the public internet"),
        ("https://nobody.example/", "is not known"),
    ],
)
def test_by_default_nothing_but_public_https_is_asked(url: str, fault: str) -> None:
    careful = ImageFetcher(resolve=resolve_names(loop=[LOOPBACK], half=[PUBLIC, "192.168.0.1"]))
    assert fault in refuse(careful, url)


@pytest.mark.parametrize("host", ["localhost", "127.1", "0x7f.0.0.1", "2130706433", "017700000001"])
def test_the_system_s_own_spellings_of_loopback_are_refused(host: str) -> None:
    assert refuse(ImageFetcher(), f"https://{host}/")


def test_without_leave_nothing_inside_is_asked(site: Site) -> None:
    with pytest.raises(FetchRefused):
        open_fetcher()(place(site, host=LOOPBACK))
    assert site.asked == []


def test_a_developer_may_fetch_from_the_inside(site: Site) -> None:
    assert open_fetcher(allow_private=True)(place(site, host=LOOPBACK)) == PICTURE
