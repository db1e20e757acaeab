"""The HTTP server: routes, the door behind them, and what every request passes."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from importlib import metadata

from fastapi import APIRouter, FastAPI, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.concurrency import run_in_threadpool

from poseloom.api import account, asset_file, canvas, export, generation, item, job, project, status
from poseloom.api.asset_file import FileIndex
from poseloom.api.board import StatusBoard
from poseloom.api.door import Door, OpenDoor, write_json
from poseloom.api.error import install_errors
from poseloom.api.porch import Meter, Origins, Porch
from poseloom.api.service import Service

DESCRIPTION = """From a few poses to a living mascot: draw or upload poses, join them into a canvas, make one call, and
every edge gets a transparent transition video."""
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
async def tell_metrics(request: Request) -> Response:
    """Tell Prometheus what was counted."""
    registry = request.app.state.registry
    return Response(await run_in_threadpool(generate_latest, registry), media_type=CONTENT_TYPE_LATEST)


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
    app = FastAPI(
        title="Poseloom",
        version=metadata.version("poseloom"),
        description=DESCRIPTION,
        openapi_url="/openapi.json",
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
    )
    app.state.door = Door(service)
    app.state.board = StatusBoard(service)
    app.state.files = FileIndex(service)
    app.state.registry = registry
    install_errors(app)
    for router in list_routers():
        app.include_router(router)
    app.add_middleware(Porch, meter=Meter(registry))
    if service.origins:
        app.add_middleware(
            Origins,
            allow_origins=list(service.origins),
            allow_methods=["*"],
            allow_headers=["*"],
            expose_headers=["ETag", "Location", "Retry-After", "Idempotent-Replayed", "X-Request-Id"],
        )
    return app
