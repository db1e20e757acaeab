"""`/`: the Studio, from this server alone – it works with no network, and knows only the public API."""

import gzip
import re
from functools import lru_cache
from importlib.resources import files
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

from poseloom.api.door import OpenDoor
from poseloom.core.error import NotFound

FOLDER = files("poseloom.api") / "static" / "studio"
PARTS = FOLDER / "studio"
TYPES = {"js": "text/javascript", "css": "text/css", "webp": "image/webp"}
MISSING = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Poseloom</title>
<link rel="icon" href="data:,">
<h1>The Studio was not built</h1>
<p>Run <code>make setup</code> in the project's folder, then start the server again.
The API works without it: see the <a href="docs">reference</a>.</p>
</html>
"""
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # No page that opened this one, or was opened by it, keeps a hand on it.
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
DESKTOPS = tuple(f"http://127.0.0.1:{port}" for port in range(45832, 45842))
"""Where desktop mascots listen on the visitor's machine, to take a mascot that the Studio hands them."""
COMPRESSED = frozenset({"text/javascript", "text/css"})
IMMUTABLE = "public, max-age=31536000, immutable"

router = APIRouter(include_in_schema=False)


@router.get("/")
async def show_studio(door: OpenDoor) -> Response:
    """Show the Studio, or how to build it."""
    headers = {
        **HEADERS,
        "Content-Security-Policy": write_policy(door.service.base_url),
        # Its parts are named by what they hold: a new page finds new ones.
        "Cache-Control": "no-cache",
    }
    return HTMLResponse(await run_in_threadpool(_read_page), headers=headers)


@router.get("/studio/{name}")
async def serve_part(request: Request, name: str) -> Response:
    """Serve what the page is made of."""
    media_type = TYPES.get(name.rpartition(".")[2])
    is_small = media_type in COMPRESSED and takes_gzip(request.headers.get("accept-encoding", ""))
    content = None if media_type is None else await run_in_threadpool(_read_part, name, is_small=is_small)
    if content is None:
        raise NotFound(f"there is nothing at {request.url.path[:80]}; see /")
    headers = {**HEADERS, "Cache-Control": IMMUTABLE, "Vary": "Accept-Encoding"}
    return Response(
        content, media_type=media_type, headers=headers | ({"Content-Encoding": "gzip"} if is_small else {})
    )


def takes_gzip(accepted: str) -> bool:
    """Say whether `Accept-Encoding` takes gzip; a weight of nought refuses it."""
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() == "gzip":
            return re.fullmatch(r"\s*q=0(\.0*)?\s*", weight) is None
    return False


def write_policy(base_url: str | None) -> str:
    """Return what the page may load and ask: this server, and the address under which its files are known."""
    origins = "'self'"
    if base_url:
        parts = urlsplit(base_url)
        origins += f" {parts.scheme}://{parts.netloc}"
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src {origins} data: blob:; "
        f"media-src {origins} blob:; connect-src {origins} blob: {' '.join(DESKTOPS)}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        # Text never becomes a script or a page's part, not even by a mistake of ours.
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _read_page() -> str:
    page = FOLDER / "index.html"
    return page.read_text(encoding="utf-8") if page.is_file() else MISSING


def _read_part(name: str, *, is_small: bool) -> bytes | None:
    # Only what lies in the folder has a name here, so no path leads out of it.
    for part in PARTS.iterdir() if PARTS.is_dir() else ():
        if part.name == name:
            content = part.read_bytes()
            return _compress(content) if is_small else content
    return None


@lru_cache(maxsize=8)
def _compress(content: bytes) -> bytes:
    return gzip.compress(content)
