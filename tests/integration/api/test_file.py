import hashlib
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Message, Scope

from poseloom.api.error import answer_error
from poseloom.api.file import FileFacts, serve_file
from poseloom.core.error import PoseloomError
from poseloom.store.blob import PART_BYTES, ObjectBlobStore, open_blobs

CLIP = b"".join(hashlib.sha256(str(number).encode()).digest() for number in range(50_000))
SIZE_BYTES = len(CLIP)
SHA256 = hashlib.sha256(CLIP).hexdigest()
ETAG = f'"{SHA256}"'
PATH = "/files/clip.webm"
METHODS = ["GET", "HEAD", "OPTIONS", "POST"]


def open_app(blobs: ObjectBlobStore, facts: FileFacts) -> Starlette:
    async def answer(request: Request) -> Response:
        try:
            return await run_in_threadpool(serve_file, request, facts, blobs)
        except PoseloomError as error:
            return answer_error(error)

    return Starlette(routes=[Route(PATH, answer, methods=METHODS)])


def describe(content: bytes, media_type: str = "video/webm", name: str = "clip.webm") -> FileFacts:
    digest = hashlib.sha256(content).hexdigest()
    return FileFacts(sha256=digest, size_bytes=len(content), media_type=media_type, name=name)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Starlette:
    blobs = open_blobs(tmp_path_factory.mktemp("blobs").as_uri())
    blobs.keep(CLIP)
    return open_app(blobs, describe(CLIP))


@pytest.fixture(scope="module")
def client(app: Starlette) -> Iterator[TestClient]:
    with TestClient(app) as opened:
        yield opened


def test_a_whole_file_is_served_for_ever(client: TestClient) -> None:
    answer = client.get(PATH)
    assert answer.status_code == 200
    assert answer.content == CLIP
    assert answer.headers["content-length"] == str(SIZE_BYTES)
    assert answer.headers["content-type"] == "video/webm"
    assert answer.headers["etag"] == ETAG
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_every_page_may_use_it_and_none_may_guess_its_type(client: TestClient) -> None:
    for answer in (client.get(PATH), client.head(PATH), client.get(PATH, headers={"Range": "bytes=0-1"})):
        assert answer.headers["access-control-allow-origin"] == "*"
        exposed = answer.headers["access-control-expose-headers"]
        assert set(exposed.split(", ")) == {"Content-Range", "Content-Length", "ETag", "Accept-Ranges"}
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"


def test_a_head_says_what_a_get_would_bring(client: TestClient) -> None:
    head, get = client.head(PATH), client.get(PATH)
    assert head.status_code == 200
    assert head.content == b""
    assert dict(head.headers) == dict(get.headers)


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-", 0, SIZE_BYTES),
        ("bytes=0-0", 0, 1),
        ("bytes=100-299", 100, 300),
        ("bytes=-500", SIZE_BYTES - 500, SIZE_BYTES),
        (f"bytes={SIZE_BYTES - 1}-", SIZE_BYTES - 1, SIZE_BYTES),
        (f"bytes=5-{SIZE_BYTES * 2}", 5, SIZE_BYTES),
    ],
)
def test_a_part_is_served_when_it_is_asked_for(client: TestClient, asked: str, start: int, end: int) -> None:
    answer = client.get(PATH, headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.content == CLIP[start:end]
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{SIZE_BYTES}"
    assert answer.headers["content-length"] == str(end - start)
    assert answer.headers["etag"] == ETAG


@given(st.integers(0, SIZE_BYTES - 1), st.integers(0, SIZE_BYTES * 2))
def test_any_part_is_the_same_bytes(client: TestClient, start: int, last: int) -> None:
    answer = client.get(PATH, headers={"Range": f"bytes={start}-{start + last}"})
    assert (answer.status_code, answer.content) == (206, CLIP[start : start + last + 1])


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "bytes=x", "bytes=9-1", "frames=1-2", ""])
def test_what_cannot_be_one_part_is_the_whole_file(client: TestClient, asked: str) -> None:
    answer = client.get(PATH, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (200, CLIP)
    assert "content-range" not in answer.headers


@pytest.mark.parametrize("asked", [f"bytes={SIZE_BYTES}-", f"bytes={SIZE_BYTES + 5}-{SIZE_BYTES + 9}", "bytes=-0"])
def test_a_part_outside_of_the_file_is_refused(client: TestClient, asked: str) -> None:
    answer = client.get(PATH, headers={"Range": asked})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{SIZE_BYTES}"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "cache-control" not in answer.headers
    assert answer.json()["error"]["field"] == "Range"


@pytest.mark.parametrize("name", [ETAG, f"W/{ETAG}", "*", f'"other", {ETAG}'])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_who_has_it_is_told_so(client: TestClient, name: str, method: str) -> None:
    answer = client.request(method, PATH, headers={"If-None-Match": name, "Range": "bytes=0-1"})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == ETAG
    assert "immutable" in answer.headers["cache-control"]


def test_who_has_another_gets_it(client: TestClient) -> None:
    assert client.get(PATH, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    ("name", "status"),
    [(ETAG, 206), ('"other"', 200), (f"W/{ETAG}", 200), ("Wed, 21 Oct 2015 07:28:00 GMT", 200)],
)
def test_a_part_is_served_only_of_the_file_that_was_meant(client: TestClient, name: str, status: int) -> None:
    assert client.get(PATH, headers={"Range": "bytes=3-5", "If-Range": name}).status_code == status


def test_a_head_ignores_ranges(client: TestClient) -> None:
    answer = client.head(PATH, headers={"Range": "bytes=0-9"})
    assert (answer.status_code, answer.headers["content-length"]) == (200, str(SIZE_BYTES))


def test_a_page_may_ask_for_parts_beforehand(client: TestClient) -> None:
    asked = {"Origin": "https://page.example", "Access-Control-Request-Method": "GET"}
    answer = client.options(PATH, headers={**asked, "Access-Control-Request-Headers": "range"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "Range" in answer.headers["access-control-allow-headers"]
    assert "GET" in answer.headers["access-control-allow-methods"]


def test_a_file_cannot_be_written(client: TestClient) -> None:
    answer = client.post(PATH)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


def test_an_empty_file_is_served(tmp_path: Path) -> None:
    blobs = open_blobs(tmp_path.as_uri())
    blobs.keep(b"")
    with TestClient(open_app(blobs, describe(b""))) as client:
        answer = client.get(PATH)
        assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", "0")
        assert client.get(PATH, headers={"Range": "bytes=0-"}).status_code == 416


def test_bytes_that_are_lost_are_an_error_and_no_short_file() -> None:
    with TestClient(open_app(open_blobs("memory://"), describe(CLIP))) as client:
        answer = client.get(PATH)
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "storage_failed")
        assert "cache-control" not in answer.headers


def test_a_type_and_a_name_are_sent_as_they_are() -> None:
    blobs = open_blobs("memory://")
    blobs.keep(CLIP)
    with TestClient(open_app(blobs, describe(CLIP, "video/quicktime", 'wä"ve\r\n.mov'))) as client:
        answer = client.get(PATH)
        assert answer.headers["content-type"] == "video/quicktime"
        assert answer.headers["content-disposition"] == "inline; filename*=UTF-8''w%C3%A4%22ve%0D%0A.mov"


def test_a_file_leaves_in_small_parts(app: Starlette) -> None:
    sizes: list[int] = []

    async def receive() -> Message:
        await anyio.sleep_forever()
        raise AssertionError

    async def send(message: Message) -> None:
        sizes.append(len(message.get("body", b"")))

    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "path": PATH,
        "query_string": b"",
        "headers": [],
    }
    anyio.run(app, scope, receive, send)
    assert sum(sizes) == SIZE_BYTES
    assert max(sizes) <= PART_BYTES
