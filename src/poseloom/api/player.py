"""`/player/…`: the player, for pages that show a mascot of this server."""

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from poseloom.core.error import NotFound
from poseloom.store.site import PLAYER_NAMES, read_player

HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Cache-Control": "max-age=3600",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}

router = APIRouter(include_in_schema=False)


@router.get("/player/{name}")
async def serve_player(name: str) -> Response:
    """Serve a file of the player."""
    if name not in PLAYER_NAMES:
        raise NotFound(f"there is nothing at /player/{name[:80]}; the player is /player/{PLAYER_NAMES[0]}")
    return Response(await run_in_threadpool(read_player, name), media_type="text/javascript", headers=HEADERS)
