"""Immutable files over HTTP: whole or in part, to any page, for ever."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from poseloom.api.error import answer_error
from poseloom.api.parameter import knows_etag
from poseloom.core.byte_range import ByteRange, read_range
from poseloom.core.error import InvalidRequest, MethodNotAllowed
from poseloom.ports.blob import BlobStore

METHODS = ("GET", "HEAD", "OPTIONS")
FOREVER = "public, max-age=31536000, immutable"
OPEN_HEADERS: Mapping[str, str] = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Content-Range, Content-Length, ETag, Accept-Ranges",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}
"""For every answer under a file's address, refusals included: a page must be able to read why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """What is known of a file.

    Attributes:
        name: Under which browsers save it.
    """

    sha256: str
    size_bytes: int
    media_type: str
    name: str


def serve_file(request: Request, facts: FileFacts, blobs: BlobStore) -> Response:
    """Return a file, the part of it that a request asks for, or that the asker has it already.

    Reads from the store: call it in a thread. The answer itself reads on in threads, part by part.

    Raises:
        MethodNotAllowed: The method is none of `METHODS`.
        StorageFailed: The bytes cannot be read.
    """
    if request.method not in METHODS:
        raise MethodNotAllowed(
            f"{request.method}: a file is read only; use {', '.join(METHODS)}", allow=", ".join(METHODS)
        )
    if request.method == "OPTIONS":
        return answer_preflight()
    etag = f'"{facts.sha256}"'
    headers = {**OPEN_HEADERS, "Accept-Ranges": "bytes", "Cache-Control": FOREVER, "ETag": etag}
    if knows_etag(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=headers)
    headers |= {
        "Content-Type": facts.media_type,
        "Content-Disposition": f"inline; filename*=UTF-8''{quote(facts.name)}",
    }
    if request.method == "HEAD":
        return Response(headers={**headers, "Content-Length": str(facts.size_bytes)})
    span = _choose_range(request, etag, facts.size_bytes)
    if span is None:
        return _stream(facts, blobs, ByteRange(start=0, end=facts.size_bytes), 200, headers)
    if span.is_empty:
        return _refuse_range(facts.size_bytes)
    headers["Content-Range"] = f"bytes {span.start}-{span.end - 1}/{facts.size_bytes}"
    return _stream(facts, blobs, span, 206, headers)


def answer_preflight() -> Response:
    """Allow a page of any origin to ask for parts of files."""
    allowed = {
        "Access-Control-Allow-Methods": ", ".join(METHODS),
        "Access-Control-Allow-Headers": "Range, If-Range, If-None-Match",
        "Access-Control-Max-Age": "86400",
    }
    return Response(status_code=204, headers={**OPEN_HEADERS, **allowed})


def _choose_range(request: Request, etag: str, size_bytes: int) -> ByteRange | None:
    header = request.headers.get("range")
    # Files have no date, so that an `If-Range` with one names another file.
    if header is None or request.headers.get("if-range", etag) != etag:
        return None
    return read_range(header, size_bytes)


def _refuse_range(size_bytes: int) -> Response:
    """Answer 416, which no error has for its own: the same header on another file is right."""
    problem = InvalidRequest(f"Range: the file has {size_bytes} bytes; ask for some of these", field="Range")
    response = answer_error(problem)
    response.status_code = 416
    response.headers.update({**OPEN_HEADERS, "Content-Range": f"bytes */{size_bytes}", "Accept-Ranges": "bytes"})
    return response


def _stream(facts: FileFacts, blobs: BlobStore, span: ByteRange, status: int, headers: Mapping[str, str]) -> Response:
    parts = blobs.stream(facts.sha256, span.start, span.end)
    # The first part is read before the status is sent: bytes that are not there are an error, no short file.
    first = next(parts, b"")
    length = {"Content-Length": str(span.end - span.start)}
    rest: Iterator[bytes] = chain((first,), parts)
    return StreamingResponse(rest, status, {**headers, **length})
