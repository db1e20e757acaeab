"""The HTTP server: routes, the door behind them, and what every request passes."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from fastapi import APIRouter, FastAPI, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.concurrency import run_in_threadpool

from poseloom.api import (
    account,
    asset_file,
    canvas,
    export,
    generation,
    item,
    job,
    link,
    player,
    project,
    reference_page,
    status,
    studio_page,
)
from poseloom.api.asset_file import FileIndex
from poseloom.api.board import StatusBoard
from poseloom.api.door import Door, OpenDoor, write_json
from poseloom.api.error import install_errors
from poseloom.api.link import LinkDesk
from poseloom.api.openapi import open_api
from poseloom.api.porch import Meter, Origins, Porch
from poseloom.api.service import Service

EXPOSED_HEADERS = (
    "ETag",
    "Location",
    "Retry-After",
    "Idempotent-Replayed",
    "X-Request-Id",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
)
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]

system = APIRouter(include_in_schema=False)


@system.get("/healthz")
async def tell_health() -> Response:
    """Say that the process listens."""
    return Response('{"status":"ok"}', media_type="application/json")


@system.get("/readyz")
async def tell_readiness(door: OpenDoor) -> Response:
    """Say whether what the server stands on is there."""
    faults = list(await run_in_threadpool(door.service.find_faults))
    body = write_json({"status": "failing" if faults else "ready", "faults": faults})
    return Response(body, 503 if faults else 200, media_type="application/json")


@system.get("/metrics")
async def tell_metrics(request: Request, door: OpenDoor) -> Response:
    """Tell Prometheus what was counted."""
    state = request.app.state
    state.meter.note_waiting(await run_in_threadpool(door.service.count_waiting))
    return Response(await run_in_threadpool(generate_latest, state.registry), media_type=CONTENT_TYPE_LATEST)


def list_routers() -> list[APIRouter]:
    """Return every route there is."""
    return [
        # Asked most of all, so found first.
        status.router,
        asset_file.router,
        job.router,
        generation.router,
        export.router,
        canvas.router,
        item.router,
        project.router,
        account.router,
        reference_page.router,
        player.router,
        link.router,
        studio_page.router,
        system,
    ]


def create_app(
    service: Service, *, lifespan: Lifespan | None = None, registry: CollectorRegistry | None = None
) -> FastAPI:
    """Return the server.

    Args:
        service: What its routes need of the world.
        lifespan: Runs around its life: starts and stops what works in the background.
        registry: Where it counts; one of its own unless given.
    """
    registry = registry or CollectorRegistry()
    app = open_api(service.base_url, list_routers(), lifespan=lifespan)
    app.state.door = Door(service)
    app.state.board = StatusBoard(service)
    app.state.files = FileIndex(service)
    app.state.links = LinkDesk(service)
    app.state.registry = registry
    install_errors(app)
    app.state.meter = Meter(registry)
    app.add_middleware(Porch, meter=app.state.meter, names=service.names)
    if service.origins:
        app.add_middleware(
            Origins,
            allow_origins=list(service.origins),
            allow_methods=["*"],
            allow_headers=["*"],
            expose_headers=EXPOSED_HEADERS,
        )
    return app
