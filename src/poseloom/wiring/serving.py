"""A server's life: first run, listening, upkeep, stop."""

import signal
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import structlog
import uvicorn
from fastapi import FastAPI

from poseloom.api.app import create_app
from poseloom.api.service import Service
from poseloom.core.credential import Scope
from poseloom.core.error import InvalidOrder
from poseloom.core.hostname import choose_names, is_loopback
from poseloom.core.link import write_link
from poseloom.ports.maker import ClipMaker
from poseloom.ports.runner import Lane
from poseloom.ports.unit import Unit
from poseloom.store.fetch import open_fetcher
from poseloom.usecases.key import make_first_key
from poseloom.usecases.upkeep import end_lost_jobs, sweep_blobs
from poseloom.usecases.workspace import open_workspace
from poseloom.wiring.demo import load_demo
from poseloom.wiring.installation import ALL_LANES, Installation, open_installation
from poseloom.wiring.settings import Settings

BACKLOG = 2048
FIRST_NAME = "Home"
UPKEEP_SECONDS = 600

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a person is told when a server opens.

    Attributes:
        key: Of the first run only.
        link: Signs a browser in, once; None where none is shown.
        demo: Ids of the demo mascot's collection and canvas.
    """

    url: str
    home: Path
    key: str | None = None
    link: str | None = None
    demo: Mapping[str, str] | None = None


class _Server(uvicorn.Server):
    """A server that tells when it listens, and lets go of everyone who waits for news before it closes."""

    def __init__(self, config: uvicorn.Config, greet: Callable[[], None], stop: threading.Event) -> None:
        super().__init__(config)
        self._greet = greet
        self._stop = stop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen and say so."""
        await super().startup(sockets)
        self._greet()
        if self._stop.is_set():
            self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening and end what is under way."""
        if isinstance(self.config.app, FastAPI):
            self.config.app.state.board.close()
        await super().shutdown(sockets)


@contextmanager
def open_listening(host: str, port: int) -> Iterator[socket.socket]:
    """Take a port before anything is started, so that nothing is done when it is taken.

    Raises:
        InvalidOrder: The address or the port cannot be had.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
    except OSError as error:
        problem = f"port {port} at {host} cannot be had: {error.strerror}; choose another with --port"
        raise InvalidOrder(problem, field="port") from error
    with listening:
        listening.listen(BACKLOG)
        yield listening


def serve(
    settings: Settings,
    listening: socket.socket,
    *,
    greet: Callable[[Opening], None],
    show_link: Callable[[str], None] = print,
    workers: bool = True,
    demo: bool = False,
    maker: ClipMaker | None = None,
) -> None:
    """Serve until the process is told to stop; jobs under way are finished or handed back.

    Args:
        settings: Where everything is.
        listening: Where it listens.
        greet: Told when it does.
        show_link: Told a new link that signs in when someone at the page asks for one.
        workers: Whether clips are made in this process.
        demo: Whether the demo mascot is loaded.
        maker: Makes clips; the local renderer unless given.
    """
    stop = _hear_signals()
    with open_installation(settings, lanes=ALL_LANES if workers else (), maker=maker) as installation:
        opening = _open(installation, listening, demo=demo)
        address = str(listening.getsockname()[0])
        # Behind a proxy, what a server prints is for a log, and who reads that need not be its owner.
        tells = is_loopback(address) and settings.base_url is None
        service = replace(
            open_service(installation),
            names=choose_names(address, settings.hosts, settings.base_url),
            show_link=(lambda token: show_link(write_link(opening.url, token))) if tells else None,
        )
        app = create_app(service)
        if tells:
            opening = replace(opening, link=write_link(opening.url, app.state.links.open()))
        server = _Server(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                lifespan="on",
                timeout_graceful_shutdown=max(1, round(settings.grace_seconds)),
            ),
            lambda: greet(opening),
            stop,
        )
        with keep_up(installation):
            server.run(sockets=[listening])


def work(settings: Settings, maker: ClipMaker | None = None) -> None:
    """Make clips until the process is told to stop."""
    stop = _hear_signals()
    with open_installation(settings, maker=maker) as installation, keep_up(installation):
        _log.info("worker_started", lanes=[lane.value for lane in Lane])
        stop.wait()


def _hear_signals() -> threading.Event:
    """Return what a first Ctrl-C or SIGTERM sets; a second one ends the process where it stands.

    uvicorn hears them itself while it runs, and raises them again when it has stopped.
    """
    stop = threading.Event()

    def hear(_number: int, _frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, hear)
    return stop


def open_service(installation: Installation) -> Service:
    """Return what routes need."""
    settings = installation.settings
    return Service(
        database=installation.database,
        stamp=installation.stamp,
        blobs=installation.blobs,
        catalogue=installation.catalogue,
        tools=installation.tools,
        stop_jobs=installation.engine.cancel,
        find_faults=installation.find_faults,
        count_waiting=installation.engine.count_waiting,
        fetch_image=open_fetcher(allow_private=settings.fetch_private),
        base_url=settings.base_url,
        calls_per_minute=settings.calls_per_minute,
        calls_per_hour=settings.calls_per_hour,
        hold_seconds=settings.hold_seconds,
        origins=settings.origins,
    )


def _open(installation: Installation, listening: socket.socket, *, demo: bool) -> Opening:
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    with installation.database.write() as unit:
        unit.be_alone()
        is_new = unit.workspaces.count() == 0
        key = _make_first(unit, installation) if is_new else None
    settings = installation.settings
    return Opening(
        url=settings.base_url or f"http://{shown}:{port}",
        home=settings.home.resolve(),
        key=key,
        demo=load_demo(installation) if demo else None,
    )


def _make_first(unit: Unit, installation: Installation) -> str:
    """Add the first workspace; return its key, which may do everything."""
    workspace = open_workspace(unit, FIRST_NAME, tools=installation.tools, catalogue=installation.catalogue)
    return make_first_key(unit, workspace, frozenset(Scope), installation.tools)[1]


@contextmanager
def keep_up(installation: Installation) -> Iterator[None]:
    """Put right, at once and from time to time, what died; in a thread of its own."""
    stop = threading.Event()

    def run() -> None:
        while True:
            try:
                end_lost_jobs(
                    installation.database, installation.runner, installation.tools, installation.engine.find_lost
                )
                sweep_blobs(installation.database, installation.blobs, installation.tools)
                installation.clips.prune()
            except Exception:  # noqa: BLE001 - the next round may do better
                _log.exception("upkeep_failed")
            if stop.wait(UPKEEP_SECONDS):
                return

    thread = threading.Thread(target=run, name="poseloom-upkeep", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
