"""What a server stands on, put together: database, blobs, durable engine, renderers."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from fractions import Fraction

from poseloom.core.catalogue import LOCAL, Catalogue, GeneratorFacts
from poseloom.core.error import InvalidOrder, PoseloomError
from poseloom.generators.maker import LocalClipMaker
from poseloom.jobs.config import EngineConfig
from poseloom.jobs.engine import Engine
from poseloom.jobs.enqueuer import Enqueuer
from poseloom.media.publication import guard_writing
from poseloom.ports.maker import ClipMaker
from poseloom.ports.runner import Lane
from poseloom.store.blob import ObjectBlobStore, open_blobs
from poseloom.store.cache import DiskClipStore
from poseloom.store.sql.database import Enqueue, SqlDatabase, migrate, open_engine
from poseloom.store.sql.stamp import ClockStamp, SqliteStamp, open_stamp
from poseloom.usecases.advance import JobRunner
from poseloom.wiring.animation import DEFAULT_FPS, DEFAULT_SIZE_PX
from poseloom.wiring.settings import Settings
from poseloom.wiring.tool import SystemTools

ALL_LANES = tuple(Lane)
RECOVERY_LIMIT = 100
"""How many processes may die over one job: a machine that restarts often must not lose what it never made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What a server stands on, ready."""

    settings: Settings
    tools: SystemTools
    catalogue: Catalogue
    database: SqlDatabase
    stamp: SqliteStamp | ClockStamp
    blobs: ObjectBlobStore
    clips: DiskClipStore
    engine: Engine
    runner: JobRunner

    def find_faults(self) -> Sequence[str]:
        """Name what is wrong with it; nothing when it can work."""
        faults = []
        try:
            with self.database.read() as unit:
                unit.workspaces.count()
        except PoseloomError as error:
            faults.append(f"database: {error.message}")
        try:
            self.blobs.has("0" * 64)
        except PoseloomError as error:
            faults.append(f"blobs: {error.message}")
        if not self.engine.is_alive():
            faults.append("engine: the durable engine has stopped")
        return faults


def write_catalogue(settings: Settings) -> Catalogue:
    """Return what a server with these settings offers."""
    return Catalogue(
        generators={LOCAL: GeneratorFacts(name=LOCAL, rate=settings.rate)},
        formats=settings.formats,
        quality=settings.quality,
        size=DEFAULT_SIZE_PX,
        fps=DEFAULT_FPS,
        width=settings.jobs,
        starting_credits=Fraction(settings.starting_credits),
    )


@contextmanager
def open_database(settings: Settings, enqueue: Enqueue) -> Iterator[SqlDatabase]:
    """Open the database, brought to the present version.

    Raises:
        StorageFailed: It cannot be reached or written.
    """
    url = settings.find_database_url()
    engine = open_engine(url)
    try:
        migrate(engine)
    finally:
        engine.dispose()
    database = SqlDatabase(url, enqueue)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def open_standing_database(settings: Settings) -> Iterator[SqlDatabase]:
    """Open a database that a server has made, to look into it or to put its keys in order; queues nothing.

    Raises:
        InvalidOrder: There is none in this home.
        StorageFailed: It cannot be reached.
    """
    file = settings.find_database_file()
    if file is not None and not file.is_file():
        raise InvalidOrder(f"there is no database at {file}; name the server's home with --home", field="home")
    with open_database(settings, lambda *_: None) as database:
        yield database


@contextmanager
def open_installation(
    settings: Settings, *, lanes: Sequence[Lane] = ALL_LANES, maker: ClipMaker | None = None
) -> Iterator[Installation]:
    """Open everything a server or a worker needs; close it when the block ends.

    Args:
        settings: Where everything is.
        lanes: Which jobs are done in this process; none for a server without workers.
        maker: Makes clips; the local renderer unless given.

    Raises:
        StorageFailed: Something cannot be reached or written.
    """
    tools, catalogue = SystemTools(), write_catalogue(settings)
    with ExitStack() as stack:
        with guard_writing(settings.home):
            settings.home.mkdir(parents=True, exist_ok=True)
        enqueuer = Enqueuer(settings.find_database_url())
        stack.callback(enqueuer.close)
        database = stack.enter_context(open_database(settings, enqueuer.enqueue))
        enqueuer.open()
        blobs = open_blobs(settings.find_blob_url())
        stamp = open_stamp(settings.find_database_url(), database.count_saves)
        stack.callback(stamp.close)
        clips = DiskClipStore(settings.cache, settings.cache_limit_bytes)
        clips.open()
        if maker is None:
            maker = stack.enter_context(LocalClipMaker(store=clips, processes=settings.jobs if lanes else 1))
        scratch = settings.home / "scratch"
        with guard_writing(scratch):
            scratch.mkdir(parents=True, exist_ok=True)
        runner = JobRunner(
            database=database, blobs=blobs, maker=maker, catalogue=catalogue, tools=tools, folder=scratch
        )
        engine = Engine(write_engine_config(settings, lanes), runner, enqueuer=enqueuer)
        engine.start()
        stack.callback(engine.stop, settings.grace_seconds)
        yield Installation(
            settings=settings, tools=tools, catalogue=catalogue, database=database, stamp=stamp, blobs=blobs,
            clips=clips, engine=engine, runner=runner,
        )  # fmt: skip


def write_engine_config(settings: Settings, lanes: Sequence[Lane]) -> EngineConfig:
    """Return how the durable engine runs here."""
    return EngineConfig(
        database_url=settings.find_database_url(),
        home=settings.home,
        lanes=frozenset(lanes),
        render_width=settings.jobs,
        remote_width=settings.remote_jobs,
        retention_seconds=settings.retention_days * 24 * 3600,
        recovery_limit=RECOVERY_LIMIT,
    )
