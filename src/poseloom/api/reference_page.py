"""`/docs`: the reference to read and to try, from this server alone – it works with no network."""

from importlib.resources import files

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

from poseloom.core.error import NotFound

ASSETS = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}
"""From the package swagger-ui-dist, put here by `make setup`."""
FOLDER = files("poseloom.api") / "static"
START = "start.js"
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Poseloom: API reference</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css">
<div id="reference"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</html>
"""
MISSING = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Poseloom: API reference</title>
<link rel="icon" href="data:,">
<h1>The reference page was not built</h1>
<p>Run <code>make setup</code> in the project's folder, then start the server again.
The same is in <a href="openapi.json">openapi.json</a>.</p>
</html>
"""
SCRIPT = """SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  displayRequestDuration: true,
  persistAuthorization: false,
  tryItOutEnabled: true,
  validatorUrl: null,
});
"""
HEADERS = {
    # Inline styles are the reference's own; scripts come from files alone.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def show_reference() -> Response:
    """Show the reference, or how to build it."""
    page = PAGE if await run_in_threadpool(is_built) else MISSING
    return HTMLResponse(page, headers=HEADERS)


@router.get("/docs/{name}")
async def serve_asset(name: str) -> Response:
    """Serve what the page is made of."""
    if name == START:
        return Response(SCRIPT, media_type="text/javascript", headers=HEADERS)
    if name not in ASSETS or not await run_in_threadpool(is_built):
        raise NotFound(f"there is nothing at /docs/{name[:80]}; see /docs")
    content = await run_in_threadpool((FOLDER / name).read_bytes)
    return Response(content, media_type=ASSETS[name], headers={**HEADERS, "Cache-Control": "max-age=3600"})


def is_built() -> bool:
    """Say whether the page's parts are there."""
    return all((FOLDER / name).is_file() for name in ASSETS)
